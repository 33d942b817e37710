/* The records of a settlement: what run/records.c makes as Kafka records, as structs. */
#include "process.h"

#include "by_id.h"
#include "events.h"
#include "memory.h"
#include "snapshot.h"
#include "types.h"

#include <stdio.h>
#include <string.h>

/* The number of the step; -1: none. */
static int step_index(const struct order *order, const char *step)
{
    const struct workflow *workflow = order->type->workflow;

    for (size_t i = 0; step != NULL && i < workflow->step_count; i++)
        if (strcmp(workflow->steps[i].id, step) == 0)
            return (int)i;
    return -1;
}

/* Whether its topic takes the outcome. */
static void weigh(struct payload *payload)
{
    payload->weight =
        payload->outcome.weight == 2 || (payload->outcome.weight == 1 && payload->outcome.has_result);
}

static void *port_outcome(void *context, const struct order *order)
{
    struct payload *payload =
        payload_new(PAYLOAD_OUTCOME, order->source.partition, order_of_id(order->request.id));
    struct outcome outcome;

    (void)context;
    order_outcome(order, &outcome);
    payload->outcome = (struct outcome_event){
        .status = outcome.status,
        .reason = outcome.reason.kind,
        .final = outcome.final,
        .waited_to_ms = outcome.reason.kind == REASON_TIMEOUT ? order->waiting.wait.until_ms : 0,
        .step = step_index(order, order->main.calls.step),
        .weight = sim.upstream[payload->order].weight,
        .has_result = outcome.result != NULL};
    weigh(payload);
    return payload;
}

/* News that are not final. */
static void *port_progress(void *context, const struct order *order, const struct progress *progress)
{
    struct payload *payload =
        payload_new(PAYLOAD_OUTCOME, order->source.partition, order_of_id(order->request.id));

    (void)context;
    payload->outcome = (struct outcome_event){
        .status = OUTCOME_PROGRESS,
        .reason = progress->reason.kind,
        .step = progress->repeated ? -1 : step_index(order, progress->step),
        .state = progress->reason.kind == REASON_REPORTED ? events_state_of(progress->reason.code) : -1};
    return payload;
}

static struct payload *repeat_of(int32_t partition, int order, const struct outcome_event *event)
{
    struct payload *payload = payload_new(PAYLOAD_OUTCOME, partition, order);

    payload->outcome = *event;
    payload->outcome.repeated = true;
    weigh(payload);
    return payload;
}

static void *port_repeat(void *context, const struct order *order, const void *outcome)
{
    (void)order;
    const struct payload *of = outcome;

    (void)context;
    return repeat_of(of->partition, of->order, &of->outcome);
}

/* R12 off: an intended attempt of another step is settled with the old step first, the new step after it. */
static void split_step(struct process *worker, const struct order *order, struct payload *payload)
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

void process_records_write_second_half(struct process *worker, const struct payload *record)
{
    struct kept *kept = record->kind == PAYLOAD_ORDER ? &worker->kept[record->order] : NULL;

    if (kept == NULL || !kept->second_half)
        return;
    struct order *order = orders_find(worker->orders, record->record.request_id);
    if (order == NULL)
        return;
    kept->second_half = false;
    kept->step = order->main.step;
    orders_note_decision(worker->orders, order, memory_text(order->ledger.last_decision), true, -1);
}

static void *port_ledger(void *context, const struct order *order, const void *outcome, struct fault *why)
{
    struct process *worker = context;
    const struct payload *published = outcome;
    struct payload *payload =
        payload_new(PAYLOAD_ORDER, order->source.partition, order_of_id(order->request.id));

    (void)why;
    snapshot_take(order, process_time(worker).wall_ms, &payload->record);
    payload->step = (int)order->main.step;
    payload->has_stored = published != NULL;
    if (published != NULL)
        payload->stored = published->outcome;
    split_step(worker, order, payload);
    return payload;
}

struct ledger_record process_records_copy(const struct ledger_record *record)
{
    struct ledger_record copy = *record;

    copy.order_type = memory_text(record->order_type);
    copy.step = memory_text(record->step);
    copy.key = record->key == NULL ? NULL : memory_text_of(record->key, record->key_length);
    copy.inputs = memory_text(record->inputs);
    copy.progress = memory_text(record->progress);
    copy.last_decision = memory_text(record->last_decision);
    copy.decisions = memory_text(record->decisions);
    copy.outcome = copy.outcome_headers = copy.settlement = NULL;
    copy.workflow = memory_text(record->workflow);
    copy.wait = ledger_wait_copy(&record->wait);
    copy.references = ledger_references_copy(&record->references);
    for (size_t i = 0; i < copy.references.count; i++) /* as ledger_references_of() */
        copy.references.list[i].told = copy.references.list[i].order_id != NULL;
    return copy;
}

