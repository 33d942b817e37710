/* What is wrong with topics: their sizes against what the worker may write to them. */
#include "topics.h"

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
    {"ledger", true, 6, 1, true, "compact", 1, 16777216, false, true, false}};

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
    struct settings settings = {.topics_min_replication = 1, .settlement_transactions = 1};

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

CU_TestInfo test_topics[] = {{"sizes", sizes}, {"rooms", rooms}, CU_TEST_INFO_NULL};
