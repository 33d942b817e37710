/* Assign, take-over, drain: run/owning.c and run/recovery.c. */
#include "worker.h"

#include "edges.h"
#include "keeping.h"
#include "memory.h"
#include "types.h"

#include <stdio.h>
#include <string.h>

enum { READ_AGAIN = 2 };

static struct ledger_record copy_of(const struct ledger_record *record)
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
    return copy;
}

static void give_up(struct worker *worker, const struct fault *why)
{
    violated("w%d gives up: %.150s", worker->process, why->text);
    worker_crash(worker, "gives up");
}

static void assigned(struct worker *worker, const struct callback *callback)
{
    const struct takeover_terms terms = {.topic = "requests",
                                         .partition_count = sim.partitions,
                                         .partitioner = "murmur2_random",
                                         .accept = worker->accept};
    int32_t partitions[PARTITIONS];
    size_t count = 0;

    worker->takeover = takeover_free(worker->takeover);
    for (int p = 0; p < sim.partitions; p++) {
        worker->owns[p] = callback->partitions[p];
        if (worker->owns[p])
            partitions[count++] = p;
        worker->ledger_read[p] = 0;
    }
    worker->phase = PHASE_TAKING; /* without partitions: it waits */
    if (!edges_number_fits() && !worker->stopping) {
        TRACE("w%d      sees a topic that has grown, and ends", worker->process);
        library_leave(worker);
        return;
    }
    if (count == 0)
        return;
    worker->takeover = takeover_new(partitions, count, &terms, worker->duplicates);
    worker->phase = PHASE_READING;
    settling_ask(worker);
}

static void let_go(struct worker *worker)
{
    for (int p = 0; p < sim.partitions; p++) {
        if (!worker->owns[p])
            continue;
        settlements_disown(worker->settlements, p);
        duplicates_leave(worker->duplicates, p);
        worker->owns[p] = false;
    }
    worker->takeover = takeover_free(worker->takeover);
    worker->phase = PHASE_NONE;
    worker->pair = (struct pair){0, -1, 0};
    TRACE("w%d      lets its partitions go", worker->process);
    library_release(worker);
}

static void lose(struct worker *worker)
{
    for (int p = 0; p < sim.partitions; p++) {
        if (!worker->owns[p])
            continue;
        settlements_disown(worker->settlements, p);
        orders_leave(worker->orders, p, true);
        settling_forget(worker, p);
    }
    let_go(worker);
}

static void revoked(struct worker *worker, bool lost)
{
    if (lost) {
        lose(worker);
        return;
    }
    for (int p = 0; p < sim.partitions; p++)
        if (worker->owns[p])
            orders_leave(worker->orders, p, false);
    worker->takeover = takeover_free(worker->takeover);
    worker->phase = PHASE_DRAINING;
    worker->drain_until_ms = worker_clock(worker) + CALL_TIMEOUT + 2 * SETTLEMENT_DEADLINE;
}

void owning_serve(struct worker *worker)
{
    struct callback callback;

    while (worker->up && worker->library.callback_count > 0) {
        library_pop(worker, &callback);
        if (callback.assigns) {
            worker->pair = worker->library.pair; /* one pair with the set, and nowhere else (R2) */
            assigned(worker, &callback);
        } else {
            if (callback.lost)
                worker->pair = (struct pair){0, -1, 0};
            revoked(worker, callback.lost);
        }
    }
}

void owning_positions(struct worker *worker)
{
    const struct job *job = &worker->job;

    if (worker->phase != PHASE_READING)
        return;
    for (int p = 0; p < sim.partitions; p++)
        if (worker->owns[p] != job->wanted[p])
            return; /* an answer to a question of an earlier assignment */
    if (job->failed) {
        worker->read_again_ms = worker_clock(worker) + READ_AGAIN;
        return;
    }
    worker->read_again_ms = 0;
    for (int p = 0; p < sim.partitions; p++) {
        const struct committed *one = &job->positions[p];
        const char *metadata = one->metadata;
        if (is_off(R4_FOREIGN) && *metadata == '\0')
            metadata = "2;anybody:1;;";
        const struct takeover_read read = {.partition = p,
                                           .offset = one->set ? one->offset : -1,
                                           .signals = one->set ? one->signals : -1,
                                           .low = kafka.requests[p].start,
                                           .high = -1,
                                           .metadata = metadata,
                                           .length = one->set ? strlen(metadata) : 0};
        worker->foreign[p] = one->set && *one->metadata == '\0';
        if (worker->owns[p])
            takeover_position(worker->takeover, &read);
    }
    worker->phase = PHASE_LOADING;
    worker->dirty = true;
}

static bool partition_is_foreign(const struct worker *worker, const struct takeover_partition *one)
{
    if (worker->foreign[one->partition] && !one->accepted && !is_off(R4_FOREIGN))
        violated("w%d believes a stranger's position of p%d", worker->process, (int)one->partition);
    return worker->foreign[one->partition];
}

