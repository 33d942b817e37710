/* See settling.h. */
#include "settling_inside.h"

#include "memory.h"
#include "owning.h"
#include "records.h"
#include "refused.h"
#include "status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS_MAX = 500, FORGOTTEN_MAX = 100, FOLLOW_MS = 1000 }; /* of one turn: the watchdog wants turns */

static void drop_sent(struct settling *settling);

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

void *settling_free(struct settling *settling)
{
    if (settling == NULL)
        return NULL;
    if (settling->settled != NULL)
        settler_job_free(settling->settled);
    for (size_t i = settling->sent; i < settling->count; i++)
        settler_record_release(&settling->items[i].record);
    loop_clear_timer(settling->worker->loop, &settling->wake);
    memory_free(settling->question.places);
    memory_free(settling->items);
    return memory_free(settling);
}

struct item *add_item(struct settling *settling, int32_t partition)
{
    if (settling->count == settling->room) {
        settling->room = settling->room * 2 + 64;
        settling->items = memory_resize(settling->items, settling->room, sizeof *settling->items);
    }
    struct item *item = &settling->items[settling->count++];
    *item = (struct item){.partition = partition,
                          .epoch = settlements_epoch(settling->worker->settlements, partition)};
    return item;
}

/* The request, and its repeats so far, are in the ledger or answered from now on. */
static void finish_offsets(struct worker *worker, struct order *order)
{
    if (order->settled_offset)
        settlements_touch(worker->settlements, order->partition);
    else
        settlements_finish(worker->settlements, order->partition, order->offset);
    order->settled_offset = true;
    for (size_t i = 0; i < order->repeat_count; i++)
        settlements_finish(worker->settlements, order->repeats[i].partition, order->repeats[i].offset);
    order->repeat_count = 0;
    for (size_t i = 0; i < order->signal_count; i++)
        settlements_finish_signal(worker->settlements, order->partition, order->signals[i]);
    order->signal_count = 0;
}

static void add_outcome(struct settling *settling, const struct order *order,
                        const struct settler_record *outcome)
{
    status_count_order(settling->worker->status, order);
    struct item *item = add_item(settling, order->partition);
    item->record = *outcome;
    item->order = order;
    for (unsigned i = 0; order->state == ORDER_SETTLING && i < order->repeats_due; i++)
        record_repeated(outcome, &add_item(settling, order->partition)->record);
}

/* The records of a change: an outcome, the ledger's. An order that cannot be owned has none and changes once more. */
static void add_change(struct settling *settling, const struct change *change)
{
    struct worker *worker = settling->worker;
    struct settler_record outcome = {0}, kept;
    struct fault why;

    if (change->publishes) {
        record_of_order(worker, change->order, &outcome);
        orders_published(change->order);
    }
    if (change->records &&
        !record_of_ledger(worker, change->order, change->publishes ? &outcome : NULL, &kept, &why)) {
        settler_record_release(&outcome);
        orders_too_large(worker->orders, change, &why);
        return;
    }
    if (change->publishes)
        add_outcome(settling, change->order, &outcome);
    if (change->records) {
        struct item *item = add_item(settling, change->order->partition);
        item->record = kept;
        item->is_kept = change->order->state == ORDER_SETTLING;
    }
    struct item *last = &settling->items[settling->count - 1];
    last->change = *change;
    last->closes = true;
    finish_offsets(worker, change->order);
}

/* What falls out of the duplicate window is forgotten in the ledger too. */
static void add_forgotten(struct settling *settling)
{
    struct worker *worker = settling->worker;
    struct duplicate old;
    bool by_number;

    for (int i = 0; i < FORGOTTEN_MAX &&
                    duplicates_evict(worker->duplicates, worker_time(worker).wall_ms, &old, &by_number);
         i++) {
        record_of_forgotten(worker, old.partition, old.request_id,
                            &add_item(settling, old.partition)->record);
        settlements_touch(worker->settlements, old.partition);
        status_count_forgotten(worker->status, by_number);
    }
}

