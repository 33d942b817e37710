/*
 * Reads the ledger: a consumer of its own that belongs to no group, warm from the start, for take-overs.
 *
 * Partitions are assigned by hand and read from their beginning; where the end is reached, which may happen more than
 * once, a message with the error RD_KAFKA_RESP_ERR__PARTITION_EOF comes. On a read_committed handle that is the last
 * stable offset, not the end of the log (PROMISE.md R4). Everything runs on the loop's thread.
 */
#ifndef KAFKA_LEDGER_READER_H
#define KAFKA_LEDGER_READER_H

#include "config.h"
#include "loop.h"

#include <librdkafka/rdkafka.h>

struct ledger_reader;

MUST_USE bool ledger_reader_new(const struct settings *settings, struct loop *loop,
                                struct ledger_reader **reader, struct fault *why);
void *ledger_reader_free(struct ledger_reader *reader); /* accepts null */

/* Reads these partitions from their beginning, and no others any more. */
MUST_USE bool ledger_reader_begin(struct ledger_reader *reader, const int32_t partitions[], size_t count,
                                  struct fault *why);
void ledger_reader_end(struct ledger_reader *reader);

/* The next message or end of a partition, null when there is none now; give it back to rd_kafka_message_destroy(). */
rd_kafka_message_t *ledger_reader_next(struct ledger_reader *reader);

#endif
