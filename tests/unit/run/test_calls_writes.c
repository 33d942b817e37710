/* Writes: what BT sees of them, what becomes of their journal, and that none is sent which may not be (R1). */
#include "given_calls.h"

#define CALLS(status) "whc_calls_total{api=\"api\",status=\"" status "\"}"

enum { SOON_MS = 200, PAUSE_MS = 1000 /* after what looks like an outage */ };

static void begin(struct given *given, const char *workflow, const struct given_reply *replies, size_t count)
{
    *given = (struct given){.counted = 0};
    given_worker_member(&given->worker, workflow);
    begin_calls(given, replies, count);
}

/* The order's next attempt is settled, and its lease is long; whatever waited for its time is due. */
static void permit(struct given *given, const struct order *order)
{
    struct world *world = &given->worker.world;
    struct loop *loop = given->worker.worker.loop;
    struct change change;

    given_jump(loop, PAUSE_MS);
    given_turn(loop);
    world->time = worker_time(&given->worker.worker);
    CU_ASSERT_PTR_NULL(orders_next_call(world->orders, world->time));
    while (orders_next_change(world->orders, &change)) /* outcomes of those before it, too */
        orders_settled(world->orders, &change, world->time.now_ms + LONG_MS);
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_PERMITTED);
}

static struct order *permitted(struct given *given, const char *key, char last)
{
    given->worker.world.time = worker_time(&given->worker.worker);
    struct order *order = given_named(&given->worker.world, key, last);
    permit(given, order);
    return order;
}

/* --- what BT sees --- */

static void a_write_and_its_look_up(void)
{
    static const struct given_reply replies[] = {
        {.status = "500 Internal Server Error", .body = "{\"code\": \"00\", \"message\": \"oops\"}"},
        GIVEN_DONE};
    char body[200];
    struct given given;

    begin(&given, GIVEN_LOOKED_UP, replies, COUNT_OF(replies));
    struct order *order = permitted(&given, "site 7", '1');
    until_counted(&given, CALLS("500"), 1);
    expect_request(&given, 0, "POST /base/write");
    CU_ASSERT(has_header(&given, 0, "Content-Type: application/json"));
    CU_ASSERT(has_header(&given, 0, "Accept: application/json"));
    CU_ASSERT_FALSE(has_header(&given, 0, "Cache-Control:"));
    snprintf(body, sizeof body, "\r\n\r\n{\"externalId\":\"%s\"}", order_reference(order));
    CU_ASSERT_PTR_NOT_NULL(strstr(given_request(&given.bt, 0), body));
    const struct journal_entry *entry = journal_latest(&order->journal);
    CU_ASSERT(entry->attempt == 1 && entry->http_status == 500);
    CU_ASSERT_PTR_NOT_NULL(strstr(entry->said, "oops"));
    expect_tracking(&given, 0, entry->tracking);
    until_counted(&given, CALLS("200"), 1);
    expect_request(&given, 1, "GET /base/list");
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_COMPLETED);
    given_same("found", entry->doubt.answer, "found");
    CU_ASSERT_PTR_NULL(strstr(given_request(&given.bt, 1), entry->tracking)); /* an id of its own */
    end_calls(&given);
}

/* --- what comes back --- */

static const struct {
    struct given_reply reply;
    bool hurries; /* the call's time is short */
    const char *status;
    int http_status;
    enum order_state state;
    const char *said; /* in the journal */
} rows[] = {
    {{.status = "201 Created", .body = "{}"}, false, CALLS("201"), 201, ORDER_DONE, ""},
    {{.status = "400 Bad Request", .body = "{\"code\": \"21\", \"message\": \"no such site\"}"},
     false,
     CALLS("400"),
     400,
     ORDER_DONE,
     "no such site"},
    {{.status = "500 Oops", .body = " <html><head><title>Oops at BT</title></head></html>"},
     false,
     CALLS("500"),
     500,
     ORDER_PARKED,
     "Oops at BT"},
    {{.status = "302 Found", .headers = "Location: http://login.invalid/here\r\n", .body = "<a>"},
     false,
     CALLS("302"),
     302,
     ORDER_PARKED,
     "it has moved to http://login.invalid/here"},
    {{.how = GIVEN_END}, false, CALLS("0"), 0, ORDER_PARKED, ""},
    {{.how = GIVEN_SILENCE}, true, CALLS("0"), 0, ORDER_PARKED, ""},
};

