/* What a settlement comes to: clean, unclean, unknown, fenced, refused (PROMISE.md R2, R3, R16). */
#include "transaction.h"

#include "given_job.h"
#include "memory.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALL RD_KAFKA_RESP_ERR_NO_ERROR

struct given {
    struct given_broker broker;
    rd_kafka_t *consumer;
    struct transaction *settle;
};

/* What the group has committed before. */
static void commit_seven(struct given *given)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(2);
    rd_kafka_topic_partition_t *entry =
        rd_kafka_topic_partition_list_add(list, given->broker.settings.topic_requests, 0);

    entry->offset = 7;
    entry->metadata = strdup("before");
    entry->metadata_size = strlen("before");
    rd_kafka_topic_partition_list_add(list, given->broker.settings.topic_signals, 0)->offset = 8;
    if (rd_kafka_commit(given->consumer, list, 0) != RD_KAFKA_RESP_ERR_NO_ERROR)
        abort();
    rd_kafka_topic_partition_list_destroy(list);
}

static void begin(struct given *given, bool transactions)
{
    given_broker_open(&given->broker);
    given->broker.settings.settlement_transactions = transactions;
    given->broker.settings.commit_timeout_ms = 1000;
    given->consumer = given_broker_member(&given->broker);
    commit_seven(given);
    given->settle = transaction_new(&given->broker.settings, given->consumer);
}