void process_records_copy_done(const struct payload *from, struct payload *to)
{
    to->record = (struct ledger_record){.state = LEDGER_DONE,
                                        .written_at_ms = from->record.written_at_ms,
                                        .decisions = memory_text(from->record.decisions),
                                        .progress = memory_text(from->record.progress),
                                        .references = ledger_references_copy(&from->record.references),
                                        .heard = from->record.heard};
    snprintf(to->record.request_id, sizeof to->record.request_id, "%s", from->record.request_id);
    to->stored = from->stored;
    to->has_stored = from->has_stored;
}

/* The finished order's record in this ledger: its place there is its offset. */
static const struct payload *remembered(const struct process *worker, const struct ledger_record *kept)
{
    struct duplicate done;

    if (duplicates_find(worker->duplicates, kept->request_id, &done))
        return &sim.payloads[done.offset];
    violated("order %d is not remembered", order_of_id(kept->request_id));
    return &sim.payloads[0];
}

static void *port_rewritten(void *context, int32_t partition, const struct ledger_record *kept)
{
    struct process *worker = context;
    const struct payload *old = remembered(worker, kept);
    struct payload *payload = payload_new(PAYLOAD_ORDER, partition, old->order);

    process_records_copy_done(old, payload);
    memory_free(payload->record.decisions);
    payload->record.decisions = memory_text(kept->decisions);
    payload->record.written_at_ms = process_time(worker).wall_ms;
    return payload;
}

static void *port_stored(void *context, const struct ledger_record *kept, bool repeated)
{
    const struct payload *old = remembered(context, kept);

    if (!repeated)
        violated("an outcome is published again without a repeat");
    return old->has_stored ? repeat_of(old->partition, old->order, &old->stored) : NULL;
}

static void *port_forgotten(void *context, int32_t partition, const char *request_id)
{
    (void)context;
    (void)partition;
    violated("order %d is forgotten, the window has no end", order_of_id(request_id));
    return NULL;
}

static void *port_owner(void *context, const struct ledger_owner *owner)
{
    struct payload *payload = payload_new(PAYLOAD_OWNER, owner->partition, -1);

    (void)context;
    payload->owner = *owner;
    return payload;
}

struct payload *process_records_dead_letter(const struct plain *request, int32_t partition, int64_t offset)
{
    struct payload *payload = payload_new(PAYLOAD_DEAD, partition, request->order);

    payload->offset = offset;
    payload->weight = request->weight;
    return payload;
}

/* --- what Kafka refuses: run/refused.c --- */

static struct payload *copy_of(const struct payload *old, enum payload_kind kind)
{
    struct payload *payload = payload_new(kind, old->partition, old->order);

    payload->offset = old->offset;
    payload->outcome = old->outcome;
    return payload;
}

/* An outcome goes without its result, then a dead letter names it; a dead letter gets smaller. */
static struct payload *smaller(const struct order *order, const struct payload *old)
{
    struct payload *payload;

    if (old->kind == PAYLOAD_DEAD) {
        payload = copy_of(old, PAYLOAD_DEAD);
        payload->weight = old->weight - 1;
    } else if (order == NULL || order->state != ORDER_SETTLING || !old->outcome.has_result) {
        payload = copy_of(old, PAYLOAD_DEAD);
        payload->offset = -1;
    } else {
        payload = copy_of(old, PAYLOAD_OUTCOME);
        payload->outcome.has_result = false;
        if (!order->type->writes)
            payload->outcome.status = OUTCOME_FAILED;
        weigh(payload);
    }
    return payload;
}

static bool port_replace(void *context, const struct order *order, int32_t partition, void **record)
{
    struct process *worker = context;
    struct payload *old = *record;

    (void)partition;
    if (!old->refused || is_off(R16))
        return false;
    TRACE("w%d      makes a record of order %d smaller", worker->process, old->order);
    *record = smaller(order, old);
    return order != NULL && ((struct payload *)*record)->kind == PAYLOAD_OUTCOME;
}

/* Payloads live as long as their schedule. */
static void port_release(void *context, void *record)
{
    struct process *worker = context;

    if (worker->takes_out && is_off(R12))
        process_records_write_second_half(worker, record);
}

const struct batch_records process_records_port = {.outcome = port_outcome,
                                                   .progress = port_progress,
                                                   .repeat = port_repeat,
                                                   .ledger = port_ledger,
                                                   .rewritten = port_rewritten,
                                                   .stored = port_stored,
                                                   .index = by_id_index,
                                                   .forgotten = port_forgotten,
                                                   .owner = port_owner,
                                                   .replace = port_replace,
                                                   .release = port_release};
