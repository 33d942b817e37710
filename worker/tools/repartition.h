/*
 * `topics --repartition`: what is remembered of finished orders moves to where their keys are now, after partitions were
 * added or requests.partitioner was changed (PROMISE.md R14). The one tool that writes the ledger.
 */
#ifndef TOOLS_REPARTITION_H
#define TOOLS_REPARTITION_H

#include "setup.h"

/*
 * Carries every remembered order to its new partition, forgets it in the old one, then writes the owner records and the
 * group's positions of partitions that are new. Stopped in the middle, it goes on where it was when called again. *moved
 * counts the orders. FAULT_INPUT: nothing was done, because a worker runs, a request is unread, or an order is live;
 * FAULT_PEER: Kafka does not answer, call it again.
 */
MUST_USE bool repartition(const struct setup *setup, int partitions, size_t *moved, struct fault *why);

#endif
