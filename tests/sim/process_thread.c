/* The settlement thread: one request to the broker after another, as kafka/transaction.c makes them. */
#include "process.h"

#include <string.h>

enum { PAUSE_US = 100 };

bool thread_can_step(const struct process *worker)
{
    const struct job *job = &worker->job;

    return worker->up && !worker->paused && job->stage != STAGE_IDLE && job->stage != STAGE_DONE &&
           sim.now_us >= job->wait_us;
}

static void end_job(struct process *worker, enum settlement_end end)
{
    worker->job.end = end;
    if (end == SETTLEMENT_CLEAN || end == SETTLEMENT_DIRTY)
        worker->singly = false;
    worker->job.stage = STAGE_DONE;
    worker->dirty = true;
}

/* Anything but a success: a new producer with the same id, and then the committed token tells (R3). */
static void find_out(struct process *worker, const char *what)
{
    TRACE("w%d      is not clear about its settlement: %s", worker->process, what);
    if (is_off(R3)) {
        if (strcmp(what, "fenced") == 0)
            worker->epoch = -1;
        end_job(worker, SETTLEMENT_FAILED);
        return;
    }
    worker->epoch = -1;
    worker->job.stage = STAGE_FIND_INIT;
}

/* How a request fares on its way. */
enum way { WAY_GOOD, WAY_REQUEST_LOST, WAY_ANSWER_LOST };

/* CONCURRENT_TRANSACTIONS, or an unstable position: once more. */
static void wait_briefly(struct job *job)
{
    job->wait_us = sim.now_us + PAUSE_US;
}

static enum way choose_way(struct job *job)
{
    if (!trouble(sim.losses))
        return WAY_GOOD;
    job->wait_us = sim.now_us + SOCKET_TIMEOUT * 1000;
    return one_in(2) ? WAY_REQUEST_LOST : WAY_ANSWER_LOST;
}

static void init(struct process *worker, enum stage next)
{
    struct job *job = &worker->job;
    enum way way = choose_way(job);

    if (way == WAY_REQUEST_LOST)
        return; /* once more */
    if (kafka_init(worker->slot, &worker->epoch) != ANSWER_OK) {
        wait_briefly(job);
        return;
    }
    if (way == WAY_ANSWER_LOST) {
        worker->epoch = -1;
        return;
    }
    TRACE("w%d      has a producer, epoch %d", worker->process, worker->epoch);
    job->stage = next;
}

static void send_offsets(struct process *worker)
{
    struct job *job = &worker->job;
    enum way way = choose_way(job);
    struct assignment assignment =
        is_off(R2) ? worker->library.assignment : job->assignment; /* off: read just before it is used */
    enum answer answer = way == WAY_REQUEST_LOST
                             ? ANSWER_REFUSED
                             : kafka_send_offsets(worker->slot, worker->epoch, assignment, job->positions);

    if (way != WAY_GOOD)
        find_out(worker, "no answer to its positions");
    else if (answer == ANSWER_AGAIN)
        wait_briefly(job);
    else if (answer != ANSWER_OK)
        find_out(worker, answer == ANSWER_FENCED ? "fenced" : "its positions are refused");
    else
        job->stage = STAGE_PRODUCE;
}

/* A batch is refused as a whole; sent singly, the one at fault is known. */
static void note_refused(struct process *worker)
{
    worker->job.records[worker->job.sent].payload->refused = worker->singly;
    worker->singly = true;
    find_out(worker, "Kafka refuses a record for its size");
}

static void produce(struct process *worker)
{
    struct job *job = &worker->job;

    if (job->sent == job->record_count) {
        job->stage = STAGE_END;
        return;
    }
    enum way way = choose_way(job);
    enum answer answer = way == WAY_REQUEST_LOST
                             ? ANSWER_REFUSED
                             : kafka_produce(worker->slot, worker->epoch, job->records[job->sent].log,
                                             job->records[job->sent].payload);
    if (way != WAY_GOOD)
        find_out(worker, "no answer to a record");
    else if (answer == ANSWER_AGAIN)
        wait_briefly(job);
    else if (answer == ANSWER_TOO_LARGE)
        note_refused(worker);
    else if (answer != ANSWER_OK)
        find_out(worker, "fenced");
    else
        job->sent++;
}

