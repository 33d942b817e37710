/* What is wrong with topics: their sizes against what the worker may write to them. */
#include "topics.h"

#include "given_broker.h"
#include "memory.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <string.h>

enum { LEDGER_BYTES = 10000000 };

static const struct topic_state good[TOPIC_COUNT] = {
    {"requests", true, 6, 1, true, "delete", 1, 1048588, false, false, false},
    {"outcomes", true, 6, 1, true, "delete", 1, 1048588, false, true, false},
    {"dead", true, 6, 1, true, "delete", 1, 1179648, false, true, false},
    {"signals", true, 6, 1, true, "delete", 1, 1048588, false, true, false},
    {"ledger", true, 6, 1, true, "compact", 1, 16777216, false, true, false},
    {"events", true, 6, 1, true, "delete", 1, 1048588, false, true, false},
    {"events.dead", true, 6, 1, true, "delete", 1, 1048588, false, true, false}};

static const struct {
    const char *name;
    enum topic_role role;
    int64_t bytes;
    const char *topic, *what, *remedy; /* topic null: nothing is wrong */
} cases[] = {
    {"as it must be", TOPIC_REQUESTS, 1048588, NULL, NULL, NULL},
    {"large requests", TOPIC_REQUESTS, 4000000, "dead",
     "max.message.bytes is 1179648 and must be 4065536 at least, it is too little for the largest request",
     "kafka-configs.sh --alter --topic dead --add-config max.message.bytes=4065536"},
    {"outcomes just large enough", TOPIC_OUTCOMES, 81920, NULL, NULL, NULL},
    {"outcomes too small", TOPIC_OUTCOMES, 81919, "outcomes",
     "max.message.bytes is 81919 and must be 81920 at least, it is too little for an outcome",
     "--topic outcomes --add-config max.message.bytes=81920"},
    {"a ledger just large enough", TOPIC_LEDGER, 10016384, NULL, NULL, NULL},
    {"a ledger too small", TOPIC_LEDGER, 1048588, "ledger",
     "max.message.bytes is 1048588 and must be 10016384 at least, it is too little for the heaviest record",
     "max.message.bytes=10016384; or smaller bt.reply.max.bytes and request.max.bytes"},
    {"signals just large enough", TOPIC_SIGNALS, 262144 + 4096 + TOPIC_HEADER_BYTES, NULL, NULL, NULL},
    {"signals too small for an event", TOPIC_SIGNALS, 262144, "signals",
     "max.message.bytes is 262144 and must be 282624 at least, it is too little for the largest notification",
     "--topic signals --add-config max.message.bytes=282624; or a smaller listen.request.max.bytes"},
    {"events too small", TOPIC_EVENTS, 282623, "events",
     "max.message.bytes is 282623 and must be 282624 at least, it is too little for the largest notification",
     "--topic events --add-config max.message.bytes=282624; or a smaller listen.request.max.bytes"},
    {"dead events too small", TOPIC_EVENTS_DEAD, 282623, "events.dead", "282624 at least",
     "listen.request.max.bytes"},
    {"outcomes larger than the ledger", TOPIC_OUTCOMES, 20000000, "ledger",
     "max.message.bytes is 16777216 and must be 20212992 at least",
     "max.message.bytes=20212992; or a smaller one for the outcomes"},
};

static void expect(const char *name, const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        return;
    printf("\n  %s: '%s' does not say '%s'", name, text, part);
    CU_FAIL("case above");
}

static void sizes(void)
{
    struct settings settings = {
        .topics_min_replication = 1, .settlement_transactions = 1, .listen.request_max_bytes = 262144};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct topic_state states[TOPIC_COUNT];
        struct problems problems = {0};
        memcpy(states, good, sizeof states);
        states[cases[i].role].max_message_bytes = cases[i].bytes;
        topics_check(&settings, states, LEDGER_BYTES, &problems);
        if (problems.count != (cases[i].topic != NULL)) {
            printf("\n  %s: %zu problems", cases[i].name, problems.count);
            CU_FAIL("case above");
        }
        for (size_t p = 0; p < problems.count && cases[i].topic != NULL; p++) {
            expect(cases[i].name, problems.list[p].where, cases[i].topic);
            expect(cases[i].name, problems.list[p].what, cases[i].what);
            expect(cases[i].name, problems.list[p].remedy, cases[i].remedy);
        }
        problems_release(&problems);
    }
}

