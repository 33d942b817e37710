/*
 * Requests that are repeated after their order has finished: each gets the stored outcome again (PROMISE.md R9). The
 * request's offset stays open until that is settled.
 */
#ifndef RUN_REPEATS_H
#define RUN_REPEATS_H

#include "worker.h"

struct repeats;

struct repeats *repeats_new(struct worker *worker);
void *repeats_free(struct repeats *repeats); /* after remembered_free(); accepts null */

/*
 * Answers the request with what the order ended with, in a later turn; takes the message over. Where that is gone from
 * the ledger the message becomes a dead letter, reason "outcome-gone": it is never an order once more. False: too many
 * wait already.
 */
MUST_USE bool repeats_take(struct repeats *repeats, rd_kafka_message_t *message, const struct duplicate *done,
                           struct fault *why);

#endif
