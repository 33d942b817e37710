/* What a finished order ended with, read back from the ledger: found, found elsewhere, gone, or another worker's. */
#include "remembered.h"

#include "fetcher.h"

#include "given_worker.h"

struct given {
    struct given_worker worker;
    struct remembered *remembered;
    size_t answered;
    char said[200]; /* an answer each, a comma after it */
    char why[400];
};

static void chore(void *context)
{
    struct given *given = context;

    remembered_chore(given->remembered);
}

static void begin(struct given *given)
{
    struct worker *worker = &given->worker.worker;
    struct fault why;

    *given = (struct given){.answered = 0};
    given_worker_broker(&given->worker, GIVEN_LOOKED_UP);
    if (!fetcher_new(worker->settings, worker->loop, &worker->fetcher, &why))
        abort();
    given->remembered = worker->remembered = remembered_new(worker);
    loop_add_chore(worker->loop, "remembered", chore, given);
}

static void end(struct given *given)
{
    loop_remove_chore(given->worker.worker.loop, given);
    remembered_free(given->remembered);
    fetcher_free(given->worker.worker.fetcher);
    given_worker_end(&given->worker);
}

static void came(void *context, enum remembered_answer answer, const struct ledger_record *kept,
                 const struct fault *why)
{
    static const char *const names[] = {
        [REMEMBERED_FOUND] = "found", [REMEMBERED_GONE] = "gone", [REMEMBERED_LOST] = "lost"};
    struct given *given = context;
    size_t length = strlen(given->said);

    CU_ASSERT_EQUAL(kept != NULL, answer == REMEMBERED_FOUND);
    snprintf(given->said + length, sizeof given->said - length, "%s%s%.*s,", names[answer],
             kept == NULL ? "" : " ", kept == NULL ? 0 : (int)kept->outcome_length,
             kept == NULL || kept->outcome == NULL ? "" : kept->outcome);
    if (answer == REMEMBERED_GONE)
        snprintf(given->why, sizeof given->why, "%s", why->text);
    given->answered++;
}

static struct duplicate done_of(char last, int32_t partition, int64_t offset)
{
    struct duplicate done = {.partition = partition, .offset = offset};

    snprintf(done.request_id, sizeof done.request_id, "%s%c", GIVEN_ID_OF(""), last);
    return done;
}

static void expect(struct given *given, const char *name, char last, int64_t offset, const char *said)
{
    const struct duplicate done = done_of(last, 0, offset);

    remembered_read(given->remembered, &done, came, given);
    CU_ASSERT(given->answered == 0 && remembered_waiting(given->remembered) == 1);
    CU_ASSERT(remembered_reads(given->remembered, done.request_id) &&
              !remembered_reads(given->remembered, GIVEN_ID_USUAL));
    given_until(given->worker.worker.loop, &given->answered, 1);
    given_same(name, given->said, said);
    CU_ASSERT(given->answered == 1 && remembered_waiting(given->remembered) == 0 &&
              !remembered_reads(given->remembered, done.request_id));
    given->answered = 0;
    given->said[0] = '\0';
}

static void add_done(struct given *given, char last, int32_t partition, int64_t offset)
{
    struct duplicate done = done_of(last, partition, offset);

    done.done_at_ms = given->worker.world.time.wall_ms;
    duplicates_add(given->worker.worker.duplicates, &done);
}

static void found_or_gone(void)
{
    struct given given;
    const char *topic;

    begin(&given);
    topic = given.worker.worker.settings->topic_ledger;
    given_put_kept(&given.worker, '1', LEDGER_DONE, "the outcome");                        /* 0 */
    given_put_kept(&given.worker, '2', LEDGER_DONE, "");                                   /* 1 */
    given_put_kept(&given.worker, '3', LEDGER_PARKED, "not over");                         /* 2 */
    given_broker_put(&given.worker.broker, topic, 0, "order/" GIVEN_ID_OF("4"), NULL);     /* 3 */
    given_broker_put(&given.worker.broker, topic, 0, "order/" GIVEN_ID_OF("5"), "broken"); /* 4 */
    given_put_kept(&given.worker, '1', LEDGER_DONE, "written again");                      /* 5 */
    expect(&given, "where it stands", '1', 0, "found the outcome,");
    expect(&given, "without its outcome", '2', 1, "found ,");
    expect(&given, "not finished", '3', 2, "gone,");
    expect(&given, "forgotten", '4', 3, "gone,");
    expect(&given, "damaged", '5', 4, "gone,");
    expect(&given, "another order stands there", '6', 0, "gone,");
    given_same(
        "why", given.why,
        "the ledger has no record of the finished order " GIVEN_ID_OF(
            "6") " at offset 0 of partition 0: it was deleted, by hand or with the topic, and with it the "
                 "outcome");
    add_done(&given, '1', 0, 5);
    expect(&given, "written again since, and the old place is another's", '1', 1, "found written again,");
    add_done(&given, '2', 1, 1);
    expect(&given, "finished in another partition", '2', 0, "gone,");
    end(&given);
}

/* Whoever owns the partition next reads the request again. */
static void given_away(void)
{
    struct given given;
    const struct duplicate here = done_of('1', 0, 0), there = done_of('2', 1, 0), other = done_of('3', 1, 1);

    begin(&given);
    given_put_kept(&given.worker, '1', LEDGER_DONE, "the outcome");
    remembered_forget(given.remembered, 0); /* nobody waits */
    remembered_read(given.remembered, &there, came, &given);
    remembered_read(given.remembered, &here, came, &given);
    remembered_read(given.remembered, &other, came, &given);
    CU_ASSERT_EQUAL(remembered_waiting(given.remembered), 3);
    remembered_forget(given.remembered, 1);
    given_same("of the partition", given.said, "lost,lost,");
    CU_ASSERT(remembered_reads(given.remembered, here.request_id) &&
              !remembered_reads(given.remembered, there.request_id));
    given_until(given.worker.worker.loop, &given.answered, 3);
    given_same("the other one", given.said, "lost,lost,found the outcome,");
    remembered_read(given.remembered, &here, came, &given);
    remembered_read(given.remembered, &there, came, &given);
    loop_remove_chore(given.worker.worker.loop, &given);
    given.remembered = remembered_free(given.remembered);
    given_same("all of them", given.said, "lost,lost,found the outcome,lost,lost,");
    CU_ASSERT_PTR_NULL(remembered_free(NULL));
    end(&given);
}

CU_TestInfo test_remembered[] = {
    {"found or gone", found_or_gone}, {"given away", given_away}, CU_TEST_INFO_NULL};
