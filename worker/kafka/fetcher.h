/*
 * Single records of the ledger, read by their offsets (PROMISE.md R9): those of finished orders whose requests are
 * repeated.
 *
 * A handle of its own, on the loop, and nothing blocks. What is asked gathers; each round reads from the lowest offset
 * of every partition, a little further for those that follow closely, and then the next round follows.
 */
#ifndef KAFKA_FETCHER_H
#define KAFKA_FETCHER_H

#include "config.h"
#include "loop.h"

#include <librdkafka/rdkafka.h>

struct fetcher;

/* The record, borrowed; null: there is none at this offset, or none any more. */
typedef void fetcher_done_fn(void *context, const rd_kafka_message_t *message);

MUST_USE bool fetcher_new(const struct settings *settings, struct loop *loop, struct fetcher **fetcher,
                          struct fault *why);

/* Accepts null. Nobody is answered any more. */
void *fetcher_free(struct fetcher *fetcher);

/* Asks for a record that is known to be committed. The answer comes from fetcher_chore(), once. */
void fetcher_ask(struct fetcher *fetcher, int32_t partition, int64_t offset, fetcher_done_fn *done,
                 void *context);

/* The partition is another worker's: what was asked of it is forgotten without an answer. */
void fetcher_forget(struct fetcher *fetcher, int32_t partition);

/* Takes what has come and asks on; at the end of a turn. */
void fetcher_chore(struct fetcher *fetcher);

#endif
