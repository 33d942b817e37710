/*
 * A process that does not turn its loop is killed by the kernel, however it came to stand still (PROMISE.md R7).
 *
 * A stopped or starved process that woke up later would act on what was true before. The timer runs on
 * CLOCK_BOOTTIME, also while the machine is suspended, and its signal is SIGKILL, which nothing can block.
 */
#ifndef BASE_WATCHDOG_H
#define BASE_WATCHDOG_H

#include "fault.h"

#include <stdint.h>

struct watchdog;

/*
 * Starts it, after a throw-away child has shown that the kernel kills by such a timer: FAULT_LOCAL when it does not.
 * `limit_ms` 0: no watchdog, *watchdog is null.
 */
MUST_USE bool watchdog_new(int64_t limit_ms, struct watchdog **watchdog, struct fault *why);

/* The loop has turned: the time starts again. Accepts null. */
void watchdog_feed(struct watchdog *watchdog);

/* Accepts null. */
void *watchdog_free(struct watchdog *watchdog);

/*
 * PID 1 of a container ignores the signal, so as PID 1 the process forks: the parent passes TERM, INT and HUP on, waits
 * for its child and exits with its status (128 + n after signal n). Returns in the child, and where we are not PID 1.
 */
void watchdog_leave_pid_one(void);

#endif
