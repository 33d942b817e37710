/* Describes, checks and creates the worker's topics with Kafka's admin client. */
#include "topics.h"

#include "client_config.h"
#include "invariant.h"
#include "memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)TOPIC_COUNT == (int)TOPIC_LEDGER + 1, "a place for each role");

#define TO_READ "READ --operation DESCRIBE_CONFIGS"
#define TO_WRITE "WRITE --operation DESCRIBE_CONFIGS"

enum {
    ADMIN_TIMEOUT_MS = 10000,
    DEAD_EXTRA_BYTES = 65536,
    DONE_EXTRA_BYTES = 196608, /* of a finished order: its journal, what people decided */
    USUAL_BYTES = 1048588      /* a broker's default for max.message.bytes */
};

/* What `topics` creates and the worker checks, one row per role. */
static const struct {
    bool same_partitions; /* as the requests: their numbers must match */
    /*
     * Dated by the broker (message.timestamp.type=LogAppendTime): it refuses a record whose writer's clock is an hour
     * ahead of its own (message.timestamp.after.max.ms), and a wrong clock must not stop settlements.
     */
    bool broker_time;
    const char *cleanup;             /* cleanup.policy, exactly; null: any */
    const char *delete_retention_ms; /* null: the broker's default */
    const char *rights;              /* the least of the worker; README.md has the table */
    size_t message_bytes;            /* max.message.bytes at least, as it is made; 0: the broker's default */
} rules[TOPIC_COUNT] = {
    [TOPIC_REQUESTS] = {.same_partitions = true, .cleanup = "delete", .rights = TO_READ},
    [TOPIC_OUTCOMES] = {.broker_time = true, .rights = TO_WRITE, .message_bytes = 1179648},
    [TOPIC_DEAD] = {.broker_time = true,
                    .rights = TO_WRITE,
                    .message_bytes = 1179648}, /* the usual 1 MiB, and DEAD_EXTRA_BYTES */
    [TOPIC_SIGNALS] = {.same_partitions = true, .broker_time = true, .cleanup = "delete", .rights = TO_READ},
    /* An order's record holds its request, what BT said, and its outcome. */
    [TOPIC_LEDGER] = {.same_partitions = true,
                      .broker_time = true,
                      .cleanup = "compact",
                      .rights = TO_READ " --operation WRITE",
                      .delete_retention_ms = "604800000",
                      .message_bytes = 16777216},
};

static size_t message_bytes(const struct topic_state *state)
{
    return state->configured && state->max_message_bytes > 0 ? (size_t)state->max_message_bytes : USUAL_BYTES;
}

/* What max.message.bytes must be at least: one that its topic refused would stop its partition (PROMISE.md R16). */
static size_t needed_bytes(const struct topic_state states[TOPIC_COUNT], enum topic_role role,
                           size_t ledger_bytes)
{
    size_t done = message_bytes(&states[TOPIC_OUTCOMES]) + DONE_EXTRA_BYTES;

    switch (role) {
    case TOPIC_OUTCOMES:
        return OUTCOME_LEAST_BYTES + TOPIC_HEADER_BYTES;
    case TOPIC_DEAD:
        return message_bytes(&states[TOPIC_REQUESTS]) + DEAD_EXTRA_BYTES;
    case TOPIC_LEDGER: /* a finished order's record has the outcome, a live one's request and replies */
        return (ledger_bytes > done ? ledger_bytes : done) + TOPIC_HEADER_BYTES;
    case TOPIC_REQUESTS:
    case TOPIC_SIGNALS:
        break;
    }
    return 0;
}

size_t topics_room(const struct topic_state *state, enum topic_role role)
{
    REQUIRE(role <= TOPIC_LEDGER);
    size_t made = rules[role].message_bytes, bytes = message_bytes(state);

    return (state->configured || made < bytes ? bytes : made) - TOPIC_HEADER_BYTES;
}

