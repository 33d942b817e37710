/* Jobs of the settlement thread: handed over, carried out, and given back on the loop. */
#include "settlement_thread.h"

#include "consumer.h"
#include "given_broker.h"
#include "memory.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct given {
    struct given_broker broker;
    struct loop *loop;
    rd_kafka_t *consumer;
    struct settlement_thread *settler;
    size_t returned;
    struct settlement_job *job; /* the last one that came back */
};

static void done(void *context, struct settlement_job *job)
{
    struct given *given = context;

    settlement_job_free(given->job);
    given->job = job;
    given->returned++;
}

static void begin(struct given *given)
{
    struct fault why;

    *given = (struct given){.returned = 0};
    given_broker_open(&given->broker);
    given->consumer = given_broker_member(&given->broker);
    if (!loop_new(&given->loop, &why) ||
        !settlement_thread_new(&given->broker.settings, given->loop, given->consumer, done, given,
                               &given->settler, &why))
        abort();
}

static void end(struct given *given)
{
    settlement_thread_free(given->settler);
    settlement_job_free(given->job);
    rd_kafka_destroy_flags(given->consumer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    loop_free(given->loop);
    given_broker_close(&given->broker);
}

/* A job about both partitions; partition 1 first. */
static struct settlement_job *job_of(enum job_task task, int64_t offset)
{
    struct settlement_job *job = settlement_job_new(task);

    job->positions = memory_new(2, sizeof *job->positions);
    for (int32_t i = 0; i < 2; i++)
        job->positions[job->position_count++] = (struct job_position){.partition = 1 - i, .offset = offset};
    return job;
}

static const struct settlement_job *carried_out(struct given *given, struct settlement_job *job,
                                                enum job_answer answer)
{
    settlement_thread_start(given->settler, job);
    given_until(given->loop, &given->returned, given->returned + 1);
    if (given->job->answer != answer) {
        printf("\n  task %d: answer %d, want %d: %s", (int)given->job->task, (int)given->job->answer,
               (int)answer, given->job->why.text);
        CU_FAIL("job above");
    }
    return given->job;
}

static void commit(struct given *given)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_t *entry =
        rd_kafka_topic_partition_list_add(list, given->broker.settings.topic_requests, 0);

    entry->offset = 2;
    entry->metadata = strdup("our words");
    entry->metadata_size = strlen("our words");
    rd_kafka_topic_partition_list_add(list, given->broker.settings.topic_signals, 1)->offset = 0;
    if (rd_kafka_commit(given->consumer, list, 0) != RD_KAFKA_RESP_ERR_NO_ERROR)
        abort();
    rd_kafka_topic_partition_list_destroy(list);
}

/* What a take-over begins with: what is committed, and where the logs begin and end. */
static void positions_are_read(void)
{
    struct given given;

    begin(&given);
    commit(&given);
    given_broker_fill(&given.broker, given.broker.settings.topic_requests, 3);
    const struct settlement_job *job = carried_out(&given, job_of(JOB_READ, 99), JOB_CLEAN);
    const struct job_position *other = &job->positions[0], *first = &job->positions[1];
    CU_ASSERT(job->partition_total == GIVEN_PARTITIONS && job->position_count == 2);
    CU_ASSERT(first->partition == 0 && first->offset == 2 && first->signals == -1 &&
              first->metadata_length == 9);
    CU_ASSERT_STRING_EQUAL(first->metadata, "our words");
    CU_ASSERT(first->low == 0 && first->high == 3);
    CU_ASSERT(other->partition == 1 && other->offset == -1 && other->signals == 0 &&
              other->metadata == NULL && other->metadata_length == 0);
    CU_ASSERT(other->low == 0 && other->high == 0);
    end(&given);
}

static const struct {
    enum given_request request;
    rd_kafka_resp_err_t error;
    const char *says;
} failures[] = {
    {GIVEN_OFFSET_FETCH, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, "cannot read positions: "},
    {GIVEN_LIST_OFFSETS, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
     "cannot read where the partitions begin and end: "},
};

static void what_cannot_be_read_is_no_position(void)
{
    struct given given;

    begin(&given);
    for (size_t i = 0; i < COUNT_OF(failures); i++) {
        carried_out(&given, job_of(JOB_READ, 99), JOB_CLEAN);
        given_broker_fail(&given.broker, failures[i].request, 1, &failures[i].error);
        const struct settlement_job *job = carried_out(&given, job_of(JOB_READ, 99), JOB_FAILED);
        if (strncmp(job->why.text, failures[i].says, strlen(failures[i].says)) != 0) {
            printf("\n  %s", job->why.text);
            CU_FAIL("case above");
        }
    }
    end(&given);
}

/* The time of a record tells a log from another one of the same name (R4). */
static void times_of_records_are_read(void)
{
    struct given given;
    int64_t now_ms;

    begin(&given);
    given_broker_fill(&given.broker, given.broker.settings.topic_requests, 3);
    now_ms = (int64_t)time(NULL) * 1000;
    struct settlement_job *job = job_of(JOB_PEEK, 2);
    job->positions[0].offset = -1; /* left out */
    carried_out(&given, job, JOB_CLEAN);
    CU_ASSERT(given.job->positions[1].time_ms > now_ms - 60000 &&
              given.job->positions[1].time_ms < now_ms + 60000);
    CU_ASSERT_EQUAL(given.job->positions[0].time_ms, -1);
    carried_out(&given, job_of(JOB_PEEK, 3), JOB_CLEAN); /* at the end of one log, after that of the other */
    CU_ASSERT(given.job->positions[0].time_ms == -1 && given.job->positions[1].time_ms == -1);
    end(&given);
}

static void a_job_says_how_long_it_took(void)
{
    struct given given;

    begin(&given);
    carried_out(&given, job_of(JOB_READ, 0), JOB_CLEAN);
    rd_kafka_mock_broker_set_rtt(given.broker.cluster, 1, 40);
    const struct settlement_job *job = carried_out(&given, job_of(JOB_READ, 0), JOB_CLEAN);
    CU_ASSERT(job->took_ms >= 40 && job->took_ms < 9000);
    settlement_thread_start(given.settler, job_of(JOB_READ, 0));
    end(&given); /* in the middle of one: it is freed */
    CU_ASSERT_PTR_NULL(settlement_thread_free(NULL));
    CU_ASSERT_PTR_NULL(settlement_job_free(NULL));
}

static void many_headers_are_kept(void)
{
    struct kafka_record record = {.topic = "topic"};
    char name[20];

    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "header-%d", i);
        kafka_record_header(&record, name, i == 7 ? NULL : "value and more", 5);
    }
    CU_ASSERT_EQUAL(record.header_count, 20);
    CU_ASSERT_STRING_EQUAL(record.headers[19].name, "header-19");
    CU_ASSERT_STRING_EQUAL(record.headers[19].value, "value");
    CU_ASSERT(record.headers[7].value == NULL && record.headers[6].length == 5);
    kafka_record_release(&record);
}

CU_TestInfo test_settlement_thread[] = {
    {"positions are read", positions_are_read},
    {"what cannot be read is no position", what_cannot_be_read_is_no_position},
    {"times of records are read", times_of_records_are_read},
    {"a job says how long it took", a_job_says_how_long_it_took},
    {"many headers are kept", many_headers_are_kept},
    CU_TEST_INFO_NULL};
