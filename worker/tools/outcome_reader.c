/* See outcome_reader.h. */
#include "outcome_reader.h"

#include "handle.h"
#include "memory.h"

enum { BROKER_TIMEOUT_MS = 10000, TRIES_MAX = 100, TRY_MS = 100 };

struct outcome_reader {
    rd_kafka_t *handle;
};

/* A topic that has just been made may have no leader yet. */
static rd_kafka_resp_err_t find_end(rd_kafka_t *handle, const char *topic, int partition, int64_t *end)
{
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;

    for (int i = 0; i < TRIES_MAX; i++) {
        int64_t low;
        error = rd_kafka_query_watermark_offsets(handle, topic, partition, &low, end, BROKER_TIMEOUT_MS);
        if (error != RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION &&
            error != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
            break;
        rd_kafka_poll(handle, TRY_MS);
    }
    return error;
}

/* The offset to begin at is asked now, so that nothing published later can be missed. */
static bool assign(struct outcome_reader *reader, const char *topic, int partitions, bool from_beginning,
                   struct fault *why)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;

    for (int i = 0; i < partitions && error == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        int64_t high = 0;
        if (!from_beginning)
            error = find_end(reader->handle, topic, i, &high);
        rd_kafka_topic_partition_list_add(list, topic, i)->offset =
            from_beginning ? RD_KAFKA_OFFSET_BEGINNING : high;
    }
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
        error = rd_kafka_assign(reader->handle, list);
    rd_kafka_topic_partition_list_destroy(list);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ||
           fault_set(why, FAULT_PEER, "cannot read '%s': %s", topic, rd_kafka_err2str(error));
}

static bool count_partitions(struct outcome_reader *reader, const char *name, int *partitions,
                             struct fault *why)
{
    const rd_kafka_metadata_t *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(reader->handle, name, NULL);
    rd_kafka_resp_err_t error = rd_kafka_metadata(reader->handle, 0, topic, &metadata, BROKER_TIMEOUT_MS);

    rd_kafka_topic_destroy(topic);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(why, FAULT_PEER, "Kafka does not answer: %s", rd_kafka_err2str(error));
    *partitions = metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
    rd_kafka_metadata_destroy(metadata);
    return *partitions > 0 ||
           fault_set(why, FAULT_PEER, "topic '%s' does not exist; whc-worker topics --create makes it", name);
}

bool outcome_reader_new(const struct settings *settings, bool from_beginning, struct outcome_reader **out,
                        struct fault *why)
{
    rd_kafka_conf_t *conf;
    int partitions = 0;

    TRY(handle_configure(settings, HANDLE_TOOL_CONSUMER, &conf, why));
    struct outcome_reader *reader = memory_new(1, sizeof *reader);
    if (!handle_new(RD_KAFKA_CONSUMER, conf, &reader->handle, why) ||
        !count_partitions(reader, settings->topic_outcomes, &partitions, why) ||
        !assign(reader, settings->topic_outcomes, partitions, from_beginning, why)) {
        outcome_reader_free(reader);
        return false;
    }
    *out = reader;
    return true;
}

void *outcome_reader_free(struct outcome_reader *reader)
{
    if (reader == NULL)
        return NULL;
    if (reader->handle != NULL) {
        rd_kafka_consumer_close(reader->handle);
        rd_kafka_destroy(reader->handle);
    }
    return memory_free(reader);
}

rd_kafka_message_t *outcome_reader_next(struct outcome_reader *reader, int timeout_ms)
{
    rd_kafka_message_t *message = rd_kafka_consumer_poll(reader->handle, timeout_ms);

    if (message == NULL || message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        return message;
    if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF)
        LOG(LOG_WARN, "Kafka is in trouble, it is tried again",
            log_text("why", rd_kafka_message_errstr(message)));
    rd_kafka_message_destroy(message);
    return NULL;
}
