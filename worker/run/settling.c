/* Jobs of the settling thread: settlements, and questions between them. */
#include "settling.h"

#include "memory.h"
#include "metrics.h"

enum { FOLLOW_MS = 1000 };

/* A question for the thread, asked between settlements. */
struct question {
    enum settler_task task;
    struct settling_place *places;
    size_t count;
    unsigned number;
};

struct settling {
    struct worker *worker;
    bool running;                /* the thread has a job */
    struct settler_job *settled; /* a settlement that happened, while its records are taken out; null: none */
    struct question question;
    bool asks;
    unsigned asked; /* the number of the question that the thread has */
    settling_answered_fn *answered;
    void *context;
    int64_t last_ms, began_ms;
    bool failing; /* the latest settlement did not happen */
    struct loop_timer wake;
};

static void nothing(void *context)
{
    (void)context; /* the turn that the timer causes runs the chores */
}

struct settling *settling_new(struct worker *worker)
{
    struct settling *settling = memory_new(1, sizeof *settling);

    settling->worker = worker;
    settling->wake = (struct loop_timer){.fire = nothing, .context = settling};
    return settling;
}

void *settling_free(struct settling *settling)
{
    if (settling == NULL)
        return NULL;
    settler_job_free(settling->settled);
    loop_clear_timer(settling->worker->loop, &settling->wake);
    memory_free(settling->question.places);
    return memory_free(settling);
}

/* Takes over what has changed, in the order in which it did. */
static void gather(struct settling *settling)
{
    struct worker *worker = settling->worker;
    int64_t share = loop_share(worker->loop);

    while (!loop_share_over(worker->loop, share) && batch_gather(worker->batch))
        continue;
    if (batch_count(worker->batch) > 0)
        batch_forget_old(worker->batch, worker_time(worker).wall_ms);
}

static void start_question(struct settling *settling)
{
    const struct question *question = &settling->question;
    struct settler_job *job = settler_job_new(question->task);

    job->positions = memory_new(question->count, sizeof *job->positions);
    job->position_count = question->count;
    for (size_t i = 0; i < question->count; i++) {
        job->positions[i].partition = question->places[i].partition;
        job->positions[i].offset = question->places[i].offset;
    }
    settling->asks = false;
    settling->asked = question->number;
    settling->running = true;
    settler_start(settling->worker->settler, job);
}

static struct settler_job *settlement_job(const struct worker *worker, struct settlement_position *positions,
                                          size_t count)
{
    struct settler_job *job = settler_job_new(SETTLER_SETTLE);

    job->record_count = batch_sent_count(worker->batch);
    job->records = memory_new(job->record_count, sizeof(struct settler_record *));
    for (size_t i = 0; i < job->record_count; i++)
        job->records[i] = batch_sent(worker->batch, i);
    job->positions = memory_new(count, sizeof *job->positions);
    job->position_count = count;
    for (size_t i = 0; i < count; i++)
        job->positions[i] = (struct settler_position){.partition = positions[i].partition,
                                                      .offset = positions[i].offset,
                                                      .signals = positions[i].signals,
                                                      .low = -1,
                                                      .high = -1,
                                                      .metadata = TAKE(positions[i].metadata)};
    job->pair = consumer_pair_copy(worker->consumer);
    return job;
}

static void start_settlement(struct settling *settling)
{
    struct worker *worker = settling->worker;
    struct settlement_position *positions;

    settling->began_ms = loop_clock_ms(); /* of the leases in it: before it begins (R1) */
    size_t count = batch_begin(worker->batch, settling->began_ms, &positions);
    if (count > 0) {
        settling->running = true;
        settler_start(worker->settler, settlement_job(worker, positions, count));
    }
    settlement_positions_free(positions, count);
}

static void finish_job(struct settling *settling, struct settler_job *job)
{
    settling->running = false;
    settling->last_ms = loop_clock_ms();
    settler_job_free(job);
}

