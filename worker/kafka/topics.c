/* What the worker's topics must be like, and whether they are. */
#include "topics_inside.h"

#include "invariant.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

_Static_assert((int)TOPIC_COUNT == (int)TOPIC_EVENTS_DEAD + 1, "a place for each role");

#define TO_READ "READ --operation DESCRIBE_CONFIGS"
#define TO_WRITE "WRITE --operation DESCRIBE_CONFIGS"
#define TO_SEND "WRITE --operation DESCRIBE"

enum {
    DEAD_EXTRA_BYTES = 65536,
    DONE_EXTRA_BYTES = 196608, /* of a finished order: its journal, what people decided */
    USUAL_BYTES = 1048588      /* a broker's default for max.message.bytes */
};

const struct topic_rule topic_rules[TOPIC_COUNT] = {
    [TOPIC_REQUESTS] = {.same_partitions = true, .cleanup = "delete", .rights = TO_READ},
    [TOPIC_OUTCOMES] = {.broker_time = true, .rights = TO_WRITE, .message_bytes = 1179648},
    [TOPIC_DEAD] = {.broker_time = true,
                    .rights = TO_WRITE,
                    .message_bytes = 1179648}, /* the usual 1 MiB, and DEAD_EXTRA_BYTES */
    /* People decide there, and workers pass on what is another's. */
    [TOPIC_SIGNALS] = {.same_partitions = true,
                       .broker_time = true,
                       .cleanup = "delete",
                       .rights = TO_READ " --operation WRITE"},
    /* An order's record holds its request, what BT said, and its outcome. */
    [TOPIC_LEDGER] = {.same_partitions = true,
                      .broker_time = true,
                      .cleanup = "compact",
                      .rights = TO_READ " --operation WRITE",
                      .delete_retention_ms = "604800000",
                      .message_bytes = 16777216},
    [TOPIC_EVENTS] = {.same_partitions = true,
                      .broker_time = true,
                      .cleanup = "delete",
                      .rights = TO_READ,
                      .listener_rights = TO_SEND,
                      .retention_ms = "604800000", /* 7 days */
                      .message_bytes = USUAL_BYTES},
    [TOPIC_EVENTS_DEAD] = {.broker_time = true,
                           .cleanup = "delete",
                           .rights = TO_WRITE,
                           .listener_rights = TO_SEND,
                           .retention_ms = "1209600000", /* 14 days */
                           .message_bytes = USUAL_BYTES},
};

static size_t message_bytes(const struct topic_state *state)
{
    return state->configured && state->max_message_bytes > 0 ? (size_t)state->max_message_bytes : USUAL_BYTES;
}

size_t topics_needed_bytes(const struct settings *settings, const struct topic_state states[TOPIC_COUNT],
                           enum topic_role role, size_t ledger_bytes)
{
    size_t done = message_bytes(&states[TOPIC_OUTCOMES]) + DONE_EXTRA_BYTES;

    switch (role) {
    case TOPIC_OUTCOMES:
        return OUTCOME_LEAST_BYTES + TOPIC_HEADER_BYTES;
    case TOPIC_DEAD:
        return message_bytes(&states[TOPIC_REQUESTS]) + DEAD_EXTRA_BYTES;
    case TOPIC_LEDGER: /* a finished order's record has the outcome, a live one's request and replies */
        return (ledger_bytes > done ? ledger_bytes : done) + TOPIC_HEADER_BYTES;
    case TOPIC_EVENTS:
    case TOPIC_EVENTS_DEAD:
    case TOPIC_SIGNALS: /* an event may be passed on to another owner */
        return (size_t)settings->listen.request_max_bytes + EVENT_EXTRA_BYTES + TOPIC_HEADER_BYTES;
    case TOPIC_REQUESTS:
        break;
    }
    return 0;
}

size_t topics_room(const struct topic_state *state, enum topic_role role)
{
    REQUIRE(role <= TOPIC_EVENTS_DEAD);
    size_t made = topic_rules[role].message_bytes, bytes = message_bytes(state);

    return (state->configured || made < bytes ? bytes : made) - TOPIC_HEADER_BYTES;
}

