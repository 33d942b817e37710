/* Requests and decisions are read and handed to the gate: what run/intake.c and run/decisions.c are for. */
#include "process.h"

#include "by_id.h"
#include "edges.h"
#include "events.h"
#include "partitioner.h"
#include "types.h"

#include <string.h>

/* Whether a write's key is where its repeats are looked for (R14). */
static bool lies_right(const char *key, size_t length, int32_t partition)
{
    return length > 0 &&
           partitioner_place(PARTITIONER_MURMUR2_RANDOM, key, length, sim.partitions) == partition;
}

static void make_dead_letter(struct process *worker, const struct plain *request, int32_t partition,
                             int64_t offset)
{
    TRACE("w%d      makes p%d offset %d a dead letter", worker->process, (int)partition, (int)offset);
    batch_add(worker->batch, partition, process_records_dead_letter(request, partition, offset));
    partitions_finish(worker->partitions, partition, offset);
}

/* The finished order's record is at hand here, where run/remembered.c must fetch it. */
static const struct payload *fetch(const struct duplicate *done)
{
    return &sim.payloads[done->offset];
}

static struct order *order_of_request(const struct process *worker, int32_t partition, int64_t offset,
                                      const char *key, size_t length)
{
    int index = kafka.requests[partition].list[offset].order;
    struct order *order = order_new("requests", partition, offset, key, length);

    order->type = type_of(sim.upstream[index].type);
    order->source.requested_at_ms = process_time(worker).wall_ms;
    types_request(index, &order->request);
    TRACE("w%d      takes order %d, offset %d", worker->process, index, (int)offset);
    return order;
}

/* False: it must wait. */
static bool read_request(struct process *worker, int32_t partition, int64_t offset)
{
    const struct plain *request = &kafka.requests[partition].list[offset];
    const char *key = request->keyless ? NULL : edges_key(sim.upstream[request->order].key);
    size_t length = key == NULL ? 0 : strlen(key);
    struct duplicate done;
    struct fault why;

    if (sim.seed >= EDGES_FROM && !is_off(R14) && type_of(sim.upstream[request->order].type)->writes &&
        !lies_right(key, length, partition)) {
        make_dead_letter(worker, request, partition, offset);
        return true;
    }
    enum intake_answer answer =
        intake_gate_hand_over(&worker->gate, order_of_request(worker, partition, offset, key, length),
                              process_time(worker), &done, &why);
    if (answer == INTAKE_FINISHED)
        batch_repeat(worker->batch, &fetch(&done)->record, partition, offset);
    return answer == INTAKE_FINISHED || answer == INTAKE_OPEN;
}

/* False: the partition stands still. */
static bool next_request(struct process *worker, int32_t partition)
{
    int64_t offset = worker->next_request[partition];
    struct fault why;

    if (!intake_gate_has_room(&worker->gate, 0))
        return false;
    enum intake_answer answer = intake_gate_request(&worker->gate, partition, offset, &why);
    return answer == INTAKE_SKIP || (answer == INTAKE_OPEN && read_request(worker, partition, offset));
}

/* False: it must wait. */
static bool read_decision(struct process *worker, int32_t partition, int64_t offset)
{
    const struct plain *signal = &kafka.signals[partition].list[offset];
    const struct decision *decision = &signal->decision;
    struct intake_decided decided;
    struct duplicate done;
    struct fault why;

    if (signal->written != NULL)
        return by_id_take_signal(worker, partition, offset);
    enum intake_answer answer = intake_gate_decide(&worker->gate, decision, partition, offset, false,
                                                   process_time(worker), &decided, &done, &why);

    if (answer == INTAKE_HELD || answer == INTAKE_WAKES)
        return false;
    if (answer == INTAKE_FINISHED)
        intake_gate_too_late(&worker->gate, decision, partition, offset, &fetch(&done)->record);
    TRACE("w%d      %s '%s' of order %d: %s", worker->process, decided.applied ? "applies" : "refuses",
          decision_words[decision->verdict], order_of_id(decision->request_id), decided.refused);
    return true;
}

/* False: the partition's decisions stand still. */
static bool next_signal(struct process *worker, int32_t partition)
{
    int64_t offset = worker->next_signal[partition];
    enum intake_answer answer = intake_gate_signal(&worker->gate, partition, offset);

    return answer == INTAKE_SKIP || (answer == INTAKE_OPEN && read_decision(worker, partition, offset));
}

/* What is slow moves to the ledger: run/sweep.c. */
static void own_slow(struct process *worker)
{
    int64_t now_ms = process_clock(worker);

    if (now_ms < worker->sweep_ms)
        return;
    worker->sweep_ms = now_ms + LEDGER_AFTER / 5;
    if (!is_off(R11))
        orders_own_slow(worker->orders, now_ms - LEDGER_AFTER);
}

static void read_partition(struct process *worker, int32_t partition)
{
    const struct plain_log *requests = &kafka.requests[partition];

    while (worker->next_signal[partition] < kafka.signals[partition].count && next_signal(worker, partition))
        worker->next_signal[partition]++;
    while (worker->next_request[partition] < requests->count) {
        if (worker->next_request[partition] < requests->start)
            worker->next_request[partition] = requests->start; /* retention was here */
        else if (next_request(worker, partition))
            worker->next_request[partition]++;
        else
            return;
    }
}

void process_intake_chore(struct process *worker)
{
    process_membership_serve(worker);
    if (!worker->up || !process_takes(worker))
        return;
    own_slow(worker);
    events_take_all(worker);
    for (int p = 0; p < sim.partitions; p++)
        if (partitions_owns(worker->partitions, p))
            read_partition(worker, p);
    events_look_at_ends(worker);
}