/* Takes the settled records out, as many as the turn has time for: each may free an order of megabytes. */
static void take_out(struct settling *settling)
{
    struct worker *worker = settling->worker;
    struct settler_job *job = settling->settled;
    int64_t share = loop_share(worker->loop), wall_ms = worker_time(worker).wall_ms, offset;

    do {
        if (loop_share_over(worker->loop, share))
            return;
        size_t next = batch_taken_out(worker->batch);
        offset = next < job->record_count ? job->records[next]->offset : -1;
    } while (batch_take_out(worker->batch, offset, wall_ms));
    settling->settled = NULL;
    finish_job(settling, job);
}

void settling_chore(struct settling *settling)
{
    struct worker *worker = settling->worker;
    int64_t next_ms = settling->last_ms + worker->settings->settlement_pace_ms;

    if (settling->settled != NULL)
        take_out(settling);
    if (settling->running)
        return;
    if (settling->asks) {
        start_question(settling);
        return;
    }
    gather(settling);
    if (batch_count(worker->batch) == 0 && settlements_followed(worker->settlements))
        next_ms = settling->last_ms + FOLLOW_MS; /* nobody waits for it */
    else if (batch_count(worker->batch) == 0)
        return;
    if (!consumer_has_pair(worker->consumer) || consumer_lost(worker->consumer))
        return;
    if (loop_now_ms(worker->loop) < next_ms) {
        loop_set_timer(worker->loop, &settling->wake, next_ms);
        return;
    }
    start_settlement(settling);
}

void settling_ask(struct settling *settling, enum settler_task task, const struct settling_place places[],
                  size_t count, unsigned question)
{
    memory_free(settling->question.places);
    settling->question =
        (struct question){task, memory_copy(places, count * sizeof *places), count, question};
    settling->asks = true;
    loop_hurry(settling->worker->loop);
}

void settling_answers_to(struct settling *settling, settling_answered_fn *answered, void *context)
{
    settling->answered = answered;
    settling->context = context;
}

static enum settlement_end end_of(enum settler_answer answer)
{
    return answer == SETTLER_CLEAN    ? SETTLEMENT_CLEAN
           : answer == SETTLER_DIRTY  ? SETTLEMENT_DIRTY
           : answer == SETTLER_FAILED ? SETTLEMENT_FAILED
                                      : SETTLEMENT_UNCLEAR;
}

static void settled(struct settling *settling, struct settler_job *job)
{
    struct worker *worker = settling->worker;
    struct settlement_found *found = memory_new(job->position_count, sizeof *found);
    bool unclear = job->answer == SETTLER_UNCLEAR;

    for (size_t i = 0; unclear && i < job->position_count; i++)
        found[i] = (struct settlement_found){
            job->positions[i].partition, job->positions[i].metadata == NULL ? "" : job->positions[i].metadata,
            job->positions[i].metadata_length};
    bool happened = batch_end(worker->batch, end_of(job->answer), found, unclear ? job->position_count : 0);
    memory_free(found);
    settling->failing = !happened;
    metrics_count_settlement(worker->metrics, job, happened);
    if (happened) {
        settling->settled = job;
        take_out(settling);
    } else {
        finish_job(settling, job);
    }
}

void settling_returned(void *context, struct settler_job *job)
{
    struct settling *settling = context;

    loop_doing(settling->worker->loop, "the end of a settlement");
    if (job->answer != SETTLER_FATAL && job->task == SETTLER_SETTLE) {
        settled(settling, job);
        return;
    }
    settling->running = false; /* the answer may ask the next question */
    if (job->answer == SETTLER_FATAL)
        worker_fail(settling->worker, &job->why);
    else
        settling->answered(settling->context, job, settling->asked);
    finish_job(settling, job);
}

const char *settling_trouble(const struct settling *settling)
{
    static const char trouble[] =
        "Kafka does not take settlements: nothing that is not owned is sent, it is tried again";
    bool late = settling->running && batch_is_under_way(settling->worker->batch) &&
                loop_clock_ms() - settling->began_ms > settling->worker->settings->settlement_deadline_ms;

    return settling->failing || late ? trouble : "";
}
