/* Checks after each move, and at the end, what must be true. */
#include "oracle.h"

#include "bt.h"
#include "by_id.h"
#include "decided.h"
#include "ended.h"
#include "events.h"
#include "kafka.h"
#include "order_links.h"
#include "partition_offsets.h"
#include "people.h"
#include "types.h"

#include <string.h>

static struct {
    int64_t read;                        /* of the outcome log */
    int64_t read_dead;                   /* of the dead letters */
    int dead[PARTITIONS][REQUESTS_ROOM]; /* dead letters of a request */
    struct outcome_event final[ORDERS];
    int finals[ORDERS], repeated[ORDERS];
    bool ended_dead
        [ORDERS]; /* a dead letter stands for its outcome: another topic, which is read when it is */
    int64_t last_of_key[KEYS];
    int news[ORDERS][EVENT_STATES]; /* of what BT has reported */
    int waits_ended[ORDERS];        /* those for a message */
} seen;

void oracle_reset(void)
{
    memset(&seen, 0, sizeof seen);
    for (int i = 0; i < KEYS; i++)
        seen.last_of_key[i] = -1;
}

bool oracle_is_final(int order)
{
    return seen.finals[order] > 0;
}

static void check_completed(int order)
{
    if (sim.upstream[order].type == TYPE_READ)
        return;
    for (int step = 0; step < type_steps(sim.upstream[order].type); step++)
        if (type_writes(sim.upstream[order].type, step) && bt.effects[order][step].accepted == 0)
            violated("order %d is COMPLETED, and BT never accepted step %d", order, step);
    if (bt.effects[order][WAITS_UNDO].accepted > 0)
        violated("order %d is COMPLETED, and was undone", order);
}

/*
 * Who is rejected while it waits for its turn may end before those in front of it. There is no order between two
 * topics.
 */
static void check_key_order(int order, const struct outcome_event *event, bool is_dead)
{
    const struct upstream *upstream = &sim.upstream[order];

    if (event->reason == REASON_DECISION || is_dead || types_wait(upstream->type))
        return; /* who waits lets the next of its key go first */
    if (upstream->sequence < seen.last_of_key[upstream->key])
        violated("order %d ended after a later one of its key", order);
    else
        seen.last_of_key[upstream->key] = upstream->sequence;
}

/* One that only reads is not remembered: where people accepted an earlier position it is another order (R4, R9). */
static bool is_read_again(int order)
{
    return sim.accepted > 0 && sim.upstream[order].type == TYPE_READ;
}

/* Each message is news once at most, however often it came or is read, and one of them, or a person, ends the wait. */
static void count_news(int order, const struct outcome_event *event)
{
    if (event->step != WAITS_MESSAGE)
        return;
    bool stands = event->reason == REASON_REPORTED && event->state >= 0; /* it says how far the order is */
    if (stands && ++seen.news[order][event->state] > events_of_state(order, (enum event_state)event->state))
        violated("a message about order %d is news twice", order);
    bool ends = event->reason == REASON_DECISION || (stands && event->state == EVENT_DONE);
    if (ends && ++seen.waits_ended[order] > 1)
        violated("the wait of order %d has ended twice", order);
}

static void look_at_outcome(const struct payload *payload)
{
    const struct outcome_event *event = &payload->outcome;
    int order = payload->order;

    TRACE("out     order %d: %s%s", order, outcome_status_name(event->status),
          event->repeated ? ", repeated" : "");
    if (event->repeated) {
        seen.repeated[order]++;
        return;
    }
    if (seen.finals[order] > 0 && is_read_again(order))
        return;
    if (event->waited_to_ms != 0 && events_came_before(order, event->waited_to_ms))
        violated("time has ended the wait of order %d, and its message had come", order);
    if (seen.ended_dead[order] && event->status == OUTCOME_PROGRESS)
        return;
    if (seen.finals[order] > 0)
        violated("order %d has an outcome %s after its final one", order, outcome_status_name(event->status));
    if (event->status == OUTCOME_PROGRESS)
        count_news(order, event);
    if (!event->final)
        return;
    seen.finals[order]++;
    seen.ended_dead[order] = payload->kind == PAYLOAD_DEAD;
    seen.final[order] = *event;
    if (event->status == OUTCOME_COMPLETED)
        check_completed(order);
    check_key_order(order, event, payload->kind == PAYLOAD_DEAD);
}

void oracle_outcomes(void)
{
    const struct log *log = &kafka.logs[LOG_OUTCOMES];

    for (; seen.read < log->stable; seen.read++)
        if (log->entries[seen.read].state == ENTRY_COMMITTED)
            look_at_outcome(log->entries[seen.read].payload);
}

