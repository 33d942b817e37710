/* Reads single records by offset with a consumer made for it, and keeps their timestamps. */
#include "peek.h"

#include "client_config.h"
#include "invariant.h"

enum { PEEK_TIMEOUT_MS = 5000 };

static struct job_position *find(struct job_position positions[], size_t count, int32_t partition)
{
    size_t i = 0;

    REQUIRE(count > 0);
    while (i + 1 < count && positions[i].partition != partition)
        i++;
    return &positions[i];
}

/* An answer about a partition: a record, its end, or that the offset is out of range. True: it is the first one. */
static bool take(const rd_kafka_message_t *message, struct job_position *position)
{
    rd_kafka_timestamp_type_t kind;
    bool open = position->offset >= 0;

    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset == position->offset)
        position->time_ms = rd_kafka_message_timestamp(message, &kind);
    else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF &&
             message->err != RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE &&
             message->err != RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
        return false; /* a broker that is away just now: the library asks again */
    position->offset = -1;
    return open;
}

static bool read_all(rd_kafka_t *handle, struct job_position positions[], size_t count, size_t open,
                     struct fault *why)
{
    int64_t until_ms = loop_clock_ms() + PEEK_TIMEOUT_MS, left_ms = PEEK_TIMEOUT_MS;

    while (open > 0 && left_ms > 0) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(handle, (int)left_ms);
        if (message != NULL) {
            REQUIRE(open <= count);
            if (message->rkt != NULL && take(message, find(positions, count, message->partition)))
                open--;
            rd_kafka_message_destroy(message);
        }
        left_ms = until_ms - loop_clock_ms();
    }
    return open == 0 || fault_set(why, FAULT_PEER, "%zu records were not read in time", open);
}

bool peek_times(const struct settings *settings, struct job_position positions[], size_t count,
                struct fault *why)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    rd_kafka_conf_t *conf;
    rd_kafka_t *handle = NULL;

    for (size_t i = 0; i < count; i++) {
        positions[i].time_ms = -1;
        if (positions[i].offset >= 0)
            rd_kafka_topic_partition_list_add(list, settings->topic_requests, positions[i].partition)
                ->offset = positions[i].offset;
    }
    bool read = client_config_make(settings, CLIENT_PEEK, &conf, why) &&
                client_config_connect(RD_KAFKA_CONSUMER, conf, &handle, why);
    if (read) {
        rd_kafka_poll_set_consumer(handle);
        rd_kafka_assign(handle, list);
        read = read_all(handle, positions, count, (size_t)list->cnt, why);
    }
    if (handle != NULL)
        rd_kafka_destroy(handle);
    rd_kafka_topic_partition_list_destroy(list);
    return read;
}
