/* Decides by the seed which neighbours a schedule has, and lets them act. */
#include "edges.h"

#include "people.h"

#include "memory.h"
#include "partitioner.h"

#include <stdio.h>
#include <string.h>

enum { ACCEPT_SIZE = 60, VISITS_MAX = 2 };

static struct {
    int member, visits; /* of the stranger */
    char accept[PARTITIONS][ACCEPT_SIZE];
    bool old_number, stopped;
} edges;

void edges_choose(void)
{
    static const int stalls[] = {0, 0, 60, 12};

    memset(&edges, 0, sizeof edges);
    sim.edges = (struct edges){.misplaces = false};
    sim.processes = sim.slots;
    sim.topic_partitions = sim.partitions;
    if (sim.seed < EDGES_FROM)
        return;
    sim.edges.waits = true;
    sim.edges.misplaces = one_in(2);
    sim.edges.foreign = one_in(3);
    sim.edges.grows =
        sim.partitions == 1 && one_in(2) && sim.seed < BY_ID_FROM; /* else ids would have to move */
    sim.edges.is_static = one_in(2);
    sim.edges.stalls = stalls[chance(COUNT_OF(stalls))];
    if (sim.edges.is_static)
        sim.processes++;
    bool heavy = one_in(3);
    for (int i = 0; i < ORDERS; i++)
        sim.upstream[i].weight = heavy ? chance(3) : 0;
}

/* Those of the edges lie in partition 0 and 1 of two by murmur2; older seeds place them by their number. */
const char *edges_key(int key)
{
    static const char *const names[2][KEYS] = {{"k0", "k1"}, {"k3", "k0"}};

    return names[sim.seed >= EDGES_FROM][key];
}

int32_t edges_place(int key)
{
    const char *text = edges_key(key);

    if (sim.seed < EDGES_FROM)
        return key % sim.partitions;
    return partitioner_place(PARTITIONER_MURMUR2_RANDOM, text, strlen(text), sim.topic_partitions);
}

/* --- the stranger --- */

static bool is_joined(void)
{
    for (int i = 0; i < MEMBERS; i++)
        if (kafka.group.members[i].id == edges.member)
            return kafka.group.members[i].joined;
    return false;
}

bool stranger_can(enum stranger_act act)
{
    bool is_there = edges.member != 0 && group_knows(edges.member);

    switch (act) {
    case STRANGER_JOINS:
        return sim.edges.foreign && !is_there && edges.visits < VISITS_MAX;
    case STRANGER_REJOINS:
        return is_there && kafka.group.preparing && !is_joined();
    case STRANGER_COMMITS:
        for (int p = 0; is_there && !kafka.group.preparing && p < sim.partitions; p++)
            if (kafka.group.owner[p] == edges.member && kafka.ours[p].set)
                return true;
        return false;
    default:
        return is_there;
    }
}

/* It reads to the end and commits that, without our metadata; where we never were is nothing to protect (R4). */
static void commit_past(void)
{
    for (int p = 0; p < sim.partitions; p++) {
        struct committed position = kafka.positions[p];
        if (kafka.group.owner[p] != edges.member || !kafka.ours[p].set)
            continue;
        position.offset = kafka.requests[p].count;
        position.metadata[0] = '\0';
        kafka_commit(p, &position);
        TRACE("people  a stranger commits p%d offset %d", p, (int)position.offset);
    }
}

void stranger_do(enum stranger_act act)
{
    switch (act) {
    case STRANGER_JOINS:
        edges.member = group_join(STRANGER, 0, 0);
        edges.visits++;
        TRACE("people  a stranger joins the group as m%d", edges.member);
        return;
    case STRANGER_REJOINS:
        group_rejoin(edges.member);
        return;
    case STRANGER_COMMITS:
        commit_past();
        return;
    default:
        TRACE("people  the stranger leaves the group");
        group_remove(edges.member);
    }
}

void edges_settings(struct process *worker)
{
    snprintf(worker->accept, sizeof worker->accept, "%s%s%s", edges.accept[0],
             *edges.accept[0] != '\0' && *edges.accept[1] != '\0' ? "," : "", edges.accept[1]);
}

