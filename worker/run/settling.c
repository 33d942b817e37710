/* See settling.h. */
#include "settling.h"

#include "memory.h"
#include "owning.h"
#include "records.h"
#include "status.h"

#include <string.h>

enum { RECORDS_MAX = 2000 };

/* One thing that a settlement makes final: an order's outcome, or a dead letter. */
struct item {
    struct order *order; /* null: a dead letter */
    int32_t partition;
    struct settler_record record;
};

/* A question for the thread, asked between settlements. */
struct question {
    enum settler_task task;
    int32_t *partitions;
    size_t count;
};

struct settling {
    struct worker *worker;
    struct item *items; /* the batch; the first `sent` are in the running settlement */
    size_t count, room, sent;
    bool running;
    struct question question;
    bool asked;
    int64_t last_ms;
    struct loop_timer wake;
};

static void nothing(void *context)
{
    (void)context;
}

struct settling *settling_new(struct worker *worker)
{
    struct settling *settling = memory_new(1, sizeof *settling);

    settling->worker = worker;
    settling->wake = (struct loop_timer){.fire = nothing, .context = settling};
    return settling;
}

static void release_item(struct item *item)
{
    struct settler_job *job =
        settler_job_new(SETTLER_SETTLE); /* the record's owner is a job: let one free it */

    job->records = memory_new(1, sizeof *job->records);
    job->records[0] = item->record;
    job->record_count = 1;
    settler_job_free(job);
}

void *settling_free(struct settling *settling)
{
    if (settling == NULL)
        return NULL;
    for (size_t i = settling->sent; i < settling->count; i++)
        release_item(&settling->items[i]);
    loop_clear_timer(settling->worker->loop, &settling->wake);
    memory_free(settling->question.partitions);
    memory_free(settling->items);
    return memory_free(settling);
}

static struct item *add_item(struct settling *settling)
{
    if (settling->count == settling->room) {
        settling->room = settling->room * 2 + 64;
        settling->items = memory_resize(settling->items, settling->room, sizeof *settling->items);
    }
    return &settling->items[settling->count++];
}

void settling_dead_letter(struct settling *settling, const rd_kafka_message_t *message, const char *reason,
                          const struct fault *why)
{
    struct item *item = add_item(settling);

    *item = (struct item){.partition = message->partition};
    record_of_message(settling->worker, message, reason, why, &item->record);
    settlements_finish(settling->worker->settlements, message->partition, message->offset);
    status_count_dead(settling->worker->status, reason);
}

/* Takes over the orders that are done. */
static void gather(struct settling *settling)
{
    struct worker *worker = settling->worker;

    while (settling->count < RECORDS_MAX) {
        struct order *order = orders_next_done(worker->orders);
        if (order == NULL)
            return;
        struct item *item = add_item(settling);
        *item = (struct item){.order = order, .partition = order->partition};
        record_of_order(worker, order, &item->record);
        settlements_finish(worker->settlements, order->partition, order->offset);
        status_count_order(worker->status, order);
    }
}

static void start_question(struct settling *settling)
{
    struct settler_job *job = settler_job_new(settling->question.task);

    job->positions = memory_new(settling->question.count, sizeof *job->positions);
    job->position_count = settling->question.count;
    for (size_t i = 0; i < settling->question.count; i++)
        job->positions[i].partition = settling->question.partitions[i];
    settling->asked = false;
    settling->running = true;
    settler_start(settling->worker->settler, job);
}

/* The records go along and come back with the job; items that are not sent yet stay behind them. */
static void start_settlement(struct settling *settling)
{
    struct worker *worker = settling->worker;
    struct settlement_position *positions;
    size_t count = settlements_begin(worker->settlements, &positions);

    if (count == 0) {
        settlement_positions_free(positions, count);
        return;
    }
    struct settler_job *job = settler_job_new(SETTLER_SETTLE);
    job->records = memory_new(settling->count, sizeof *job->records);
    job->record_count = settling->count;
    for (size_t i = 0; i < settling->count; i++)
        job->records[i] = settling->items[i].record;
    job->positions = memory_new(count, sizeof *job->positions);
    job->position_count = count;
    for (size_t i = 0; i < count; i++) {
        job->positions[i] = (struct settler_position){positions[i].partition, positions[i].offset,
                                                      TAKE(positions[i].metadata), 0};
    }
    settlement_positions_free(positions, count);
    job->pair = consumer_pair_copy(worker->consumer);
    settling->sent = settling->count;
    settling->running = true;
    settler_start(worker->settler, job);
}

