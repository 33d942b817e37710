/* The simulated Kafka's logs and transactions. */
#include "process.h"

#include <string.h>

struct kafka kafka;

void kafka_reset(void)
{
    for (int i = 0; i < LOGS; i++)
        kafka.logs[i].count = kafka.logs[i].stable = 0;
    for (int p = 0; p < PARTITIONS; p++) {
        kafka.requests[p].count = kafka.requests[p].start = 0;
        kafka.signals[p].count = kafka.events[p].count = 0;
    }
    memset(kafka.coordinators, 0, sizeof kafka.coordinators);
    memset(kafka.positions, 0, sizeof kafka.positions);
    memset(kafka.pending, 0, sizeof kafka.pending);
    memset(kafka.ours, 0, sizeof kafka.ours);
    kafka.group = (struct group){.next_id = 1};
    kafka.writes = 0;
    kafka.late_count = 0;
    kafka.decided = false;
}

static struct entry *append_entry(int log, int slot, enum entry_state state, struct payload *payload)
{
    struct log *to = &kafka.logs[log];

    if (to->count == LOG_ROOM) {
        violated("the model's log %d is full", log);
        to->count--;
    }
    to->entries[to->count] = (struct entry){state, slot, payload};
    return &to->entries[to->count++];
}

/* --- the transaction coordinator --- */

/* ANSWER_OK: the transaction is open (it may have been begun just now), and has the log in it. */
static enum answer join_transaction(int slot, int epoch, int log)
{
    struct coordinator *coordinator = &kafka.coordinators[slot];

    if (coordinator->epoch != epoch)
        return ANSWER_FENCED;
    if (coordinator->state == TX_COMMITTING || coordinator->state == TX_ABORTING)
        return ANSWER_AGAIN;
    if (coordinator->state != TX_ONGOING) {
        coordinator->state = TX_ONGOING;
        coordinator->logs = 0;
        coordinator->began_us = sim.now_us;
    }
    coordinator->logs |= 1u << log;
    return ANSWER_OK;
}

static void decide_transaction(struct coordinator *coordinator, bool commit)
{
    coordinator->state = commit ? TX_COMMITTING : TX_ABORTING;
    coordinator->markers = coordinator->logs;
    kafka.decided = kafka.decided || commit;
    if (coordinator->markers == 0)
        coordinator->state = commit ? TX_COMMITTED : TX_ABORTED;
}

enum answer kafka_init(int slot, int *epoch)
{
    struct coordinator *coordinator = &kafka.coordinators[slot];

    if (coordinator->state == TX_ONGOING) {
        coordinator->epoch++; /* its producer is fenced from now on */
        decide_transaction(coordinator, false);
    }
    if (coordinator->state == TX_COMMITTING || coordinator->state == TX_ABORTING)
        return ANSWER_AGAIN;
    coordinator->state = TX_EMPTY;
    *epoch = ++coordinator->epoch;
    return ANSWER_OK;
}

/* Member and generation are all that is asked: never ownership. */
static bool passes_fence(struct assignment assignment)
{
    if (is_off(R2_INSTANCE) && assignment.instance != 0)
        return assignment.generation == kafka.group.generation;
    return assignment.member == 0 ||
           (group_knows(assignment.member) && assignment.generation == kafka.group.generation);
}

enum answer kafka_send_offsets(int slot, int epoch, struct assignment assignment,
                               const struct committed positions[PARTITIONS])
{
    enum answer answer = join_transaction(slot, epoch, LOG_OFFSETS);

    if (answer != ANSWER_OK)
        return answer;
    if (!passes_fence(assignment))
        return ANSWER_REFUSED;
    for (int p = 0; p < PARTITIONS; p++) {
        if (!positions[p].set)
            continue;
        kafka.pending[slot][p] = positions[p];
        kafka.pending[slot][p].written = ++kafka.writes;
    }
    return ANSWER_OK;
}

enum answer kafka_produce(int slot, int epoch, int log, struct payload *payload)
{
    enum answer answer = join_transaction(slot, epoch, log);

    if (answer == ANSWER_OK && payload->weight > 0)
        return ANSWER_TOO_LARGE;
    if (answer == ANSWER_OK)
        append_entry(log, slot, ENTRY_PENDING, payload);
    return answer;
}

enum answer kafka_end(int slot, int epoch)
{
    struct coordinator *coordinator = &kafka.coordinators[slot];

    if (coordinator->epoch != epoch)
        return ANSWER_FENCED;
    if (coordinator->state == TX_COMMITTING || coordinator->state == TX_COMMITTED)
        return ANSWER_OK;
    if (coordinator->state != TX_ONGOING)
        return ANSWER_REFUSED;
    decide_transaction(coordinator, true);
    return ANSWER_OK;
}

