/* Requests whose order has finished: each gets what that order ended with, or a dead letter that says it is gone. */
#include "repeats.h"

#include "dead_letter.h"
#include "fetcher.h"
#include "remembered.h"

#include "given_worker.h"

enum { WAITING_MOST = 1000, LARGE_BYTES = 20 << 20 };

struct given {
    struct given_worker worker;
    struct repeats *repeats;
    size_t answered;
    int64_t next; /* offset of the next request in partition 0 */
};

static void chore(void *context)
{
    struct given *given = context;

    remembered_chore(given->worker.worker.remembered);
    given->answered = remembered_waiting(given->worker.worker.remembered) == 0;
}

static void begin(struct given *given)
{
    struct worker *worker = &given->worker.worker;
    struct fault why;

    *given = (struct given){.next = 0};
    given_worker_member(&given->worker, GIVEN_LOOKED_UP);
    if (!fetcher_new(worker->settings, worker->loop, &worker->fetcher, &why))
        abort();
    worker->remembered = remembered_new(worker);
    given->repeats = worker->repeats = repeats_new(worker);
    given_put_kept(&given->worker, '1', LEDGER_DONE, "the outcome"); /* 0 */
    given_put_kept(&given->worker, '2', LEDGER_DONE, "");            /* 1 */
    loop_add_chore(worker->loop, "remembered", chore, given);
}

static void end(struct given *given)
{
    struct worker *worker = &given->worker.worker;

    loop_remove_chore(worker->loop, given);
    remembered_free(worker->remembered);
    repeats_free(given->repeats);
    fetcher_free(worker->fetcher);
    given_worker_end(&given->worker);
}

static rd_kafka_message_t *request(struct given *given)
{
    given_put(&given->worker, 0, "site 7", "again");
    rd_kafka_message_t *message = given_message(&given->worker);
    CU_ASSERT(
        partition_offsets_take(partitions_offsets(given->worker.worker.partitions, 0), message->offset));
    return message;
}

/* Where the position of partition 0 would be after the next settlement. */
static int64_t settled_to(const struct given *given)
{
    return partitions_offsets(given->worker.worker.partitions, 0)->next;
}

static struct duplicate done_of(char last, int64_t offset)
{
    struct duplicate done = {.offset = offset};

    snprintf(done.request_id, sizeof done.request_id, "%s%c", GIVEN_ID_OF(""), last);
    return done;
}

/* A request for this finished order; what goes into the next settlement for it, null: nothing. */
static const struct kafka_record *answer(struct given *given, char last, int64_t offset)
{
    const struct duplicate done = done_of(last, offset);
    struct worker *worker = &given->worker.worker;
    struct partition_commit *positions;
    struct fault why;

    CU_ASSERT_FATAL(repeats_take(given->repeats, request(given), &done, &why));
    CU_ASSERT_EQUAL(settled_to(given), given->next); /* it is open until it is answered */
    given_until(worker->loop, &given->answered, 1);
    size_t count = batch_begin(worker->batch, 0, &positions);
    CU_ASSERT(count == 1 && positions[0].offset == ++given->next);
    partition_commits_free(positions, count);
    return batch_sent_count(worker->batch) == 0 ? NULL : batch_sent(worker->batch, 0);
}

static void settled(struct given *given)
{
    if (batch_end(given->worker.worker.batch, SETTLEMENT_CLEAN, NULL, 0))
        while (batch_take_out(given->worker.worker.batch, 0, 0))
            continue;
}

