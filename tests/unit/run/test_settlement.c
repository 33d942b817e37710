/*
 * What becomes of a batch and of the worker in each end of a settlement: through the settlement thread, on a cluster that
 * fails as it is told to (PROMISE.md R2, R3, R16). test_transaction.c has the same one floor lower, job by job.
 */
#include "settlement.h"

#include "given_worker.h"

#define NONE RD_KAFKA_RESP_ERR_NO_ERROR
#define LONG                                                                                                 \
    "{'o': 'no number of 01632 960000 to 01632 960999 is free, and none of 020 7946 0000 to 0999 is'}"
#define TROUBLE "Kafka does not take settlements: nothing that is not owned is sent, it is tried again"
#define GIVEN_READ_WITH_RESULT                                                                               \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 'r', " GIVEN_READ                                 \
                 ", 'outputs': {'o': '$response.body#/o'}}], 'outputs': {'o': '$steps.r.outputs.o'}}")

enum { FEW = 5, SLOW_MS = 300 };

struct given {
    struct given_worker worker;
    bool goes; /* the next settlement may begin */
    size_t returned, answered;
    enum job_answer answer;
    const char *refused; /* of the first record; null: it was not */
    unsigned question;
    int64_t position;
};

static void returned(void *context, struct settlement_job *job)
{
    struct given *given = context;

    given->goes = false;
    given->returned++;
    given->answer = job->answer;
    given->refused = job->record_count == 0 ? NULL : job->records[0]->refused;
    settlement_returned(given->worker.worker.settlement, job);
}

static void chore(void *context)
{
    struct given *given = context;

    if (given->goes)
        settlement_chore(given->worker.worker.settlement);
}

static void begin(struct given *given, const char *workflow)
{
    struct worker *worker = &given->worker.worker;
    struct fault why;

    *given = (struct given){.goes = false};
    given_worker_member(&given->worker, workflow);
    worker->settings->settlement_pace_ms = 0;
    worker->settlement = settlement_new(worker);
    if (!settlement_thread_new(worker->settings, worker->loop, consumer_handle(worker->consumer), returned,
                               given, &worker->settlement_thread, &why))
        abort();
    loop_add_chore(worker->loop, "settling", chore, given);
}

static void end(struct given *given)
{
    struct worker *worker = &given->worker.worker;

    loop_remove_chore(worker->loop, given);
    settlement_thread_free(worker->settlement_thread);
    settlement_free(worker->settlement);
    given_worker_end(&given->worker);
}

/* One settlement; how it ended. */
static enum job_answer settle(struct given *given)
{
    size_t before = given->returned;

    given->goes = true;
    loop_hurry(given->worker.worker.loop);
    given_until(given->worker.worker.loop, &given->returned, before + 1);
    return given->answer;
}

/* An order of this name whose outcome is to be settled next. */
static struct order *ended_order(struct given *given, char last, const char *result)
{
    struct world *world = &given->worker.world;

    if (!partition_offsets_take(partitions_offsets(given->worker.worker.partitions, 0), world->next_offset))
        abort();
    struct order *order = given_named(world, "site 7", last),
                 *called = orders_next_call(world->orders, world->time);
    if (called == NULL) {
        CU_ASSERT_EQUAL_FATAL(settle(given), JOB_CLEAN); /* its attempt */
        called = orders_next_call(world->orders, world->time);
    }
    CU_ASSERT_PTR_EQUAL_FATAL(called, order);
    given_answer(world, order, order_writes(order) ? 201 : 200, result);
    return order;
}

/* How many records the topic has. */
static int64_t count_of(const struct given *given, const char *topic)
{
    int64_t count = 0;

    for (int32_t p = 0; p < GIVEN_PARTITIONS; p++) {
        int64_t low, high;
        if (rd_kafka_query_watermark_offsets(consumer_handle(given->worker.worker.consumer), topic, p, &low,
                                             &high, 10000) != NONE)
            abort();
        count += high;
    }
    return count;
}