bool topics_named_before(const struct topic_state states[TOPIC_COUNT], size_t role)
{
    for (size_t i = 0; i < role; i++)
        if (strcmp(states[i].name, states[role].name) == 0)
            return true;
    return false;
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

    if (topic_rules[role].cleanup != NULL && strcmp(state->cleanup, topic_rules[role].cleanup) != 0) {
        snprintf(remedy, sizeof remedy,
                 "kafka-configs.sh --alter --topic %.100s --add-config cleanup.policy=%s", state->name,
                 topic_rules[role].cleanup);
        problems_add(problems, state->name, remedy, "cleanup.policy is '%s' and must be '%s'", state->cleanup,
                     topic_rules[role].cleanup);
    }
    if (topic_rules[role].broker_time && !state->broker_time) {
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
        "kafka-topics.sh --alter --topic %.100s --partitions %d, for requests, signals, events and ledger the same; then "
        "'whc-worker topics --repartition', with no worker running",
        fewer ? state->name : settings->topic_requests, fewer ? partitions : state->partitions);
    problems_add(problems, state->name, remedy, "the topic has %d partitions and the requests have %d",
                 state->partitions, partitions);
}

static bool check_there(const struct topic_state *state, const char *rights, struct problems *problems)
{
    char remedy[300];

    if (state->forbidden) {
        snprintf(remedy, sizeof remedy,
                 "kafka-acls.sh --add --topic %.100s --operation %s --allow-principal ...", state->name,
                 rights);
        problems_add(problems, state->name, remedy, "this user has no right to the topic, if there is one");
        return false;
    }
    if (!state->exists)
        problems_add(problems, state->name, "whc-worker topics --create", "the topic does not exist");
    return state->exists;
}

static void check_one(const struct settings *settings, const struct topic_state *state, enum topic_role role,
                      int partitions, struct problems *problems)
{
    if (!check_there(state, topic_rules[role].rights, problems))
        return;
    bool enough = settings->requests_partitions > 0 && state->partitions >= settings->requests_partitions;
    if (topic_rules[role].same_partitions && partitions > 0 && state->partitions != partitions && !enough)
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
static void check_size(const struct settings *settings, const struct topic_state states[TOPIC_COUNT],
                       enum topic_role role, size_t ledger_bytes, struct problems *problems)
{
    static const char *const what[TOPIC_COUNT] = {
        [TOPIC_OUTCOMES] = "an outcome without its result",
        [TOPIC_DEAD] = "the largest request with its reason",
        [TOPIC_LEDGER] = "the heaviest record: request, what BT answered, journal, outcome",
        [TOPIC_SIGNALS] = "the largest notification",
        [TOPIC_EVENTS] = "the largest notification",
        [TOPIC_EVENTS_DEAD] = "the largest notification"};
    const struct topic_state *state = &states[role];
    size_t needed = topics_needed_bytes(settings, states, role, ledger_bytes);
    char remedy[400];

    if (!state->configured || (size_t)state->max_message_bytes >= needed ||
        (role == TOPIC_DEAD && !states[TOPIC_REQUESTS].configured))
        return;
    snprintf(remedy, sizeof remedy,
             "kafka-configs.sh --alter --topic %.100s --add-config max.message.bytes=%zu%s", state->name,
             needed,
             role == TOPIC_SIGNALS || role >= TOPIC_EVENTS ? "; or a smaller listen.request.max.bytes"
             : role != TOPIC_LEDGER                        ? ""
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
        if (topics_named_before(states, i))
            problems_add(problems, states[i].name, "give each topic.* setting a name of its own",
                         "this topic is named for two purposes");
        check_one(settings, &states[i], (enum topic_role)i, states[TOPIC_REQUESTS].partitions, problems);
        check_size(settings, states, (enum topic_role)i, ledger_bytes, problems);
    }
}

void topics_check_events(const struct topic_state states[TOPIC_COUNT], struct problems *problems)
{
    (void)check_there(&states[TOPIC_EVENTS], topic_rules[TOPIC_EVENTS].listener_rights, problems);
    (void)check_there(&states[TOPIC_EVENTS_DEAD], topic_rules[TOPIC_EVENTS_DEAD].listener_rights, problems);
}

const char *topics_rights(enum topic_role role, bool listener)
{
    REQUIRE(role <= TOPIC_EVENTS_DEAD);
    return listener ? topic_rules[role].listener_rights : topic_rules[role].rights;
}
