/* How an order goes through its workflow: replies in, calls and the outcome out. */
#include "engine.h"

#include "given_orders.h"

#define W(members) GIVEN_ARAZZO("{'workflowId': 'w', " members "}")
#define READ(id, more)                                                                                       \
    "{'stepId': '" id                                                                                        \
    "', 'operationId': 'read', 'parameters': [{'name': 'id', 'in': 'path', 'value': '$inputs.id'}],"         \
    " 'successCriteria': [{'condition': '$statusCode == 200'}]" more "}"
#define OUT ", 'outputs': {'o': '$response.body#/o'}"
#define RESULT(step) ", 'outputs': {'o': '$steps." step ".outputs.o'}"
#define ON(kind, name, type, criteria, more)                                                                 \
    ", '" kind "': [{'name': '" name "', 'type': '" type "'" criteria more "}]"
#define IF(condition) ", 'criteria': [{'condition': '" condition "'}]"
#define SIMPLE W("'steps': [" READ("a", OUT) "]" RESULT("a"))

static const struct {
    const char *name, *workflow;
    struct {
        int status; /* negative: an enum call_end */
        const char *body;
    } replies[8];
    const char *outcome; /* status kind code step attempts httpStatus btCode result */
    const char *text;    /* of the reason, a part */
} cases[] = {
    {"good", SIMPLE, {{200, "{'o': 'x'}"}}, "COMPLETED - - a 1 200 - {\"o\":\"x\"}", ""},
    {"again, then good",
     SIMPLE,
     {{503, ""}, {-CALL_CUT, ""}, {200, "{'o': 'x'}"}},
     "COMPLETED - - a 3 200 - {\"o\":\"x\"}",
     ""},
    {"attempts used up",
     SIMPLE,
     {{503, ""}, {503, ""}, {503, "{'code': '05'}"}},
     "FAILED UNAVAILABLE attempts a 3 503 05 null",
     "Gave up after 3 attempts. BT answered 503/05"},
    {"the last reply that came is shown",
     SIMPLE,
     {{500, "{'code': 7}"}, {-CALL_CUT, ""}, {-CALL_CUT, ""}},
     "FAILED UNAVAILABLE attempts a 3 500 7 null",
     "the way failed"},
    {"refused", SIMPLE, {{400, "{'code': 28}"}}, "REJECTED REFUSED 28 a 1 400 28 null", "BT answered 400/28"},
    {"a token expires for free",
     SIMPLE,
     {{401, "{'code': 42}"}, {200, "{'o': 'x'}"}},
     "COMPLETED - - a 1 200 - {\"o\":\"x\"}",
     ""},
    {"a new token that is refused, too, halts at no cost",
     SIMPLE,
     {{401, "{'code': 42}"}, {401, "{'code': 42}"}, {401, "{'code': 42}"}, {200, "{'o': 'x'}"}},
     "COMPLETED - - a 1 200 - {\"o\":\"x\"}",
     ""},
    {"throttling costs no attempt",
     SIMPLE,
     {{429, ""}, {429, ""}, {429, ""}, {429, ""}, {200, "{'o': 'x'}"}},
     "COMPLETED - - a 1 200 - {\"o\":\"x\"}",
     ""},
    {"a halt costs no attempt",
     SIMPLE,
     {{401, ""}, {403, "{'code': 53}"}, {401, ""}, {401, ""}, {200, "{'o': 'x'}"}},
     "COMPLETED - - a 1 200 - {\"o\":\"x\"}",
     ""},
    {"a reply that does not fit the result",
     SIMPLE,
     {{200, "{'o': {}}"}, {200, "{'o': []}"}, {200, "{'o': {}}"}},
     "FAILED BAD_REPLY result a 3 200 - null",
     "does not fit the result"},
    {"a null takes the default", SIMPLE, {{200, "{}"}}, "COMPLETED - - a 1 200 - {\"o\":null}", ""},
    {"a rule is broken",
     W("'x-require': [{'name': 'rule', 'reason': 'because', 'condition': '$inputs.id == null'}],"
       " 'steps': [" READ("a", OUT) "]" RESULT("a")),
     {{0, ""}},
     "REJECTED CONTRACT rule - 0 - - null",
     "because"},
    {"a path parameter cannot be filled",
     W("'steps': [{'stepId': 'a', 'operationId': 'read', 'parameters': [{'name': 'id',"
       " 'in': 'path', 'value': '$inputs.q'}], 'successCriteria': [{'condition':"
       " 'true'}]}]"),
     {{0, ""}},
     "REJECTED CONTRACT a - 0 - - null",
     "'id'"},
    {"two steps",
     W("'steps': [" READ("a", OUT) "," READ("b", OUT) "]" RESULT("a")),
     {{200, "{'o': 'x'}"}, {503, ""}, {200, "{'o': 'y'}"}},
     "COMPLETED - - b 2 200 - {\"o\":\"x\"}",
     ""},
    {"attempts are counted for each step",
     W("'steps': [" READ("a", OUT) "," READ("b", OUT) "]" RESULT("b")),
     {{503, ""}, {503, ""}, {200, "{}"}, {503, ""}, {503, ""}, {200, "{'o': 'y'}"}},
     "COMPLETED - - b 3 200 - {\"o\":\"y\"}",
     ""},
    {"a step is skipped",
     W("'steps': [" READ("a", ", 'x-when': [{'condition': '$inputs.q != null'}]" OUT) "," READ(
         "b", OUT) "]" RESULT("a")),
     {{200, "{'o': 'y'}"}},
     "COMPLETED - - b 1 200 - {\"o\":null}",
     ""},
    {"the last step is skipped",
     W("'steps': [" READ("a", OUT) "," READ("b", ", 'x-when': [{'condition':"
                                                 " '$steps.a.outputs.o == 1'}]") "]" RESULT("a")),
     {{200, "{'o': 'x'}"}},
     "COMPLETED - - a 1 200 - {\"o\":\"x\"}",
     ""},
    {"all are skipped",
     W("'steps': [" READ("a", ", 'x-when': [{'condition': 'false'}]" OUT) "]" RESULT("a")),
     {{0, ""}},
     "COMPLETED - - - 0 - - {\"o\":null}",
     ""},
    {"goto in success",
     W("'steps': [" READ("a", OUT ON("onSuccess", "g", "goto", ", 'stepId': 'c'", "")) "," READ(
         "b", "") "," READ("c", "") "]" RESULT("a")),
     {{200, "{'o': 'x'}"}, {200, "{}"}},
     "COMPLETED - - c 1 200 - {\"o\":\"x\"}",
     ""},
    {"goto in failure leaves the outputs null",
     W("'steps': [" READ("a", OUT ON("onFailure", "g", "goto", ", 'stepId': 'b'", "")) "," READ(
         "b", "") "]" RESULT("a")),
     {{404, "{'o': 'x'}"}, {200, "{}"}},
     "COMPLETED - - b 1 200 - {\"o\":null}",
     ""},
    {"a loop ends",
     W("'steps': [" READ("a", OUT ON("onSuccess", "g", "goto", ", 'stepId': 'a'", "")) "]" RESULT("a")),
     {{200, "{}"}, {200, "{}"}, {200, "{}"}, {200, "{}"}, {200, "{}"}},
     "FAILED UNAVAILABLE steps a 1 200 - null",
     "executed 5 steps"},
    {"a second visit forgets the first",
     W("'steps': [" READ("a", OUT ON("onFailure", "g", "goto", ", 'stepId': 'c'", "")) "," READ(
         "b", ON("onSuccess", "g", "goto", ", 'stepId': 'a'", "")) "," READ("c", "") "]" RESULT("a")),
     {{200, "{'o': 'x'}"}, {200, "{}"}, {404, ""}, {200, "{}"}},
     "COMPLETED - - c 1 200 - {\"o\":null}",
     ""},
    {"an end in failure",
     W("'steps': [" READ("a",
                         OUT ON("onFailure", "gone", "end", IF("$statusCode == 404"), "")) "]" RESULT("a")),
     {{404, "{'code': 60}"}},
     "REJECTED REFUSED gone a 1 404 60 null",
     "BT answered 404/60"},
    {"an end with a reason",
     W("'steps': [" READ(
         "a", OUT ON("onFailure", "gone", "end", IF("$statusCode == 404"),
                     ", 'x-outcome': {'status': 'REJECTED', 'reason': 'no {$inputs.id}'}")) "]" RESULT("a")),
     {{404, ""}},
     "REJECTED REFUSED gone a 1 404 - null",
     "no 7"},
    {"an end that fails",
     W("'steps': [" READ("a",
                         OUT ON("onFailure", "down", "end", IF("$statusCode == 500"),
                                ", 'x-outcome': {'status': 'FAILED', 'reason': 'down'}")) "]" RESULT("a")),
     {{500, ""}},
     "FAILED UNAVAILABLE down a 1 500 - null",
     "down"},
    {"an end that parks",
     W("'steps': [" READ("a", OUT ON("onFailure", "odd", "end", IF("$statusCode == 404"),
                                     ", 'x-outcome': {'status': 'UNKNOWN'}")) "]" RESULT("a")),
     {{404, ""}},
     "UNKNOWN REFUSED odd a 1 404 - null",
     ""},
    {"an end that completes in failure",
     W("'steps': [" READ("a", OUT ON("onFailure", "none", "end", IF("$statusCode == 404"),
                                     ", 'x-outcome': {'status': 'COMPLETED'}")) "]" RESULT("a")),
     {{404, "{'o': 'x'}"}},
     "COMPLETED - - a 1 404 - {\"o\":null}",
     ""},
    {"an end that completes with a reason",
     W("'steps': [" READ(
         "a",
         OUT ON("onSuccess", "early", "end", "",
                ", 'x-outcome': {'status': 'COMPLETED', 'reason': 'enough'}")) "," READ("b",
                                                                                        "") "]" RESULT("a")),
     {{200, "{'o': 'x'}"}},
     "COMPLETED REPORTED early a 1 200 - {\"o\":\"x\"}",
     "enough"},
    {"an end in success that rejects",
     W("'steps': [" READ("a", ", 'outputs': {'o': '$response.body'}" ON(
                                  "onSuccess", "absent", "end", IF("$response.body#/o == null"),
                                  ", 'x-outcome': {'status': 'REJECTED', 'reason':"
                                  " 'none'}")) "]" RESULT("a")),
     {{200, "{}"}},
     "REJECTED REFUSED absent a 1 200 - null",
     "none"},
    {"retry by an action",
     W("'steps': [" READ("a", OUT ON("onFailure", "r", "retry", IF("$statusCode == 404"),
                                     ", 'retryAfter': 2, 'retryLimit': 2")) "]" RESULT("a")),
     {{404, ""}, {404, ""}, {200, "{'o': 'x'}"}},
     "COMPLETED - - a 3 200 - {\"o\":\"x\"}",
     ""},
    {"its limit",
     W("'steps': [" READ("a", OUT ON("onFailure", "r", "retry", IF("$statusCode == 404"),
                                     ", 'retryLimit': 1")) "]" RESULT("a")),
     {{404, ""}, {404, "{'code': 60}"}},
     "REJECTED REFUSED 60 a 2 404 60 null",
     "BT answered 404/60"},
    {"a limit of none",
     W("'steps': [" READ("a", OUT ON("onFailure", "r", "retry", IF("$statusCode == 404"),
                                     ", 'retryLimit': 0")) "]" RESULT("a")),
     {{404, ""}},
     "REJECTED REFUSED 404 a 1 404 - null",
     ""},
    {"its limit at a 5xx",
     W("'steps': [" READ("a", OUT ON("onFailure", "r", "retry", IF("$statusCode == 500"),
                                     ", 'retryLimit': 1")) "]" RESULT("a")),
     {{500, ""}, {500, ""}},
     "FAILED UNAVAILABLE attempts a 2 500 - null",
     "Gave up after 2 attempts. BT answered 500"},
    {"past its limit the next action",
     W("'steps': [" READ("a", OUT ", 'onFailure': [{'name': 'r', 'type': 'retry',"
                                  " 'retryLimit': 1}, {'name': 'e', 'type': 'end'}]") "]" RESULT("a")),
     {{404, ""}, {404, ""}},
     "REJECTED REFUSED e a 2 404 - null",
     ""},
};

