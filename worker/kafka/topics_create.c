/* Creates the worker's topics with Kafka's admin client. */
#include "topics_inside.h"

#include "client_config.h"

#include <stdio.h>

enum { ADMIN_TIMEOUT_MS = 10000 };

static bool new_handle(const struct settings *settings, rd_kafka_t **handle, struct fault *why)
{
    rd_kafka_conf_t *conf;

    TRY(client_config_make(settings, CLIENT_ADMIN, &conf, why));
    return client_config_connect(RD_KAFKA_PRODUCER, conf, handle, why);
}

static rd_kafka_NewTopic_t *new_topic(const struct settings *settings, const struct topic_state *state,
                                      enum topic_role role, int partitions, size_t needed,
                                      struct problems *problems)
{
    size_t bytes = needed > topic_rules[role].message_bytes ? needed : topic_rules[role].message_bytes;
    char error[256] = "", number[24];
    int replicas = (int)settings->topics_replication;
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(state->name, partitions, replicas, error, sizeof error);

    if (topic == NULL) {
        problems_add(problems, state->name, "", "%s", error);
        return NULL;
    }
    snprintf(number, sizeof number, "%d", replicas > 2 ? replicas - 1 : 1);
    rd_kafka_NewTopic_set_config(topic, "min.insync.replicas", number);
    rd_kafka_NewTopic_set_config(topic, "unclean.leader.election.enable", "false");
    if (topic_rules[role].cleanup != NULL)
        rd_kafka_NewTopic_set_config(topic, "cleanup.policy", topic_rules[role].cleanup);
    if (topic_rules[role].broker_time)
        rd_kafka_NewTopic_set_config(topic, "message.timestamp.type", "LogAppendTime");
    if (topic_rules[role].delete_retention_ms != NULL)
        rd_kafka_NewTopic_set_config(topic, "delete.retention.ms", topic_rules[role].delete_retention_ms);
    if (topic_rules[role].retention_ms != NULL)
        rd_kafka_NewTopic_set_config(topic, "retention.ms", topic_rules[role].retention_ms);
    snprintf(number, sizeof number, "%zu", bytes);
    if (bytes > 0)
        rd_kafka_NewTopic_set_config(topic, "max.message.bytes", number);
    return topic;
}

/* What the broker said of each topic; gives how many were made. */
static size_t count_made(rd_kafka_event_t *event, struct problems *problems)
{
    size_t count = 0, made = 0;
    const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
    const rd_kafka_topic_result_t **topics =
        result == NULL ? NULL : rd_kafka_CreateTopics_result_topics(result, &count);

    if (result == NULL || rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
        problems_add(problems, "topics", "ask whoever runs the broker",
                     "the broker did not create topics: %s", rd_kafka_event_error_string(event));
    for (size_t i = 0; i < count; i++) {
        if (rd_kafka_topic_result_error(topics[i]) == RD_KAFKA_RESP_ERR_NO_ERROR)
            made++;
        else
            problems_add(problems, rd_kafka_topic_result_name(topics[i]), "",
                         "the broker did not create it: %s", rd_kafka_topic_result_error_string(topics[i]));
    }
    return made;
}

size_t topics_create(const struct settings *settings, const struct topic_state states[TOPIC_COUNT],
                     size_t ledger_bytes, struct problems *problems)
{
    rd_kafka_NewTopic_t *topics[TOPIC_COUNT];
    int partitions =
        states[TOPIC_REQUESTS].exists ? states[TOPIC_REQUESTS].partitions : (int)settings->topics_partitions;
    size_t count = 0, made = 0;
    rd_kafka_t *handle;
    struct fault why;

    for (size_t i = 0; i < TOPIC_COUNT; i++) {
        enum topic_role role = (enum topic_role)i;
        topics[count] = states[i].exists || states[i].forbidden
                            ? NULL
                            : new_topic(settings, &states[i], role, partitions,
                                        topics_needed_bytes(settings, states, role, ledger_bytes), problems);
        count += topics[count] != NULL;
    }
    if (count == 0)
        return 0;
    if (!new_handle(settings, &handle, &why)) {
        problems_add(problems, "kafka", "", "%s", why.text);
    } else {
        rd_kafka_queue_t *queue = rd_kafka_queue_new(handle);
        rd_kafka_CreateTopics(handle, topics, count, NULL, queue);
        rd_kafka_event_t *event = rd_kafka_queue_poll(queue, ADMIN_TIMEOUT_MS * 3);
        if (event != NULL) {
            made = count_made(event, problems);
            rd_kafka_event_destroy(event);
        } else {
            problems_add(problems, "topics", "try again", "the broker did not answer in time");
        }
        rd_kafka_queue_destroy(queue);
        rd_kafka_destroy(handle);
    }
    rd_kafka_NewTopic_destroy_array(topics, count);
    return made;
}
