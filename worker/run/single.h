/*
 * Without transactions one process only (promise.md R13): a lock on a file named after group and user.
 */
#ifndef RUN_SINGLE_H
#define RUN_SINGLE_H

#include "fault.h"

/* Takes the lock, or fails with FAULT_LOCAL naming the file when another process has it. *lock is a descriptor. */
MUST_USE bool single_lock(const char *group, int *lock, struct fault *why);

/* Lets it go; -1 is no lock. */
void single_unlock(int lock);

#endif
