/* Publishes and repeats requests, and decides on parked orders. */
#include "people.h"

#include "bt.h"
#include "edges.h"
#include "process.h"
#include "types.h"

#include <stdio.h>
#include <string.h>

enum { REPEATS_MAX = 3, MISPLACED_MAX = 3 };

static void wake_all(void)
{
    for (int i = 0; i < PROCESSES; i++)
        workers[i].dirty = workers[i].up;
}

void people_publish(int order)
{
    struct upstream *upstream = &sim.upstream[order];
    int32_t partition = edges_place(upstream->key);
    struct plain_log *log = &kafka.requests[partition];

    if (log->count == REQUESTS_ROOM)
        return;
    if (!upstream->published) {
        upstream->partition = partition;
        upstream->offset = log->count;
        upstream->sequence = sim.published++;
    } else {
        upstream->repeats++;
    }
    upstream->published = true;
    TRACE("up      publishes order %d (type %d, key %d) at p%d offset %d", order, (int)upstream->type,
          upstream->key, (int)partition, (int)log->count);
    log->list[log->count++] = (struct plain){.order = order};
    wake_all();
}

/* One that only reads is not remembered: its repeat may be another order (PROMISE.md R9). */
static bool can_repeat(int order)
{
    const struct upstream *upstream = &sim.upstream[order];

    return upstream->published && upstream->repeats < REPEATS_MAX && upstream->type != TYPE_READ;
}

bool people_can_repeat(void)
{
    for (int i = 0; i < sim.orders && !edges_upstream_stands(); i++)
        if (can_repeat(i))
            return true;
    return false;
}

void people_repeat(void)
{
    int order = chance(sim.orders);

    if (can_repeat(order))
        people_publish(order);
}

/* Not while the topic has grown: where a key belongs is then another question for upstream than for workers. */
bool people_can_misplace(void)
{
    int count = 0;

    for (int p = 0; p < sim.partitions; p++)
        for (int64_t i = 0; i < kafka.requests[p].count; i++)
            count += kafka.requests[p].list[i].misplaced;
    return count < MISPLACED_MAX && sim.topic_partitions == sim.partitions;
}

void people_misplace(void)
{
    int order = chance(sim.orders);
    bool keyless = sim.partitions == 1 || one_in(3);
    int32_t place = edges_place(sim.upstream[order].key);
    int32_t partition = keyless ? chance(sim.partitions) : 1 - place;
    struct plain_log *log = &kafka.requests[partition];

    if (sim.upstream[order].type == TYPE_READ || log->count == REQUESTS_ROOM)
        return;
    TRACE("up      puts a copy of order %d %s at p%d offset %d", order,
          keyless ? "without a key" : "elsewhere", (int)partition, (int)log->count);
    log->list[log->count++] = (struct plain){
        .order = order, .keyless = keyless, .misplaced = true, .weight = one_in(4) ? 1 + chance(2) : 0};
    wake_all();
}

const struct payload *people_see(int order)
{
    const struct log *log = &kafka.logs[LOG_LEDGER + sim.upstream[order].partition];

    for (int64_t i = log->stable - 1; i >= 0; i--) {
        const struct entry *entry = &log->entries[i];
        if (entry->state == ENTRY_COMMITTED && entry->payload->kind == PAYLOAD_ORDER &&
            entry->payload->order == order)
            return entry->payload;
    }
    return NULL;
}

/* An order that can be undone waits, or did so in vain; somebody in a hurry does not look which it is. */
static bool would_cancel(const struct payload *seen)
{
    bool parked = seen->record.state == LEDGER_PARKED;

    if (seen->step == WAITS_MESSAGE)
        return parked ? one_in(2) : trouble(3);
    return parked && trouble(3);
}

/* What someone who asks BT just now would decide; false: better nothing yet. */
static bool judge_order(int order, const struct payload *seen, enum decision_verdict *verdict)
{
    static const enum decision_verdict others[] = {DECISION_DID_NOT_HAPPEN, DECISION_RETRY, DECISION_REJECT};
    bool undone = sim.upstream[order].type == TYPE_UNDONE;
    int last = undone ? WAITS_UNDO : types_wait(sim.upstream[order].type) ? WAITS_SUBMIT : 1;
    int step = seen->step < last ? seen->step : last;

    if (undone && would_cancel(seen)) {
        *verdict = DECISION_CANCEL;
        return true;
    }
    if (seen->record.wait.step != NULL && trouble(2)) {
        *verdict = DECISION_SKIP; /* BT may report it still, or be about to */
        return true;
    }
    /* After a write of the path the others are refused, and the order would wait for ever. */
    *verdict = step > 0 ? DECISION_RETRY : others[chance(3)];
    if (seen->record.state == LEDGER_QUEUED) {
        *verdict = DECISION_REJECT;
        return !sim.calm && seen->record.attempt == 0;
    }
    if (seen->record.state != LEDGER_PARKED)
        return false;
    if (bt.effects[order][step].accepted > 0)
        *verdict = DECISION_HAPPENED;
    else if (bt_is_open(order, step))
        return trouble(2); /* hasty: BT may carry it out yet */
    return true;
}

bool people_have_decided(int order, enum decision_verdict verdict, const char *step)
{
    const struct plain_log *log = &kafka.signals[sim.upstream[order].partition];

    for (int64_t i = 0; i < log->count; i++) {
        const struct decision *decision = &log->list[i].decision;
        if (log->list[i].order == order && log->list[i].written == NULL && decision->verdict == verdict &&
            (step == NULL || strcmp(decision->step, step) == 0))
            return true;
    }
    return false;
}

bool people_decide(int order)
{
    const struct payload *seen = people_see(order);
    struct plain_log *log = &kafka.signals[sim.upstream[order].partition];
    struct decision decision = {.who = "someone"};

    if (seen == NULL || log->count >= REQUESTS_ROOM || !judge_order(order, seen, &decision.verdict))
        return false;
    decision.attempt = seen->record.attempt;
    if (decision_is_about_wait(decision.verdict) && seen->record.wait.step != NULL) {
        snprintf(decision.step, sizeof decision.step, "%s", seen->record.wait.step);
        decision.since_ms = seen->record.wait.since_ms;
        decision.heard_end = ledger_heard_mark(&seen->record.heard);
    }
    if (trouble(5) && decision.attempt > 1) { /* about an attempt that is over */
        decision.attempt--;
        decision.verdict = DECISION_DID_NOT_HAPPEN;
    }
    snprintf(decision.request_id, sizeof decision.request_id, "%s", id_of_order(order));
    snprintf(decision.signal_id, sizeof decision.signal_id, "p%d-%d", (int)sim.upstream[order].partition,
             (int)log->count);
    TRACE("people  decide '%s' of order %d, attempt %u", decision_words[decision.verdict], order,
          decision.attempt);
    log->list[log->count++] = (struct plain){.order = order, .decision = decision};
    wake_all();
    return true;
}