/* Of a request that is not an order; or in the place of an outcome that Kafka refuses even without its result. */
static void look_at_dead(const struct payload *payload)
{
    if (payload->report.is) {
        ended_look_at_dead(payload);
        return;
    }
    if (payload->offset < 0) {
        look_at_outcome(payload);
        return;
    }
    TRACE("dead    p%d offset %d: order %d", (int)payload->partition, (int)payload->offset, payload->order);
    if (!kafka.requests[payload->partition].list[payload->offset].misplaced)
        violated("the request of order %d is where it belongs, and a dead letter", payload->order);
    if (++seen.dead[payload->partition][payload->offset] > 1 + sim.accepted)
        violated("p%d offset %d has two dead letters", (int)payload->partition, (int)payload->offset);
}

void oracle_dead(void)
{
    const struct log *log = &kafka.logs[LOG_DEAD];

    for (; seen.read_dead < log->stable; seen.read_dead++)
        if (log->entries[seen.read_dead].state == ENTRY_COMMITTED)
            look_at_dead(log->entries[seen.read_dead].payload);
}

/* --- the three places --- */

static bool is_decided(const struct entry *entry)
{
    return entry->state == ENTRY_COMMITTED ||
           (entry->state == ENTRY_PENDING && kafka.coordinators[entry->slot].state == TX_COMMITTING);
}

static const struct committed *position_of(int32_t partition)
{
    const struct committed *latest = &kafka.ours[partition]; /* a stranger's says nothing */

    for (int slot = 0; slot < SLOTS; slot++) {
        const struct committed *pending = &kafka.pending[slot][partition];
        if (pending->set && kafka.coordinators[slot].state == TX_COMMITTING &&
            pending->written > latest->written)
            latest = pending;
    }
    return latest;
}

static bool is_in_request_log(int order, const struct committed *committed)
{
    struct partition_offsets position;
    char token[SETTLEMENT_TOKEN_MAX + 1];
    struct fault why;
    int64_t offset = sim.upstream[order].offset;

    if (!committed->set || offset < kafka.requests[sim.upstream[order].partition].start)
        return !committed->set;
    if (offset < committed->offset)
        return false;
    partition_offsets_init(&position);
    bool open = partition_offsets_resume(&position, committed->offset, committed->metadata,
                                         strlen(committed->metadata), token, &why) &&
                partition_offsets_take(&position, offset);
    partition_offsets_release(&position);
    return open;
}

static bool is_in_log(int order, int log, bool (*fits)(const struct payload *payload))
{
    for (int64_t i = kafka.logs[log].count - 1; i >= 0; i--) {
        const struct entry *entry = &kafka.logs[log].entries[i];
        if (entry->payload != NULL && entry->payload->order == order && is_decided(entry) &&
            fits(entry->payload))
            return true;
    }
    return false;
}

static bool is_record(const struct payload *payload)
{
    return payload->kind == PAYLOAD_ORDER;
}

static bool is_final_outcome(const struct payload *payload)
{
    return payload->outcome.final && !payload->outcome.repeated;
}

/* The latest record of the order, wherever; null: none. */
static const struct payload *record_of(int order)
{
    const struct payload *latest = NULL;

    for (int p = 0; p < sim.partitions; p++)
        for (int64_t i = 0; i < kafka.logs[LOG_LEDGER + p].count; i++) {
            const struct entry *entry = &kafka.logs[LOG_LEDGER + p].entries[i];
            if (entry->payload != NULL && entry->payload->order == order && is_record(entry->payload) &&
                is_decided(entry))
                latest = entry->payload;
        }
    return latest;
}

/* A signal's position moves in the settlement that has its effect or its answer, and never before (R8). */
static void check_decisions(int32_t partition)
{
    int64_t passed = position_of(partition)->set ? position_of(partition)->signals : 0;

    for (int64_t i = 0; i < passed; i++) {
        const struct plain *signal = &kafka.signals[partition].list[i];
        const struct payload *record = record_of(signal->order);
        if (signal->written != NULL)
            continue;
        if (record == NULL || !decided_has(record->record.decisions, signal->decision.signal_id))
            violated("the decision at p%d offset %d about order %d is lost", (int)partition, (int)i,
                     signal->order);
    }
}

/* Whether the order has not ended and has not heard what stands at this offset, though that is passed. */
static bool is_unheard(int order, bool forwarded, int64_t offset)
{
    const struct payload *record = record_of(order);

    return seen.finals[order] == 0 && record != NULL && record->record.state != LEDGER_DONE &&
           (forwarded ? record->record.heard.signals_end : record->record.heard.events_end) <= offset;
}

/* An event's position moves in the settlement that has its effect, and never before (R19). */
static void check_events(int32_t partition)
{
    int64_t passed = position_of(partition)->set ? position_of(partition)->events : 0;
    int64_t signals = position_of(partition)->set ? position_of(partition)->signals : 0;

    for (int64_t i = 0; i < passed; i++) {
        const struct plain *event = &kafka.events[partition].list[i];
        if (!event->by_id && is_unheard(event->order, false, i))
            violated("the event at p%d offset %d about order %d is lost", (int)partition, (int)i,
                     event->order);
    }
    if (sim.seed < BY_ID_FROM)
        return;
    for (int64_t i = 0; i < signals; i++) {
        const struct plain *signal = &kafka.signals[partition].list[i];
        if (signal->written != NULL && signal->written->index.held_count > 0 &&
            is_unheard(signal->order, true, i))
            violated("the event passed on at p%d offset %d about order %d is lost", (int)partition, (int)i,
                     signal->order);
    }
    by_id_check(partition, passed, signals);
}