static const char *or_dash(const char *text)
{
    return text == NULL || *text == '\0' ? "-" : text;
}

/* The outcome in one line, as the table has it. */
static void describe(const struct order *order, char *line, size_t size)
{
    CLEANUP(buffer_release) struct buffer result;
    char http[16] = "-";

    buffer_init(&result, 1000);
    tree_write(order->result, &result);
    if (order->main.calls.http_status != 0)
        snprintf(http, sizeof http, "%d", order->main.calls.http_status);
    snprintf(line, size, "%s %s %s %s %u %s %s %s", outcome_status_name(order->status),
             or_dash(reason_kind_name(order->reason.kind)), or_dash(order->reason.code),
             or_dash(order->main.calls.step), order->main.calls.attempts, http,
             or_dash(order->main.calls.bt_code), buffer_text(&result));
}

static void check(size_t i)
{
    struct world world;
    struct order *order, *done = NULL;
    char line[1000] = "it never ends";
    size_t reply = 0;

    given_world(&world, GIVEN_OUTCOME(GIVEN_O), cases[i].workflow, 10);
    given_taken(&world, "k", "7");
    for (unsigned turns = 0; turns < 100 && done == NULL; turns++) {
        order = orders_next_call(world.orders, world.time);
        if (order != NULL) {
            given_answer(&world, order, cases[i].replies[reply].status, cases[i].replies[reply].body);
            reply++;
        } else if ((done = given_next_done(&world)) == NULL) {
            given_wait(&world);
        }
    }
    if (done != NULL) {
        describe(done, line, sizeof line);
        CU_ASSERT(strstr(done->reason.text, cases[i].text) != NULL);
        given_settled(&world, done);
    }
    given_same(cases[i].name, line, cases[i].outcome);
    CU_ASSERT(orders_count(world.orders) == 0 || done->state == ORDER_PARKED);
    size_t replies = 0;
    while (replies < COUNT_OF(cases[i].replies) && cases[i].replies[replies].status != 0)
        replies++;
    if (reply != replies) {
        printf("\n  %s: %zu calls, want %zu", cases[i].name, reply, replies);
        CU_FAIL("case above");
    }
    given_world_end(&world);
}

