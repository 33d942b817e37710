/* What is ready becomes one settlement after another: run/settling.c and run/records.c. */
#include "worker.h"

#include "decided.h"
#include "keeping.h"
#include "memory.h"
#include "types.h"

#include <stdio.h>
#include <string.h>

static struct item *add_item(struct worker *worker, int32_t partition, int log, struct payload *payload)
{
    if (worker->item_count == ITEMS) {
        violated("the model has no place for a record");
        worker->item_count--;
    }
    struct item *item = &worker->items[worker->item_count++];
    *item = (struct item){.partition = partition,
                          .epoch = settlements_epoch(worker->settlements, partition),
                          .log = log,
                          .payload = payload};
    return item;
}

/* --- records --- */

static int step_index(const struct order *order)
{
    const struct workflow *workflow = order->type->workflow;

    for (size_t i = 0; order->main.calls.step != NULL && i < workflow->step_count; i++)
        if (strcmp(workflow->steps[i].id, order->main.calls.step) == 0)
            return (int)i;
    return -1;
}

/* Whether its topic takes the outcome. */
static void weigh(struct payload *payload)
{
    payload->weight =
        payload->outcome.weight == 2 || (payload->outcome.weight == 1 && payload->outcome.has_result);
}

static struct payload *outcome_of(const struct order *order)
{
    struct payload *payload = payload_new(PAYLOAD_OUTCOME, order->partition, order_of_id(order->request.id));
    struct outcome outcome;

    order_outcome(order, &outcome);
    payload->outcome = (struct outcome_event){.status = outcome.status,
                                              .reason = outcome.reason.kind,
                                              .final = outcome.final,
                                              .step = step_index(order),
                                              .weight = sim.upstream[payload->order].weight,
                                              .has_result = outcome.result != NULL};
    weigh(payload);
    return payload;
}

static struct payload *repeated(int32_t partition, int order, const struct outcome_event *event)
{
    struct payload *payload = payload_new(PAYLOAD_OUTCOME, partition, order);

    payload->outcome = *event;
    payload->outcome.repeated = true;
    weigh(payload);
    return payload;
}

static struct payload *record_of(struct worker *worker, const struct order *order,
                                 const struct payload *outcome)
{
    int index = order_of_id(order->request.id);
    struct payload *payload = payload_new(PAYLOAD_ORDER, order->partition, index);

    order_keep(order, worker_time(worker).wall_ms, &payload->record);
    payload->step = (int)order->main.step;
    payload->has_stored = outcome != NULL;
    if (outcome != NULL)
        payload->stored = outcome->outcome;
    return payload;
}

/* R12 off: an intended attempt of another step is settled with the old step first, the new step after it. */
static void split_step(struct worker *worker, const struct order *order, struct payload *payload)
{
    struct kept *kept = &worker->kept[payload->order];

    if (!is_off(R12))
        return;
    if (order->state == ORDER_INTENDING && kept->progress != NULL && kept->step != order->main.step) {
        const struct workflow *workflow = order->type->workflow;
        memory_free(payload->record.progress);
        memory_free(payload->record.step);
        payload->record.progress = memory_text(kept->progress);
        payload->record.step =
            kept->step < workflow->step_count ? memory_text(workflow->steps[kept->step].id) : NULL;
        kept->second_half = true;
        TRACE("w%d      settles the new step of order %d later", worker->process, payload->order);
        return;
    }
    memory_free(kept->progress);
    kept->progress = memory_text(payload->record.progress);
    kept->step = order->main.step;
}

/* --- gathering --- */

void settling_repeat(struct worker *worker, const struct duplicate *duplicate, int32_t partition,
                     int64_t offset)
{
    const struct payload *kept = &sim.payloads[duplicate->offset]; /* the record's place in this ledger */

    settlements_finish(worker->settlements, partition, offset);
    if (kept->has_stored)
        add_item(worker, partition, LOG_OUTCOMES, repeated(partition, kept->order, &kept->stored));
}