static void each_has_its_answer(struct given *given)
{
    const struct worker *worker = &given->worker.worker;
    const struct kafka_record *record;

    record = answer(given, '1', 0);
    CU_ASSERT_FATAL(record != NULL && record->topic == worker->settings->topic_outcomes);
    CU_ASSERT(record->length == 11 && memcmp(record->value, "the outcome", 11) == 0);
    given_same("marked", given_headers(record), "whc-repeated=true ");
    given_same("counted", given_metric(worker, "whc_repeats_total"), "1");
    settled(given);
    CU_ASSERT_PTR_NULL(answer(given, '2', 1)); /* it was too large to be kept: nothing can be said again */
    given_same("counted", given_metric(worker, "whc_repeats_total"), "2");
    settled(given);
    record = answer(given, '3', 0);
    CU_ASSERT_FATAL(record != NULL && record->topic == worker->settings->topic_dead);
    CU_ASSERT(record->length == 5 && memcmp(record->value, "again", 5) == 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(given_headers(record), DEAD_REASON_HEADER "=outcome-gone "));
    CU_ASSERT_PTR_NOT_NULL(strstr(given_headers(record), "the ledger has no record of the finished order "));
    given_same("counted", given_metric(worker, "whc_dead_letters_total{reason=\"outcome-gone\"}"), "1");
    given_same("not counted", given_metric(worker, "whc_repeats_total"), "2");
    settled(given);
}

/* The offset of a request whose partition is given away stays open: the next owner reads it. */
static void given_away(struct given *given)
{
    const struct duplicate done = done_of('1', 0);
    struct fault why;

    CU_ASSERT(repeats_take(given->repeats, request(given), &done, &why));
    remembered_forget(given->worker.worker.remembered, 0);
    CU_ASSERT_EQUAL(remembered_waiting(given->worker.worker.remembered), 0);
    CU_ASSERT_EQUAL(settled_to(given), given->next);
    CU_ASSERT_EQUAL(batch_count(given->worker.worker.batch), 0);
}

static void nobody(void *context, enum remembered_answer answer, const struct ledger_record *kept,
                   const struct fault *why)
{
    (void)context;
    (void)answer;
    (void)kept;
    (void)why;
}

static void expect_full(struct given *given, rd_kafka_message_t *message)
{
    const struct duplicate done = done_of('1', 0);
    struct fault why = {.text = ""};

    CU_ASSERT_FALSE(repeats_take(given->repeats, message, &done, &why));
    CU_ASSERT_EQUAL(why.kind, FAULT_EXHAUSTED);
    given_same("why", why.text, "a repeated request waits for the outcomes of others");
}

/* What does not fit waits where it is; one of any size is taken when no other waits. */
static void there_is_an_end_of_it(struct given *given)
{
    const struct duplicate done = done_of('1', 0);
    struct remembered *remembered;
    struct fault why;

    remembered = given->worker.worker.remembered;
    rd_kafka_message_t *first = request(given), *second = request(given), *third = request(given);
    first->len = 2 * LARGE_BYTES;
    second->len = third->len = LARGE_BYTES;
    CU_ASSERT(repeats_take(given->repeats, first, &done, &why));
    expect_full(given, second);
    remembered_forget(remembered, 0);
    CU_ASSERT(repeats_take(given->repeats, second, &done, &why));
    expect_full(given, third);
    third->len = 1;
    CU_ASSERT(repeats_take(given->repeats, third, &done, &why));
    remembered_forget(remembered, 0);
    rd_kafka_message_t *last = request(given);
    while (remembered_waiting(remembered) < WAITING_MOST)
        remembered_read(remembered, &done, nobody, NULL);
    expect_full(given, last);
    remembered_forget(remembered, 0);
    CU_ASSERT(repeats_take(given->repeats, last, &done, &why));
}

/* One member for all of them: to join takes seconds. */
static void from_the_answer_to_the_limits(void)
{
    struct given given;

    begin(&given);
    each_has_its_answer(&given);
    given_away(&given);
    there_is_an_end_of_it(&given);
    end(&given);
    CU_ASSERT_PTR_NULL(repeats_free(NULL));
}

CU_TestInfo test_repeats[] = {{"from the answer to the limits", from_the_answer_to_the_limits},
                              CU_TEST_INFO_NULL};
