/* What a refusal means after an earlier write of the path: BT did something, so it is no REJECTED (PROMISE.md R6). */
#include "given_snapshot.h"

#define REFUSED_READ(on_failure)                                                                             \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" GIVEN_WRITE_A ",{'stepId': 'r', " GIVEN_READ on_failure    \
                 "}]}" GIVEN_FIND)
#define END(more) ", 'onFailure': [{'name': 'no', 'type': 'end'" more "}]"
#define RETRY_ONCE ", 'onFailure': [{'name': 'r', 'type': 'retry', 'retryLimit': 0}]"

static const struct {
    const char *name, *workflow, *code;
    enum order_state state;
    enum outcome_status status;
    enum reason_kind kind;
} cases[] = {
    {"row 6", REFUSED_READ(""), "steps", ORDER_PARKED, OUTCOME_UNKNOWN, REASON_REFUSED},
    {"an end by itself", REFUSED_READ(END("")), "steps", ORDER_PARKED, OUTCOME_UNKNOWN, REASON_REFUSED},
    {"retries used up", REFUSED_READ(RETRY_ONCE), "steps", ORDER_PARKED, OUTCOME_UNKNOWN, REASON_REFUSED},
    {"an end that is named REJECTED", REFUSED_READ(END(", 'x-outcome': {'status': 'REJECTED'}")), "no",
     ORDER_DONE, OUTCOME_REJECTED, REASON_REFUSED},
};

static void refused_after_a_write(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct world world;

        given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), cases[i].workflow, 10, true);
        struct order *order = given_named(&world, "k", '1');
        CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
        given_answer(&world, order, 201, "{'o': 'x'}");
        CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
        given_answer(&world, order, 404, "{}");
        if (order->state != cases[i].state || order->status != cases[i].status ||
            order->reason.kind != cases[i].kind) {
            printf("\n  %s: state %d, status %d, reason %d", cases[i].name, order->state, order->status,
                   order->reason.kind);
            CU_FAIL("case above");
        }
        given_same("code", order->reason.code, cases[i].code);
        given_world_end(&world);
    }
}

/* What a read says no to is undone by the last step: goto and that step each with what they say of the outcome. */
#define UNDONE_WITH(members, outcome, undo)                                                                  \
    GIVEN_ARAZZO(                                                                                            \
        "{'workflowId': 'w'" members ", 'steps': [" GIVEN_WRITE_A ",{'stepId': 'r', " GIVEN_READ             \
        ", 'onSuccess': [{'name': 'good', 'type': 'end'}], 'onFailure': [{'name': 'back', 'type': 'goto',"   \
        " 'stepId': 'u', 'criteria': [{'condition': '$statusCode == 404'}]" outcome                          \
        "}]},{'stepId': 'u', 'operationId': 'never', 'successCriteria': [{'condition': '$statusCode =="      \
        " 201'}]" undo "}]}" GIVEN_FIND)
#define UNDONE(outcome, undo) UNDONE_WITH("", outcome, undo)
#define MAY_CANCEL ", 'x-cancel': {'stepId': 'u'}"
#define WAY(status) ", 'x-outcome': {'status': '" status "', 'reason': 'BT said {$response.body#/said}'}"
#define OTHERWISE(outcome) ", 'onSuccess': [{'name': 'undone', 'type': 'end'" outcome "}]"

static const struct {
    const char *name, *workflow, *code, *text;
    enum order_state state;
    enum outcome_status status;
} ways[] = {
    {"nothing is said", UNDONE("", ""), "", "", ORDER_DONE, OUTCOME_COMPLETED},
    {"rejected", UNDONE(WAY("REJECTED"), ""), "back", "BT said no", ORDER_DONE, OUTCOME_REJECTED},
    {"a person's", UNDONE(WAY("UNKNOWN"), ""), "back", "BT said no", ORDER_PARKED, OUTCOME_UNKNOWN},
    {"an end that says nothing", UNDONE(WAY("REJECTED"), OTHERWISE("")), "back", "BT said no", ORDER_DONE,
     OUTCOME_REJECTED},
    {"a step says otherwise",
     UNDONE(WAY("REJECTED"), OTHERWISE(", 'x-outcome': {'status': 'UNKNOWN', 'reason': 'look'}")), "undone",
     "look", ORDER_PARKED, OUTCOME_UNKNOWN},
    {"or that it is done", UNDONE(WAY("REJECTED"), OTHERWISE(", 'x-outcome': {'status': 'COMPLETED'}")), "",
     "", ORDER_DONE, OUTCOME_COMPLETED},
};

