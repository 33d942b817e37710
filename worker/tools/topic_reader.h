/*
 * Reads a topic by hand: all its partitions, from their end, their beginning or a moment on, no group.
 */
#ifndef TOOLS_TOPIC_READER_H
#define TOOLS_TOPIC_READER_H

#include "config.h"

#include <librdkafka/rdkafka.h>

struct topic_reader;

/* Ready when it returns: whatever is published afterwards will be read. FAULT_PEER: Kafka does not answer. */
MUST_USE bool topic_reader_new(const struct settings *settings, const char *topic, bool from_beginning,
                               struct topic_reader **reader, struct fault *why);

/* The same from the first record on whose timestamp is this moment or later; it may be many more than that. */
MUST_USE bool topic_reader_since(const struct settings *settings, const char *topic, int64_t since_ms,
                                 struct topic_reader **reader, struct fault *why);
void *topic_reader_free(struct topic_reader *reader);

/* The next record, waiting at most `timeout_ms`; null: none came. Give it back with rd_kafka_message_destroy(). */
rd_kafka_message_t *topic_reader_next(struct topic_reader *reader, int timeout_ms);

/* The last header of this name; false: there is none, or null. It lies in the message. */
bool topic_reader_header(const rd_kafka_message_t *message, const char *name, const void **value,
                         size_t *size);

/* Whether all that was there has been given: of one partition, of every partition. */
bool topic_reader_ended(const struct topic_reader *reader, int32_t partition);
bool topic_reader_caught_up(const struct topic_reader *reader);

#endif