void oracle_places(void)
{
    for (int p = 0; sim.seed >= WAITS_FROM && p < sim.partitions; p++)
        check_events(p);
    for (int p = 0; sim.edges.waits && p < sim.partitions; p++)
        check_decisions(p);
    for (int order = 0; order < sim.orders; order++) {
        int32_t partition = sim.upstream[order].partition;
        if (!sim.upstream[order].published || seen.finals[order] > 0 ||
            is_in_log(order, LOG_LEDGER + partition, is_record) ||
            is_in_log(order, LOG_OUTCOMES, is_final_outcome) ||
            is_in_log(order, LOG_DEAD, is_final_outcome) || is_in_request_log(order, position_of(partition)))
            continue;
        violated("order %d is in no place any more", order);
    }
}

/* --- waits --- */

void oracle_keys(const struct process *worker)
{
    const struct order *order = NULL;

    while (sim.seed >= WAITS_FROM && (order = orders_each(worker->orders, order)) != NULL)
        if (order->state == ORDER_AWAITING && order->links->lane != NULL)
            violated("order %d holds its key while it waits", order_of_id(order->request.id));
}

void oracle_sends(int order, int step)
{
    enum sim_type type = sim.upstream[order].type;

    if (!types_wait(type) || step < WAITS_SUBMIT)
        return;
    if (step == WAITS_UNDO) {
        if (!events_have_said(order, EVENT_DEAD) && !people_have_decided(order, DECISION_CANCEL, NULL))
            violated("order %d is undone, and nobody wants that", order);
        return;
    }
    if (!events_have_said(order, EVENT_DONE) && !people_have_decided(order, DECISION_SKIP, "wait"))
        violated("order %d is submitted before BT has said that it may be", order);
    if (type == TYPE_DATED && workers_wall_ms() < types_date_ms() &&
        !people_have_decided(order, DECISION_SKIP, "submit"))
        violated("order %d is submitted before its date", order);
}

/* --- the end --- */

/* One that waited in vain has nothing on the wire, and holds no key. */
static bool holds_key(int order, const struct payload *record)
{
    return !types_wait(sim.upstream[order].type) || record->step != WAITS_MESSAGE;
}

static bool may_wait(int order)
{
    for (int other = 0; other < sim.orders; other++) {
        const struct payload *record = people_see(other);
        if (record != NULL && record->record.state == LEDGER_PARKED &&
            sim.upstream[other].key == sim.upstream[order].key &&
            (other == order || holds_key(other, record)))
            return true; /* it is parked itself, or comes after one that is */
    }
    return false;
}

static void check_truth(int order)
{
    const struct outcome_event *final = &seen.final[order];
    int from = final->step < 0 ? 0 : final->step;

    if (final->status == OUTCOME_COMPLETED)
        return;
    if (final->status == OUTCOME_REJECTED && from == WAITS_UNDO) {
        if (bt.effects[order][WAITS_UNDO].accepted == 0 || bt.effects[order][WAITS_SUBMIT].accepted > 0)
            violated("order %d is REJECTED, and BT has not undone it, or has submitted it, too", order);
        return;
    }
    for (int step = from; step < STEPS; step++)
        if (bt.effects[order][step].accepted > 0)
            violated("order %d is %s, and BT accepted step %d", order, outcome_status_name(final->status),
                     step);
}

/* What has no place is reported to people, once. */
static void check_dead(void)
{
    for (int p = 0; p < sim.partitions; p++)
        for (int64_t i = 0; i < kafka.requests[p].count; i++)
            if (kafka.requests[p].list[i].misplaced && seen.dead[p][i] == 0)
                violated("p%d offset %d is no order, and has no dead letter", p, (int)i);
}

static bool answers_fit(int order)
{
    int repeats = sim.upstream[order].repeats, answers = seen.repeated[order];

    /* Where people accepted an earlier position, what was done since then is a repeat. */
    return sim.accepted > 0 ? answers >= repeats : answers == repeats;
}

void oracle_rest(bool last)
{
    check_dead();
    if (last && sim.seed >= BY_ID_FROM)
        by_id_rest();
    for (int p = 0; sim.seed >= ENDED_FROM && p < sim.partitions; p++)
        if (position_of(p)->set)
            ended_rest(p, position_of(p)->events, position_of(p)->signals);
    for (int order = 0; order < sim.orders; order++) {
        if (seen.finals[order] == 0 && (last || !may_wait(order)))
            violated("order %d never ends", order);
        if (seen.finals[order] > 0)
            check_truth(order);
        if (last && !answers_fit(order) && !is_read_again(order))
            violated("order %d was repeated %d times and answered %d times", order,
                     sim.upstream[order].repeats, seen.repeated[order]);
    }
}