/* What would be committed if the next settlement happened: the cluster does not do it in a transaction. */
static void commit_next(struct given *given)
{
    const struct worker *worker = &given->worker.worker;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_t *entry =
        rd_kafka_topic_partition_list_add(list, worker->settings->topic_requests, 0);
    char token[SETTLEMENT_TOKEN_MAX + 1];
    struct buffer metadata;

    partitions_next_token(worker->partitions, token);
    buffer_init(&metadata, 10000);
    partition_offsets_metadata(partitions_offsets(worker->partitions, 0), token, LEDGER_FORMATS, &metadata);
    entry->offset = 1;
    entry->metadata = strdup(buffer_text(&metadata));
    entry->metadata_size = metadata.length;
    buffer_release(&metadata);
    if (rd_kafka_commit(consumer_handle(worker->consumer), list, 0) != NONE)
        abort();
    rd_kafka_topic_partition_list_destroy(list);
}

static const struct {
    const char *name;
    enum given_request request; /* the next of these fail so */
    size_t count;
    rd_kafka_resp_err_t errors[2];
    bool is_committed; /* the positions are, although the answer says otherwise */
    enum job_answer answer;
    size_t left; /* records of the batch that are settled once more */
    const char *counted;
} rows[] = {
    {"clean", GIVEN_PRODUCE, 0, {NONE}, false, JOB_CLEAN, 0, "clean"},
    {"unclean: it was sent twice",
     GIVEN_PRODUCE,
     1,
     {RD_KAFKA_RESP_ERR__TRANSPORT},
     false,
     JOB_DIRTY,
     0,
     "dirty"},
    {"unclean: its end was asked for twice",
     GIVEN_END_TRANSACTION,
     1,
     {RD_KAFKA_RESP_ERR__TRANSPORT},
     false,
     JOB_DIRTY,
     0,
     "dirty"},
    {"unknown, and it did not happen: the generation is over",
     GIVEN_TXN_OFFSETS,
     1,
     {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION},
     false,
     JOB_UNCLEAR,
     2,
     "unclear-repeated"},
    {"unknown, and it did not happen: our place has another member, who may be ourselves",
     GIVEN_TXN_OFFSETS,
     1,
     {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID},
     false,
     JOB_UNCLEAR,
     2,
     "unclear-repeated"},
    {"unknown, and it happened: the token is committed",
     GIVEN_END_TRANSACTION,
     1,
     {RD_KAFKA_RESP_ERR_PRODUCER_FENCED},
     true,
     JOB_UNCLEAR,
     0,
     "unclear-happened"},
    {"a delivery without a place",
     GIVEN_PRODUCE,
     1,
     {RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER},
     false,
     JOB_UNCLEAR,
     2,
     "unclear-repeated"},
    {"a forbidden topic",
     GIVEN_PRODUCE,
     1,
     {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED},
     false,
     JOB_UNCLEAR,
     2,
     "unclear-repeated"},
};

/* Once settled the order is gone, and found again where its record stands: the last one of the ledger. */
static void expect_settled(struct given *given, char last)
{
    const struct worker *worker = &given->worker.worker;
    char id[UUID_TEXT_SIZE];
    struct duplicate done;

    snprintf(id, sizeof id, "%s%c", GIVEN_ID_OF(""), last);
    CU_ASSERT(batch_is_idle(worker->batch) && orders_find(worker->orders, id) == NULL);
    CU_ASSERT_FATAL(duplicates_find(worker->duplicates, id, &done));
    CU_ASSERT_EQUAL(done.offset, count_of(given, worker->settings->topic_ledger) - 1);
    given_same("no trouble", settlement_trouble(worker->settlement), "");
}

static long count_in(const struct worker *worker, const char *series)
{
    return strtol(given_metric(worker, series), NULL, 10);
}

static void expect_row(struct given *given, size_t row)
{
    const struct worker *worker = &given->worker.worker;
    struct duplicate unused;
    char series[100], last = (char)('1' + row);
    const struct order *order = ended_order(given, last, "{'o': 'x'}");

    snprintf(series, sizeof series, "whc_settlements_total{end=\"%s\"}", rows[row].counted);
    long before = count_in(worker, series);
    int64_t outcomes = count_of(given, worker->settings->topic_outcomes);
    if (rows[row].is_committed)
        commit_next(given);
    if (rows[row].count > 0)
        given_broker_fail(&given->worker.broker, rows[row].request, rows[row].count, rows[row].errors);
    enum job_answer answer = settle(given);
    if (answer != rows[row].answer || batch_count(worker->batch) != rows[row].left) {
        printf("\n  %s: answer %d, %zu records are left", rows[row].name, (int)answer,
               batch_count(worker->batch));
        CU_FAIL("case above");
    }
    CU_ASSERT_EQUAL(count_in(worker, series), before + 1);
    if (rows[row].left == 0) {
        CU_ASSERT_EQUAL(count_of(given, worker->settings->topic_outcomes), outcomes + 1);
    } else {
        CU_ASSERT(order->state == ORDER_SETTLING &&
                  !duplicates_find(worker->duplicates, order->request.id, &unused));
        given_same(rows[row].name, settlement_trouble(worker->settlement), TROUBLE);
        CU_ASSERT_EQUAL(settle(given), JOB_CLEAN);
    }
    expect_settled(given, last);
    CU_ASSERT_EQUAL(worker->exit_code, 0);
}