void settling_copy_done(const struct payload *from, struct payload *to)
{
    to->record = (struct ledger_record){.state = LEDGER_DONE,
                                        .written_at_ms = from->record.written_at_ms,
                                        .decisions = memory_text(from->record.decisions)};
    snprintf(to->record.request_id, sizeof to->record.request_id, "%s", from->record.request_id);
    to->stored = from->stored;
    to->has_stored = from->has_stored;
}

/* A decision about an order that is done: its record says that it was refused. */
void settling_rewrite(struct worker *worker, const struct duplicate *duplicate, char *decision)
{
    const struct payload *old = &sim.payloads[duplicate->offset];
    struct payload *payload = payload_new(PAYLOAD_ORDER, duplicate->partition, old->order);
    settling_copy_done(old, payload);
    payload->record.written_at_ms = worker_time(worker).wall_ms;
    payload->record.decisions = decided_add(payload->record.decisions, decision, false);
    memory_free(decision);
    struct item *item = add_item(worker, duplicate->partition, LOG_LEDGER + duplicate->partition, payload);
    item->is_kept = item->is_rewritten = true;
    settlements_touch(worker->settlements, duplicate->partition);
}

bool settling_rewrites(const struct worker *worker, int order)
{
    for (int i = 0; i < worker->item_count; i++)
        if (worker->items[i].is_rewritten && worker->items[i].payload->order == order)
            return true;
    return false;
}

void settling_dead_letter(struct worker *worker, const struct plain *request, int32_t partition,
                          int64_t offset)
{
    struct payload *payload = payload_new(PAYLOAD_DEAD, partition, request->order);

    payload->offset = offset;
    payload->weight = request->weight;
    add_item(worker, partition, LOG_DEAD, payload);
    settlements_finish(worker->settlements, partition, offset);
}

void settling_barrier(struct worker *worker, const struct ledger_owner *owner)
{
    struct payload *payload = payload_new(PAYLOAD_OWNER, owner->partition, -1);

    payload->owner = *owner;
    add_item(worker, owner->partition, LOG_LEDGER + owner->partition, payload)->is_barrier = true;
    snprintf(worker->barrier, sizeof worker->barrier, "%s", owner->token);
    settlements_touch(worker->settlements, owner->partition);
}

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

static void add_change(struct worker *worker, const struct change *change)
{
    struct order *order = change->order;
    struct payload *outcome = NULL;
    int first = worker->item_count;

    if (change->publishes) {
        outcome = outcome_of(order);
        orders_published(order);
        add_item(worker, order->partition, LOG_OUTCOMES, outcome)->order = order;
        for (unsigned i = 0; order->state == ORDER_SETTLING && i < order->repeats_due; i++)
            add_item(worker, order->partition, LOG_OUTCOMES,
                     repeated(order->partition, outcome->order, &outcome->outcome));
    }
    if (change->records) {
        struct payload *payload = record_of(worker, order, outcome);
        split_step(worker, order, payload);
        add_item(worker, order->partition, LOG_LEDGER + order->partition, payload)->is_kept =
            order->state == ORDER_SETTLING;
    }
    if (worker->item_count == first) {
        violated("a change of order %d has nothing to settle", order_of_id(order->request.id));
        return;
    }
    struct item *last = &worker->items[worker->item_count - 1];
    last->change = *change;
    last->closes = true;
    finish_offsets(worker, order);
}

static void gather(struct worker *worker)
{
    struct change change;

    while (worker->item_count < sim.records_max && orders_next_change(worker->orders, &change))
        add_change(worker, &change);
}

/* --- starting --- */

void settling_ask(struct worker *worker)
{
    worker->asked = true;
    worker->dirty = true;
}

