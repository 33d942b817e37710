/*
 * Reads the outcome topic by hand: all its partitions, from their end or their beginning, no group.
 */
#ifndef TOOLS_OUTCOME_READER_H
#define TOOLS_OUTCOME_READER_H

#include "config.h"

#include <librdkafka/rdkafka.h>

struct outcome_reader;

/* Ready when it returns: whatever is published afterwards will be read. FAULT_PEER: Kafka does not answer. */
MUST_USE bool outcome_reader_new(const struct settings *settings, bool from_beginning,
                                 struct outcome_reader **reader, struct fault *why);
void *outcome_reader_free(struct outcome_reader *reader);

/* The next record, waiting at most `timeout_ms`; null: none came. Give it back with rd_kafka_message_destroy(). */
rd_kafka_message_t *outcome_reader_next(struct outcome_reader *reader, int timeout_ms);

#endif
