/* See owning.h. */
#include "intake.h"
#include "memory.h"
#include "owning_inside.h"
#include "point.h"
#include "remembered.h"
#include "settling.h"
#include "signals.h"
#include "watch.h"
#include "watching.h"

#include <stdio.h>
#include <string.h>

enum { LEAVING_LOOK_MS = 10 };

static bool fenced_is(const struct owning *owning, struct fault *why)
{
    const struct settings *settings = owning->worker->settings;

    return fault_set(
        why, FAULT_LOCAL,
        "another process of the group '%s' has worker.slot '%s', and took the place of this one: give "
        "each worker its own",
        settings->group_id, settings->worker_slot);
}

static void woken(void *context)
{
    struct owning *owning = context;
    struct fault why;

    if (owning->phase == PHASE_READING)
        taking_over_read(owning);
    if (owning->phase == PHASE_FENCED && !fenced_is(owning, &why))
        worker_fail(owning->worker, &why);
}

struct owning *owning_new(struct worker *worker)
{
    struct owning *owning = memory_new(1, sizeof *owning);

    owning->worker = worker;
    owning->wake = (struct loop_timer){.fire = woken, .context = owning};
    owning->probed = !worker->settings->settlement_transactions;
    return owning;
}

void *owning_free(struct owning *owning)
{
    if (owning == NULL)
        return NULL;
    loop_clear_timer(owning->worker->loop, &owning->wake);
    owning->takeover = takeover_free(owning->takeover);
    memory_free(owning->partitions);
    return memory_free(owning);
}

/* Without transactions nobody is fenced, so one process must have all (promise.md R13). */
static bool must_have_all(const struct owning *owning, size_t count)
{
    return !owning->worker->settings->settlement_transactions && count < owning->worker->partition_total;
}

static void assigned(void *context, const int32_t partitions[], size_t count)
{
    struct owning *owning = context;
    struct fault why;

    owning->takeover = takeover_free(owning->takeover);
    memory_free(owning->partitions);
    owning->partitions = memory_new(count, sizeof *partitions);
    owning->count = 0;
    for (size_t i = 0; i < count; i++) /* those above were added, and wait for a repartition */
        if ((size_t)partitions[i] < owning->worker->partition_total)
            owning->partitions[owning->count++] = partitions[i];
    count = owning->count;
    LOG(LOG_INFO, "partitions assigned", log_int("count", (int64_t)count));
    if (owning->worker->watch != NULL)
        watch_partitions(owning->worker->watch, owning->partitions, count);
    if (must_have_all(owning, count)) {
        fault_set(&why, FAULT_LOCAL,
                  "only %zu of %zu partitions were assigned: another worker is in the group, and with "
                  "settlement.transactions=off there may be only one",
                  count, owning->worker->partition_total);
        worker_fail(owning->worker, &why);
        return;
    }
    if (count == 0) {
        owning->phase = PHASE_TAKING; /* a worker more than there are partitions: it waits */
        if (!consumer_begin(owning->worker->consumer, NULL, 0, &why))
            worker_fail(owning->worker, &why);
        return;
    }
    owning->assigned_ms = loop_clock_ms();
    owning->refused = false;
    taking_over_begin(owning);
}

static void let_go(struct owning *owning)
{
    struct worker *worker = owning->worker;

    for (size_t i = 0; i < owning->count; i++) {
        settlements_disown(worker->settlements, owning->partitions[i]);
        duplicates_leave(worker->duplicates, owning->partitions[i]);
        intake_forget(worker->intake, owning->partitions[i]);
        remembered_forget(worker->remembered, owning->partitions[i]);
    }
    taking_over_end(owning);
    signals_forget(worker->signals);
    owning->count = 0;
    owning->phase = PHASE_NONE;
    loop_clear_timer(worker->loop, &owning->wake);
    consumer_release(worker->consumer);
    LOG(LOG_INFO, "partitions let go");
}

static void lose(struct owning *owning)
{
    struct worker *worker = owning->worker;

    LOG(LOG_WARN, "the group took the partitions away: what is not settled is the next owner's");
    for (size_t i = 0; i < owning->count; i++) {
        settlements_disown(worker->settlements, owning->partitions[i]);
        orders_leave(worker->orders, owning->partitions[i], true);
        settling_forget(worker->settling, owning->partitions[i]);
    }
    let_go(owning);
}

static int64_t longest_call_ms(const struct worker *worker)
{
    int64_t longest_ms = 0;

    for (size_t i = 0; i < worker->api_count; i++)
        if (worker->apis[i].settings.call_timeout_ms > longest_ms)
            longest_ms = worker->apis[i].settings.call_timeout_ms;
    return longest_ms;
}