/* The way ends as the goto says, also where another worker goes on with it in between. */
static void how_a_way_ends(void)
{
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct world world;

        given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), ways[i].workflow, 10, true);
        struct order *order = given_named(&world, "k", '1');
        CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
        given_answer(&world, order, 201, "{'o': 'x'}");
        CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
        given_answer(&world, order, 404, "{'said': 'no'}");
        CU_ASSERT_EQUAL_FATAL(order->state, ORDER_READY);
        order = given_taken_over(&world, order);
        CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
        CU_ASSERT_PTR_NOT_NULL(strchr(order_step(order)->id, 'u'));
        given_answer(&world, order, 201, "{}");
        if (order->state != ways[i].state || order->status != ways[i].status)
            given_same(ways[i].name, outcome_status_name(order->status), "another outcome");
        given_same(ways[i].name, order->reason.code, ways[i].code);
        given_same(ways[i].name, order->reason.text, ways[i].text);
        given_world_end(&world);
    }
}

static const struct {
    const char *by; /* what BT's reply says */
    int64_t want_ms;
} dates[] = {
    {"'2026-12-14'", 1797206400000}, {"'2026-12-14T15:00:00Z'", 1797260400000}, {"'soon'", 0}, {"null", 0}};

/* When a person must have decided; the parked order tells it also where another worker has taken it over. */
static void until_when(void)
{
    for (size_t i = 0; i < COUNT_OF(dates); i++) {
        struct world world;
        char reply[80];
        struct fault why;

        given_world_of(&world, GIVEN_OUTCOME(GIVEN_O),
                       REFUSED_READ(END(", 'x-outcome': {'status': 'UNKNOWN', 'reason': 'look', 'by':"
                                        " {'x-first': ['$response.body#/none', '$response.body#/date']}}")),
                       10, true);
        struct order *order = given_named(&world, "k", '1');
        CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
        given_answer(&world, order, 201, "{'o': 'x'}");
        CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
        CU_ASSERT_EQUAL(orders_decide_by_ms(world.orders), 0);
        snprintf(reply, sizeof reply, "{'date': %s}", dates[i].by);
        given_answer(&world, order, 404, reply);
        CU_ASSERT_EQUAL(orders_decide_by_ms(world.orders), dates[i].want_ms);
        struct order *again = given_recalled(&world, order);
        orders_leave(world.orders, 0, true);
        CU_ASSERT_EQUAL(orders_decide_by_ms(world.orders), 0);
        CU_ASSERT_FATAL(orders_recover(world.orders, again, world.time, &why));
        CU_ASSERT_EQUAL(orders_decide_by_ms(world.orders), dates[i].want_ms);
        const struct decision retry = {.verdict = DECISION_RETRY, .attempt = again->attempt};
        given_applied(&world, again, &retry);
        CU_ASSERT(orders_decide_by_ms(world.orders) == 0 && again->decide_by_ms == 0);
        given_world_end(&world);
    }
}

/* At the end of a way that leaves it to a person no step is left: to try again would park it again at once. */
static void what_is_decided_then(void)
{
    for (int again = 0; again < 2; again++) {
        struct world world;
        given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), UNDONE_WITH(MAY_CANCEL, WAY("UNKNOWN"), ""), 10, true);
        struct order *order = given_named(&world, "k", '1');
        CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
        given_answer(&world, order, 201, "{'o': 'x'}");
        CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
        given_answer(&world, order, 404, "{'said': 'no'}");
        CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
        given_answer(&world, order, 201, "{}");
        CU_ASSERT_EQUAL_FATAL(order->state, ORDER_PARKED);
        if (again == 1) { /* its owner dies: the next one knows it, too */
            struct order *next = given_recalled(&world, order);
            struct fault why;
            orders_leave(world.orders, 0, true);
            CU_ASSERT_FATAL(orders_recover(world.orders, next, world.time, &why));
            order = next;
        }
        struct decision made = {.verdict = DECISION_RETRY, .attempt = order->attempt, .why = "seen"};
        given_refused(&world, order, &made,
                      "nothing is left to be tried again: the order has gone the whole way after 'back'; say "
                      "'reject' if");
        CU_ASSERT(order->status == OUTCOME_UNKNOWN && order->way != NULL);
        given_same("the reason stays", order->reason.text, "BT said no");
        made.verdict = DECISION_DID_NOT_HAPPEN;
        given_refused(&world, order, &made, "cannot be its outcome; say 'reject' if");
        made.verdict = DECISION_CANCEL;
        given_refused(&world, order, &made, "the order is at the end of its way");
        made.verdict = again == 0 ? DECISION_HAPPENED : DECISION_REJECT;
        given_applied(&world, order, &made);
        CU_ASSERT(order->state == ORDER_DONE);
        CU_ASSERT_EQUAL(order->status, again == 0 ? OUTCOME_COMPLETED : OUTCOME_REJECTED);
        given_world_end(&world);
    }
}

CU_TestInfo test_engine_end[] = {{"refused after a write", refused_after_a_write},
                                 {"how a way ends", how_a_way_ends},
                                 {"until when", until_when},
                                 {"what is decided then", what_is_decided_then},
                                 CU_TEST_INFO_NULL};
