/* What BT sees of an order that reads, and what its answers do to token and pace. */
#include "given_calls.h"

#define PARENT "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
#define WITH_PARAMETERS                                                                                      \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 'r', 'operationId': 'read', 'parameters':"        \
                 " [{'name': 'id', 'in': 'path', 'value': '$inputs.id'}, {'name': 'q', 'in': 'query',"       \
                 " 'value': 'a b'}, {'name': 'X-H', 'in': 'header', 'value': 'h 1'}],"                       \
                 " 'successCriteria': [{'condition': '$statusCode == 200'}]}]}")
#define CALLS(status) "whc_calls_total{api=\"api\",status=\"" status "\"}"

enum { STARTS_MOST = 50, MANY = 60, PROBE_MS = 1000 };

static const struct given_reply done = GIVEN_DONE;

static void begin(struct given *given, const char *workflow, const struct given_reply *replies, size_t count)
{
    *given = (struct given){.counted = 0};
    given_worker(&given->worker, workflow);
    begin_calls(given, replies, count);
}

/* Its operation needs the token from now on, or none. */
static void set_token(struct given *given, const char *operation, bool token)
{
    struct openapi *openapi = &given->worker.world.catalogue->openapi;

    for (size_t i = 0; i < openapi->operation_count; i++)
        if (strcmp(openapi->operations[i].id, operation) == 0)
            openapi->operations[i].token = token;
}

static void what_a_read_sends(void)
{
    struct given given;
    char id[UUID_TEXT_SIZE];
    struct uuid uuid;
    struct fault why;

    begin(&given, WITH_PARAMETERS, &done, 1);
    struct order *order = given_taken(&given.worker.world, NULL, "7/8");
    until_counted(&given, CALLS("200"), 1);
    expect_request(&given, 0, "GET /base/read/7%2F8?q=a%20b");
    CU_ASSERT(has_header(&given, 0, "Accept: application/json") && has_header(&given, 0, "X-H: h 1"));
    CU_ASSERT_FALSE(has_header(&given, 0, "Authorization:"));
    CU_ASSERT_FALSE(has_header(&given, 0, "Content-Type:"));
    CU_ASSERT_FALSE(has_header(&given, 0, "Cache-Control:"));
    CU_ASSERT_FALSE(has_header(&given, 0, "traceparent:"));
    CU_ASSERT_FALSE(has_header(&given, 0, "tracestate:"));
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_COMPLETED);
    CU_ASSERT_EQUAL(order->main.calls.http_status, 200);
    CU_ASSERT_EQUAL_FATAL(order->main.calls.tracking_count, 1);
    snprintf(id, sizeof id, "%s", order->main.calls.tracking_ids[0]);
    CU_ASSERT(uuid_parse(id, &uuid, &why)); /* a fresh one */
    expect_tracking(&given, 0, id);
    end_calls(&given);
}

/* What came with the request: its trace, and the tracking id by which the sandbox's answers are chosen. */
static void what_travels_on(void)
{
    struct given given;

    begin(&given, GIVEN_ONE_READ, &done, 1);
    set_token(&given, "read", true);
    struct order *order = given_order(&given.worker.world, NULL, "7");
    order->source.headers =
        (struct order_headers){memory_text(PARENT), memory_text("a=1,b=2"), memory_text("its own id")};
    orders_take(given.worker.world.orders, order, given.worker.world.time);
    until_counted(&given, CALLS("200"), 1);
    CU_ASSERT(has_header(&given, 0, "traceparent: " PARENT) && has_header(&given, 0, "tracestate: a=1,b=2"));
    CU_ASSERT(has_header(&given, 0, "Authorization: Bearer token-1"));
    expect_tracking(&given, 0, "its own id");
    CU_ASSERT_EQUAL_FATAL(order->main.calls.tracking_count, 1);
    given_same("noted", order->main.calls.tracking_ids[0], "its own id");
    end_calls(&given);
}

/* The write is in doubt: a cache must not answer for BT. */
static void what_a_look_up_sends(void)
{
    struct given given;

    begin(&given, GIVEN_LOOKED_UP, &done, 1);
    struct order *order = given_taken(&given.worker.world, "site 7", "7");
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&given.worker.world), order);
    given_answer(&given.worker.world, order, -(int)CALL_CUT, "");
    until_counted(&given, CALLS("200"), 1);
    expect_request(&given, 0, "GET /base/list");
    CU_ASSERT(has_header(&given, 0, "Cache-Control: no-cache"));
    CU_ASSERT_FALSE(has_header(&given, 0, "Content-Type:"));
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_COMPLETED);
    CU_ASSERT_EQUAL(journal_latest(&order->journal)->doubt.looks, 1);
    end_calls(&given);
}

static const struct given_reply expired_then_done[] = {
    {.status = "401 Unauthorized", .body = "{\"code\": \"42\", \"message\": \"expired\"}"}, GIVEN_DONE};

/* The order is called again at once, with a new one. */
static void a_token_that_has_expired(void)
{
    struct given given;

    begin(&given, GIVEN_ONE_READ, expired_then_done, 2);
    set_token(&given, "read", true);
    struct order *order = given_taken(&given.worker.world, NULL, "7");
    until_counted(&given, CALLS("200"), 1);
    CU_ASSERT(given.bt.request_count == 2 && given.tokens.request_count == 2);
    CU_ASSERT(has_header(&given, 0, "Authorization: Bearer token-1"));
    CU_ASSERT(has_header(&given, 1, "Authorization: Bearer token-2"));
    given_same("counted", given_metric(&given.worker.worker, CALLS("401")), "1");
    CU_ASSERT_EQUAL(order->status, OUTCOME_COMPLETED);
    CU_ASSERT_EQUAL_FATAL(order->main.calls.tracking_count, 2);
    CU_ASSERT_STRING_NOT_EQUAL(order->main.calls.tracking_ids[0], order->main.calls.tracking_ids[1]);
    end_calls(&given);
}

