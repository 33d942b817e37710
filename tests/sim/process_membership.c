/* What the library says goes to ownership, and what that asks for is done: what run/membership.c is for. */
#include "process.h"

#include "by_id.h"
#include "edges.h"
#include "ended.h"
#include "memory.h"
#include "types.h"

#include <stdio.h>
#include <string.h>

enum { READ_AGAIN = 2 };

/* --- what ownership asks for --- */

static void port_read(void *context, unsigned question)
{
    struct process *worker = context;

    worker->question = question;
    worker->asks = worker->dirty = true;
}

static void port_probe(void *context, unsigned question)
{
    struct process *worker = context;

    ownership_probed(worker->ownership, question, true);
}

static void port_peek(void *context, unsigned question)
{
    (void)context;
    (void)question;
    violated("a mark is asked for, and no record is dated here");
}

static bool port_load(void *context, const int32_t partitions[], size_t count, struct fault *why)
{
    struct process *worker = context;

    (void)why;
    memset(worker->reads, 0, sizeof worker->reads);
    for (size_t i = 0; i < count; i++) {
        worker->reads[partitions[i]] = true;
        worker->ledger_read[partitions[i]] = 0;
    }
    worker->dirty = true;
    return true;
}

static void tell_record(struct process *worker, struct takeover *takeover, int32_t partition,
                        const struct payload *payload)
{
    if (payload->kind == PAYLOAD_OWNER) {
        takeover_owner(takeover, partition, &payload->owner);
        return;
    }
    if (!worker->owns[partition])
        return;
    if (payload->kind == PAYLOAD_ID) {
        by_id_recover(worker, partition, payload);
        return;
    }
    if (payload->record.state == LEDGER_DONE) {
        struct duplicate done = {.partition = partition,
                                 .done_at_ms = payload->record.written_at_ms,
                                 .offset = payload - sim.payloads};
        snprintf(done.request_id, sizeof done.request_id, "%s", payload->record.request_id);
        takeover_done(takeover, &done);
        ended_recover(worker, partition, payload);
        return;
    }
    struct ledger_record copy = process_records_copy(&payload->record);
    takeover_live(takeover, partition, payload - sim.payloads, takeover_lets_sleep(takeover, &copy), &copy);
    ledger_release(&copy);
}

static bool port_read_on(void *context, struct takeover *takeover, struct fault *why)
{
    struct process *worker = context;

    (void)why;
    for (int p = 0; p < sim.partitions; p++) {
        const struct log *log = &kafka.logs[LOG_LEDGER + p];
        if (!worker->reads[p])
            continue;
        for (; worker->ledger_read[p] < log->stable; worker->ledger_read[p]++) {
            const struct entry *entry = &log->entries[worker->ledger_read[p]];
            if (entry->state == ENTRY_COMMITTED)
                tell_record(worker, takeover, p, entry->payload);
        }
        takeover_end(takeover, p);
    }
    return true;
}

static void port_unload(void *context)
{
    struct process *worker = context;

    memset(worker->reads, 0, sizeof worker->reads);
}

/* After a stranger's position ours is not known any more: it is read again. */
static void port_barrier(void *context, struct takeover *takeover)
{
    struct process *worker = context;
    size_t count;
    const struct takeover_partition *partitions = takeover_partitions(takeover, &count);

    for (size_t i = 0; i < count; i++) {
        bool foreign = worker->foreign[partitions[i].partition];
        if (foreign && !partitions[i].accepted && !is_off(R4_FOREIGN))
            violated("w%d believes a stranger's position of p%d", worker->process,
                     (int)partitions[i].partition);
        sim.accepted += foreign;
    }
    worker->dirty = true; /* run/ gets a turn by its heartbeat at latest */
}

static int64_t begin_at(int64_t committed)
{
    return committed < 0 ? 0 : committed;
}

static bool port_take(void *context, struct takeover *takeover, struct fault *why)
{
    struct process *worker = context;
    size_t count = 0;
    const struct takeover_partition *partitions =
        takeover == NULL ? NULL : takeover_partitions(takeover, &count);

    (void)why;
    for (size_t i = 0; i < count; i++) {
        worker->next_request[partitions[i].partition] = partitions[i].position;
        worker->next_signal[partitions[i].partition] = begin_at(partitions[i].others.signals);
        worker->next_event[partitions[i].partition] = begin_at(partitions[i].others.events);
        worker->goals[partitions[i].partition].set = false;
    }
    TRACE("w%d      takes requests", worker->process);
    worker->dirty = true;
    return true;
}

static void port_forget(void *context, int32_t partition)
{
    process_waking_forget(context, partition); /* nothing else is held here: it is read again */
}

static void port_let_go(void *context)
{
    struct process *worker = context;

    memset(worker->owns, 0, sizeof worker->owns);
    worker->assignment = (struct assignment){0, -1, 0};
    worker->gives_back = true;
    TRACE("w%d      lets its partitions go", worker->process);
}

static void port_end(void *context, const struct fault *why)
{
    struct process *worker = context;

    worker->gives_up = true;
    worker->why = *why;
}

static void port_news(void *context, enum ownership_news news, int32_t partition, const struct fault *why)
{
    const struct process *worker = context;

    (void)partition;
    TRACE("w%d      news %d: %s", worker->process, (int)news, why == NULL ? "" : why->text);
    if (news == OWNERSHIP_FOREIGN_MAP)
        violated("the commit metadata cannot be read: %.100s", why->text);
}