static void expect_row(struct given *given, size_t row)
{
    struct worker *worker = &given->worker.worker;
    size_t before = (size_t)strtol(given_metric(worker, rows[row].status), NULL, 10);
    char key[20];

    snprintf(key, sizeof key, "site %zu", row);
    given->bt.replies = &rows[row].reply;
    given->bt.reply_count = 1;
    given->api.settings.call_timeout_ms = rows[row].hurries ? SOON_MS : LONG_MS;
    struct order *order = permitted(given, key, (char)('1' + row));
    until_counted(given, rows[row].status, before + 1);
    struct journal_entry *entry = journal_latest(&order->journal);
    if (order->state != rows[row].state || entry->http_status != rows[row].http_status ||
        strstr(entry->said, rows[row].said) == NULL) {
        printf("\n  row %zu: state %d, HTTP %d, '%s'", row, (int)order->state, entry->http_status,
               entry->said);
        CU_FAIL("row above");
    }
    expect_tracking(given, row, entry->tracking);
    CU_ASSERT_EQUAL(given->bt.request_count, row + 1);
}

/* --- what must not be sent --- */

/* Its call has begun, and not a byte of it has gone yet. */
static struct order *begun(struct given *given, const char *key, char last)
{
    struct order *order = permitted(given, key, last);

    calls_chore(given->worker.worker.calls);
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_CALLING);
    return order;
}

static void expect_unsent(struct given *given, const struct order *order, size_t requests)
{
    struct worker *worker = &given->worker.worker;
    size_t before = (size_t)strtol(given_metric(worker, CALLS("0")), NULL, 10);

    until_counted(given, CALLS("0"), before + 1);
    CU_ASSERT_EQUAL(given->bt.request_count, requests);
    CU_ASSERT(order->state != ORDER_PARKED && order->state != ORDER_DONE && !order->doubt.open);
}

/* Known not to have happened: no doubt, and it is tried again under a lease of its own. */
static void what_is_not_sent(struct given *given)
{
    struct worker *worker = &given->worker.worker;
    size_t requests = given->bt.request_count;
    struct order *order;

    given->bt.replies = &rows[0].reply;
    given->api.settings.call_timeout_ms = LONG_MS;
    order = begun(given, "late", '9');
    order->lease_until_ms = loop_clock_ms(); /* has just run out */
    expect_unsent(given, order, requests);
    permit(given, order);
    until_counted(given, CALLS("201"), 2); /* as row 0 */
    CU_ASSERT(order->state == ORDER_DONE && journal_latest(&order->journal)->attempt == 2);
    order = begun(given, "lost", 'a');
    rd_kafka_test_fatal_error(consumer_handle(worker->consumer), RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
                              "another process");
    CU_ASSERT(consumer_lost(worker->consumer));
    expect_unsent(given, order, requests + 1);
}

/* One member for both: to join takes seconds. */
static void what_comes_back_and_what_is_not_sent(void)
{
    struct given given;

    begin(&given, GIVEN_NEVER, &rows[0].reply, 1);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_row(&given, i);
    what_is_not_sent(&given);
    end_calls(&given);
}

CU_TestInfo test_calls_writes[] = {
    {"a write and its look-up", a_write_and_its_look_up},
    {"what comes back and what is not sent", what_comes_back_and_what_is_not_sent},
    CU_TEST_INFO_NULL};