static void revoked(void *context, const int32_t partitions[], size_t count, bool lost)
{
    struct owning *owning = context;
    struct worker *worker = owning->worker;
    const struct settings *settings = worker->settings;

    (void)partitions; /* eager: always all of them */
    (void)count;
    if (lost) {
        lose(owning);
        return;
    }
    for (size_t i = 0; i < owning->count; i++) {
        intake_forget(worker->intake, owning->partitions[i]);
        remembered_forget(worker->remembered, owning->partitions[i]);
        orders_leave(worker->orders, owning->partitions[i], false);
    }
    taking_over_end(owning);
    POINT("drain");
    owning->phase = PHASE_DRAINING;
    owning->drain_until_ms = loop_clock_ms() + longest_call_ms(worker) + 2 * settings->settlement_deadline_ms;
    loop_set_timer(worker->loop, &owning->wake, owning->drain_until_ms);
    loop_hurry(worker->loop);
}

static void failed(void *context, const struct fault *why, bool fatal)
{
    struct owning *owning = context;

    if (fatal)
        worker_fail(owning->worker, why);
    else
        LOG(LOG_WARN, "Kafka is in trouble, it is tried again", log_fault(why));
}

/*
 * Nothing is ours from now on. The end comes later: where two supervisors start the same slot, each start fences the
 * other's process, so they would take turns as fast as they can restart.
 */
static void fenced(void *context)
{
    struct owning *owning = context;
    struct worker *worker = owning->worker;
    struct fault why;

    (void)fenced_is(owning, &why);
    LOG(LOG_ERROR, "nothing more is taken or settled, and after session.timeout.ms the worker ends",
        log_fault(&why));
    lose(owning);
    owning->phase = PHASE_FENCED;
    loop_set_timer(worker->loop, &owning->wake, loop_clock_ms() + worker->settings->session_timeout_ms);
}

static void ready(void *context)
{
    (void)context; /* the turn that this causes runs the intake */
}

static void ended(void *context, int32_t partition, int64_t offset)
{
    struct owning *owning = context;

    settlements_follow(owning->worker->settlements, partition, offset);
}

const struct consumer_calls owning_calls = {.assigned = assigned,
                                            .revoked = revoked,
                                            .failed = failed,
                                            .fenced = fenced,
                                            .ready = ready,
                                            .ended = ended};

/* Nothing wakes the loop when the group knows: so it is looked at. */
static void await_leave(struct owning *owning)
{
    struct worker *worker = owning->worker;

    if (consumer_left(worker->consumer))
        loop_stop(worker->loop);
    else if (owning->phase == PHASE_NONE)
        loop_set_timer(worker->loop, &owning->wake, loop_clock_ms() + LEAVING_LOOK_MS);
}

void owning_chore(struct owning *owning)
{
    struct worker *worker = owning->worker;

    if (owning->phase == PHASE_LOADING || owning->phase == PHASE_RETURNING ||
        owning->phase == PHASE_RECOVERING)
        taking_over_go_on(owning);
    if (owning->phase != PHASE_DRAINING) {
        if (worker->stopping)
            await_leave(owning);
        return;
    }
    bool quiet = orders_count(worker->orders) == 0 && settling_is_idle(worker->settling);
    if (quiet) {
        let_go(owning);
    } else if (loop_clock_ms() >= owning->drain_until_ms) {
        LOG(LOG_WARN, "the drain took too long, the rest is the next owner's");
        lose(owning);
    }
}

/*
 * The library lets nobody leave who has not answered an assignment yet: so a take-over is given up, and answered with
 * no partition. `revoked` follows.
 */
void owning_stop(struct owning *owning)
{
    bool taking_over = owning->phase != PHASE_NONE && owning->phase != PHASE_TAKING &&
                       owning->phase != PHASE_DRAINING && owning->phase != PHASE_FENCED;
    struct fault why;

    if (taking_over) {
        taking_over_end(owning);
        owning->phase = PHASE_TAKING;
        if (!consumer_begin(owning->worker->consumer, NULL, 0, &why))
            LOG(LOG_WARN, "an assignment could not be answered", log_fault(&why));
    }
    consumer_leave(owning->worker->consumer);
}

bool owning_takes(const struct owning *owning)
{
    return owning->phase == PHASE_TAKING && !owning->worker->stopping &&
           registry_registered(owning->worker->registry);
}

const char *owning_state(const struct owning *owning)
{
    static const char *const states[] = {
        [PHASE_NONE] = "no partition is assigned",
        [PHASE_READING] = "the committed positions are being read",
        [PHASE_PROBING] = "the broker's fence is being tested",
        [PHASE_LOADING] = "the ledger is being read",
        [PHASE_PEEKING] = "the request log is compared with the one that was settled",
        [PHASE_BARRIER] = "the take-over is being settled",
        [PHASE_RETURNING] = "the ledger is being read to the end of the take-over",
        [PHASE_RECOVERING] = "the orders of the ledger are being taken up",
        [PHASE_TAKING] = "",
        [PHASE_DRAINING] = "partitions are being given away",
        [PHASE_FENCED] = "another process has the same worker.slot, and took the place of this one",
    };

    return owning->worker->settler == NULL ? "Kafka is waited for" : states[owning->phase];
}

size_t owning_count(const struct owning *owning)
{
    return owning->phase == PHASE_TAKING || owning->phase == PHASE_DRAINING ? owning->count : 0;
}
