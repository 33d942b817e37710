/* Requests and decisions come in: run/intake.c and run/signals.c. */
#include "worker.h"

#include "decided.h"
#include "edges.h"
#include "memory.h"
#include "partitioner.h"
#include "types.h"

#include <stdio.h>
#include <string.h>

/* False: its outcome is just being settled, so it waits. */
static bool hand_over(struct worker *worker, struct order *order, int32_t partition, int64_t offset)
{
    struct order *live = orders_find(worker->orders, order->request.id);
    struct duplicate done;
    bool is_done = duplicates_find(worker->duplicates, order->request.id, &done);
    bool answered = true;

    if ((live == NULL && !is_done) || is_off(R9)) {
        orders_take(worker->orders, order, worker_time(worker));
        return true;
    }
    if (live == NULL)
        settling_repeat(worker, &done, partition, offset);
    else
        answered = orders_repeat(worker->orders, live, partition, offset);
    order_free(order);
    return answered;
}

/* Whether a write's key is where its repeats are looked for (R14): run/intake.c is_placed(). */
static bool is_placed(const char *key, size_t length, int32_t partition)
{
    return length > 0 &&
           partitioner_place(PARTITIONER_MURMUR2_RANDOM, key, length, sim.partitions) == partition;
}

/* False: the partition stands still. */
static bool take_request(struct worker *worker, int32_t partition, int64_t offset)
{
    const struct plain *request = &kafka.requests[partition].list[offset];
    int index = request->order;
    struct position *position = settlements_position(worker->settlements, partition);
    const char *key = request->keyless ? NULL : edges_key(sim.upstream[index].key);
    size_t length = key == NULL ? 0 : strlen(key);

    if (position == NULL || !position_has_room(position, offset) || !position_take(position, offset))
        return true;
    if (sim.seed >= EDGES_FROM && !is_off(R14) && type_of(sim.upstream[index].type)->writes &&
        !is_placed(key, length, partition)) {
        TRACE("w%d      makes p%d offset %d a dead letter", worker->process, (int)partition, (int)offset);
        settling_dead_letter(worker, request, partition, offset);
        return true;
    }
    struct order *order = order_new("requests", partition, offset, key, length);
    order->type = type_of(sim.upstream[index].type);
    order->requested_at_ms = worker_time(worker).wall_ms;
    types_request(index, &order->request);
    TRACE("w%d      takes order %d, offset %d", worker->process, index, (int)offset);
    return hand_over(worker, order, partition, offset);
}

/* What the ledger keeps of it. Owned by the caller. */
static char *answer_text(const struct decision *decision, bool applied)
{
    char text[100];

    snprintf(text, sizeof text, "{\"signalId\": \"%s\", \"applied\": %s}", decision->signal_id,
             applied ? "true" : "false");
    return memory_text(text);
}

/* About an order that is not open any more. False: an earlier one is just being written into the record. */
static bool refuse_closed(struct worker *worker, const struct decision *decision, int32_t partition,
                          int64_t offset)
{
    struct duplicate done;

    if (sim.edges.waits && settling_rewrites(worker, order_of_id(decision->request_id)))
        return false;
    if (duplicates_find(worker->duplicates, decision->request_id, &done))
        settling_rewrite(worker, &done, answer_text(decision, false));
    settlements_finish_signal(worker->settlements, partition, offset);
    return true;
}

/* False: the order's outcome is just being settled, and then the answer is another. */
static bool take_decision(struct worker *worker, int32_t partition, int64_t offset)
{
    const struct decision *decision = &kafka.signals[partition].list[offset].decision;
    struct order *order = orders_find(worker->orders, decision->request_id);
    struct fault why = {.text = ""};

    if (!settlements_take_signal(worker->settlements, partition, offset))
        return true;
    if (is_off(R8_POSITION))
        settlements_finish_signal(worker->settlements, partition, offset);
    if (sim.edges.waits && order != NULL && order->state == ORDER_SETTLING)
        return false;
    if (order == NULL)
        return refuse_closed(worker, decision, partition, offset);
    if (sim.edges.waits && decided_has(order->decisions, decision->signal_id)) {
        settlements_finish_signal(worker->settlements, partition, offset);
        return true;
    }
    bool applied = orders_decide(worker->orders, order, decision, worker_time(worker), &why);
    orders_note_decision(worker->orders, order, answer_text(decision, applied), applied, offset);
    TRACE("w%d      %s '%s' of order %d: %s", worker->process, applied ? "applies" : "refuses",
          decision_words[decision->verdict], order_of_id(decision->request_id), applied ? "" : why.text);
    return true;
}

static void sweep(struct worker *worker)
{
    int64_t now_ms = worker_clock(worker);

    if (now_ms < worker->sweep_ms)
        return;
    worker->sweep_ms = now_ms + LEDGER_AFTER / 5;
    if (!is_off(R11))
        orders_own_slow(worker->orders, now_ms - LEDGER_AFTER);
}

static void take_all(struct worker *worker, int32_t partition)
{
    while (worker->next_signal[partition] < kafka.signals[partition].count &&
           take_decision(worker, partition, worker->next_signal[partition]))
        worker->next_signal[partition]++;
    while (worker->next_request[partition] < kafka.requests[partition].count) {
        if (worker->next_request[partition] < kafka.requests[partition].start)
            worker->next_request[partition] = kafka.requests[partition].start; /* retention was here */
        else if (take_request(worker, partition, worker->next_request[partition]))
            worker->next_request[partition]++;
        else
            return;
    }
}

void taking_chore(struct worker *worker)
{
    owning_serve(worker);
    if (!worker->up || !worker_takes(worker))
        return;
    sweep(worker);
    for (int p = 0; p < sim.partitions; p++)
        if (settlements_owns(worker->settlements, p))
            take_all(worker, p);
}