static void end(struct given *given)
{
    transaction_free(given->settle);
    rd_kafka_destroy_flags(given->consumer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    given_broker_close(&given->broker);
}

static struct settlement_job *settle(struct given *given, int64_t offset)
{
    struct settlement_job *job = job_of(&given->broker, offset);

    transaction_carry_out(given->settle, job);
    return job;
}

static void expect_answer(const char *name, const struct settlement_job *job, enum job_answer answer)
{
    if (job->answer == answer)
        return;
    printf("\n  %s: answer %d, want %d: %s", name, (int)job->answer, (int)answer, job->why.text);
    CU_FAIL("case above");
}

/* A good one, whose positions are then 10 and 11. */
static void settle_well(struct given *given, int64_t offset)
{
    struct settlement_job *job = settle(given, offset);

    expect_answer("a good one", job, JOB_CLEAN);
    drop(job);
}

/* How many records the topic has. */
static int64_t count_of(const struct given *given, const char *topic)
{
    int64_t low, high;

    if (rd_kafka_query_watermark_offsets(given->consumer, topic, 0, &low, &high, 10000) !=
        RD_KAFKA_RESP_ERR_NO_ERROR)
        abort();
    return high;
}

static void a_clean_one_has_its_places(void)
{
    struct given given;

    begin(&given, true);
    settle_well(&given, 5);
    struct settlement_job *job = settle(&given, 10);
    expect_answer("the second", job, JOB_CLEAN);
    CU_ASSERT(job->records[0]->offset == 1 && job->records[1]->offset == 2 && job->records[2]->offset == 3);
    CU_ASSERT(job->records[0]->refused == NULL && job->position_count == 1);
    drop(job);
    struct buffer outcomes, ledger;
    given_broker_read(&given.broker, given.broker.settings.topic_outcomes, &outcomes);
    given_broker_read(&given.broker, given.broker.settings.topic_ledger, &ledger);
    CU_ASSERT_STRING_EQUAL(buffer_text(&outcomes),
                           "outcome kind=out none=(null),outcome kind=out none=(null),");
    CU_ASSERT_STRING_EQUAL(buffer_text(&ledger), "done kind=don none=(null),owner kind=own none=(null),"
                                                 "done kind=don none=(null),owner kind=own none=(null),");
    buffer_release(&outcomes);
    buffer_release(&ledger);
    end(&given);
}

/* One request fails, in so many ways; what is committed is known then, and the next settlement is a good one again. */
static const struct {
    const char *name;
    enum given_request request;
    size_t count;
    rd_kafka_resp_err_t errors[8];
    enum job_answer answer;
    bool written; /* its records are in the log */
} failures[] = {
    {"a connection breaks at the records, they are sent again",
     GIVEN_PRODUCE,
     1,
     {RD_KAFKA_RESP_ERR__TRANSPORT},
     JOB_DIRTY,
     true},
    {"a connection breaks at the positions",
     GIVEN_TXN_OFFSETS,
     1,
     {RD_KAFKA_RESP_ERR__TRANSPORT},
     JOB_DIRTY,
     true},
    {"a connection breaks at the end",
     GIVEN_END_TRANSACTION,
     1,
     {RD_KAFKA_RESP_ERR__TRANSPORT},
     JOB_DIRTY,
     true},
    {"the coordinator is still loading: that is no failure",
     GIVEN_TXN_OFFSETS,
     1,
     {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS},
     JOB_CLEAN,
     true},
    {"the generation is over",
     GIVEN_TXN_OFFSETS,
     1,
     {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION},
     JOB_UNCLEAR,
     false},
    {"the member is unknown",
     GIVEN_TXN_OFFSETS,
     1,
     {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID},
     JOB_UNCLEAR,
     false},
    {"our place has another member, who may be ourselves",
     GIVEN_TXN_OFFSETS,
     1,
     {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID},
     JOB_UNCLEAR,
     false},
    {"the group is not ours to settle in",
     GIVEN_ADD_OFFSETS,
     1,
     {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED},
     JOB_UNCLEAR,
     false},
    {"a producer with our id is newer, at the records",
     GIVEN_PRODUCE,
     1,
     {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH},
     JOB_UNCLEAR,
     false},
    {"a producer with our id is newer, at the end",
     GIVEN_END_TRANSACTION,
     1,
     {RD_KAFKA_RESP_ERR_PRODUCER_FENCED},
     JOB_UNCLEAR,
     true},
    {"the records' topic is forbidden",
     GIVEN_PRODUCE,
     1,
     {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED},
     JOB_UNCLEAR,
     false},
    {"delivered, and nobody says where",
     GIVEN_PRODUCE,
     1,
     {RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER},
     JOB_UNCLEAR,
     false},
};

static void every_failure_has_its_answer(void)
{
    struct given given;

    begin(&given, true);
    for (size_t i = 0; i < COUNT_OF(failures); i++) {
        settle_well(&given, 10);
        int64_t before = count_of(&given, given.broker.settings.topic_outcomes);
        given_broker_fail(&given.broker, failures[i].request, failures[i].count, failures[i].errors);
        struct settlement_job *job = settle(&given, 20);
        expect_answer(failures[i].name, job, failures[i].answer);
        if (job->answer == JOB_UNCLEAR) {
            const struct job_position *position = &job->positions[0];
            if (job->position_count != 1 || position->offset != 7 || position->signals != 8 ||
                position->metadata_length != 6 || strcmp(position->metadata, "before") != 0) {
                printf("\n  %s: position %lld", failures[i].name, (long long)position->offset);
                CU_FAIL("case above");
            }
            CU_ASSERT_STRING_NOT_EQUAL(job->why.text, "");
        }
        drop(job);
        if (failures[i].request != GIVEN_PRODUCE) /* which leaves some of them */
            CU_ASSERT_EQUAL(count_of(&given, given.broker.settings.topic_outcomes),
                            before + failures[i].written);
        settle_well(&given, 30);
    }
    end(&given);
}

/* A settlement that took too long counts, but the producer may still repeat something. */
static void a_slow_one_is_unclean(void)
{
    struct given given;

    begin(&given, true);
    settle_well(&given, 10);
    given.broker.settings.settlement_deadline_ms = 20;
    rd_kafka_mock_broker_set_rtt(given.broker.cluster, 1, 30);
    struct settlement_job *job = settle(&given, 20);
    expect_answer("slow", job, JOB_DIRTY);
    drop(job);
    rd_kafka_mock_broker_set_rtt(given.broker.cluster, 1, 0);
    given.broker.settings.settlement_deadline_ms = 6000;
    settle_well(&given, 30);
    end(&given);
}

static void records_that_are_not_acknowledged_in_time(void)
{
    struct given given;

    begin(&given, true);
    settle_well(&given, 10);
    given.broker.settings.commit_timeout_ms = 100;
    rd_kafka_mock_broker_push_request_error_rtts(given.broker.cluster, 1, GIVEN_PRODUCE, 2, ALL, 900, ALL,
                                                 900);
    struct settlement_job *job = settle(&given, 20);
    expect_answer("late", job, JOB_UNCLEAR);
    CU_ASSERT_STRING_EQUAL(job->why.text, "the records were not acknowledged in time");
    CU_ASSERT_EQUAL(job->positions[0].offset, 7);
    drop(job);
    end(&given);
}

/* A batch is refused as a whole: the next producer sends one record a batch, and then it is known which one it is. */
static void the_refused_record_is_named(void)
{
    static const rd_kafka_resp_err_t refused[] = {
        RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE,
        RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, RD_KAFKA_RESP_ERR_INVALID_RECORD,
        RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE};
    static const char *const names[] = {"MSG_SIZE_TOO_LARGE", "INVALID_MSG_SIZE", "INVALID_TIMESTAMP",
                                        "INVALID_RECORD", "RECORD_LIST_TOO_LARGE"};

    struct given given;

    begin(&given, true);
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        settle_well(&given, 10);
        for (int round = 0; round < 2; round++) {
            given_broker_fail(&given.broker, GIVEN_PRODUCE, 1, &refused[i]);
            struct settlement_job *job = settle(&given, 20);
            size_t named = 0;
            expect_answer(names[i], job, JOB_UNCLEAR);
            for (size_t r = 0; r < job->record_count; r++) {
                named += job->records[r]->refused != NULL;
                CU_ASSERT(job->records[r]->refused == NULL ||
                          strcmp(job->records[r]->refused, names[i]) == 0);
            }
            if (named != (size_t)round) {
                printf("\n  %s: %zu are named in round %d", names[i], named, round);
                CU_FAIL("case above");
            }
            drop(job);
        }
        settle_well(&given, 30); /* still one by one; then with full batches */
        settle_well(&given, 40);
    }
    end(&given);
}

