/* The batch and the settlement thread's jobs: what run/settlement.c carries to and fro. */
#include "process.h"

#include <stdio.h>
#include <string.h>

/* Which log a record goes to. */
static int log_of(const struct payload *payload)
{
    return payload->kind == PAYLOAD_OUTCOME  ? LOG_OUTCOMES
           : payload->kind == PAYLOAD_DEAD   ? LOG_DEAD
           : payload->kind == PAYLOAD_SIGNAL ? LOG_SIGNALS + payload->to
                                             : LOG_LEDGER + payload->partition;
}

static void hand_question(struct process *worker)
{
    struct job *job = &worker->job;

    worker->asks = false;
    *job = (struct job){.stage = STAGE_READ, .reads = true, .question = worker->question};
    /* Before the positions: what a dead process of the slot has left open would hold them back. */
    if (sim.edges.is_static && worker->epoch < 0)
        job->stage = STAGE_INIT;
    memcpy(job->wanted, worker->owns, sizeof job->wanted);
}

static void put_positions(struct job *job, const struct partition_commit *positions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct committed *one = &job->positions[positions[i].partition];
        *one = (struct committed){.set = true,
                                  .offset = positions[i].offset,
                                  .signals = positions[i].others.signals,
                                  .events = positions[i].others.events};
        if (snprintf(one->metadata, TEXT, "%s", positions[i].metadata) >= TEXT)
            violated("the model has no place for the commit metadata");
    }
    for (int p = 0; p < PARTITIONS; p++)
        job->wanted[p] = job->positions[p].set;
}

static void put_records(const struct process *worker, struct job *job)
{
    for (size_t i = 0; i < batch_sent_count(worker->batch); i++) {
        struct payload *payload = batch_sent(worker->batch, i);
        if (job->record_count == ITEMS) {
            violated("the model has no place for a record");
            return;
        }
        payload->refused = false;
        job->records[job->record_count].log = log_of(payload);
        job->records[job->record_count++].payload = payload;
        if (!job->wanted[payload->partition])
            violated("w%d settles a record of p%d without its position", worker->process,
                     (int)payload->partition);
    }
}

static void hand_settlement(struct process *worker)
{
    struct partition_commit *positions;
    int64_t now_ms = process_clock(worker);
    size_t count = batch_begin(worker->batch, now_ms, &positions);

    if (count > 0) {
        worker->job = (struct job){.stage = worker->epoch < 0 ? STAGE_INIT : STAGE_OFFSETS,
                                   .assignment = worker->assignment,
                                   .began_ms = now_ms};
        put_positions(&worker->job, positions, count);
        put_records(worker, &worker->job);
        TRACE("w%d      begins a settlement of %d records", worker->process, worker->job.record_count);
    }
    partition_commits_free(positions, count);
}

void process_settlement_chore(struct process *worker)
{
    if (worker->job.stage != STAGE_IDLE)
        return;
    if (worker->asks) {
        hand_question(worker);
        return;
    }
    while (batch_gather(worker->batch))
        continue;
    if (batch_count(worker->batch) == 0 || worker->assignment.member == 0 || worker->library.lost ||
        worker->library.fenced)
        return;
    hand_settlement(worker);
}

static void take_out_all(struct process *worker)
{
    bool more = true;

    worker->takes_out = true;
    while (more) {
        size_t next = batch_taken_out(worker->batch);
        int64_t place = next < batch_sent_count(worker->batch)
                            ? (struct payload *)batch_sent(worker->batch, next) - sim.payloads
                            : -1;
        more = batch_take_out(worker->batch, place, process_time(worker).wall_ms);
    }
    worker->takes_out = false;
}

void process_settlement_returned(struct process *worker)
{
    static const char *const ends[] = {"clean", "dirty", "failed", "unclear", "lost"};
    struct job *job = &worker->job;
    struct partition_found found[PARTITIONS];
    size_t count = 0;

    job->stage = STAGE_IDLE;
    if (job->reads) {
        process_membership_positions(worker);
        return;
    }
    for (int p = 0; job->end == SETTLEMENT_UNCLEAR && p < sim.partitions; p++)
        if (job->wanted[p])
            found[count++] =
                (struct partition_found){p, job->positions[p].metadata, strlen(job->positions[p].metadata)};
    bool happened = batch_end(worker->batch, job->end, found, count);
    TRACE("w%d      its settlement was %s%s", worker->process, ends[job->end],
          job->end != SETTLEMENT_UNCLEAR ? ""
          : happened                     ? " and happened"
                                         : " and did not happen");
    if (happened)
        take_out_all(worker);
}