static void outcomes(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check(i);
}

/* notAfter is for the first call only; what BT asked for is waited for, and the whole time is bounded. */
static void times(void)
{
    struct world world;
    struct order *order;
    struct evidence evidence = {
        .end = CALL_REPLIED, .status = 503, .unreadable = "", .what = "", .retry_after_ms = 7000};
    struct verdict verdict;

    given_world(&world, GIVEN_OUTCOME(GIVEN_O), SIMPLE, 10);
    order = given_order(&world, NULL, "7");
    order->request.not_after_ms = world.time.wall_ms - 1;
    orders_take(world.orders, order, world.time);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_PTR_EQUAL_FATAL(given_next_done(&world), order);
    CU_ASSERT(order->status == OUTCOME_FAILED && order->reason.kind == REASON_EXPIRED &&
              order->started_at_ms == 0);
    given_same("code", order->reason.code, "notAfter");
    given_settled(&world, order);

    order = given_order(&world, NULL, "7");
    order->request.not_after_ms = world.time.wall_ms;
    orders_take(world.orders, order, world.time);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), order);
    orders_answer(world.orders, order, &evidence, world.time, &verdict);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL(orders_due_ms(world.orders), world.time.now_ms + 7000);
    given_wait(&world);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time),
                              order); /* notAfter has passed: it goes on */
    evidence.retry_after_ms = 60000;
    orders_answer(world.orders, order, &evidence, world.time, &verdict);
    CU_ASSERT_PTR_EQUAL_FATAL(given_next_done(&world), order);
    given_same("later than give.up", order->reason.code, "time");
    given_settled(&world, order);
    given_world_end(&world);
}

CU_TestInfo test_engine[] = {{"outcomes", outcomes}, {"times", times}, CU_TEST_INFO_NULL};