/* Takes over what has changed, in the order in which it did. */
static void gather(struct settling *settling)
{
    struct loop *loop = settling->worker->loop;
    int64_t share = loop_share(loop);
    struct change change;

    while (settling->count < RECORDS_MAX && !loop_share_over(loop, share) &&
           orders_next_change(settling->worker->orders, &change))
        add_change(settling, &change);
    if (settling->count > 0 && settling->count < RECORDS_MAX)
        add_forgotten(settling);
}

static void start_question(struct settling *settling)
{
    struct settler_job *job = settler_job_new(settling->question.task);

    job->positions = memory_new(settling->question.count, sizeof *job->positions);
    job->position_count = settling->question.count;
    for (size_t i = 0; i < settling->question.count; i++) {
        job->positions[i].partition = settling->question.places[i].partition;
        job->positions[i].offset = settling->question.places[i].offset;
    }
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
        job->positions[i] = (struct settler_position){.partition = positions[i].partition,
                                                      .offset = positions[i].offset,
                                                      .signals = positions[i].signals,
                                                      .low = -1,
                                                      .high = -1,
                                                      .metadata = TAKE(positions[i].metadata)};
    }
    settlement_positions_free(positions, count);
    job->pair = consumer_pair_copy(worker->consumer);
    settling->sent = settling->count;
    settling->running = true;
    settling->began_ms = loop_clock_ms(); /* of the leases in it: before it begins (R1) */
    settler_start(worker->settler, job);
}

void settling_chore(struct settling *settling)
{
    struct worker *worker = settling->worker;
    int64_t now_ms = loop_now_ms(worker->loop);
    int64_t next_ms = settling->last_ms + worker->settings->settlement_pace_ms;

    if (settling->settled != NULL)
        drop_sent(settling);
    if (settling->running)
        return;
    if (settling->asked) {
        start_question(settling);
        return;
    }
    gather(settling);
    if (settling->count == 0 && settlements_followed(worker->settlements))
        next_ms = settling->last_ms + FOLLOW_MS; /* nobody waits for it */
    else if (settling->count == 0)
        return;
    if (!consumer_has_pair(worker->consumer) || consumer_lost(worker->consumer))
        return;
    if (now_ms < next_ms) {
        loop_set_timer(worker->loop, &settling->wake, next_ms);
        return;
    }
    start_settlement(settling);
}

void settling_request(struct settling *settling, enum settler_task task, const struct settling_place places[],
                      size_t count)
{
    memory_free(settling->question.places);
    settling->question = (struct question){task, memory_copy(places, count * sizeof *places), count};
    settling->asked = true;
    loop_hurry(settling->worker->loop);
}

static bool is_ours(const struct settling *settling, const struct item *item)
{
    return item->epoch != 0 &&
           settlements_epoch(settling->worker->settlements, item->partition) == item->epoch;
}

static void close_change(struct settling *settling, const struct item *item)
{
    if (item->closes)
        orders_settled(settling->worker->orders, &item->change,
                       settling->began_ms + settling->worker->settings->attempt_lease_ms);
}

/* Where a finished order's record stands is kept in memory, for its repeats. */
static void remember(struct settling *settling, const struct item *item, const struct settler_record *record)
{
    struct worker *worker = settling->worker;
    struct duplicate done = {
        .partition = item->partition, .done_at_ms = worker_time(worker).wall_ms, .offset = record->offset};
    struct duplicate unused;
    struct fault why;

    if (!item->is_kept || !is_ours(settling, item))
        return;
    snprintf(done.request_id, sizeof done.request_id, "%s", record->key + strlen("order/"));
    if (done.offset < 0) { /* cannot be: a settlement counts only when all its records have their place */
        fault_set(&why, FAULT_LOCAL, "nobody said where the ledger's record of order %s stands",
                  done.request_id);
        worker_fail(worker, &why);
    } else if (!item->is_rewritten || duplicates_find(worker->duplicates, done.request_id, &unused)) {
        duplicates_add(worker->duplicates, &done);
    }
}

static void finish_job(struct settling *settling, struct settler_job *job)
{
    settling->running = false;
    settling->last_ms = loop_clock_ms();
    settler_job_free(job);
}

