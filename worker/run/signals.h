/*
 * Signals: what concerns orders that are owned already. So far: people's decisions (promise.md R8).
 *
 * They are taken also when there is no room for requests: a ledger full of parked orders must be decided.
 */
#ifndef RUN_SIGNALS_H
#define RUN_SIGNALS_H

#include "worker.h"

struct signals *signals_new(struct worker *worker);
void *signals_free(struct signals *signals); /* accepts null */

/* Applies or refuses what has come; the positions are part of the next settlement. */
void signals_chore(struct signals *signals);

/* Why decisions of a partition stand still, in words; "" when none do. */
const char *signals_trouble(const struct signals *signals);

/* Drops what is held: the partitions are given away. */
void signals_forget(struct signals *signals);

#endif
