/* Writes whose result is not known: found, absent, sent again, parked (PROMISE.md R1, R5, R6). */
#include "given_writes.h"

/* 100 ms, doubled up to 1000, and one when 3000 ms have passed: six look-ups until "absent" counts. */
#define SIX "llllll"

static const struct {
    const char *name, *workflow;
    bool untrusted;
    struct given_bt_reply writes[GIVEN_REPLIES], looks[GIVEN_REPLIES];
    const char *trace, *outcome; /* status kind code attempts (of the step), attempt (of the order), result */
} cases[] = {
    {"good",
     GIVEN_LOOKED_UP,
     false,
     {{201, "{'o': 'x'}"}},
     {{0, ""}},
     "w",
     "COMPLETED - - 1 1 {\"o\":\"x\"}"},
    {"the reply is lost, it is found",
     GIVEN_LOOKED_UP,
     false,
     {{-CALL_CUT, ""}},
     {{200, "{'o': 'y'}"}},
     "wl",
     "COMPLETED - - 1 1 {\"o\":\"y\"}"},
    {"found later",
     GIVEN_LOOKED_UP,
     false,
     {{-CALL_TIMED_OUT, ""}},
     {{200, "{}"}, {200, "{}"}, {200, "{'o': 'y'}"}},
     "wlll",
     "COMPLETED - - 1 1 {\"o\":\"y\"}"},
    {"5xx, 408 and a reply that is no use are doubts",
     GIVEN_LOOKED_UP,
     false,
     {{500, ""}},
     {{200, "{'o': 'y'}"}},
     "wl",
     "COMPLETED - - 1 1 {\"o\":\"y\"}"},
    {"202 without a body",
     GIVEN_LOOKED_UP,
     false,
     {{202, ""}},
     {{200, "{'o': 'y'}"}},
     "wl",
     "COMPLETED - - 1 1 {\"o\":\"y\"}"},
    {"absent: the same again",
     GIVEN_LOOKED_UP,
     false,
     {{-CALL_CUT, ""}, {201, "{'o': 'x'}"}},
     {{200, "{}"}},
     "w" SIX "w",
     "COMPLETED - - 2 2 {\"o\":\"x\"}"},
    {"absent by an answer that says so",
     GIVEN_LOOKED_UP,
     false,
     {{-CALL_CUT, ""}, {201, "{'o': 'x'}"}},
     {{404, "{'code': 60}"}},
     "w" SIX "w",
     "COMPLETED - - 2 2 {\"o\":\"x\"}"},
    {"neither found nor absent is no answer, however late",
     GIVEN_LOOKED_UP,
     false,
     {{-CALL_CUT, ""}},
     {{200, "{'odd': 1}"},
      {200, "{'odd': 1}"},
      {200, "{'odd': 1}"},
      {200, "{'odd': 1}"},
      {200, "{'odd': 1}"},
      {200, "{'odd': 1}"},
      {200, "{'odd': 1}"},
      {200, "{'o': 'y'}"}},
     "w" SIX "ll",
     "COMPLETED - - 1 1 {\"o\":\"y\"}"},
    {"both is no answer",
     GIVEN_LOOKED_UP,
     false,
     {{-CALL_CUT, ""}},
     {{200, "{'o': 'z', 'both': 1}"}, {200, "{'o': 'y'}"}},
     "wll",
     "COMPLETED - - 1 1 {\"o\":\"y\"}"},
    {"attempts used up after an absence",
     GIVEN_LOOKED_UP,
     false,
     {{-CALL_CUT, ""}},
     {{200, "{}"}},
     "w" SIX "w" SIX "w" SIX,
     "UNKNOWN IN_DOUBT absent 3 3 null"},
    {"refused at once",
     GIVEN_LOOKED_UP,
     false,
     {{409, "{'code': 'x'}"}},
     {{0, ""}},
     "w",
     "REJECTED REFUSED x 1 1 null"},
    {"refused after a doubt is evidence only",
     GIVEN_LOOKED_UP,
     false,
     {{-CALL_CUT, ""}, {409, ""}},
     {{200, "{}"}},
     "w" SIX "w" SIX,
     "UNKNOWN IN_DOUBT refused 2 2 null"},
    {"refused after a doubt, because it was there",
     GIVEN_LOOKED_UP,
     false,
     {{-CALL_CUT, ""}, {409, ""}},
     {{200, "{}"}, {200, "{}"}, {200, "{}"}, {200, "{}"}, {200, "{}"}, {200, "{}"}, {200, "{'o': 'y'}"}},
     "w" SIX "wl",
     "COMPLETED - - 2 2 {\"o\":\"y\"}"},
    {"no byte left: again, then FAILED",
     GIVEN_LOOKED_UP,
     false,
     {{-CALL_UNSENT, ""}},
     {{0, ""}},
     "www",
     "FAILED UNAVAILABLE attempts 3 3 null"},
    {"no byte left, after a doubt: never FAILED",
     GIVEN_LOOKED_UP,
     false,
     {{-CALL_CUT, ""}, {-CALL_UNSENT, ""}},
     {{200, "{}"}},
     "w" SIX "ww",
     "UNKNOWN IN_DOUBT absent 3 3 null"},
    {"throttled: another attempt, at no cost",
     GIVEN_LOOKED_UP,
     false,
     {{429, ""}, {201, "{'o': 'x'}"}},
     {{0, ""}},
     "ww",
     "COMPLETED - - 1 2 {\"o\":\"x\"}"},
    {"never", GIVEN_NEVER, false, {{-CALL_CUT, ""}}, {{0, ""}}, "n", "UNKNOWN IN_DOUBT never 1 1 null"},
    {"a look-up that proves nothing",
     GIVEN_LOOKED_UP,
     true,
     {{-CALL_CUT, ""}},
     {{200, "{}"}},
     "w",
     "UNKNOWN IN_DOUBT never 1 1 null"},
};

