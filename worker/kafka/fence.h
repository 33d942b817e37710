/*
 * Whether the broker fences (PROMISE.md A1): positions of a member that is not ours must be refused in a transaction.
 *
 * Brokers and stand-ins for them differ in what they look at: so it is tried at every start.
 */
#ifndef KAFKA_FENCE_H
#define KAFKA_FENCE_H

#include "config.h"

#include <librdkafka/rdkafka.h>

enum fence {
    FENCE_HOLDS,   /* both were refused */
    FENCE_IS_OPEN, /* one was taken; nothing was committed */
    FENCE_UNKNOWN, /* no answer: see `why`, and ask again */
};

/*
 * Asks in two transactions of `producer`, which are both aborted: with a member that never existed, and with ours (that
 * of `consumer`, which has an assignment) under another member id, as a process would send that had our slot before.
 * Blocks, bounded by the settings. `positions` stay the caller's. The producer is to be freed afterwards.
 */
enum fence fence_ask(const struct settings *settings, rd_kafka_t *consumer, rd_kafka_t *producer,
                     const rd_kafka_topic_partition_list_t *positions, struct fault *why);

#endif
