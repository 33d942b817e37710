/* People's decisions: applied, refused, too late, or nothing that can be read; and that none is passed over. */
#include "decisions.h"

#include "decision.h"
#include "fetcher.h"
#include "remembered.h"

#include "given_worker.h"

#define SIGNAL_OF(n) "0b1c2d3e-4a5b-4c6d-8e7f-00000000000" n

struct given {
    struct given_worker worker;
    size_t counted; /* signals that came to something */
    size_t read;    /* 1: no record of a finished order is waited for */
};

static void nothing(void *context)
{
    (void)context;
}

static size_t count_in(const struct worker *worker, const char *result)
{
    char series[100];

    snprintf(series, sizeof series, "whc_decisions_total{result=\"%s\"}", result);
    return (size_t)strtol(given_metric(worker, series), NULL, 10);
}

static void chore(void *context)
{
    struct given *given = context;
    const struct worker *worker = &given->worker.worker;

    decisions_chore(worker->decisions);
    remembered_chore(worker->remembered);
    given->read = remembered_waiting(worker->remembered) == 0;
    given->counted =
        count_in(worker, "applied") + count_in(worker, "refused") + count_in(worker, "unreadable");
}

static void begin(struct given *given)
{
    struct worker *worker = &given->worker.worker;
    struct fault why;

    *given = (struct given){.counted = 0};
    given_worker_member(&given->worker, GIVEN_NEVER);
    if (!http_client_new(worker->settings, worker->loop, &worker->http, &why) ||
        !fetcher_new(worker->settings, worker->loop, &worker->fetcher, &why))
        abort();
    worker->registry = registry_new(worker->settings, worker->loop, worker->http, nothing, NULL);
    worker->remembered = remembered_new(worker);
    worker->decisions = decisions_new(worker);
    given_takes(worker);
    loop_add_chore(worker->loop, "decisions", chore, given);
}

static void end(struct given *given)
{
    struct worker *worker = &given->worker.worker;

    loop_remove_chore(worker->loop, given);
    remembered_free(worker->remembered);
    decisions_free(worker->decisions);
    ownership_free(worker->ownership);
    registry_free(worker->registry);
    http_client_free(worker->http);
    fetcher_free(worker->fetcher);
    given_worker_end(&given->worker);
    CU_ASSERT_PTR_NULL(decisions_free(NULL));
}

/* Settles all there is; how many records that had, and where the signals of partition 0 are then. */
static size_t settle(struct given *given, int64_t *signals)
{
    struct batch *batch = given->worker.worker.batch;
    struct partition_commit *positions;

    while (batch_gather(batch))
        continue;
    size_t count = batch_begin(batch, loop_clock_ms(), &positions), records = batch_sent_count(batch);
    *signals = count == 0 ? -1 : positions[0].others.signals;
    partition_commits_free(positions, count);
    if (batch_end(batch, SETTLEMENT_CLEAN, NULL, 0))
        while (batch_take_out(batch, 0, given->worker.world.time.wall_ms))
            continue;
    return records;
}

/* An order of which nobody knows whether BT has carried it out. */
static struct order *parked(struct given *given)
{
    struct world *world = &given->worker.world;
    int64_t unused;

    if (!partition_offsets_take(partitions_offsets(given->worker.worker.partitions, 0), world->next_offset))
        abort();
    struct order *order = given_named(world, "site 7", '1');
    CU_ASSERT_PTR_NULL(orders_next_call(world->orders, world->time));
    settle(given, &unused);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world->orders, world->time), order);
    given_answer(world, order, 500, "");
    settle(given, &unused);
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_PARKED);
    return order;
}

static void signal_bytes(struct given *given, int32_t partition, const void *bytes, size_t length)
{
    given_broker_put_bytes(&given->worker.broker, given->worker.worker.settings->topic_signals, partition,
                           "key", bytes, length);
}

static void decide(struct given *given, const char *signal_id, const char *request_id, unsigned attempt)
{
    struct decision decision = {.attempt = attempt,
                                .verdict = DECISION_HAPPENED,
                                .reference = "BT-1",
                                .why = "BT's portal shows it",
                                .who = "sam",
                                .decided_at_ms = 1772445600000};
    struct buffer value;
    struct fault why;

    snprintf(decision.signal_id, sizeof decision.signal_id, "%s", signal_id);
    snprintf(decision.request_id, sizeof decision.request_id, "%s", request_id);
    buffer_init(&value, 10000);
    if (!decision_write(given->worker.worker.catalogue, &decision, &value, &why))
        abort();
    signal_bytes(given, 0, value.data, value.length);
    buffer_release(&value);
}

static void expect_counts(const struct given *given, size_t applied, size_t refused, size_t unreadable)
{
    const struct worker *worker = &given->worker.worker;

    CU_ASSERT_EQUAL(count_in(worker, "applied"), applied);
    CU_ASSERT_EQUAL(count_in(worker, "refused"), refused);
    CU_ASSERT_EQUAL(count_in(worker, "unreadable"), unreadable);
}

