/*
 * Gets a consumer to go on reading at once when its queue has room again.
 *
 * Once the queue is full, librdkafka's thread of the broker sleeps for up to a second, however soon there is room, unless
 * something is to be sent (confluentinc/librdkafka issue 2879; from 2.3 on there is fetch.queue.backoff.ms, which
 * client_config.c sets). So something is sent: where the partitions end. Nobody waits for the answer.
 */
#ifndef KAFKA_NUDGE_H
#define KAFKA_NUDGE_H

#include <librdkafka/rdkafka.h>

/* Blocks for a millisecond at most. `assigned` is borrowed; null or empty: nothing is done. */
void consumer_nudge(rd_kafka_t *handle, const rd_kafka_topic_partition_list_t *assigned);

#endif
