/*
 * What does not get on moves to the ledger, so that its partition can (PROMISE.md R11); and the alarms of what fills up.
 */
#ifndef RUN_SWEEP_H
#define RUN_SWEEP_H

#include "worker.h"

struct sweep *sweep_new(struct worker *worker);
void *sweep_free(struct sweep *sweep); /* accepts null */

/* Begins, once messages are taken; goes on by its timer. A chore. */
void sweep_chore(struct sweep *sweep);

#endif