static void what_becomes_of_the_batch(struct given *given)
{
    given->worker.worker.settings->commit_timeout_ms = 2000;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_row(given, i);
}

/* The first refusal does not say which record it is; the second does, and that record is made smaller. */
static void a_record_is_refused(struct given *given)
{
    static const rd_kafka_resp_err_t refused[] = {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE};
    struct worker *worker = &given->worker.worker;

    ended_order(given, '1', LONG);
    given_broker_fail(&given->worker.broker, GIVEN_PRODUCE, 1, refused);
    CU_ASSERT_EQUAL(settle(given), JOB_UNCLEAR);
    CU_ASSERT(given->refused == NULL && batch_count(worker->batch) == 1);
    given_broker_fail(&given->worker.broker, GIVEN_PRODUCE, 1, refused);
    CU_ASSERT_EQUAL(settle(given), JOB_UNCLEAR);
    CU_ASSERT(given->refused != NULL && batch_count(worker->batch) == 1);
    CU_ASSERT_EQUAL(settle(given), JOB_CLEAN);
    CU_ASSERT(batch_is_idle(worker->batch) && orders_count(worker->orders) == 0);
    CU_ASSERT_EQUAL(worker->exit_code, 0);
}

/* As order/ownership does it when the group says that the partitions are another's. */
static void lose_all(struct given *given)
{
    const struct worker *worker = &given->worker.worker;

    for (int32_t p = 0; p < GIVEN_PARTITIONS; p++) {
        partitions_disown(worker->partitions, p);
        orders_leave(worker->orders, p, true);
        batch_drop_foreign(worker->batch);
        duplicates_leave(worker->duplicates, p);
    }
}

/*
 * Another process has our place, and nobody can find out here whether the settlement happened. The thread may see that
 * before the loop does: until the partitions are given away nothing of them counts as settled, and nothing is tried.
 */
static void another_process_has_our_place(void)
{
    struct given given;
    struct worker *worker = &given.worker.worker;
    struct duplicate unused;

    begin(&given, GIVEN_LOOKED_UP);
    struct order *order = ended_order(&given, '1', "{'o': 'x'}");
    rd_kafka_mock_broker_push_request_error_rtts(given.worker.broker.cluster, 1, GIVEN_PRODUCE, 1,
                                                 RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, SLOW_MS);
    given.goes = true;
    given_turn(worker->loop);
    CU_ASSERT(batch_is_under_way(worker->batch));
    rd_kafka_test_fatal_error(consumer_handle(worker->consumer), RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
                              "another process");
    given_until(worker->loop, &given.returned, 2);
    CU_ASSERT_EQUAL(given.answer, JOB_UNCLEAR);
    CU_ASSERT(batch_count(worker->batch) == 2 && order->state == ORDER_SETTLING);
    CU_ASSERT_FALSE(duplicates_find(worker->duplicates, GIVEN_ID_OF("1"), &unused));
    given.goes = true;
    for (int i = 0; i < FEW; i++)
        given_turn(worker->loop);
    CU_ASSERT(given.returned == 2 && given.goes);
    given_same("that is not Kafka's fault", settlement_trouble(worker->settlement), "");
    lose_all(&given);
    CU_ASSERT(batch_is_idle(worker->batch) && worker->exit_code == 0);
    CU_ASSERT(orders_sweep(worker->orders) && orders_count(worker->orders) == 0);
    end(&given);
}