/* A broker that does not tell: they are taken for what `topics` makes. */
static void rooms(void)
{
    struct topic_state state = good[TOPIC_LEDGER];

    CU_ASSERT_EQUAL(topics_room(&state, TOPIC_LEDGER), 16777216 - TOPIC_HEADER_BYTES);
    state.max_message_bytes = 1000000;
    CU_ASSERT_EQUAL(topics_room(&state, TOPIC_LEDGER), 1000000 - TOPIC_HEADER_BYTES);
    state.configured = false;
    CU_ASSERT_EQUAL(topics_room(&state, TOPIC_LEDGER), 16777216 - TOPIC_HEADER_BYTES);
}

/* One thing that is wrong with one topic, and what is said of it; null: nothing. `least`: topics.min.replication. */
static const struct {
    const char *name;
    enum topic_role role;
    struct topic_state state;
    int64_t least;
    const char *what, *remedy;
} wrong[] = {
    {"not there",
     TOPIC_DEAD,
     {"dead", false, 0, 0, false, "", 0, 0, false, false, false},
     1,
     "the topic does not exist",
     "whc-worker topics --create"},
    {"not ours to see",
     TOPIC_LEDGER,
     {"ledger", false, 0, 0, false, "", 0, 0, false, false, true},
     1,
     "this user has no right to the topic, if there is one",
     "--topic ledger --operation READ --operation DESCRIBE_CONFIGS --operation WRITE"},
    {"too few partitions",
     TOPIC_SIGNALS,
     {"signals", true, 5, 1, true, "delete", 1, 1048588, false, true, false},
     1,
     "the topic has 5 partitions and the requests have 6",
     "--alter --topic signals --partitions 6"},
    {"too many partitions",
     TOPIC_LEDGER,
     {"ledger", true, 7, 1, true, "compact", 1, 16777216, false, true, false},
     1,
     "the topic has 7 partitions and the requests have 6",
     "--alter --topic requests --partitions 7"},
    {"too few partitions for events",
     TOPIC_EVENTS,
     {"events", true, 5, 1, true, "delete", 1, 1048588, false, true, false},
     1,
     "the topic has 5 partitions and the requests have 6",
     "--alter --topic events --partitions 6"},
    {"events that are compacted",
     TOPIC_EVENTS,
     {"events", true, 6, 1, true, "compact", 1, 1048588, false, true, false},
     1,
     "cleanup.policy is 'compact' and must be 'delete'",
     "--add-config cleanup.policy=delete"},
    {"dead events that stay for ever",
     TOPIC_EVENTS_DEAD,
     {"events.dead", true, 1, 1, true, "compact", 1, 1048588, false, true, false},
     1,
     "cleanup.policy is 'compact' and must be 'delete'",
     "--add-config cleanup.policy=delete"},
    {"outcomes may have any number",
     TOPIC_OUTCOMES,
     {"outcomes", true, 3, 1, true, "delete", 1, 1048588, false, true, false},
     1,
     NULL,
     NULL},
    {"one that deletes as well",
     TOPIC_LEDGER,
     {"ledger", true, 6, 1, true, "compact,delete", 1, 16777216, false, true, false},
     1,
     "cleanup.policy is 'compact,delete' and must be 'compact'",
     "--add-config cleanup.policy=compact"},
    {"requests that are compacted",
     TOPIC_REQUESTS,
     {"requests", true, 6, 1, true, "compact", 1, 1048588, false, false, false},
     1,
     "cleanup.policy is 'compact' and must be 'delete'",
     "--add-config cleanup.policy=delete"},
    {"outcomes that are compacted",
     TOPIC_OUTCOMES,
     {"outcomes", true, 6, 1, true, "compact", 1, 1048588, false, true, false},
     1,
     NULL,
     NULL},
    {"dated by the writer",
     TOPIC_LEDGER,
     {"ledger", true, 6, 1, true, "compact", 1, 16777216, false, false, false},
     1,
     "message.timestamp.type must be LogAppendTime",
     "--add-config message.timestamp.type=LogAppendTime"},
    {"too few replicas",
     TOPIC_DEAD,
     {"dead", true, 6, 2, true, "delete", 2, 1179648, false, true, false},
     3,
     "the topic has 2 replicas, topics.min.replication is 3",
     "topics.min.replication=2 if this is a trial"},
    {"as many as must be",
     TOPIC_DEAD,
     {"dead", true, 6, 3, true, "delete", 2, 1179648, false, true, false},
     3,
     NULL,
     NULL},
    {"too few in sync",
     TOPIC_DEAD,
     {"dead", true, 6, 3, true, "delete", 1, 1179648, false, true, false},
     3,
     "min.insync.replicas is 1, at least 2 is needed",
     "--topic dead --add-config min.insync.replicas=2"},
    {"none in sync",
     TOPIC_DEAD,
     {"dead", true, 6, 1, true, "delete", 0, 1179648, false, true, false},
     1,
     "min.insync.replicas is 0, at least 1 is needed",
     "min.insync.replicas=1"},
    {"one of two in sync is enough",
     TOPIC_DEAD,
     {"dead", true, 6, 2, true, "delete", 1, 1179648, false, true, false},
     2,
     NULL,
     NULL},
    {"unclean elections",
     TOPIC_OUTCOMES,
     {"outcomes", true, 6, 1, true, "delete", 1, 1048588, true, true, false},
     1,
     "unclean leader election is on: acknowledged records could be lost",
     "unclean.leader.election.enable=false"},
    {"a broker that does not tell",
     TOPIC_OUTCOMES,
     {"outcomes", true, 6, 1, false, "", 0, 0, false, false, false},
     1,
     "the broker does not show the topic's settings",
     "allow DescribeConfigs"},
    {"one name for two",
     TOPIC_OUTCOMES,
     {"requests", true, 6, 1, true, "delete", 1, 1048588, false, true, false},
     1,
     "this topic is named for two purposes",
     "a name of its own"},
};