/* Anything else that is not taken is no record's fault. */
static void a_forbidden_topic_names_no_record(void)
{
    static const rd_kafka_resp_err_t forbidden[] = {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED};
    struct given given;

    begin(&given, true);
    for (int round = 0; round < 2; round++) {
        given_broker_fail(&given.broker, GIVEN_PRODUCE, 1, forbidden);
        struct settlement_job *job = settle(&given, 20);
        expect_answer("forbidden", job, JOB_UNCLEAR);
        for (size_t r = 0; r < job->record_count; r++)
            CU_ASSERT_PTR_NULL(job->records[r]->refused);
        drop(job);
    }
    end(&given);
}

/* --- nothing to be found out here --- */

static void nothing_is_found_out_by_one_that_is_fenced(void)
{
    static const rd_kafka_resp_err_t fenced[] = {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID};
    struct given given;

    begin(&given, true);
    settle_well(&given, 10);
    rd_kafka_test_fatal_error(given.consumer, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, "another process");
    given_broker_fail(&given.broker, GIVEN_TXN_OFFSETS, 1, fenced);
    int64_t began_ms = loop_clock_ms();
    struct settlement_job *job = settle(&given, 20);
    expect_answer("fenced", job, JOB_UNCLEAR);
    CU_ASSERT(job->position_count == 0 && loop_clock_ms() - began_ms < 5000);
    drop(job);
    job = settle(&given, 20); /* and there is no producer for it any more */
    expect_answer("fenced before", job, JOB_UNCLEAR);
    CU_ASSERT_EQUAL(job->position_count, 0);
    CU_ASSERT_STRING_EQUAL(job->why.text, "another process has the transactional.id");
    drop(job);
    job = settlement_job_new(JOB_READ);
    transaction_carry_out(given.settle, job);
    expect_answer("a read", job, JOB_FAILED);
    drop(job);
    end(&given);
}

static void one_that_ends_leaves_it_to_the_next(void)
{
    struct given given;

    begin(&given, true);
    transaction_give_up(given.settle);
    struct settlement_job *job = settle(&given, 20);
    expect_answer("ending", job, JOB_UNCLEAR);
    CU_ASSERT_EQUAL(job->position_count, 0);
    CU_ASSERT_STRING_EQUAL(job->why.text, "the worker ends");
    drop(job);
    end(&given);
    begin(&given, true);
    settle_well(&given, 10);
    static const rd_kafka_resp_err_t over[] = {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION};
    given_broker_fail(&given.broker, GIVEN_TXN_OFFSETS, 1, over);
    transaction_give_up(given.settle);
    job = settle(&given, 20);
    expect_answer("ending in the middle", job, JOB_UNCLEAR);
    CU_ASSERT_EQUAL(job->position_count, 0);
    drop(job);
    end(&given);
}

