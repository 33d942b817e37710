/* A consumer without a group that has all partitions of a topic and knows their ends. */
#include "topic_reader.h"

#include "client_config.h"
#include "invariant.h"
#include "log.h"
#include "memory.h"

enum { BROKER_TIMEOUT_MS = 10000, TRIES_MAX = 100, TRY_MS = 100 };

struct topic_reader {
    rd_kafka_t *handle;
    bool *ended;   /* by partition */
    int64_t *ends; /* where each ended when the reading began: what came since is not "all that was there" */
    int partitions;
    bool finds_times;
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

/* Where reading begins: FROM_END, FROM_BEGINNING, or a moment since the epoch. */
enum { FROM_END = -1, FROM_BEGINNING = -2 };

/*
 * The first records of this moment or later; where there are none, the end. The embedded broker, which has no
 * transactions, finds nothing by time: there all is read.
 */
static rd_kafka_resp_err_t find_moment(struct topic_reader *reader, rd_kafka_topic_partition_list_t *list,
                                       int64_t from)
{
    int64_t otherwise = RD_KAFKA_OFFSET_BEGINNING;

    for (int i = 0; i < list->cnt; i++)
        list->elems[i].offset = from;
    rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(reader->handle, list, BROKER_TIMEOUT_MS);
    for (int i = 0; i < list->cnt && error == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        error = list->elems[i].err;
        if (reader->finds_times)
            otherwise = reader->ends[list->elems[i].partition];
        if (list->elems[i].offset < 0)
            list->elems[i].offset = otherwise;
    }
    return error;
}

/* The offset to begin at is asked now, so that nothing published later can be missed. */
static bool assign(struct topic_reader *reader, const char *topic, int partitions, int64_t from,
                   struct fault *why)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;

    for (int i = 0; i < partitions && error == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        int64_t high = 0;
        error = find_end(reader->handle, topic, i, &high);
        reader->ends[i] = high;
        rd_kafka_topic_partition_list_add(list, topic, i)->offset =
            from == FROM_BEGINNING ? RD_KAFKA_OFFSET_BEGINNING : high;
    }
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR && from >= 0)
        error = find_moment(reader, list, from);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
        error = rd_kafka_assign(reader->handle, list);
    rd_kafka_topic_partition_list_destroy(list);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ||
           fault_set(why, FAULT_PEER, "cannot read '%s': %s", topic, rd_kafka_err2str(error));
}

static bool count_partitions(struct topic_reader *reader, const char *name, int *partitions,
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

static bool open_reader(const struct settings *settings, const char *topic, int64_t from,
                        struct topic_reader **out, struct fault *why)
{
    rd_kafka_conf_t *conf;

    TRY(client_config_make(settings, CLIENT_TOOL_CONSUMER, &conf, why));
    struct topic_reader *reader = memory_new(1, sizeof *reader);
    reader->finds_times = settings->settlement_transactions != 0;
    bool ready = client_config_connect(RD_KAFKA_CONSUMER, conf, &reader->handle, why) &&
                 count_partitions(reader, topic, &reader->partitions, why);
    reader->ended = memory_new((size_t)reader->partitions, sizeof *reader->ended);
    reader->ends = memory_new((size_t)reader->partitions, sizeof *reader->ends);
    if (!ready || !assign(reader, topic, reader->partitions, from, why)) {
        topic_reader_free(reader);
        return false;
    }
    *out = reader;
    return true;
}

bool topic_reader_new(const struct settings *settings, const char *topic, bool from_beginning,
                      struct topic_reader **reader, struct fault *why)
{
    return open_reader(settings, topic, from_beginning ? FROM_BEGINNING : FROM_END, reader, why);
}

bool topic_reader_since(const struct settings *settings, const char *topic, int64_t since_ms,
                        struct topic_reader **reader, struct fault *why)
{
    return open_reader(settings, topic, since_ms < 0 ? 0 : since_ms, reader, why);
}

void *topic_reader_free(struct topic_reader *reader)
{
    if (reader == NULL)
        return NULL;
    if (reader->handle != NULL) {
        rd_kafka_consumer_close(reader->handle);
        rd_kafka_destroy(reader->handle);
    }
    memory_free(reader->ended);
    memory_free(reader->ends);
    return memory_free(reader);
}

static void note_end(struct topic_reader *reader, int32_t partition)
{
    REQUIRE(partition >= 0 && partition < reader->partitions); /* others were not assigned */
    reader->ended[partition] = true;
}

rd_kafka_message_t *topic_reader_next(struct topic_reader *reader, int timeout_ms)
{
    rd_kafka_message_t *message = rd_kafka_consumer_poll(reader->handle, timeout_ms);

    if (message == NULL)
        return NULL;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        REQUIRE(message->partition >= 0 && message->partition < reader->partitions);
        if (message->offset >= reader->ends[message->partition])
            note_end(reader, message->partition);
        return message;
    }
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
        note_end(reader, message->partition);
    else
        LOG(LOG_WARN, "Kafka is in trouble, it is tried again",
            log_text("why", rd_kafka_message_errstr(message)));
    rd_kafka_message_destroy(message);
    return NULL;
}

bool topic_reader_header(const rd_kafka_message_t *message, const char *name, const void **value,
                         size_t *size)
{
    rd_kafka_headers_t *headers;

    return rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
           rd_kafka_header_get_last(headers, name, value, size) == RD_KAFKA_RESP_ERR_NO_ERROR &&
           *value != NULL;
}

bool topic_reader_ended(const struct topic_reader *reader, int32_t partition)
{
    REQUIRE(partition >= 0 && partition < reader->partitions);
    return reader->ended[partition];
}

bool topic_reader_caught_up(const struct topic_reader *reader)
{
    for (int i = 0; i < reader->partitions; i++)
        if (!reader->ended[i])
            return false;
    return true;
}