void kafka_time_out(int slot)
{
    struct coordinator *coordinator = &kafka.coordinators[slot];

    coordinator->epoch++;
    decide_transaction(coordinator, false);
}

void kafka_add_late(int slot, int epoch)
{
    if (kafka.late_count < LATE_ROOM)
        kafka.late[kafka.late_count++] = (struct late){slot, epoch};
}

void kafka_deliver_late(int index)
{
    struct late late = kafka.late[index];

    kafka.late[index] = kafka.late[--kafka.late_count];
    kafka_end(late.slot, late.epoch);
}

/* --- markers --- */

static void move_stable(struct log *log)
{
    while (log->stable < log->count && log->entries[log->stable].state != ENTRY_PENDING)
        log->stable++;
}

static void settle_positions(int slot, bool commit)
{
    for (int p = 0; p < PARTITIONS; p++) {
        struct committed *pending = &kafka.pending[slot][p];
        if (commit && pending->set && pending->written > kafka.positions[p].written)
            kafka.positions[p] = *pending;
        if (commit && pending->set && pending->written > kafka.ours[p].written)
            kafka.ours[p] = *pending;
        pending->set = false;
    }
}

/* What has been committed becomes one of the signals, between those that people have sent. */
static void show_signals(int log)
{
    struct plain_log *to = &kafka.signals[log - LOG_SIGNALS];

    for (int64_t i = 0; i < kafka.logs[log].count; i++) {
        struct entry *entry = &kafka.logs[log].entries[i];
        if (entry->state != ENTRY_COMMITTED)
            continue;
        if (to->count == PLAIN_ROOM) {
            violated("the model has no place for a signal");
            return;
        }
        entry->state = ENTRY_COMPACTED;
        to->list[to->count++] = (struct plain){
            .order = entry->payload->order, .written = entry->payload, .at_ms = workers_wall_ms()};
    }
}

void kafka_write_marker(int slot, int log)
{
    struct coordinator *coordinator = &kafka.coordinators[slot];
    bool commit = coordinator->state == TX_COMMITTING;

    coordinator->markers &= ~(1u << log);
    if (log == LOG_OFFSETS) {
        settle_positions(slot, commit);
    } else {
        struct log *of = &kafka.logs[log];
        for (int64_t i = of->stable; i < of->count; i++)
            if (of->entries[i].state == ENTRY_PENDING && of->entries[i].slot == slot)
                of->entries[i].state = commit ? ENTRY_COMMITTED : ENTRY_ABORTED;
        append_entry(log, slot, ENTRY_MARKER, NULL);
        move_stable(of);
        if (log >= LOG_SIGNALS)
            show_signals(log);
    }
    if (coordinator->markers == 0)
        coordinator->state = commit ? TX_COMMITTED : TX_ABORTED;
}

enum answer kafka_stable_positions(const bool wanted[PARTITIONS], struct committed found[PARTITIONS])
{
    for (int p = 0; p < PARTITIONS; p++)
        for (int slot = 0; wanted[p] && slot < SLOTS; slot++)
            if (kafka.pending[slot][p].set)
                return ANSWER_AGAIN;
    for (int p = 0; p < PARTITIONS; p++)
        if (wanted[p])
            found[p] = kafka.positions[p];
    return ANSWER_OK;
}

static bool is_same_key(const struct payload *one, const struct payload *other)
{
    return one->kind == other->kind && one->order == other->order && one->partition == other->partition;
}

/* Keeps the latest record of each key; what is not decided yet is out of its reach. */
void kafka_compact(int32_t partition)
{
    struct log *log = &kafka.logs[LOG_LEDGER + partition];

    for (int64_t i = 0; i < log->stable; i++) {
        struct entry *entry = &log->entries[i];
        if (entry->state == ENTRY_ABORTED)
            entry->state = ENTRY_COMPACTED;
        for (int64_t j = i + 1; entry->state == ENTRY_COMMITTED && j < log->stable; j++)
            if (log->entries[j].state == ENTRY_COMMITTED &&
                is_same_key(log->entries[j].payload, entry->payload))
                entry->state = ENTRY_COMPACTED;
    }
}

void kafka_commit(int32_t partition, const struct committed *position)
{
    kafka.positions[partition] = *position;
    kafka.positions[partition].set = true;
    kafka.positions[partition].written = ++kafka.writes;
}

void kafka_write(int log, struct payload *payload)
{
    append_entry(log, 0, ENTRY_COMMITTED, payload);
    move_stable(&kafka.logs[log]);
}

bool kafka_is_quiet(void)
{
    for (int slot = 0; slot < SLOTS; slot++) {
        enum transaction_state state = kafka.coordinators[slot].state;
        if (state == TX_ONGOING || state == TX_COMMITTING || state == TX_ABORTING)
            return false;
    }
    return kafka.late_count == 0;
}
