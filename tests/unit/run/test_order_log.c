/* The lines of orders: what is in them, which are made at all, and that nothing of a customer's is. */
#include "order_log.h"

#include "log.h"

#include "given_worker.h"

#include <fcntl.h>
#include <unistd.h>

#define TRACE "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

/* Lines go nowhere, and are wanted from this level on. */
static int open_log(enum log_level least)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    log_open(nowhere, LOG_LOGFMT, least);
    return nowhere;
}

static void close_log(int nowhere)
{
    log_open(-1, LOG_LOGFMT, LOG_ERROR);
    close(nowhere);
}

static void expect_note(const char *name, char *note, const char *want)
{
    given_same(name, note == NULL ? "nothing" : note, want);
    memory_free(note);
}

static void an_end(void)
{
    struct given_worker given;
    struct outcome outcome;
    int nowhere = open_log(LOG_INFO);

    given_worker(&given, GIVEN_LOOKED_UP);
    struct order *order = given_ended_order(&given, "customer-42", "{'o': 'x'}");
    order->source.requested_at_ms = order->finished_at_ms - 1000;
    order_outcome(order, &outcome);
    expect_note(
        "ended", order_log_outcome(&given.worker, order, &outcome),
        "1\torder.ended\tan order ended\t request=" GIVEN_ID_USUAL
        " type=w status=COMPLETED step=a attempts=1 http=201 partition=0 offset=0 wait_ms=0 took_ms=0 age_ms=1000\n");
    given.worker.settings->log_key = 1;
    order->source.headers.traceparent = memory_text(TRACE);
    outcome.status = OUTCOME_FAILED;
    reason_set(&outcome.reason, REASON_UNAVAILABLE, "attempts", "Gave up.");
    expect_note(
        "failed", order_log_outcome(&given.worker, order, &outcome),
        "2\torder.ended\tan order ended\t request=" GIVEN_ID_USUAL
        " type=w status=FAILED kind=UNAVAILABLE code=attempts step=a attempts=1 http=201 partition=0 offset=0 wait_ms=0"
        " took_ms=0 age_ms=1000 key=customer-42 trace_id=4bf92f3577b34da6a3ce929d0e0e4736\n");
    given_worker_end(&given);
    close_log(nowhere);
}

/* What BT said is shown without what may be a customer's number or address for mail. */
static void a_parked_one(void)
{
    struct given_worker given;
    struct outcome outcome;
    int nowhere = open_log(LOG_INFO);

    given_worker(&given, GIVEN_LOOKED_UP);
    struct order *order = given_ended_order(&given, "k", "{'o': 'x'}");
    order_outcome(order, &outcome);
    outcome.final = false;
    outcome.external_id = "8f1c2d7e-0000-8000-8000-000000000001";
    reason_set(&outcome.reason, REASON_IN_DOUBT, "lookup",
               "BT answered 503/05: 01632960000 of\na.person@example.com is +441632-960-001, 2 of 1234 left");
    expect_note(
        "parked", order_log_outcome(&given.worker, order, &outcome),
        "2\torder.parked\tan order waits for a person\t request=" GIVEN_ID_USUAL
        " type=w step=a kind=IN_DOUBT code=lookup why=\"BT answered 503/05: * of\\n* is *, 2 of 1234 left\""
        " reference=8f1c2d7e-0000-8000-8000-000000000001 behind=0\n");
    given_worker_end(&given);
    close_log(nowhere);
}

static void which_are_made(void)
{
    static const struct {
        enum log_orders_choice orders;
        enum log_level least;
        bool writes, ended, failed;
    } rows[] = {
        {LOG_ORDERS_ALL, LOG_INFO, false, true, true},   {LOG_ORDERS_WRITES, LOG_INFO, false, false, true},
        {LOG_ORDERS_WRITES, LOG_INFO, true, true, true}, {LOG_ORDERS_NONE, LOG_INFO, true, false, true},
        {LOG_ORDERS_ALL, LOG_WARN, true, false, true},   {LOG_ORDERS_ALL, LOG_ERROR, true, false, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct given_worker given;
        struct outcome outcome;
        int nowhere = open_log(rows[i].least);
        given_worker(&given, GIVEN_LOOKED_UP);
        struct order *order = given_ended_order(&given, "k", "{'o': 'x'}");
        struct order_type type = *order->type;
        type.writes = rows[i].writes;
        order->type = &type;
        given.worker.settings->log_orders = rows[i].orders;
        order_outcome(order, &outcome);
        for (int failed = 0; failed < 2; failed++) {
            outcome.status = failed == 1 ? OUTCOME_FAILED : OUTCOME_COMPLETED;
            char *note = order_log_outcome(&given.worker, order, &outcome);
            CU_ASSERT_EQUAL(note != NULL, failed == 1 ? rows[i].failed : rows[i].ended);
            order_log_settled(note);
            memory_free(note);
        }
        order->type = given.world.catalogue->types[0];
        given_worker_end(&given);
        close_log(nowhere);
    }
}

/* Those whose signals are being settled, and no earlier one. */
static void decisions(void)
{
    static const char list[] =
        "[{\"verdict\":\"retry\",\"who\":\"A. Person\",\"answer\":\"too early\"},"
        "{\"verdict\":\"happened\",\"who\":\"A. Person\",\"why\":\"seen, 01632 960 000\","
        "\"answer\":\"applied\"}]";
    struct given_worker given;
    int nowhere = open_log(LOG_INFO);

    given_worker(&given, GIVEN_LOOKED_UP);
    struct order *order = given_ended_order(&given, "k", "{'o': 'x'}");
    order->ledger.decisions = memory_text(list);
    expect_note("none is new", order_log_decided(&given.worker, order), "nothing");
    order->ledger.signal_count = 1;
    expect_note("one is", order_log_decided(&given.worker, order),
                "1\torder.decided\ta person's decision is in the ledger\t request=" GIVEN_ID_USUAL
                " type=w verdict=happened who=\"A. Person\" why=\"seen, *\" answer=applied\n");
    order->ledger.signal_count = 0;
    char *joined = order_log_join(order_log_join(NULL, memory_text("a\n")), memory_text("b\n"));
    expect_note("joined", order_log_join(joined, NULL), "a\nb\n");
    given_worker_end(&given);
    close_log(nowhere);
}

CU_TestInfo test_order_log[] = {{"an end", an_end},
                                {"a parked one", a_parked_one},
                                {"which are made", which_are_made},
                                {"decisions", decisions},
                                CU_TEST_INFO_NULL};