/* What is wrong is one sentence each, with the command that repairs it; and with nothing to be checked, nothing. */
static char requests_name[] = "requests";

static void what_is_wrong(void)
{
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct settings settings = {.topics_min_replication = wrong[i].least,
                                    .settlement_transactions = 1,
                                    .topic_requests = requests_name};
        struct topic_state states[TOPIC_COUNT];
        struct problems problems = {0};
        memcpy(states, good, sizeof states);
        for (size_t t = 0; t < TOPIC_COUNT; t++) {
            states[t].replicas = (int)wrong[i].least;
            states[t].min_insync = wrong[i].least;
        }
        states[wrong[i].role] = wrong[i].state;
        topics_check(&settings, states, LEDGER_BYTES, &problems);
        if (problems.count != (wrong[i].what != NULL)) {
            printf("\n  %s: %zu problems, %s", wrong[i].name, problems.count,
                   problems.count > 0 ? problems.list[0].what : "");
            CU_FAIL("case above");
        }
        if (problems.count == 1 && wrong[i].what != NULL) {
            CU_ASSERT_STRING_EQUAL(problems.list[0].where, wrong[i].state.name);
            expect(wrong[i].name, problems.list[0].what, wrong[i].what);
            expect(wrong[i].name, problems.list[0].remedy, wrong[i].remedy);
        }
        problems_release(&problems);
    }
}

