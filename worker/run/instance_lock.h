/* Without transactions there may be only one process (PROMISE.md R13): a lock on a file named after group and user. */
#ifndef RUN_INSTANCE_LOCK_H
#define RUN_INSTANCE_LOCK_H

#include "fault.h"

/* Takes the lock, or fails with FAULT_LOCAL naming the file when another process has it. *lock is a descriptor. */
MUST_USE bool instance_lock_take(const char *group, int *lock, struct fault *why);

/* Releases the lock; -1 does nothing. */
void instance_lock_release(int lock);

#endif
