/* Asks the broker what the worker's topics are like. */
#include "topics_inside.h"

#include "client_config.h"
#include "invariant.h"
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADMIN_TIMEOUT_MS = 10000 };

const char *topics_name(const struct settings *settings, enum topic_role role)
{
    const char *const names[TOPIC_COUNT] = {
        [TOPIC_REQUESTS] = settings->topic_requests,
        [TOPIC_OUTCOMES] = settings->topic_outcomes,
        [TOPIC_DEAD] = settings->topic_dead,
        [TOPIC_SIGNALS] = settings->topic_signals,
        [TOPIC_LEDGER] = settings->topic_ledger,
        [TOPIC_EVENTS] = settings->topic_events,
        [TOPIC_EVENTS_DEAD] = settings->topic_events_dead,
    };

    return names[role];
}

static void take_metadata(const rd_kafka_metadata_t *metadata, struct topic_state *state)
{
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *topic = &metadata->topics[i];
        state->forbidden = state->forbidden || topic->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
        if (topic->err != RD_KAFKA_RESP_ERR_NO_ERROR)
            continue;
        state->exists = topic->partition_cnt > 0;
        state->partitions = topic->partition_cnt;
        for (int p = 0; p < topic->partition_cnt; p++)
            if (p == 0 || topic->partitions[p].replica_cnt < state->replicas)
                state->replicas = topic->partitions[p].replica_cnt;
    }
}

static void take_config(const rd_kafka_ConfigEntry_t *entry, struct topic_state *state)
{
    const char *name = rd_kafka_ConfigEntry_name(entry), *value = rd_kafka_ConfigEntry_value(entry);

    if (value == NULL)
        return;
    if (strcmp(name, "cleanup.policy") == 0)
        snprintf(state->cleanup, sizeof state->cleanup, "%s", value);
    else if (strcmp(name, "min.insync.replicas") == 0)
        state->min_insync = strtoll(value, NULL, 10);
    else if (strcmp(name, "max.message.bytes") == 0)
        state->max_message_bytes = strtoll(value, NULL, 10);
    else if (strcmp(name, "unclean.leader.election.enable") == 0)
        state->unclean_election = strcmp(value, "true") == 0;
    else if (strcmp(name, "message.timestamp.type") == 0)
        state->broker_time = strcmp(value, "LogAppendTime") == 0;
}

/* The settings of one topic; those that this user may not see stay unknown. False: this broker does not know it (yet). */
static bool take_configs(const rd_kafka_ConfigResource_t *resource, struct topic_state states[TOPIC_COUNT],
                         struct fault *why)
{
    rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(resource);
    size_t count = 0;

    if (error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
        error == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED)
        return true;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(why, FAULT_PEER, "Kafka does not show the settings of '%s': %s",
                         rd_kafka_ConfigResource_name(resource), rd_kafka_err2str(error));
    const rd_kafka_ConfigEntry_t **list = rd_kafka_ConfigResource_configs(resource, &count);

    for (size_t t = 0; t < TOPIC_COUNT; t++) {
        if (strcmp(states[t].name, rd_kafka_ConfigResource_name(resource)) != 0 || count == 0)
            continue;
        states[t].configured = true;
        for (size_t i = 0; i < count; i++)
            take_config(list[i], &states[t]);
    }
    return true;
}

/* The answer to DescribeConfigs; null, or one with an error, is none. */
static bool take_answer(rd_kafka_event_t *event, struct topic_state states[TOPIC_COUNT], struct fault *why)
{
    rd_kafka_resp_err_t error = event == NULL ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event);
    size_t count = 0;

    if (error == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE)
        return true; /* a broker that does not know the request */
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(why, FAULT_PEER, "Kafka does not show the topics' settings: %s",
                         rd_kafka_err2str(error));
    const rd_kafka_ConfigResource_t **found =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &count);
    for (size_t i = 0; i < count; i++)
        TRY(take_configs(found[i], states, why));
    return true;
}

/* DescribeConfigs. FAULT_PEER: no answer. */
static bool read_configs(rd_kafka_t *handle, struct topic_state states[TOPIC_COUNT], struct fault *why)
{
    rd_kafka_ConfigResource_t *resources[TOPIC_COUNT];
    char error[128];
    size_t count = 0;

    for (size_t i = 0; i < TOPIC_COUNT; i++)
        if (states[i].exists && !topics_named_before(states, i))
            resources[count++] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, states[i].name);
    REQUIRE(count <= TOPIC_COUNT);
    if (count == 0)
        return true;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(handle);
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(handle, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_AdminOptions_set_request_timeout(options, ADMIN_TIMEOUT_MS, error, sizeof error);
    rd_kafka_DescribeConfigs(handle, resources, count, options, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, ADMIN_TIMEOUT_MS);
    bool answered = take_answer(event, states, why);
    if (event != NULL)
        rd_kafka_event_destroy(event);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ConfigResource_destroy_array(resources, count);
    rd_kafka_queue_destroy(queue);
    return answered;
}

/* A consumer's, for a producer's question about a topic may create it. */
static bool new_asking_handle(const struct settings *settings, rd_kafka_t **handle, struct fault *why)
{
    rd_kafka_conf_t *conf;

    TRY(client_config_make(settings, CLIENT_TOOL_CONSUMER, &conf, why));
    return client_config_connect(RD_KAFKA_CONSUMER, conf, handle, why);
}

/* By its name: in a list of all topics one that we may not see is missing like one that does not exist. */
static bool read_topic(rd_kafka_t *handle, int timeout_ms, struct topic_state *state, struct fault *why)
{
    const rd_kafka_metadata_t *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(handle, state->name, NULL);

    if (topic == NULL)
        return fault_set(why, FAULT_INPUT, "'%s' is not a topic name: %s", state->name,
                         rd_kafka_err2str(rd_kafka_last_error()));
    rd_kafka_resp_err_t error = rd_kafka_metadata(handle, 0, topic, &metadata, timeout_ms);
    rd_kafka_topic_destroy(topic);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(why, FAULT_PEER, "Kafka does not answer: %s", rd_kafka_err2str(error));
    take_metadata(metadata, state);
    rd_kafka_metadata_destroy(metadata);
    return true;
}

bool topics_read(const struct settings *settings, int timeout_ms, struct topic_state states[TOPIC_COUNT],
                 struct fault *why)
{
    rd_kafka_t *handle;
    bool read = true;

    for (size_t i = 0; i < TOPIC_COUNT; i++)
        states[i] = (struct topic_state){.name = topics_name(settings, (enum topic_role)i)};
    TRY(new_asking_handle(settings, &handle, why));
    for (size_t i = 0; read && i < TOPIC_COUNT; i++)
        read = read_topic(handle, timeout_ms, &states[i], why);
    read = read && (!settings->settlement_transactions || read_configs(handle, states, why));
    rd_kafka_destroy(handle);
    return read;
}

bool topics_read_events(const struct settings *settings, int timeout_ms,
                        struct topic_state states[TOPIC_COUNT], struct fault *why)
{
    rd_kafka_t *handle;

    memset(states, 0, TOPIC_COUNT * sizeof *states);
    states[TOPIC_EVENTS].name = settings->topic_events;
    states[TOPIC_EVENTS_DEAD].name = settings->topic_events_dead;
    TRY(new_asking_handle(settings, &handle, why));
    bool read = read_topic(handle, timeout_ms, &states[TOPIC_EVENTS], why) &&
                read_topic(handle, timeout_ms, &states[TOPIC_EVENTS_DEAD], why);
    rd_kafka_destroy(handle);
    return read;
}