/* Takes the settled items out, as many as the turn has time for: each may free an order of megabytes. */
static void drop_sent(struct settling *settling)
{
    struct settler_job *job = settling->settled;
    struct loop *loop = settling->worker->loop;
    int64_t share = loop_share(loop);
    bool barrier = false;

    for (; settling->dropped < settling->sent; settling->dropped++) {
        struct item *item = &settling->items[settling->dropped];
        if (loop_share_over(loop, share))
            return;
        remember(settling, item, &job->records[settling->dropped]);
        settler_record_release(&job->records[settling->dropped]);
        job->records[settling->dropped] = (struct settler_record){0};
        close_change(settling, item);
    }
    for (size_t i = 0; i < settling->sent; i++)
        barrier = barrier || settling->items[i].is_barrier;
    memmove(settling->items, settling->items + settling->sent,
            (settling->count - settling->sent) * sizeof *settling->items);
    settling->count -= settling->sent;
    settling->sent = settling->dropped = 0;
    settling->settled = NULL;
    finish_job(settling, job);
    if (barrier)
        owning_barrier_settled(settling->worker->owning, settling->token);
}

/* What is published instead is also what repeats get: the ledger's record of the same change, which follows, has it. */
static void keep_replaced(struct settling *settling, struct settler_job *job, size_t outcome)
{
    const struct order *order = settling->items[outcome].order;
    size_t next = outcome + 1;
    struct settler_record kept;
    struct fault why;

    if (order == NULL || next == settling->sent || !settling->items[next].is_kept ||
        settling->items[next].change.order != order ||
        job->records[outcome].topic != settling->worker->settings->topic_outcomes ||
        !record_of_ledger(settling->worker, order, &job->records[outcome], &kept, &why))
        return;
    settler_record_release(&job->records[next]);
    settling->items[next].record = job->records[next] = kept;
}

/* A record that Kafka refuses for itself is replaced, so that the next settlement has a chance (R16). */
static void replace_refused(struct settling *settling, struct settler_job *job)
{
    struct fault why;

    for (size_t i = 0; i < settling->sent; i++) {
        struct item *item = &settling->items[i];
        if (job->records[i].refused == NULL || !is_ours(settling, item))
            continue;
        if (!refused_replace(settling->worker, item->order, item->partition, &job->records[i], &why))
            LOG(LOG_WARN, "a settlement is held back by the topic of one record", log_fault(&why));
        job->records[i].refused = NULL;
        item->record = job->records[i];
        keep_replaced(settling, job, i);
    }
}

/* It did not happen: the records come back from the job, except those of partitions that are gone. */
static void take_back(struct settling *settling, struct settler_job *job)
{
    size_t kept = 0;

    replace_refused(settling, job);
    for (size_t i = 0; i < settling->count; i++) {
        struct item item = settling->items[i];
        bool ours = is_ours(settling, &item);
        if (i < settling->sent && ours)
            job->records[i] = (struct settler_record){0};
        if (ours) {
            settling->items[kept++] = item;
            continue;
        }
        if (i >= settling->sent)
            settler_record_release(&item.record);
        close_change(settling, &item);
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
    settling->failing = !happened;
    status_count_settlement(worker->status, job, happened);
    if (happened) {
        settling->settled = job;
        drop_sent(settling);
    } else {
        take_back(settling, job);
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
        owning_answered(settling->worker->owning, job);
    finish_job(settling, job);
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
        settler_record_release(&item.record);
        close_change(settling, &item);
    }
    settling->count = kept;
}

bool settling_is_idle(const struct settling *settling)
{
    return settling->count == 0 && !settling->running && orders_change_count(settling->worker->orders) == 0;
}

const char *settling_trouble(const struct settling *settling)
{
    static const char trouble[] =
        "Kafka does not take settlements: nothing that is not owned is sent, it is tried again";
    bool late = settling->running && settling->sent > 0 &&
                loop_clock_ms() - settling->began_ms > settling->worker->settings->settlement_deadline_ms;

    return settling->failing || late ? trouble : "";
}

size_t settling_waiting(const struct settling *settling)
{
    return settling->count;
}