static void start_question(struct worker *worker)
{
    struct job *job = &worker->job;

    worker->asked = false;
    *job = (struct job){.stage = STAGE_READ, .reads = true};
    /* Before the positions: what a dead process of the slot has left open would hold them back. */
    if (sim.edges.is_static && worker->epoch < 0)
        job->stage = STAGE_INIT;
    memcpy(job->wanted, worker->owns, sizeof job->wanted);
}

static void start_settlement(struct worker *worker)
{
    struct settlement_position *positions;
    size_t count = settlements_begin(worker->settlements, &positions);
    struct job *job = &worker->job;

    if (count == 0) {
        settlement_positions_free(positions, count);
        return;
    }
    job->stage = worker->epoch < 0 ? STAGE_INIT : STAGE_OFFSETS;
    job->reads = job->failed = job->lost = false;
    job->wait_us = 0;
    job->record_count = worker->item_count;
    job->sent = 0;
    for (int i = 0; i < worker->item_count; i++) {
        job->records[i].log = worker->items[i].log;
        job->records[i].payload = worker->items[i].payload;
        job->records[i].refused = false;
    }
    memset(job->positions, 0, sizeof job->positions);
    for (size_t i = 0; i < count; i++) {
        struct committed *one = &job->positions[positions[i].partition];
        *one =
            (struct committed){.set = true, .offset = positions[i].offset, .signals = positions[i].signals};
        if (snprintf(one->metadata, TEXT, "%s", positions[i].metadata) >= TEXT)
            violated("the model has no place for the commit metadata");
    }
    for (int p = 0; p < PARTITIONS; p++)
        job->wanted[p] = job->positions[p].set;
    settlement_positions_free(positions, count);
    for (int i = 0; i < worker->item_count; i++)
        if (!job->wanted[worker->items[i].partition])
            violated("w%d settles a record of p%d without its position", worker->process,
                     (int)worker->items[i].partition);
    job->pair = worker->pair;
    worker->item_sent = worker->item_count;
    worker->settle_began_ms = worker_clock(worker);
    job->began_ms = worker->settle_began_ms;
    TRACE("w%d      begins a settlement of %d records", worker->process, worker->item_sent);
}

void settling_chore(struct worker *worker)
{
    if (worker->job.stage != STAGE_IDLE)
        return;
    if (worker->asked) {
        start_question(worker);
        return;
    }
    gather(worker);
    if (worker->item_count == 0 || worker->pair.member == 0 || worker->library.lost)
        return;
    start_settlement(worker);
}

/* --- what came of it --- */

static bool is_ours(const struct worker *worker, const struct item *item)
{
    return item->epoch != 0 && settlements_epoch(worker->settlements, item->partition) == item->epoch;
}

static void close_change(struct worker *worker, const struct item *item)
{
    if (item->closes)
        orders_settled(worker->orders, &item->change, worker->settle_began_ms + LEASE);
}

static void write_second_half(struct worker *worker, const struct item *item)
{
    struct kept *kept =
        item->log >= LOG_OUTCOMES || item->is_barrier ? NULL : &worker->kept[item->payload->order];

    if (kept == NULL || !kept->second_half || !item->closes)
        return;
    kept->second_half = false;
    kept->step = item->change.order->main.step;
    orders_note_decision(worker->orders, item->change.order, memory_text(item->change.order->last_decision),
                         true, -1);
}

static void remember(struct worker *worker, const struct item *item)
{
    struct duplicate done = {.partition = item->partition,
                             .done_at_ms = worker_time(worker).wall_ms,
                             .offset = item->payload - sim.payloads};

    if (!item->is_kept || !is_ours(worker, item))
        return;
    snprintf(done.request_id, sizeof done.request_id, "%s", item->payload->record.request_id);
    duplicates_add(worker->duplicates, &done);
}