static void describe(const struct order *order, char *line, size_t size)
{
    CLEANUP(buffer_release) struct buffer result;
    const char *kind = reason_kind_name(order->reason.kind);

    buffer_init(&result, 1000);
    tree_write(order->result, &result);
    snprintf(line, size, "%s %s %s %u %u %s", outcome_status_name(order->status), *kind == '\0' ? "-" : kind,
             *order->reason.code == '\0' ? "-" : order->reason.code, order->main.calls.attempts,
             order->attempt, buffer_text(&result));
}

static void check(size_t i)
{
    struct world world;
    char trace[200], line[400] = "it never ends";

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), cases[i].workflow, 10, !cases[i].untrusted);
    given_taken(&world, "k", "7");
    const struct order *done = given_run(&world, cases[i].writes, cases[i].looks, trace, sizeof trace);
    if (done != NULL)
        describe(done, line, sizeof line);
    given_same(cases[i].name, line, cases[i].outcome);
    given_same(cases[i].name, trace, cases[i].trace);
    given_world_end(&world);
}

static void doubts(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check(i);
}

/* A look-up that never answers is given up; the order is parked for a person. */
static void no_answer(void)
{
    static const struct given_bt_reply lost[GIVEN_REPLIES] = {{-CALL_CUT, ""}},
                                       down[GIVEN_REPLIES] = {{500, ""}};
    struct world world;
    char trace[200];

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_LOOKED_UP, 10, true);
    given_taken(&world, "k", "7");
    const int64_t began_ms = world.time.now_ms;
    const struct order *done = given_run(&world, lost, down, trace, sizeof trace);
    CU_ASSERT_PTR_NOT_NULL_FATAL(done);
    given_same("code", done->reason.code, "lookup");
    CU_ASSERT(world.time.now_ms - began_ms >= 60000); /* give_up_ms */
    const struct journal_doubt *doubt = &done->journal.entries[0].doubt;
    CU_ASSERT(doubt->looks > 50 && doubt->last_look_ms - doubt->first_look_ms > 55000 &&
              doubt->absent_from_ms > doubt->since_ms);
    given_same("the answer", doubt->answer, "500");
    given_world_end(&world);
}

/* R1: nothing is called before its attempt is settled, nor after its lease; that attempt is known unsent. */
static void attempts(void)
{
    struct world world;
    struct change change;

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_LOOKED_UP, 10, true);
    struct order *order = given_taken(&world, "k", "7");
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT(order->state == ORDER_INTENDING && order->attempt == 1);
    CU_ASSERT_FATAL(orders_next_change(world.orders, &change));
    CU_ASSERT(change.intends && change.records && !change.publishes);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time)); /* being settled is not settled */
    orders_settled(world.orders, &change, world.time.now_ms);       /* and the lease is over at once */
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT(order->state == ORDER_INTENDING && order->attempt == 2 &&
              orders_lease_count(world.orders) == 1);
    CU_ASSERT_FALSE(order->doubt.was);
    CU_ASSERT_FATAL(orders_next_change(world.orders, &change));
    orders_settled(world.orders, &change, world.time.now_ms + 100);
    CU_ASSERT_PTR_EQUAL(orders_next_call(world.orders, world.time), order);
    CU_ASSERT(orders_permit(world.orders, order, world.time.now_ms + 99));
    CU_ASSERT_FALSE(
        orders_permit(world.orders, order, world.time.now_ms + 100)); /* asked again at the first byte */
    given_world_end(&world);
}

CU_TestInfo test_engine_doubt[] = {
    {"doubts", doubts}, {"no answer", no_answer}, {"attempts", attempts}, CU_TEST_INFO_NULL};