/* A call that shows no token says nothing about ours. */
static void a_refusal_without_a_token(void)
{
    struct given given;

    begin(&given, GIVEN_ONE_READ, expired_then_done, 2);
    given_taken(&given.worker.world, NULL, "7");
    until_counted(&given, CALLS("200"), 1);
    CU_ASSERT(given.bt.request_count == 2 && given.tokens.request_count == 1);
    end_calls(&given);
}

/* All of its calls would be refused: a probe goes out at its time, and opens it again. */
static void expect_halt(const struct given_reply *refusal)
{
    const struct given_reply replies[] = {*refusal, GIVEN_DONE};
    struct given given;
    const char *tag;

    begin(&given, GIVEN_ONE_READ, replies, COUNT_OF(replies));
    struct worker *worker = &given.worker.worker;
    const struct order *order = given_taken(&given.worker.world, NULL, "7");
    until_counted(&given, CALLS("403"), 1);
    CU_ASSERT(orders_pace(worker->orders, 0, &tag)->halted && order->state != ORDER_DONE);
    calls_chore(worker->calls);
    CU_ASSERT_EQUAL(orders_state_count(worker->orders, ORDER_CALLING), 0);
    given_jump(worker->loop, PROBE_MS);
    until_counted(&given, CALLS("200"), 1);
    CU_ASSERT_FALSE(orders_pace(worker->orders, 0, &tag)->halted);
    CU_ASSERT(order->state == ORDER_DONE && given.bt.request_count == 2);
    end_calls(&given);
}

/* By BT's word; or by a page, which is not BT's and says nothing of this order. */
static void an_api_that_is_halted(void)
{
    static const struct given_reply refusals[] = {
        {.status = "403 Forbidden", .body = "{\"code\": \"53\"}"},
        {.status = "403 Forbidden", .body = "\xef\xbb\xbf\r\n <html>Denied</html>"}};

    for (size_t i = 0; i < COUNT_OF(refusals); i++)
        expect_halt(&refusals[i]);
}

/* BT refuses this order only. */
static void a_403_that_halts_nothing(void)
{
    static const struct given_reply refusal = {.status = "403 Forbidden", .body = "{\"message\": \"no\"}"};
    struct given given;
    const char *tag;

    begin(&given, GIVEN_ONE_READ, &refusal, 1);
    const struct order *order = given_taken(&given.worker.world, NULL, "7");
    until_counted(&given, CALLS("403"), 1);
    CU_ASSERT_FALSE(orders_pace(given.worker.worker.orders, 0, &tag)->halted);
    CU_ASSERT(order->state == ORDER_DONE && order->reason.kind == REASON_REFUSED);
    end_calls(&given);
}

/* Nothing else turns the loop when its time has come. */
static void one_that_has_to_wait(void)
{
    static const struct given_reply replies[] = {{.status = "503 Service Unavailable"}, GIVEN_DONE};
    struct given given;

    begin(&given, GIVEN_ONE_READ, replies, COUNT_OF(replies));
    const struct order *order = given_taken(&given.worker.world, NULL, "7");
    until_counted(&given, CALLS("200"), 1);
    given_same("counted", given_metric(&given.worker.worker, CALLS("503")), "1");
    CU_ASSERT(order->state == ORDER_DONE && order->main.calls.attempts == 2);
    end_calls(&given);
}

static void without_a_token(void)
{
    struct given given;

    begin(&given, GIVEN_ONE_READ, &done, 1);
    struct worker *worker = &given.worker.worker;
    const struct order *order = given_taken(&given.worker.world, NULL, "7");
    token_refused(worker->token, token_serial(worker->token));
    calls_chore(worker->calls);
    CU_ASSERT_EQUAL(order->state, ORDER_READY);
    until_counted(&given, CALLS("200"), 1); /* the next one comes, and is a reason for a turn */
    CU_ASSERT_EQUAL(given.tokens.request_count, 2);
    end_calls(&given);
}

static void so_many_in_one_turn(void)
{
    struct given given;

    begin(&given, GIVEN_ONE_READ, &done, 1);
    struct worker *worker = &given.worker.worker;
    for (int i = 0; i < MANY; i++) {
        struct order *order = given_order(&given.worker.world, NULL, "7");
        snprintf(order->request.id, sizeof order->request.id, "605c9599-4ab1-488f-8129-%012d", i);
        orders_take(worker->orders, order, given.worker.world.time);
    }
    calls_chore(worker->calls);
    CU_ASSERT_EQUAL(orders_state_count(worker->orders, ORDER_CALLING), STARTS_MOST);
    until_counted(&given, CALLS("200"), MANY);
    end_calls(&given);
}

CU_TestInfo test_calls[] = {{"what a read sends", what_a_read_sends},
                            {"what travels on", what_travels_on},
                            {"what a look-up sends", what_a_look_up_sends},
                            {"a token that has expired", a_token_that_has_expired},
                            {"a refusal without a token", a_refusal_without_a_token},
                            {"an API that is halted", an_api_that_is_halted},
                            {"a 403 that halts nothing", a_403_that_halts_nothing},
                            {"one that has to wait", one_that_has_to_wait},
                            {"without a token", without_a_token},
                            {"so many in one turn", so_many_in_one_turn},
                            CU_TEST_INFO_NULL};