static void drop_sent(struct worker *worker)
{
    bool barrier = false;

    for (int i = 0; i < worker->item_sent; i++) {
        struct item item = worker->items[i];
        barrier = barrier || item.is_barrier;
        remember(worker, &item);
        if (is_off(R12))
            write_second_half(worker, &item);
        close_change(worker, &item);
    }
    worker->item_count -= worker->item_sent;
    memmove(worker->items, worker->items + worker->item_sent,
            (size_t)worker->item_count * sizeof *worker->items);
    worker->item_sent = 0;
    if (barrier)
        owning_barrier_settled(worker);
}

static struct payload *copy_smaller(const struct payload *old, enum payload_kind kind)
{
    struct payload *payload = payload_new(kind, old->partition, old->order);

    payload->offset = old->offset;
    payload->outcome = old->outcome;
    return payload;
}

/* run/refused.c: an outcome goes without its result, then a dead letter names it; a dead letter gets smaller. */
static void make_smaller(struct worker *worker, struct item *item)
{
    const struct payload *old = item->payload;

    TRACE("w%d      makes a record of order %d smaller", worker->process, old->order);
    if (item->log == LOG_DEAD) {
        item->payload = copy_smaller(old, PAYLOAD_DEAD);
        item->payload->weight = old->weight - 1;
    } else if (item->order == NULL || item->order->state != ORDER_SETTLING || !old->outcome.has_result) {
        item->payload = copy_smaller(old, PAYLOAD_DEAD);
        item->payload->offset = -1;
        item->log = LOG_DEAD;
    } else {
        item->payload = copy_smaller(old, PAYLOAD_OUTCOME);
        item->payload->outcome.has_result = false;
        if (!item->order->type->writes)
            item->payload->outcome.status = OUTCOME_FAILED;
        weigh(item->payload);
    }
}

/* A record that Kafka refuses for itself is replaced, so that the next settlement has a chance (R16). */
static void replace_refused(struct worker *worker)
{
    for (int i = 0; i < worker->item_sent && !is_off(R16); i++)
        if (worker->job.records[i].refused && is_ours(worker, &worker->items[i]))
            make_smaller(worker, &worker->items[i]);
}

static void take_back(struct worker *worker)
{
    int kept = 0;

    replace_refused(worker);

    for (int i = 0; i < worker->item_count; i++) {
        struct item item = worker->items[i];
        if (is_ours(worker, &item))
            worker->items[kept++] = item;
        else
            close_change(worker, &item);
    }
    worker->item_count = kept;
    worker->item_sent = 0;
}

void settling_returned(struct worker *worker)
{
    static const char *const ends[] = {"clean", "dirty", "failed", "unclear"};
    struct job *job = &worker->job;
    struct settlement_found found[PARTITIONS];
    size_t count = 0;

    job->stage = STAGE_IDLE;
    if (job->reads) {
        owning_positions(worker);
        return;
    }
    for (int p = 0; job->end == SETTLEMENT_UNCLEAR && !job->lost && p < sim.partitions; p++)
        if (job->wanted[p])
            found[count++] =
                (struct settlement_found){p, job->positions[p].metadata, strlen(job->positions[p].metadata)};
    bool happened = settlements_end(worker->settlements, job->end, found, count);
    TRACE("w%d      its settlement was %s%s", worker->process, ends[job->end],
          job->end != SETTLEMENT_UNCLEAR ? ""
          : happened                     ? " and happened"
                                         : " and did not happen");
    if (happened)
        drop_sent(worker);
    else
        take_back(worker);
}

void settling_forget(struct worker *worker, int32_t partition)
{
    int kept = worker->item_sent;

    for (int i = worker->item_sent; i < worker->item_count; i++) {
        struct item item = worker->items[i];
        if (item.partition != partition)
            worker->items[kept++] = item;
        else
            close_change(worker, &item);
    }
    worker->item_count = kept;
}

bool settling_is_idle(const struct worker *worker)
{
    return worker->item_count == 0 && worker->job.stage == STAGE_IDLE &&
           orders_change_count(worker->orders) == 0;
}