static bool in_time(const struct process *worker)
{
    return process_clock(worker) - worker->job.began_ms <= SETTLEMENT_DEADLINE;
}

/* The request itself is late, and the library repeats it: both count, whichever comes first (R3). */
static void end_again(struct process *worker)
{
    kafka_add_late(worker->slot, worker->epoch);
    enum answer answer = kafka_end(worker->slot, worker->epoch);

    TRACE("w%d      repeats its EndTxn, the first is still on its way", worker->process);
    if (answer != ANSWER_OK) {
        find_out(worker, "fenced");
        return;
    }
    if (!is_off(R3))
        worker->epoch = -1; /* a hidden repeat could end the next transaction */
    end_job(worker, SETTLEMENT_DIRTY);
}

static void send_end(struct process *worker)
{
    if (trouble(sim.losses)) {
        end_again(worker);
        return;
    }
    if (trouble(sim.losses)) {
        kafka_add_late(worker->slot, worker->epoch);
        worker->job.wait_us = sim.now_us + SOCKET_TIMEOUT * 1000;
        find_out(worker, "its EndTxn is late");
        return;
    }
    enum way way = choose_way(&worker->job);
    enum answer answer = way == WAY_REQUEST_LOST ? ANSWER_REFUSED : kafka_end(worker->slot, worker->epoch);
    if (way != WAY_GOOD) {
        find_out(worker, "no answer to its EndTxn");
    } else if (answer != ANSWER_OK) {
        find_out(worker, "fenced");
    } else if (in_time(worker)) {
        TRACE("w%d      commits", worker->process);
        end_job(worker, SETTLEMENT_CLEAN);
    } else {
        if (!is_off(R3))
            worker->epoch = -1;
        end_job(worker, SETTLEMENT_DIRTY);
    }
}

static void ask_positions(struct process *worker, bool for_takeover)
{
    struct job *job = &worker->job;

    if (!for_takeover && worker->library.lost) {
        end_job(worker, SETTLEMENT_LOST);
        return;
    }
    if (choose_way(job) != WAY_GOOD) {
        job->failed = true;
    } else if (kafka_stable_positions(job->wanted, job->positions) != ANSWER_OK) {
        wait_briefly(job);
        return;
    } else {
        job->failed = false;
    }
    if (for_takeover || !job->failed)
        end_job(worker, SETTLEMENT_UNCLEAR);
}

void thread_step(struct process *worker)
{
    switch (worker->job.stage) {
    case STAGE_INIT:
        init(worker, worker->job.reads ? STAGE_READ : STAGE_OFFSETS);
        return;
    case STAGE_OFFSETS:
        send_offsets(worker);
        return;
    case STAGE_PRODUCE:
        produce(worker);
        return;
    case STAGE_END:
        send_end(worker);
        return;
    case STAGE_FIND_INIT:
        if (worker->library.fenced) { /* the transactional id is the other's, who finds out */
            end_job(worker, SETTLEMENT_LOST);
            return;
        }
        init(worker, STAGE_FIND_READ);
        return;
    case STAGE_FIND_READ:
        ask_positions(worker, false);
        return;
    case STAGE_READ:
        ask_positions(worker, true);
        return;
    case STAGE_IDLE:
    case STAGE_DONE:
        return;
    }
}

void thread_sends(struct process *worker)
{
    const struct job *job = &worker->job;

    if (job->stage == STAGE_OFFSETS)
        kafka_send_offsets(worker->slot, worker->epoch, job->assignment, job->positions);
    else if (job->stage == STAGE_PRODUCE && job->sent < job->record_count)
        kafka_produce(worker->slot, worker->epoch, job->records[job->sent].log,
                      job->records[job->sent].payload);
    else if (job->stage == STAGE_END)
        kafka_add_late(worker->slot, worker->epoch);
}