static const struct {
    rd_kafka_resp_err_t error;
    enum job_answer answer;
} starts[] = {
    {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, JOB_FATAL},
    {RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, JOB_FATAL},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
     JOB_CLEAN}, /* reported for a moment while rights change: again */
    {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, JOB_CLEAN},
    {RD_KAFKA_RESP_ERR_NOT_COORDINATOR, JOB_CLEAN},
};

static void whether_transactions_can_begin(void)
{
    struct given given;

    begin(&given, true);
    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        given_broker_fail(&given.broker, GIVEN_INIT_PRODUCER, 1, &starts[i].error);
        struct settlement_job *job = settle(&given, 10);
        expect_answer(rd_kafka_err2name(starts[i].error), job, starts[i].answer);
        if (job->answer == JOB_FATAL)
            CU_ASSERT_PTR_NOT_NULL(strstr(job->why.text, "Kafka does not begin transactions: "));
        drop(job);
        transaction_free(given.settle);
        given.settle = transaction_new(&given.broker.settings, given.consumer);
    }
    end(&given);
}

/* --- without transactions (R13) --- */

static const struct {
    const char *name;
    enum given_request request;
    size_t count;
    rd_kafka_resp_err_t errors[2];
    enum job_answer answer;
    int64_t ledger, outcomes; /* records that are written; -1: as it comes */
} plain[] = {
    {"the ledger is not written: nor is the outcome",
     GIVEN_PRODUCE,
     1,
     {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED},
     JOB_FAILED,
     -1,
     0},
    {"the ledger's place is not known",
     GIVEN_PRODUCE,
     1,
     {RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER},
     JOB_FAILED,
     -1,
     0},
    {"positions are refused",
     GIVEN_OFFSET_COMMIT,
     1,
     {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION},
     JOB_FAILED,
     2,
     1},
    {"all is well", GIVEN_PRODUCE, 0, {ALL}, JOB_CLEAN, 2, 1},
};

static int64_t committed(struct given *given)
{
    struct settlement_job *job = settlement_job_new(JOB_READ);

    job->positions = memory_new(1, sizeof *job->positions);
    job->position_count = 1;
    transaction_carry_out(given->settle, job);
    expect_answer("read", job, JOB_CLEAN);
    int64_t offset = job->positions[0].offset;
    drop(job);
    return offset;
}

static void the_ledger_is_written_first(void)
{
    struct given given;

    begin(&given, false);
    const char *ledger = given.broker.settings.topic_ledger, *outcomes = given.broker.settings.topic_outcomes;
    for (size_t i = 0; i < COUNT_OF(plain); i++) {
        int64_t ledger_before = count_of(&given, ledger), outcomes_before = count_of(&given, outcomes);
        if (plain[i].count > 0)
            given_broker_fail(&given.broker, plain[i].request, plain[i].count, plain[i].errors);
        struct settlement_job *job = settle(&given, 10);
        expect_answer(plain[i].name, job, plain[i].answer);
        drop(job);
        CU_ASSERT(plain[i].ledger < 0 || count_of(&given, ledger) == ledger_before + plain[i].ledger);
        CU_ASSERT_EQUAL(count_of(&given, outcomes), outcomes_before + plain[i].outcomes);
        CU_ASSERT_EQUAL(committed(&given), plain[i].answer == JOB_CLEAN ? 10 : 7);
    }
    end(&given);
}

CU_TestInfo test_transaction[] = {
    {"a clean one has its places", a_clean_one_has_its_places},
    {"every failure has its answer", every_failure_has_its_answer},
    {"a slow one is unclean", a_slow_one_is_unclean},
    {"records that are not acknowledged in time", records_that_are_not_acknowledged_in_time},
    {"the refused record is named", the_refused_record_is_named},
    {"a forbidden topic names no record", a_forbidden_topic_names_no_record},
    {"nothing is found out by one that is fenced", nothing_is_found_out_by_one_that_is_fenced},
    {"one that ends leaves it to the next", one_that_ends_leaves_it_to_the_next},
    {"whether transactions can begin", whether_transactions_can_begin},
    {"the ledger is written first", the_ledger_is_written_first},
    CU_TEST_INFO_NULL};