void settling_chore(struct settling *settling)
{
    struct worker *worker = settling->worker;
    int64_t now_ms = loop_now_ms(worker->loop);
    int64_t next_ms = settling->last_ms + worker->settings->settlement_pace_ms;

    if (settling->running)
        return;
    if (settling->asked) {
        start_question(settling);
        return;
    }
    gather(settling);
    if (settling->count == 0 || !consumer_has_pair(worker->consumer) || consumer_lost(worker->consumer))
        return;
    if (now_ms < next_ms) {
        loop_set_timer(worker->loop, &settling->wake, next_ms);
        return;
    }
    start_settlement(settling);
}

void settling_request(struct settling *settling, enum settler_task task, const int32_t partitions[],
                      size_t count)
{
    memory_free(settling->question.partitions);
    settling->question = (struct question){task, memory_copy(partitions, count * sizeof *partitions), count};
    settling->asked = true;
    loop_hurry(settling->worker->loop);
}

/* Takes the settled items out; those of orders free the orders. */
static void drop_sent(struct settling *settling)
{
    for (size_t i = 0; i < settling->sent; i++)
        if (settling->items[i].order != NULL)
            orders_settled(settling->worker->orders, settling->items[i].order);
    memmove(settling->items, settling->items + settling->sent,
            (settling->count - settling->sent) * sizeof *settling->items);
    settling->count -= settling->sent;
    settling->sent = 0;
}

/* It did not happen: the records come back from the job, except those of partitions that are gone. */
static void take_back(struct settling *settling, struct settler_job *job)
{
    size_t kept = 0;

    for (size_t i = 0; i < settling->count; i++) {
        struct item item = settling->items[i];
        bool ours = settlements_owns(settling->worker->settlements, item.partition);
        if (i < settling->sent && ours)
            job->records[i] = (struct settler_record){0};
        if (ours) {
            settling->items[kept++] = item;
            continue;
        }
        if (i >= settling->sent)
            release_item(&item);
        if (item.order != NULL)
            orders_settled(settling->worker->orders, item.order);
    }
    settling->count = kept;
    settling->sent = 0;
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
    bool happened =
        settlements_end(worker->settlements, end_of(job->answer), found, unclear ? job->position_count : 0);
    memory_free(found);
    status_count_settlement(worker->status, job, happened);
    if (happened)
        drop_sent(settling);
    else
        take_back(settling, job);
}

void settling_returned(void *context, struct settler_job *job)
{
    struct settling *settling = context;

    settling->running = false;
    settling->last_ms = loop_clock_ms();
    if (job->answer == SETTLER_FATAL)
        worker_fail(settling->worker, &job->why);
    else if (job->task == SETTLER_SETTLE)
        settled(settling, job);
    else
        owning_answered(settling->worker->owning, job);
    settler_job_free(job);
}

void settling_forget(struct settling *settling, int32_t partition)
{
    size_t kept = settling->sent;

    for (size_t i = settling->sent; i < settling->count; i++) {
        struct item item = settling->items[i];
        if (item.partition != partition) {
            settling->items[kept++] = item;
            continue;
        }
        release_item(&item);
        if (item.order != NULL)
            orders_settled(settling->worker->orders, item.order);
    }
    settling->count = kept;
}

bool settling_is_idle(const struct settling *settling)
{
    return settling->count == 0 && !settling->running &&
           orders_state_count(settling->worker->orders, ORDER_DONE) == 0;
}

size_t settling_waiting(const struct settling *settling)
{
    return settling->count;
}