/* Partitions that were given away while the thread was at it: the next owner finds out. */
static void the_partitions_are_given_away_meanwhile(struct given *given)
{
    static const rd_kafka_resp_err_t over[] = {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION};
    struct worker *worker = &given->worker.worker;

    size_t before = given->returned;

    ended_order(given, '2', "{'o': 'x'}");
    given_broker_fail(&given->worker.broker, GIVEN_TXN_OFFSETS, 1, over);
    given->goes = true;
    given_turn(worker->loop);
    CU_ASSERT(batch_is_under_way(worker->batch));
    lose_all(given);
    given_until(worker->loop, &given->returned, before + 1);
    CU_ASSERT(given->answer == JOB_UNCLEAR && batch_is_idle(worker->batch));
    CU_ASSERT_EQUAL(duplicates_count(worker->duplicates), 0);
}

/* Without a right to its transactional.id a worker can do nothing: it ends, and says so. */
static void no_producer_can_be_had(struct given *given)
{
    static const rd_kafka_resp_err_t broken[] = {RD_KAFKA_RESP_ERR__TRANSPORT},
                                     forbidden[] = {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED};
    struct worker *worker = &given->worker.worker;

    ended_order(given, 'a', "{'o': 'x'}");
    given_broker_fail(&given->worker.broker, GIVEN_END_TRANSACTION, 1,
                      broken); /* it needs another producer then */
    CU_ASSERT_EQUAL(settle(given), JOB_DIRTY);
    given_broker_fail(&given->worker.broker, GIVEN_INIT_PRODUCER, 1, forbidden);
    CU_ASSERT(
        partition_offsets_take(partitions_offsets(worker->partitions, 0), given->worker.world.next_offset));
    given_named(&given->worker.world, "site 7", 'b');
    CU_ASSERT_PTR_NULL(orders_next_call(worker->orders, given->worker.world.time));
    CU_ASSERT_EQUAL(worker->exit_code, 0);
    CU_ASSERT_EQUAL(settle(given), JOB_FATAL);
    CU_ASSERT(worker->exit_code == 1 && batch_count(worker->batch) == 1);
}

static void answered(void *context, const struct settlement_job *job, unsigned question)
{
    struct given *given = context;

    given->answered++;
    given->question = question;
    given->position = job->position_count == 0 ? -2 : job->positions[0].offset;
}

/* Questions go between settlements, the latest one only. */
static void a_take_over_asks(struct given *given)
{
    const struct settlement_place first[] = {{1, -1}}, second[] = {{0, -1}, {1, -1}};
    struct worker *worker = &given->worker.worker;

    commit_next(given);
    settlement_answers_to(worker->settlement, answered, given);
    settlement_ask(worker->settlement, JOB_READ, first, COUNT_OF(first), 7);
    settlement_ask(worker->settlement, JOB_READ, second, COUNT_OF(second), 8);
    CU_ASSERT_EQUAL(settle(given), JOB_CLEAN);
    CU_ASSERT(given->answered == 1 && given->question == 8 && given->position == 1);
    given->goes = true;
    for (int i = 0; i < FEW; i++)
        given_turn(worker->loop);
    CU_ASSERT(given->answered == 1 && given->returned == 1); /* there is nothing more to do */
    ended_order(given, '0', "{'o': 'x'}");
    settlement_ask(worker->settlement, JOB_READ, first, COUNT_OF(first), 9);
    settle(given);
    CU_ASSERT(given->question == 9 && given->position == -1 && !batch_is_under_way(worker->batch));
    CU_ASSERT_EQUAL(settle(given), JOB_CLEAN);
    expect_settled(given, '0');
}

/* One member for several of them: to join takes seconds. */
static void orders_that_write(void)
{
    struct given given;

    begin(&given, GIVEN_LOOKED_UP);
    a_take_over_asks(&given);
    what_becomes_of_the_batch(&given);
    no_producer_can_be_had(&given);
    end(&given);
}

static void orders_that_read(void)
{
    struct given given;

    begin(&given, GIVEN_READ_WITH_RESULT);
    a_record_is_refused(&given);
    the_partitions_are_given_away_meanwhile(&given);
    end(&given);
}

CU_TestInfo test_settlement[] = {{"what becomes of the batch", orders_that_write},
                                 {"what is refused, and what is given away", orders_that_read},
                                 {"another process has our place", another_process_has_our_place},
                                 CU_TEST_INFO_NULL};
