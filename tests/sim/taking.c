/* Requests and decisions come in: run/intake.c and run/signals.c. */
#include "worker.h"

#include "memory.h"
#include "types.h"

#include <string.h>

static const char *const key_names[KEYS] = {"k0", "k1"};

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

/* False: the partition stands still. */
static bool take_request(struct worker *worker, int32_t partition, int64_t offset)
{
    int index = kafka.requests[partition].list[offset].order;
    struct position *position = settlements_position(worker->settlements, partition);
    const char *key = key_names[sim.upstream[index].key];

    if (position == NULL || !position_has_room(position, offset) || !position_take(position, offset))
        return true;
    struct order *order = order_new("requests", partition, offset, key, strlen(key));
    order->type = type_of(sim.upstream[index].type);
    order->requested_at_ms = worker_time(worker).wall_ms;
    types_request(index, &order->request);
    TRACE("w%d      takes order %d, offset %d", worker->slot, index, (int)offset);
    return hand_over(worker, order, partition, offset);
}

static void take_decision(struct worker *worker, int32_t partition, int64_t offset)
{
    const struct decision *decision = &kafka.signals[partition].list[offset].decision;
    struct order *order = orders_find(worker->orders, decision->request_id);
    struct duplicate done;
    struct fault why = {.text = ""};

    if (!settlements_take_signal(worker->settlements, partition, offset))
        return;
    if (order == NULL) {
        if (duplicates_find(worker->duplicates, decision->request_id, &done))
            settling_rewrite(worker, &done);
        settlements_finish_signal(worker->settlements, partition, offset);
        return;
    }
    bool applied = orders_decide(worker->orders, order, decision, worker_time(worker), &why);
    orders_note_decision(worker->orders, order, memory_text(applied ? "applied" : "refused"), applied,
                         offset);
    TRACE("w%d      %s '%s' of order %d: %s", worker->slot, applied ? "applies" : "refuses",
          decision_words[decision->verdict], order_of_id(decision->request_id), applied ? "" : why.text);
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
    while (worker->next_signal[partition] < kafka.signals[partition].count)
        take_decision(worker, partition, worker->next_signal[partition]++);
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