static const struct ownership_port port = {.read = port_read,
                                           .probe = port_probe,
                                           .peek = port_peek,
                                           .load = port_load,
                                           .read_on = port_read_on,
                                           .unload = port_unload,
                                           .barrier = port_barrier,
                                           .take = port_take,
                                           .forget = port_forget,
                                           .let_go = port_let_go,
                                           .end = port_end,
                                           .news = port_news};

void process_membership_begin(struct process *worker)
{
    const struct ownership_setup setup = {
        .orders = worker->orders,
        .partitions = worker->partitions,
        .duplicates = worker->duplicates,
        .bt_ids = worker->bt_ids,
        .last_words = worker->last_words,
        .batch = worker->batch,
        .catalogue = types_catalogue,
        .terms = {.topic = "requests",
                  .partition_count = sim.partitions,
                  .partitioner = "murmur2_random",
                  .accept = worker->accept,
                  .sleeping = sim.seed >= SLEEPS_FROM ? types_catalogue : NULL},
        .port = &port,
        .context = worker,
        .probes = true,
        .read_again_ms = READ_AGAIN,
        .drain_ms = CALL_TIMEOUT + 2 * SETTLEMENT_DEADLINE,
        .fenced_ms = SESSION_TIMEOUT};

    worker->ownership = ownership_new(&setup);
}

/* --- what it has decided --- */

/*
 * One that has lost its partitions and does not know it yet may read positions from before its successor's barrier, and
 * that barrier: it ends, and so it does no harm. An operator accepts a stranger's position.
 */
static void stop_for_good(struct process *worker)
{
    bool owns =
        group_knows(worker->assignment.member) && worker->assignment.generation == kafka.group.generation;

    if (owns && edges_accept(worker, &worker->why)) {
        process_crash(worker, "does not believe a position that is not ours");
    } else if (owns) {
        violated("w%d gives up: %.150s", worker->process, worker->why.text);
        process_crash(worker, "gives up");
    } else {
        process_crash(worker, "gives up, and is not the owner any more");
    }
}

/* The process may end by either. */
static void follow(struct process *worker)
{
    if (worker->gives_up) {
        stop_for_good(worker);
    } else if (worker->gives_back) {
        worker->gives_back = false;
        library_release(worker);
    }
}

static void hear_assigned(struct process *worker, const struct callback *callback)
{
    int32_t partitions[PARTITIONS];
    size_t count = 0;

    for (int p = 0; p < sim.partitions; p++) {
        worker->owns[p] = callback->partitions[p];
        if (worker->owns[p])
            partitions[count++] = p;
    }
    if (!edges_number_fits() && !worker->stopping) {
        TRACE("w%d      sees a topic that has grown, and ends", worker->process);
        ownership_assigned(worker->ownership, NULL, 0, process_clock(worker));
        library_leave(worker);
        return;
    }
    ownership_assigned(worker->ownership, partitions, count, process_clock(worker));
}

static void hear_revoked(struct process *worker, bool lost)
{
    const struct fault why = {.kind = FAULT_LOCAL, .text = "another process has its slot"};

    if (lost)
        worker->assignment = (struct assignment){0, -1, 0};
    if (lost && worker->library.fenced)
        ownership_fenced(worker->ownership, &why, process_clock(worker));
    else
        ownership_revoked(worker->ownership, lost, process_clock(worker));
}

void process_membership_serve(struct process *worker)
{
    struct callback callback;

    while (worker->up && worker->library.callback_count > 0) {
        library_pop(worker, &callback);
        if (callback.assigns) {
            worker->assignment =
                worker->library.assignment; /* one assignment with the set, and nowhere else (R2) */
            hear_assigned(worker, &callback);
        } else {
            hear_revoked(worker, callback.lost);
        }
        follow(worker);
    }
}

static void tell_positions(struct process *worker)
{
    const struct job *job = &worker->job;
    struct takeover_read reads[PARTITIONS];
    size_t count = 0;

    for (int p = 0; p < sim.partitions; p++) {
        const struct committed *one = &job->positions[p];
        const char *metadata = one->metadata;
        if (!job->wanted[p])
            continue;
        if (is_off(R4_FOREIGN) && *metadata == '\0')
            metadata = "2;anybody:1;;";
        reads[count++] =
            (struct takeover_read){.partition = p,
                                   .offset = one->set ? one->offset : -1,
                                   .others = {one->set ? one->signals : -1, one->set ? one->events : -1},
                                   .low = kafka.requests[p].start,
                                   .high = -1,
                                   .metadata = metadata,
                                   .length = one->set ? strlen(metadata) : 0};
        worker->foreign[p] = one->set && *one->metadata == '\0';
    }
    ownership_positions(worker->ownership, job->question, reads, count);
}

void process_membership_positions(struct process *worker)
{
    const struct fault why = {.kind = FAULT_PEER, .text = "no answer"};

    if (worker->job.failed)
        ownership_unanswered(worker->ownership, worker->job.question, &why, process_clock(worker));
    else
        tell_positions(worker);
    worker->dirty = true;
}

void process_membership_chore(struct process *worker)
{
    struct orders_time time = process_time(worker);

    time.now_ms = process_clock(worker);
    if (ownership_go_on(worker->ownership, time))
        worker->dirty = true;
    follow(worker);
}
