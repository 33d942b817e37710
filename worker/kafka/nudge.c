/* Sends a request that wakes the threads of the brokers. */
#include "nudge.h"

enum { TIMEOUT_MS = 1 };

void consumer_nudge(rd_kafka_t *handle, const rd_kafka_topic_partition_list_t *assigned)
{
    if (assigned == NULL || assigned->cnt == 0)
        return;
    rd_kafka_topic_partition_list_t *ends = rd_kafka_topic_partition_list_copy(assigned);
    for (int i = 0; i < ends->cnt; i++)
        ends->elems[i].offset = RD_KAFKA_OFFSET_END;
    (void)rd_kafka_offsets_for_times(handle, ends, TIMEOUT_MS);
    rd_kafka_topic_partition_list_destroy(ends);
}
