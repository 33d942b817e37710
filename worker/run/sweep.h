/*
 * Orders that make no progress move to the ledger, so that their partition can go on (PROMISE.md R11); and the alarms
 * of what fills up.
 */
#ifndef RUN_SWEEP_H
#define RUN_SWEEP_H

#include "worker.h"

struct sweep *sweep_new(struct worker *worker);
void *sweep_free(struct sweep *sweep); /* null does nothing */

/* Begins, once messages are taken; goes on by its timer. A chore. */
void sweep_chore(struct sweep *sweep);

#endif
