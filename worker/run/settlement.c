/* Gives the settlement thread its jobs: settlements, and questions between them. */
#include "settlement.h"

#include "invariant.h"
#include "memory.h"
#include "metrics.h"

enum { FOLLOW_MS = 1000 };

/* A question for the thread, asked between settlements. */
struct question {
    enum job_task task;
    struct settlement_place *places;
    size_t count;
    unsigned number;
};

struct settlement {
    struct worker *worker;
    bool running; /* the thread has a job */
    struct settlement_job
        *settled; /* a settlement that happened, while its records are taken out; null: none */
    struct question question;
    bool asks;
    unsigned asked; /* the number of the question that the thread has */
    settlement_answered_fn *answered;
    void *context;
    int64_t last_ms, began_ms;
    bool failing; /* the latest settlement did not happen */
    struct loop_timer wake;
};

static void nothing(void *context)
{
    (void)context; /* the turn that the timer causes runs the chores */
}

struct settlement *settlement_new(struct worker *worker)
{
    struct settlement *settlement = memory_new(1, sizeof *settlement);

    settlement->worker = worker;
    settlement->wake = (struct loop_timer){.fire = nothing, .context = settlement};
    return settlement;
}

void *settlement_free(struct settlement *settlement)
{
    if (settlement == NULL)
        return NULL;
    settlement_job_free(settlement->settled);
    loop_clear_timer(settlement->worker->loop, &settlement->wake);
    memory_free(settlement->question.places);
    return memory_free(settlement);
}

/* Takes over what has changed, in the order in which it did. */
static void gather(struct settlement *settlement)
{
    struct worker *worker = settlement->worker;
    int64_t share = loop_share(worker->loop);

    while (!loop_share_over(worker->loop, share) && batch_gather(worker->batch))
        continue;
    if (batch_count(worker->batch) > 0)
        batch_forget_old(worker->batch, worker_time(worker).wall_ms);
}

static void start_question(struct settlement *settlement)
{
    const struct question *question = &settlement->question;
    struct settlement_job *job = settlement_job_new(question->task);

    job->positions = memory_new(question->count, sizeof *job->positions);
    job->position_count = question->count;
    for (size_t i = 0; i < question->count; i++) {
        job->positions[i].partition = question->places[i].partition;
        job->positions[i].offset = question->places[i].offset;
    }
    REQUIRE(!settlement->running && settlement->settled == NULL);
    REQUIRE(settlement->asks && question->count > 0);
    settlement->asks = false;
    settlement->asked = question->number;
    settlement->running = true;
    settlement_thread_start(settlement->worker->settlement_thread, job);
}

static struct settlement_job *settlement_job(const struct worker *worker, struct partition_commit *positions,
                                             size_t count)
{
    struct settlement_job *job = settlement_job_new(JOB_SETTLE);

    job->record_count = batch_sent_count(worker->batch);
    job->records = memory_new(job->record_count, sizeof(struct kafka_record *));
    for (size_t i = 0; i < job->record_count; i++)
        job->records[i] = batch_sent(worker->batch, i);
    job->positions = memory_new(count, sizeof *job->positions);
    job->position_count = count;
    for (size_t i = 0; i < count; i++)
        job->positions[i] = (struct job_position){.partition = positions[i].partition,
                                                  .offset = positions[i].offset,
                                                  .signals = positions[i].others.signals,
                                                  .events = positions[i].others.events,
                                                  .low = -1,
                                                  .high = -1,
                                                  .metadata = TAKE(positions[i].metadata)};
    job->assignment = consumer_assignment_copy(worker->consumer);
    return job;
}

static void start_settlement(struct settlement *settlement)
{
    struct worker *worker = settlement->worker;
    struct partition_commit *positions;

    REQUIRE(!settlement->running && settlement->settled == NULL);
    settlement->began_ms = loop_clock_ms(); /* of the leases in it: before it begins (R1) */
    size_t count = batch_begin(worker->batch, settlement->began_ms, &positions);
    if (count > 0) {
        settlement->running = true;
        settlement_thread_start(worker->settlement_thread, settlement_job(worker, positions, count));
    }
    partition_commits_free(positions, count);
}

static void finish_job(struct settlement *settlement, struct settlement_job *job)
{
    REQUIRE(settlement->settled == NULL);
    settlement->running = false;
    settlement->last_ms = loop_clock_ms();
    settlement_job_free(job);
}