static void settle_barrier(struct worker *worker)
{
    size_t count;
    const struct takeover_partition *partitions = takeover_partitions(worker->takeover, &count);
    struct fault why;

    for (size_t i = 0; i < count; i++) {
        const struct takeover_partition *one = &partitions[i];
        if (partition_is_foreign(worker, one)) /* what ours was is not known any more: it is read again */
            sim.accepted++;
        if (!settlements_own(worker->settlements, one->partition, one->position, one->metadata,
                             one->metadata_length, one->signals, &why))
            violated("the commit metadata cannot be read: %.100s", why.text);
    }
    worker->phase = PHASE_BARRIER;
    worker->dirty = true; /* run/ gets a turn by its heartbeat at latest */
    if (is_off(R4))
        return;
    for (size_t i = 0; i < count; i++) {
        struct ledger_owner owner = {.partition = partitions[i].partition,
                                     .partition_count = sim.partitions,
                                     .partitioner = "murmur2_random",
                                     .last_offset = -1,
                                     .position = partitions[i].position,
                                     .signals = partitions[i].signals};
        settlements_next_token(worker->settlements, owner.token);
        settling_barrier(worker, &owner);
    }
}

void owning_barrier_settled(struct worker *worker)
{
    if (worker->phase != PHASE_BARRIER)
        return;
    takeover_settled(worker->takeover, worker->barrier);
    worker->phase = PHASE_RETURNING;
    worker->dirty = true;
}

/* One committed record of the ledger. */
static void read_entry(struct worker *worker, int32_t partition, const struct payload *payload)
{
    if (payload->kind == PAYLOAD_OWNER) {
        takeover_owner(worker->takeover, partition, &payload->owner);
        return;
    }
    if (!takeover_has(worker->takeover, partition))
        return;
    if (payload->record.state == LEDGER_DONE) {
        struct duplicate done = {.partition = partition,
                                 .done_at_ms = payload->record.written_at_ms,
                                 .offset = payload - sim.payloads};
        snprintf(done.request_id, sizeof done.request_id, "%s", payload->record.request_id);
        takeover_done(worker->takeover, &done);
        return;
    }
    struct ledger_record record = copy_of(&payload->record);
    takeover_live(worker->takeover, partition, &record);
    ledger_release(&record);
}

static void read_ledger(struct worker *worker)
{
    for (int p = 0; p < sim.partitions; p++) {
        const struct log *log = &kafka.logs[LOG_LEDGER + p];
        if (!worker->owns[p] && (p != 0 || !takeover_wants_witness(worker->takeover)))
            continue;
        for (; worker->ledger_read[p] < log->stable; worker->ledger_read[p]++) {
            const struct entry *entry = &log->entries[worker->ledger_read[p]];
            if (entry->state == ENTRY_COMMITTED)
                read_entry(worker, p, entry->payload);
        }
        takeover_end(worker->takeover, p);
    }
}

static bool recover(struct worker *worker, struct takeover_entry *entry, struct fault *why)
{
    const struct order_type *type = catalogue_type(types_catalogue, entry->record.order_type);
    struct order *order;

    TRACE("w%d      recovers order %d: %s, attempt %u", worker->process,
          order_of_id(entry->record.request_id), ledger_state_name(entry->record.state),
          entry->record.attempt);
    return order_recall("requests", entry->partition, &entry->record, type, &order, why) &&
           orders_recover(worker->orders, order, worker_time(worker), why);
}

static void begin_taking(struct worker *worker)
{
    size_t count;
    const struct takeover_partition *partitions = takeover_partitions(worker->takeover, &count);
    struct fault why;

    for (size_t i = 0; i < count; i++) {
        worker->next_request[partitions[i].partition] = partitions[i].position;
        worker->next_signal[partitions[i].partition] = partitions[i].signals < 0 ? 0 : partitions[i].signals;
    }
    for (struct takeover_entry *entry; (entry = takeover_next_order(worker->takeover)) != NULL;) {
        if (!recover(worker, entry, &why)) {
            give_up(worker, &why);
            return;
        }
    }
    TRACE("w%d      takes requests", worker->process);
    worker->takeover = takeover_free(worker->takeover);
    worker->phase = PHASE_TAKING;
    worker->dirty = true;
}

/*
 * One that has lost its partitions and does not know it yet may read positions from before its successor's barrier, and
 * that barrier: it ends, and so it does no harm.
 */
static void refused(struct worker *worker, const struct fault *why)
{
    bool owns = group_knows(worker->pair.member) && worker->pair.generation == kafka.group.generation;
    if (owns && edges_accept(worker, why))
        worker_crash(worker, "does not believe a position that is not ours");
    else if (owns)
        give_up(worker, why);
    else
        worker_crash(worker, "gives up, and is not the owner any more");
}

static void go_on(struct worker *worker)
{
    struct fault why;

    read_ledger(worker);
    switch (takeover_next(worker->takeover, &why)) {
    case TAKEOVER_POSITIONS:
    case TAKEOVER_MARKS: /* no record is dated here */
    case TAKEOVER_LEDGER:
    case TAKEOVER_RETURN:
        return; /* more of the ledger wakes the loop */
    case TAKEOVER_BARRIER:
        settle_barrier(worker);
        if (is_off(R4))
            begin_taking(worker);
        return;
    case TAKEOVER_READY:
        begin_taking(worker);
        return;
    case TAKEOVER_REFUSED:
        refused(worker, &why);
        return;
    }
}

void owning_chore(struct worker *worker)
{
    if (worker->phase == PHASE_LOADING || worker->phase == PHASE_RETURNING)
        go_on(worker);
    if (worker->phase == PHASE_READING && worker->read_again_ms != 0 &&
        worker_clock(worker) >= worker->read_again_ms) {
        worker->read_again_ms = 0;
        settling_ask(worker);
    }
    if (worker->phase != PHASE_DRAINING)
        return;
    if (orders_count(worker->orders) == 0 && settling_is_idle(worker))
        let_go(worker);
    else if (worker_clock(worker) >= worker->drain_until_ms)
        lose(worker);
}