/* Partitions that were added: the ledger counts with those that are pinned. The embedded broker promises nothing. */
static void what_is_let_pass(void)
{
    struct settings settings = {
        .topics_min_replication = 1, .settlement_transactions = 1, .requests_partitions = 4};
    struct topic_state states[TOPIC_COUNT];
    struct problems problems = {0};

    memcpy(states, good, sizeof states);
    states[TOPIC_LEDGER].partitions = states[TOPIC_SIGNALS].partitions = states[TOPIC_EVENTS].partitions = 4;
    topics_check(&settings, states, LEDGER_BYTES, &problems);
    CU_ASSERT_EQUAL(problems.count, 0);
    states[TOPIC_LEDGER].partitions = 3;
    topics_check(&settings, states, LEDGER_BYTES, &problems);
    CU_ASSERT_EQUAL(problems.count, 1);
    problems_release(&problems);
    problems = (struct problems){0};
    settings.settlement_transactions = 0;
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        states[i] =
            (struct topic_state){.name = good[i].name, .exists = true, .partitions = 6, .replicas = 0};
    topics_check(&settings, states, LEDGER_BYTES, &problems);
    CU_ASSERT_EQUAL(problems.count, 0);
    problems_release(&problems);
}

/* The mock cluster makes no topics and tells no settings. */
/*
 * Topics that are forbidden or missing are stories on the real broker (tests/edges/rights.py, tests/flow/starting.py):
 * librdkafka 2.8 does not survive what its own mock cluster says of them.
 */
static void read_all(void)
{
    struct given_broker broker;
    struct topic_state states[TOPIC_COUNT];
    struct problems problems = {0};
    struct fault why;

    given_broker_open(&broker);
    broker.settings.settlement_transactions = 0;
    CU_ASSERT_FATAL(topics_read(&broker.settings, 10000, states, &why));
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        CU_ASSERT(states[i].exists && states[i].partitions == GIVEN_PARTITIONS && states[i].replicas == 1 &&
                  !states[i].configured && !states[i].forbidden);
    CU_ASSERT_STRING_EQUAL(states[TOPIC_DEAD].name, "whc.order-requests.dead");
    CU_ASSERT_EQUAL(topics_create(&broker.settings, states, LEDGER_BYTES, &problems), 0);
    CU_ASSERT_EQUAL(problems.count, 0); /* nothing is missing */
    problems_release(&problems);
    given_broker_close(&broker);
}

/* whc-worker listen sees two topics, and not how they are configured. */
static void events_only(void)
{
    struct given_broker broker;
    struct topic_state states[TOPIC_COUNT];
    struct problems problems = {0};
    struct fault why;

    given_broker_open(&broker);
    CU_ASSERT_FATAL(topics_read_events(&broker.settings, 10000, states, &why));
    CU_ASSERT_EQUAL(states[TOPIC_EVENTS].partitions, GIVEN_PARTITIONS);
    CU_ASSERT(states[TOPIC_EVENTS_DEAD].exists && states[TOPIC_REQUESTS].name == NULL);
    topics_check_events(states, &problems);
    CU_ASSERT_EQUAL(problems.count, 0);
    states[TOPIC_EVENTS].exists = false;
    states[TOPIC_EVENTS_DEAD].forbidden = true;
    topics_check_events(states, &problems);
    CU_ASSERT_EQUAL_FATAL(problems.count, 2);
    expect("missing", problems.list[0].what, "the topic does not exist");
    expect("forbidden", problems.list[1].remedy, "--operation WRITE --operation DESCRIBE --allow-principal");
    problems_release(&problems);
    given_broker_close(&broker);
}

static void rights(void)
{
    CU_ASSERT_STRING_EQUAL(topics_rights(TOPIC_EVENTS, false), "READ --operation DESCRIBE_CONFIGS");
    CU_ASSERT_STRING_EQUAL(topics_rights(TOPIC_EVENTS, true), "WRITE --operation DESCRIBE");
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        CU_ASSERT((topics_rights((enum topic_role)i, true) != NULL) == (i >= TOPIC_EVENTS));
}

CU_TestInfo test_topics[] = {{"sizes", sizes},
                             {"rooms", rooms},
                             {"what is wrong", what_is_wrong},
                             {"what is let pass", what_is_let_pass},
                             {"read", read_all},
                             {"events only", events_only},
                             {"rights", rights},
                             CU_TEST_INFO_NULL};
