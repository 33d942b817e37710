/* A ledger record as a timeline. */
#include "order_facts.h"

#include "given_item.h"

#include <CUnit/Basic.h>

static const char progress[] =
    "{\"takenAtMs\":1500,\"journal\":["
    "{\"step\":\"create\",\"attempt\":1,\"sentAt\":\"1970-01-01T00:00:02.000Z\",\"endedAt\":\"1970-01-01T00:00:03.000Z\","
    "\"trackingId\":\"t-1\",\"said\":\"timeout\",\"doubt\":{\"since\":\"1970-01-01T00:00:03.000Z\","
    "\"absentFrom\":\"1970-01-01T00:01:00.000Z\",\"looks\":7,\"firstLook\":\"1970-01-01T00:00:04.000Z\","
    "\"lastLook\":\"1970-01-01T00:02:00.000Z\",\"answer\":\"503/05\"}},"
    "{\"step\":\"create\",\"attempt\":2,\"sentAt\":\"1970-01-01T00:03:00.000Z\",\"endedAt\":\"1970-01-01T00:03:01.000Z\","
    "\"httpStatus\":201,\"trackingId\":\"t-2\",\"said\":\"done\"}]}";

static const char decisions[] =
    "[{\"signalId\":\"s-1\",\"verdict\":\"retry\",\"applied\":true,\"answer\":\"applied\",\"who\":\"A. Person\","
    "\"why\":\"not there\",\"decidedAt\":\"1970-01-01T00:02:30.000Z\",\"signalOffset\":12}]";

static void a_timeline(void)
{
    static const struct {
        enum fact_kind kind;
        int64_t at_ms;
        const char *text;
    } want[] = {
        {FACT_REQUESTED, 1000, ""},
        {FACT_TAKEN, 1500, ""},
        {FACT_ATTEMPT, 2000, "create    tracking t-1"},
        {FACT_REPLY, 3000, "none: timeout"},
        {FACT_DOUBT, 3000,
         "it may have happened; that BT does not show it counts from 1970-01-01T00:01:00Z on"},
        {FACT_LOOK_UP, 4000, "  503/05, 7 times until 1970-01-01T00:02:00Z"},
        {FACT_DECIDED, 150000, "retry by A. Person: not there; applied"},
        {FACT_ATTEMPT, 180000, "create    tracking t-2"},
        {FACT_REPLY, 181000, "HTTP 201: done"},
    };
    struct setup setup = {.settings = {.topic_requests = "requests", .topic_signals = "signals"}};
    struct ledger_view view;
    struct facts facts = {.list = NULL};

    ledger_view_init(&view);
    struct ledger_item *item = given_item(&view, 1, LEDGER_QUEUED, "k", 1, progress);
    item->record.decisions = memory_text(decisions);
    order_facts_add(&setup, item, NULL, &facts);
    facts_sort(&facts);
    CU_ASSERT_EQUAL_FATAL(facts.count, COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        CU_ASSERT(facts.list[i].kind == want[i].kind && facts.list[i].at_ms == want[i].at_ms);
        CU_ASSERT_STRING_EQUAL(facts.list[i].text, want[i].text);
    }
    CU_ASSERT(strcmp(facts.list[2].label, "attempt 1") == 0 && strcmp(facts.list[6].topic, "signals") == 0 &&
              facts.list[6].offset == 12);
    CU_ASSERT(order_facts_has(&facts, &facts.list[6]));
    facts.list[6].offset = 13;
    CU_ASSERT_FALSE(
        order_facts_has(&facts, &(struct fact){.kind = FACT_DECIDED, .topic = "signals", .offset = 12}));
    facts_release(&facts);
    ledger_view_release(&view);
}

/* Messages that came before their step: what they are, and not what is in them. */
static void kept(void)
{
    static const char mailbox[] =
        "{\"mailbox\":[{\"offset\":7,\"type\":\"ProductOrderStateChangeEvent\",\"word\":\"completed\","
        "\"said\":\"BT reported state completed\",\"timeMs\":3000,\"payload\":{\"event\":\"secret\"}},"
        "{\"offset\":8,\"reference\":\"r\",\"payload\":{}}]}";
    static const char *const want[] = {
        "ProductOrderStateChangeEvent  completed  for the step that waits for it",
        "-  for the step that waits for it; it does not say of when it is",
    };
    struct setup setup = {.settings = {.topic_requests = "requests"}};
    struct ledger_view view;
    struct facts facts = {.list = NULL};

    ledger_view_init(&view);
    struct ledger_item *item = given_item(&view, 1, LEDGER_QUEUED, "k", 1, mailbox);
    item->record.written_at_ms = 5000;
    order_facts_add(&setup, item, NULL, &facts);
    facts_sort(&facts);
    CU_ASSERT_EQUAL_FATAL(facts.count, 3);
    for (size_t i = 0; i < 2; i++) {
        CU_ASSERT(facts.list[1 + i].kind == FACT_KEPT && facts.list[1 + i].at_ms == (i == 0 ? 3000 : 5000));
        CU_ASSERT_STRING_EQUAL(facts.list[1 + i].text, want[i]);
    }
    facts_release(&facts);
    ledger_view_release(&view);
}

/* The record of another version, or damaged: what can be read is shown. */
static void little_is_known(void)
{
    static const char *const all[] = {NULL, "", "{", "[]", "{\"journal\":{}}", "{\"journal\":[7, null, {}]}"};
    struct setup setup = {.settings = {.topic_requests = "requests", .topic_signals = "signals"}};

    for (size_t i = 0; i < COUNT_OF(all); i++) {
        struct ledger_view view;
        struct facts facts = {.list = NULL};
        ledger_view_init(&view);
        order_facts_add(&setup, given_item(&view, 1, LEDGER_QUEUED, "k", 1, all[i]), NULL, &facts);
        CU_ASSERT(facts.count >= 1 && facts.list[0].kind == FACT_REQUESTED);
        facts_release(&facts);
        ledger_view_release(&view);
    }
}

CU_TestInfo test_order_facts[] = {
    {"a timeline", a_timeline}, {"kept", kept}, {"little is known", little_is_known}, CU_TEST_INFO_NULL};