static const char *name_of(const struct settings *settings, enum topic_role role)
{
    const char *const names[TOPIC_COUNT] = {
        [TOPIC_REQUESTS] = settings->topic_requests, [TOPIC_OUTCOMES] = settings->topic_outcomes,
        [TOPIC_DEAD] = settings->topic_dead,         [TOPIC_SIGNALS] = settings->topic_signals,
        [TOPIC_LEDGER] = settings->topic_ledger,
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

/* The broker may be asked about a topic once only. */
static bool is_named_before(const struct topic_state states[TOPIC_COUNT], size_t role)
{
    for (size_t i = 0; i < role; i++)
        if (strcmp(states[i].name, states[role].name) == 0)
            return true;
    return false;
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
        if (states[i].exists && !is_named_before(states, i))
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

static bool new_handle(const struct settings *settings, rd_kafka_t **handle, struct fault *why)
{
    rd_kafka_conf_t *conf;

    TRY(client_config_make(settings, CLIENT_ADMIN, &conf, why));
    return client_config_connect(RD_KAFKA_PRODUCER, conf, handle, why);
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
        states[i] = (struct topic_state){.name = name_of(settings, (enum topic_role)i)};
    TRY(new_asking_handle(settings, &handle, why));
    for (size_t i = 0; read && i < TOPIC_COUNT; i++)
        read = read_topic(handle, timeout_ms, &states[i], why);
    read = read && (!settings->settlement_transactions || read_configs(handle, states, why));
    rd_kafka_destroy(handle);
    return read;
}

static void check_safety(const struct settings *settings, const struct topic_state *state,
                         struct problems *problems)
{
    int64_t least = settings->topics_min_replication, insync = least - 1 > 1 ? least - 1 : 1;
    char remedy[300];

    if (state->replicas < least) {
        snprintf(remedy, sizeof remedy,
                 "kafka-reassign-partitions.sh, or topics.min.replication=%d if this is a trial",
                 state->replicas);
        problems_add(problems, state->name, remedy,
                     "the topic has %d replicas, topics.min.replication is %" PRId64, state->replicas, least);
    }
    if (!state->configured)
        return;
    if (state->min_insync < insync) {
        snprintf(remedy, sizeof remedy,
                 "kafka-configs.sh --alter --topic %.100s --add-config min.insync.replicas=%" PRId64,
                 state->name, insync);
        problems_add(problems, state->name, remedy,
                     "min.insync.replicas is %" PRId64 ", at least %" PRId64 " is needed", state->min_insync,
                     insync);
    }
    if (state->unclean_election) {
        snprintf(remedy, sizeof remedy,
                 "kafka-configs.sh --alter --topic %.100s --add-config unclean.leader.election.enable=false",
                 state->name);
        problems_add(problems, state->name, remedy,
                     "unclean leader election is on: acknowledged records could be lost");
    }
}

static void check_configs(const struct topic_state *state, enum topic_role role, struct problems *problems)
{
    char remedy[300];

    if (rules[role].cleanup != NULL && strcmp(state->cleanup, rules[role].cleanup) != 0) {
        snprintf(remedy, sizeof remedy,
                 "kafka-configs.sh --alter --topic %.100s --add-config cleanup.policy=%s", state->name,
                 rules[role].cleanup);
        problems_add(problems, state->name, remedy, "cleanup.policy is '%s' and must be '%s'", state->cleanup,
                     rules[role].cleanup);
    }
    if (rules[role].broker_time && !state->broker_time) {
        snprintf(remedy, sizeof remedy,
                 "kafka-configs.sh --alter --topic %.100s --add-config message.timestamp.type=LogAppendTime",
                 state->name);
        problems_add(problems, state->name, remedy,
                     "message.timestamp.type must be LogAppendTime: the broker would refuse the records of a "
                     "worker whose clock is an hour ahead");
    }
}

/* Kafka can only add partitions. */
static void add_count_problem(const struct settings *settings, const struct topic_state *state,
                              int partitions, struct problems *problems)
{
    bool fewer = state->partitions < partitions;
    char remedy[400];

    snprintf(
        remedy, sizeof remedy,
        "kafka-topics.sh --alter --topic %.100s --partitions %d, for requests, signals and ledger the same; then "
        "'whc-worker topics --repartition', with no worker running",
        fewer ? state->name : settings->topic_requests, fewer ? partitions : state->partitions);
    problems_add(problems, state->name, remedy, "the topic has %d partitions and the requests have %d",
                 state->partitions, partitions);
}

static void check_one(const struct settings *settings, const struct topic_state *state, enum topic_role role,
                      int partitions, struct problems *problems)
{
    char remedy[300];

    if (state->forbidden) {
        snprintf(remedy, sizeof remedy,
                 "kafka-acls.sh --add --topic %.100s --operation %s --allow-principal ...", state->name,
                 rules[role].rights);
        problems_add(problems, state->name, remedy, "this user has no right to the topic, if there is one");
        return;
    }
    if (!state->exists) {
        problems_add(problems, state->name, "whc-worker topics --create", "the topic does not exist");
        return;
    }
    bool enough = settings->requests_partitions > 0 && state->partitions >= settings->requests_partitions;
    if (rules[role].same_partitions && partitions > 0 && state->partitions != partitions && !enough)
        add_count_problem(settings, state, partitions, problems);
    if (!settings->settlement_transactions)
        return; /* the embedded broker: nothing is promised (PROMISE.md R13) */
    if (!state->configured)
        problems_add(problems, state->name, "allow DescribeConfigs of the topic to this user, or ask again",
                     "the broker does not show the topic's settings, so nobody knows whether it is safe");
    check_safety(settings, state, problems);
    if (state->configured)
        check_configs(state, role, problems);
}

/* Each of what the worker writes must fit, as large as the settings and the other topics let it become. */
static void check_size(const struct topic_state states[TOPIC_COUNT], enum topic_role role,
                       size_t ledger_bytes, struct problems *problems)
{
    static const char *const what[TOPIC_COUNT] = {
        [TOPIC_OUTCOMES] = "an outcome without its result",
        [TOPIC_DEAD] = "the largest request with its reason",
        [TOPIC_LEDGER] = "the heaviest record: request, what BT answered, journal, outcome"};
    const struct topic_state *state = &states[role];
    size_t needed = needed_bytes(states, role, ledger_bytes);
    char remedy[400];

    if (!state->configured || (size_t)state->max_message_bytes >= needed ||
        (role == TOPIC_DEAD && !states[TOPIC_REQUESTS].configured))
        return;
    snprintf(remedy, sizeof remedy,
             "kafka-configs.sh --alter --topic %.100s --add-config max.message.bytes=%zu%s", state->name,
             needed,
             role != TOPIC_LEDGER ? ""
             : needed > ledger_bytes + TOPIC_HEADER_BYTES
                 ? "; or a smaller one for the outcomes"
                 : "; or smaller bt.reply.max.bytes and request.max.bytes");
    problems_add(problems, state->name, remedy,
                 "max.message.bytes is %" PRId64 " and must be %zu at least, it is too little for %s",
                 state->max_message_bytes, needed, what[role]);
}

void topics_check(const struct settings *settings, const struct topic_state states[TOPIC_COUNT],
                  size_t ledger_bytes, struct problems *problems)
{
    for (size_t i = 0; i < TOPIC_COUNT; i++) {
        if (is_named_before(states, i))
            problems_add(problems, states[i].name, "give each topic.* setting a name of its own",
                         "this topic is named for two purposes");
        check_one(settings, &states[i], (enum topic_role)i, states[TOPIC_REQUESTS].partitions, problems);
        check_size(states, (enum topic_role)i, ledger_bytes, problems);
    }
}

static rd_kafka_NewTopic_t *new_topic(const struct settings *settings, const struct topic_state *state,
                                      enum topic_role role, int partitions, size_t needed,
                                      struct problems *problems)
{
    size_t bytes = needed > rules[role].message_bytes ? needed : rules[role].message_bytes;
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
    if (rules[role].cleanup != NULL)
        rd_kafka_NewTopic_set_config(topic, "cleanup.policy", rules[role].cleanup);
    if (rules[role].broker_time)
        rd_kafka_NewTopic_set_config(topic, "message.timestamp.type", "LogAppendTime");
    if (rules[role].delete_retention_ms != NULL)
        rd_kafka_NewTopic_set_config(topic, "delete.retention.ms", rules[role].delete_retention_ms);
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
                                        needed_bytes(states, role, ledger_bytes), problems);
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