/* Takes the settled records out, as many as the turn has time for: each may free an order of megabytes. */
static void take_out(struct settlement *settlement)
{
    struct worker *worker = settlement->worker;
    struct settlement_job *job = settlement->settled;
    int64_t share = loop_share(worker->loop), wall_ms = worker_time(worker).wall_ms, offset;

    do {
        if (loop_share_over(worker->loop, share))
            return;
        size_t next = batch_taken_out(worker->batch);
        REQUIRE(next <= job->record_count);
        offset = next < job->record_count ? job->records[next]->offset : -1;
    } while (batch_take_out(worker->batch, offset, wall_ms));
    settlement->settled = NULL;
    finish_job(settlement, job);
}

void settlement_chore(struct settlement *settlement)
{
    struct worker *worker = settlement->worker;
    int64_t next_ms = settlement->last_ms + worker->settings->settlement_pace_ms;

    if (settlement->settled != NULL)
        take_out(settlement);
    if (settlement->running)
        return;
    if (settlement->asks) {
        start_question(settlement);
        return;
    }
    gather(settlement);
    if (batch_count(worker->batch) == 0 && partitions_followed(worker->partitions))
        next_ms = settlement->last_ms + FOLLOW_MS; /* nobody waits for it */
    else if (batch_count(worker->batch) == 0)
        return;
    if (!consumer_has_assignment(worker->consumer) || consumer_lost(worker->consumer))
        return;
    if (loop_now_ms(worker->loop) < next_ms) {
        loop_set_timer(worker->loop, &settlement->wake, next_ms);
        return;
    }
    start_settlement(settlement);
}

void settlement_ask(struct settlement *settlement, enum job_task task, const struct settlement_place places[],
                    size_t count, unsigned question)
{
    REQUIRE(count > 0 && task != JOB_SETTLE && settlement->answered != NULL);
    memory_free(settlement->question.places);
    settlement->question =
        (struct question){task, memory_copy(places, count * sizeof *places), count, question};
    settlement->asks = true;
    loop_hurry(settlement->worker->loop);
}

void settlement_answers_to(struct settlement *settlement, settlement_answered_fn *answered, void *context)
{
    settlement->answered = answered;
    settlement->context = context;
}

/* Without positions the thread has seen that the assignment is lost, perhaps before the loop does. */
static enum settlement_end end_of(const struct settlement_job *job)
{
    REQUIRE(job->answer != JOB_UNSAFE && job->answer != JOB_FATAL);
    return job->answer == JOB_CLEAN    ? SETTLEMENT_CLEAN
           : job->answer == JOB_DIRTY  ? SETTLEMENT_DIRTY
           : job->answer == JOB_FAILED ? SETTLEMENT_FAILED
           : job->position_count == 0  ? SETTLEMENT_LOST
                                       : SETTLEMENT_UNCLEAR;
}

static void settled(struct settlement *settlement, struct settlement_job *job)
{
    struct worker *worker = settlement->worker;
    struct partition_found *found = memory_new(job->position_count, sizeof *found);
    enum settlement_end end = end_of(job);
    size_t count = end == SETTLEMENT_UNCLEAR ? job->position_count : 0;

    REQUIRE(batch_is_under_way(worker->batch) && job->record_count == batch_sent_count(worker->batch));
    for (size_t i = 0; i < count; i++)
        found[i] = (struct partition_found){
            job->positions[i].partition, job->positions[i].metadata == NULL ? "" : job->positions[i].metadata,
            job->positions[i].metadata_length};
    bool happened = batch_end(worker->batch, end, found, count);
    memory_free(found);
    settlement->failing = !happened && end != SETTLEMENT_LOST;
    metrics_count_settlement(worker->metrics, job, happened);
    if (happened) {
        settlement->settled = job;
        take_out(settlement);
    } else {
        finish_job(settlement, job);
    }
}

void settlement_returned(void *context, struct settlement_job *job)
{
    struct settlement *settlement = context;

    loop_doing(settlement->worker->loop, "the end of a settlement");
    if (job->answer != JOB_FATAL && job->task == JOB_SETTLE) {
        settled(settlement, job);
        return;
    }
    if (job->answer == JOB_FATAL) { /* `running` stays, so the rest of this turn starts nothing more */
        worker_fail(settlement->worker, &job->why);
        settlement_job_free(job);
        return;
    }
    settlement->running = false; /* the answer may ask the next question */
    settlement->answered(settlement->context, job, settlement->asked);
    finish_job(settlement, job);
}

const char *settlement_trouble(const struct settlement *settlement)
{
    static const char trouble[] =
        "Kafka does not take settlements: nothing that is not owned is sent, it is tried again";
    bool late = settlement->running && batch_is_under_way(settlement->worker->batch) &&
                loop_clock_ms() - settlement->began_ms > settlement->worker->settings->settlement_deadline_ms;

    return settlement->failing || late ? trouble : "";
}
