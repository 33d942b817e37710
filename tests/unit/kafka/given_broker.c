/* The mock cluster of given_broker.h. */
#include "given_broker.h"

#include "client_config.h"
#include "memory.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void given_broker_open(struct given_broker *broker)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    struct problems problems = {0};
    char text[300];

    rd_kafka_conf_set(conf, "log_level", "2", NULL, 0);
    broker->writer = NULL;
    broker->host = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    broker->cluster = broker->host == NULL ? NULL : rd_kafka_mock_cluster_new(broker->host, 1);
    if (broker->cluster == NULL)
        abort();
    snprintf(text, sizeof text, "WHC_KAFKA_BOOTSTRAP_SERVERS=%s",
             rd_kafka_mock_cluster_bootstraps(broker->cluster));
    settings_load(NULL, (char *[]){text, NULL}, &broker->settings, &problems);
    problems_release(&problems);
    const char *topics[] = {broker->settings.topic_requests,   broker->settings.topic_outcomes,
                            broker->settings.topic_dead,       broker->settings.topic_signals,
                            broker->settings.topic_ledger,     broker->settings.topic_events,
                            broker->settings.topic_events_dead};
    for (size_t i = 0; i < COUNT_OF(topics); i++)
        if (rd_kafka_mock_topic_create(broker->cluster, topics[i], GIVEN_PARTITIONS, 1) !=
            RD_KAFKA_RESP_ERR_NO_ERROR)
            abort();
}

void given_broker_close(struct given_broker *broker)
{
    if (broker->writer != NULL)
        rd_kafka_destroy(broker->writer);
    rd_kafka_mock_cluster_destroy(broker->cluster);
    rd_kafka_destroy(broker->host);
    settings_release(&broker->settings);
}

void given_broker_fail(struct given_broker *broker, enum given_request request, size_t count,
                       const rd_kafka_resp_err_t errors[])
{
    rd_kafka_mock_push_request_errors_array(broker->cluster, (int16_t)request, count, errors);
}

static rd_kafka_t *plain_handle(struct given_broker *broker, rd_kafka_type_t type)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[200];

    rd_kafka_conf_set(conf, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(broker->cluster), NULL, 0);
    rd_kafka_conf_set(conf, "enable.partition.eof", "true", NULL, 0);
    rd_kafka_conf_set(conf, "group.id", "the-test", NULL, 0);
    rd_kafka_conf_set(conf, "log_level", "2", NULL, 0);
    rd_kafka_t *handle = rd_kafka_new(type, conf, text, sizeof text);
    if (handle == NULL)
        abort();
    return handle;
}

/* Else the first assignment waits for it. */
static void learn_topic(rd_kafka_t *handle, const char *name)
{
    rd_kafka_topic_t *topic = rd_kafka_topic_new(handle, name, NULL);
    const rd_kafka_metadata_t *metadata;

    if (rd_kafka_metadata(handle, 0, topic, &metadata, 10000) != RD_KAFKA_RESP_ERR_NO_ERROR)
        abort();
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(topic);
}

void given_broker_fill(struct given_broker *broker, const char *topic, int count)
{
    rd_kafka_t *handle = plain_handle(broker, RD_KAFKA_PRODUCER);
    char value[20];

    learn_topic(handle, topic);
    for (int i = 0; i < count; i++) {
        int length = snprintf(value, sizeof value, "%d", i);
        if (rd_kafka_producev(handle, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                              RD_KAFKA_V_VALUE(value, (size_t)length),
                              RD_KAFKA_V_END) != RD_KAFKA_RESP_ERR_NO_ERROR ||
            (count < 10 && rd_kafka_flush(handle, 10000) != RD_KAFKA_RESP_ERR_NO_ERROR)) /* a batch each */
            abort();
    }
    if (rd_kafka_flush(handle, 10000) != RD_KAFKA_RESP_ERR_NO_ERROR)
        abort();
    rd_kafka_destroy(handle);
}

static rd_kafka_headers_t *headers_of(const char *const pairs[])
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(8);

    for (; *pairs != NULL; pairs += 2)
        if (rd_kafka_header_add(headers, pairs[0], -1, pairs[1], pairs[1] == NULL ? 0 : -1) !=
            RD_KAFKA_RESP_ERR_NO_ERROR)
            abort();
    return headers;
}

void given_broker_put_headers(struct given_broker *broker, const char *topic, int32_t partition,
                              const char *key, const void *value, size_t length, const char *const pairs[])
{
    size_t key_length = key == NULL ? 0 : strlen(key);

    if (broker->writer == NULL)
        broker->writer = plain_handle(broker, RD_KAFKA_PRODUCER);
    if (rd_kafka_producev(
            broker->writer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE((void *)(uintptr_t)value, length),
            RD_KAFKA_V_KEY((void *)(uintptr_t)key, key_length), RD_KAFKA_V_HEADERS(headers_of(pairs)),
            RD_KAFKA_V_END) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_flush(broker->writer, 10000) != RD_KAFKA_RESP_ERR_NO_ERROR)
        abort();
}

void given_broker_put_bytes(struct given_broker *broker, const char *topic, int32_t partition,
                            const char *key, const void *value, size_t length)
{
    given_broker_put_headers(broker, topic, partition, key, value, length, (const char *const[]){NULL});
}

void given_broker_put(struct given_broker *broker, const char *topic, int32_t partition, const char *key,
                      const char *value)
{
    given_broker_put_bytes(broker, topic, partition, key, value, value == NULL ? 0 : strlen(value));
}

static void print_headers(rd_kafka_message_t *message, struct buffer *values)
{
    rd_kafka_headers_t *headers;
    const char *name;
    const void *value;
    size_t length;

    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    for (size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &length) == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        buffer_print(values, " %s=%.*s", name, value == NULL ? 6 : (int)length,
                     value == NULL ? "(null)" : (const char *)value);
}

void given_broker_read(struct given_broker *broker, const char *topic, struct buffer *values)
{
    rd_kafka_t *handle = plain_handle(broker, RD_KAFKA_CONSUMER);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    bool ended = false;

    buffer_init(values, 100000);
    learn_topic(handle, topic);
    rd_kafka_topic_partition_list_add(list, topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(handle, list);
    rd_kafka_topic_partition_list_destroy(list);
    while (!ended) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(handle, 10000);
        ended = message == NULL || message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
        if (message != NULL && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            buffer_print(values, "%.*s", (int)message->len, (const char *)message->payload);
            print_headers(message, values);
            buffer_add_text(values, ",");
        }
        if (message != NULL)
            rd_kafka_message_destroy(message);
    }
    rd_kafka_destroy(handle);
}

rd_kafka_t *given_broker_member(struct given_broker *broker)
{
    rd_kafka_conf_t *conf;
    rd_kafka_t *handle;
    struct fault why;

    if (!client_config_make(&broker->settings, CLIENT_CONSUMER, &conf, &why) ||
        !client_config_connect(RD_KAFKA_CONSUMER, conf, &handle, &why)) {
        printf("\n  %s", why.text);
        abort();
    }
    return handle;
}