/* Its position moves with its effect, in one settlement. */
static void one_is_applied_and_one_refused(struct given *given)
{
    struct loop *loop = given->worker.worker.loop;
    const struct order *order = parked(given);
    int64_t signals;

    decide(given, SIGNAL_OF("1"), order->request.id, order->attempt + 1); /* not what that person saw */
    given_until(loop, &given->counted, 1);
    expect_counts(given, 0, 1, 0);
    CU_ASSERT(order->state == ORDER_PARKED && settle(given, &signals) == 1 && signals == 1);
    decide(given, SIGNAL_OF("2"), order->request.id, order->attempt);
    given_until(loop, &given->counted, 2);
    expect_counts(given, 1, 1, 0);
    CU_ASSERT(settle(given, &signals) == 2 && signals == 2);
    CU_ASSERT_PTR_NULL(orders_find(given->worker.worker.orders, GIVEN_ID_OF("1")));
    decide(given, SIGNAL_OF("3"), GIVEN_ID_USUAL, 1); /* nobody knows that order */
    given_until(loop, &given->counted, 3);
    expect_counts(given, 1, 2, 0);
    CU_ASSERT(settle(given, &signals) == 0 && signals == 3);
}

/* Somebody else's bytes are kept as a dead letter, and hold nothing back. */
static void what_is_no_decision(struct given *given)
{
    const struct worker *worker = &given->worker.worker;
    int64_t signals;

    signal_bytes(given, 0, NULL, 0);
    signal_bytes(given, 0, "hello", 5);
    given_until(worker->loop, &given->counted, 4);
    expect_counts(given, 1, 2, 1);
    given_same("dead", given_metric(worker, "whc_dead_letters_total{reason=\"signal\"}"), "1");
    CU_ASSERT(settle(given, &signals) == 1 && signals == 5);
    given_same("no trouble", decisions_trouble(worker->decisions), "");
}

/* The order has ended meanwhile: its record says that this came too late. */
static void one_comes_too_late(struct given *given)
{
    const struct worker *worker = &given->worker.worker;
    struct duplicate done = {.request_id = GIVEN_ID_OF("2"), .done_at_ms = given->worker.world.time.wall_ms};
    struct kafka_record *record;
    struct partition_commit *positions;
    struct ledger_record kept;
    struct fault why;

    given_put_kept(&given->worker, '2', LEDGER_DONE, "the outcome");
    duplicates_add(worker->duplicates, &done);
    decide(given, SIGNAL_OF("4"), done.request_id, 1);
    given_until(worker->loop, &given->counted, 5);
    expect_counts(given, 1, 3, 1);
    given_until(worker->loop, &given->read, 1);
    size_t count = batch_begin(worker->batch, 0, &positions);
    CU_ASSERT(count == 1 && positions[0].others.signals == 6);
    partition_commits_free(positions, count);
    CU_ASSERT_EQUAL_FATAL(batch_sent_count(worker->batch), 1);
    record = batch_sent(worker->batch, 0);
    CU_ASSERT_FATAL(ledger_read(&worker->ledger_schemas, record->value, record->length, &kept, &why));
    CU_ASSERT(kept.state == LEDGER_DONE && strstr(kept.last_decision, SIGNAL_OF("4")) != NULL);
    CU_ASSERT(kept.outcome_length == 11 && memcmp(kept.outcome, "the outcome", 11) == 0);
    ledger_release(&kept);
    if (batch_end(worker->batch, SETTLEMENT_CLEAN, NULL, 0))
        while (batch_take_out(worker->batch, 0, 0))
            continue;
}

/* One of ours that only a newer worker reads: what a person decided must not be passed over. */
static void one_that_cannot_be_read(struct given *given)
{
    static const char newer[] = {'\xc3', '\x01', 1, 2, 3, 4, 5, 6, 7, 8, 9};
    const struct worker *worker = &given->worker.worker;

    signal_bytes(given, 0, newer, sizeof newer);
    given_until(worker->loop, &given->counted, 6);
    expect_counts(given, 1, 3, 2);
    static const char says[] =
        "decisions of partition 0 stand still: the signal at offset 6 cannot be read: ";
    CU_ASSERT_EQUAL(strncmp(decisions_trouble(worker->decisions), says, strlen(says)), 0);
    decide(given, SIGNAL_OF("5"), GIVEN_ID_USUAL, 1);
    signal_bytes(given, 1, "hello", 5); /* the other partition goes on */
    given_until(worker->loop, &given->counted, 7);
    given_turn(worker->loop);
    expect_counts(given, 1, 3, 3);
    decisions_forget(worker->decisions);
    given_same("forgotten", decisions_trouble(worker->decisions), "");
}

/* One member for all of them: to join takes seconds. */
static void what_becomes_of_a_signal(void)
{
    struct given given;

    begin(&given);
    one_is_applied_and_one_refused(&given);
    what_is_no_decision(&given);
    one_comes_too_late(&given);
    one_that_cannot_be_read(&given);
    end(&given);
}

CU_TestInfo test_decisions[] = {{"what becomes of a signal", what_becomes_of_a_signal}, CU_TEST_INFO_NULL};
