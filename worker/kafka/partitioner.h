/*
 * Which partition a key belongs to (PROMISE.md R14): duplicates are found per partition, so it must follow from the key.
 *
 * The names are librdkafka's (its CONFIGURATION.md, "partitioner"): murmur2_random is what Java's client, franz-go,
 * kafkajs and Spring do, consistent_random what librdkafka and what is built on it do by default, fnv1a_random what
 * Sarama does.
 */
#ifndef KAFKA_PARTITIONER_H
#define KAFKA_PARTITIONER_H

#include "config.h"

/* Its name, as in requests.partitioner. */
const char *partitioner_name(enum partitioner_choice choice);

/* The partition of the key among `count`; -1: any (PARTITIONER_NONE, or no key: an empty one is none). */
int32_t partitioner_place(enum partitioner_choice choice, const void *key, size_t length, int32_t count);

#endif