bool edges_accept(const struct process *worker, const struct fault *why)
{
    const char *entry = strstr(why->text, "takeover.accept=");
    int p;

    if (entry == NULL || sscanf(entry, "takeover.accept=requests/%d@", &p) != 1 || p < 0 || p >= PARTITIONS ||
        !worker->foreign[p])
        return false;
    snprintf(edges.accept[p], ACCEPT_SIZE, "%s", entry + strlen("takeover.accept="));
    TRACE("people  the operator accepts %s", edges.accept[p]);
    return true;
}

/* --- growing --- */

bool edges_can_grow(void)
{
    return sim.edges.grows && sim.topic_partitions == 1;
}

void edges_grow(void)
{
    TRACE("people  the request topic gets a second partition");
    sim.topic_partitions = 2;
    for (int i = 0; i < sim.processes; i++)
        if (workers[i].up)
            workers[i].look_us = sim.now_us + 1 + chance(METADATA_AGE * 1000);
}

bool edges_number_fits(void)
{
    return sim.topic_partitions == sim.partitions || edges.old_number;
}

bool edges_upstream_stands(void)
{
    return edges.old_number;
}

bool edges_may_start(void)
{
    return edges_number_fits() && !edges.stopped;
}

bool edges_wait_for_person(void)
{
    for (int i = 0; i < sim.processes; i++)
        if (workers[i].up)
            return false;
    return !edges_number_fits();
}

void edges_old_number(void)
{
    TRACE("people  upstream stops, workers start with requests.partitions=%d", sim.partitions);
    edges.old_number = true;
}

void edges_stop_workers(void)
{
    edges.stopped = true;
    for (int i = 0; i < sim.processes; i++)
        if (workers[i].up && !workers[i].stopping && !workers[i].library.fenced)
            library_leave(&workers[i]);
}

/* A finished order's record goes where its key is now, and is forgotten where it was. */
static void carry(int order, const struct payload *record)
{
    struct upstream *upstream = &sim.upstream[order];
    int32_t from = upstream->partition, to = edges_place(upstream->key);
    struct log *log = &kafka.logs[LOG_LEDGER + from];

    if (record->record.state != LEDGER_DONE)
        violated("order %d is live, the repartition is refused", order);
    if (from == to)
        return;
    struct payload *copy = payload_new(PAYLOAD_ORDER, to, order);
    process_records_copy_done(record, copy);
    kafka_write(LOG_LEDGER + to, copy);
    for (int64_t i = 0; i < log->count; i++)
        if (log->entries[i].state == ENTRY_COMMITTED && log->entries[i].payload->order == order)
            log->entries[i].state = ENTRY_COMPACTED;
    upstream->partition = to;
    upstream->moved = true;
}

static void write_owner(int32_t partition)
{
    struct payload *payload = payload_new(PAYLOAD_OWNER, partition, -1);
    struct committed *committed = &kafka.positions[partition];

    if (!committed->set) {
        kafka_commit(partition, &(struct committed){.metadata = "1;tool:1;"});
        kafka.ours[partition] = *committed;
    } else if (committed->offset < kafka.requests[partition].count) {
        violated("p%d has unread requests, the repartition is refused", (int)partition);
    }
    payload->owner = (struct ledger_owner){.token = "tool:1",
                                           .partition = partition,
                                           .partition_count = sim.topic_partitions,
                                           .partitioner = "murmur2_random",
                                           .last_offset = -1,
                                           .position = committed->offset,
                                           .signals = committed->signals,
                                           .events = committed->events};
    kafka_write(LOG_LEDGER + partition, payload);
}

/* tools/repartition.c, with no worker running: it refuses what it cannot carry. */
void edges_repartition(void)
{
    if (!group_is_empty() || !kafka_is_quiet())
        violated("a worker runs, the repartition is refused");
    for (int order = 0; order < sim.orders; order++) {
        const struct payload *record = people_see(order);
        if (record != NULL)
            carry(order, record);
    }
    for (int32_t p = 0; p < sim.topic_partitions; p++)
        write_owner(p);
    sim.partitions = sim.topic_partitions;
    edges.old_number = edges.stopped = false;
    TRACE("people  the operator repartitions, upstream and workers go on");
}
