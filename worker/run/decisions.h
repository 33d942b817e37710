/*
 * People's decisions, from the signals topic: read, and handed to order/intake_gate (PROMISE.md R8).
 *
 * They are taken also when there is no room for requests: a ledger full of parked orders must be decided.
 */
#ifndef RUN_DECISIONS_H
#define RUN_DECISIONS_H

#include "worker.h"

struct decisions *decisions_new(struct worker *worker);
void *decisions_free(struct decisions *decisions); /* accepts null */

/* Applies or refuses what has come; the positions are part of the next settlement. A chore. */
void decisions_chore(struct decisions *decisions);

/* Why decisions of a partition stand still, in words; "" when none do. */
const char *decisions_trouble(const struct decisions *decisions);

/* Drops what is held: the partitions are given away. */
void decisions_forget(struct decisions *decisions);

#endif
