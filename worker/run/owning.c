/* See owning.h. */
#include "owning.h"

#include "intake.h"
#include "memory.h"
#include "point.h"
#include "recovery.h"
#include "settling.h"
#include "signals.h"

#include <stdio.h>
#include <string.h>

enum phase {
    PHASE_NONE,      /* nothing is assigned */
    PHASE_READING,   /* assigned; the committed positions are being read */
    PHASE_PROBING,   /* the broker's fence is being tested, once */
    PHASE_LOADING,   /* the ledger is read to its present end */
    PHASE_BARRIER,   /* a barrier is being settled */
    PHASE_RETURNING, /* the ledger is read on until the barrier appears */
    PHASE_TAKING,    /* messages are taken */
    PHASE_DRAINING,  /* to be given away as soon as all is settled */
};

struct owning {
    struct worker *worker;
    enum phase phase;
    int32_t *partitions;
    size_t count;
    struct takeover *takeover; /* until messages are taken */
    bool probed;
    bool refused; /* the take-over was, once */
    int64_t drain_until_ms, assigned_ms;
    struct loop_timer wake; /* of the drain and of a read that is tried again */
};

enum {
    READ_AGAIN_MS = 200,
    OWNER_EXTRA_MS = 12000, /* the broker ends overdue transactions every 10 s */
};

static void begin_read(struct owning *owning);

static void woken(void *context)
{
    struct owning *owning = context;

    if (owning->phase == PHASE_READING)
        begin_read(owning);
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

static void begin_read(struct owning *owning)
{
    settling_request(owning->worker->settling, SETTLER_READ, owning->partitions, owning->count);
}

static void begin_takeover(struct owning *owning)
{
    takeover_free(owning->takeover);
    owning->takeover =
        takeover_new(owning->partitions, owning->count, (int32_t)owning->worker->partition_total,
                     owning->worker->settings->takeover_trust_ledger != 0);
    owning->phase = PHASE_READING;
    begin_read(owning);
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
    owning->partitions = memory_copy(partitions, count * sizeof *partitions);
    owning->count = count;
    LOG(LOG_INFO, "partitions assigned", log_int("count", (int64_t)count));
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
    begin_takeover(owning);
}

/* A take-over that is not finished has nothing to give away but its barrier. */
static void end_takeover(struct owning *owning)
{
    owning->takeover = takeover_free(owning->takeover);
    reader_end(owning->worker->reader);
}

static void let_go(struct owning *owning)
{
    struct worker *worker = owning->worker;

    for (size_t i = 0; i < owning->count; i++) {
        settlements_disown(worker->settlements, owning->partitions[i]);
        duplicates_leave(worker->duplicates, owning->partitions[i]);
        intake_forget(worker->intake, owning->partitions[i]);
    }
    end_takeover(owning);
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
        orders_leave(worker->orders, owning->partitions[i], false);
    }
    end_takeover(owning);
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

static void ready(void *context)
{
    (void)context; /* the turn that this causes runs the intake */
}

const struct consumer_calls owning_calls = {
    .assigned = assigned, .revoked = revoked, .failed = failed, .ready = ready};

static void own_partitions(struct owning *owning)
{
    struct worker *worker = owning->worker;
    size_t count;
    const struct takeover_partition *partitions = takeover_partitions(owning->takeover, &count);
    struct fault why;

    for (size_t i = 0; i < count; i++) {
        const struct takeover_partition *one = &partitions[i];
        if (!settlements_own(worker->settlements, one->partition, one->position, one->metadata,
                             one->metadata_length, one->signals, &why))
            LOG(LOG_WARN,
                "the map of settled orders is not ours and is ignored: orders behind the position may be "
                "read again",
                log_int("partition", one->partition), log_fault(&why));
    }
}

static void settle_barrier(struct owning *owning)
{
    struct worker *worker = owning->worker;
    size_t count;
    const struct takeover_partition *partitions = takeover_partitions(owning->takeover, &count);

    POINT("takeover.barrier");
    own_partitions(owning);
    if (!worker->settings->settlement_transactions)
        recovery_publish(worker, owning->takeover);
    for (size_t i = 0; i < count; i++) {
        struct ledger_owner owner = {.partition = partitions[i].partition,
                                     .partition_count = (int32_t)worker->partition_total,
                                     .position = partitions[i].position,
                                     .signals = partitions[i].signals,
                                     .written_at_ms = worker_time(worker).wall_ms};
        settlements_next_token(worker->settlements, owner.token);
        settling_barrier(worker->settling, &owner);
    }
    owning->phase = PHASE_BARRIER;
    loop_hurry(worker->loop); /* the settling chore has had its turn */
}

void owning_barrier_settled(struct owning *owning, const char *token)
{
    if (owning->phase != PHASE_BARRIER)
        return;
    POINT("takeover.settled");
    takeover_settled(owning->takeover, token);
    owning->phase = PHASE_RETURNING;
    loop_hurry(owning->worker->loop);
}

static bool begin_taking(struct owning *owning, struct fault *why)
{
    struct worker *worker = owning->worker;
    size_t count;
    const struct takeover_partition *partitions = takeover_partitions(owning->takeover, &count);
    struct consumer_start *starts = memory_new(count, sizeof *starts);

    for (size_t i = 0; i < count; i++)
        starts[i] =
            (struct consumer_start){partitions[i].partition, partitions[i].position, partitions[i].signals};
    orders_share(worker->orders, (double)count / (double)worker->partition_total);
    bool begun = consumer_begin(worker->consumer, starts, count, why) &&
                 recovery_finish(worker, owning->takeover, why);
    memory_free(starts);
    if (!begun)
        return false;
    LOG(LOG_INFO, "partitions taken over", log_int("count", (int64_t)count),
        log_int("orders", (int64_t)orders_count(worker->orders)),
        log_int("took_ms", loop_clock_ms() - owning->assigned_ms));
    end_takeover(owning);
    POINT("takeover.done");
    owning->phase = PHASE_TAKING;
    loop_hurry(worker->loop);
    return true;
}

/* A position without an owner record: its transaction may just be ending; one that stays so is a lost ledger. */
static void await_owner(struct owning *owning)
{
    int64_t until_ms =
        owning->assigned_ms + owning->worker->settings->transaction_timeout_ms + OWNER_EXTRA_MS;
    struct fault why;

    if (!takeover_misses_owner(owning->takeover, &why))
        return;
    if (loop_clock_ms() >= until_ms)
        worker_fail(owning->worker, &why);
    else
        loop_set_timer(owning->worker->loop, &owning->wake, until_ms);
}

/*
 * A worker that does not know yet that it has lost its partitions may read old positions and then its successor's
 * barrier: so all is read once more before it ends.
 */
static void refuse(struct owning *owning, const struct fault *why)
{
    if (owning->refused) {
        worker_fail(owning->worker, why);
        return;
    }
    owning->refused = true;
    LOG(LOG_WARN, "the take-over does not fit, all is read once more", log_fault(why));
    begin_takeover(owning);
}

/* Reads on in the ledger and does what the protocol wants next (promise.md R4). */
static void go_on(struct owning *owning)
{
    struct fault why;

    if (!recovery_read(owning->worker, owning->takeover, &why)) {
        worker_fail(owning->worker, &why);
        return;
    }
    switch (takeover_next(owning->takeover, &why)) {
    case TAKEOVER_LEDGER:
        await_owner(owning);
        return;
    case TAKEOVER_POSITIONS:
    case TAKEOVER_RETURN:
        return; /* more of the ledger wakes the loop */
    case TAKEOVER_BARRIER:
        settle_barrier(owning);
        return;
    case TAKEOVER_READY:
        if (!begin_taking(owning, &why))
            worker_fail(owning->worker, &why);
        return;
    case TAKEOVER_REFUSED:
        refuse(owning, &why);
        return;
    }
}

static void begin_loading(struct owning *owning)
{
    size_t count = owning->count;
    int32_t *partitions = memory_new(count + 1, sizeof *partitions);
    struct fault why;

    owning->phase = PHASE_LOADING;
    POINT("takeover.ledger");
    memcpy(partitions, owning->partitions, count * sizeof *partitions);
    if (takeover_wants_witness(owning->takeover))
        partitions[count++] = 0;
    if (!reader_begin(owning->worker->reader, partitions, count, &why))
        worker_fail(owning->worker, &why);
    memory_free(partitions);
    loop_hurry(owning->worker->loop);
}

static void take_positions(struct owning *owning, struct settler_job *job)
{
    if (job->answer != SETTLER_CLEAN) {
        LOG(LOG_WARN, "cannot read the committed positions, will ask again", log_fault(&job->why));
        loop_set_timer(owning->worker->loop, &owning->wake, loop_clock_ms() + READ_AGAIN_MS);
        return;
    }
    for (size_t i = 0; i < job->position_count; i++)
        takeover_position(owning->takeover, job->positions[i].partition, job->positions[i].offset,
                          job->positions[i].earliest, job->positions[i].signals, job->positions[i].metadata,
                          job->positions[i].metadata_length);
    if (owning->probed) {
        begin_loading(owning);
        return;
    }
    owning->phase = PHASE_PROBING;
    settling_request(owning->worker->settling, SETTLER_PROBE, owning->partitions, 1);
}

static void take_probe(struct owning *owning, struct settler_job *job)
{
    struct fault why;

    if (job->answer == SETTLER_UNSAFE) {
        fault_set(
            &why, FAULT_LOCAL,
            "the broker accepts positions of a member that never was: it cannot fence a stale worker, so nothing "
            "is promised on it (promise A1); use Apache Kafka 3.9 or later, or settlement.transactions=off");
        worker_fail(owning->worker, &why);
        return;
    }
    if (job->answer != SETTLER_CLEAN) {
        LOG(LOG_WARN, "the probe of the broker's fence had no answer, will ask again", log_fault(&job->why));
        settling_request(owning->worker->settling, SETTLER_PROBE, owning->partitions, 1);
        return;
    }
    owning->probed = true;
    begin_loading(owning);
}

void owning_answered(struct owning *owning, struct settler_job *job)
{
    /* An answer to a question of an earlier assignment is no answer. */
    if (job->task == SETTLER_READ && owning->phase == PHASE_READING && job->position_count == owning->count &&
        (owning->count == 0 || job->positions[0].partition == owning->partitions[0]))
        take_positions(owning, job);
    else if (job->task == SETTLER_PROBE && owning->phase == PHASE_PROBING)
        take_probe(owning, job);
}

void owning_chore(struct owning *owning)
{
    struct worker *worker = owning->worker;

    if (owning->phase == PHASE_LOADING || owning->phase == PHASE_RETURNING)
        go_on(owning);
    if (owning->phase != PHASE_DRAINING) {
        if (worker->stopping && consumer_left(worker->consumer))
            loop_stop(worker->loop);
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

void owning_stop(struct owning *owning)
{
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
        [PHASE_BARRIER] = "the take-over is being settled",
        [PHASE_RETURNING] = "the ledger is being read to the end of the take-over",
        [PHASE_TAKING] = "",
        [PHASE_DRAINING] = "partitions are being given away",
    };

    return owning->worker->settler == NULL ? "Kafka is waited for" : states[owning->phase];
}

size_t owning_count(const struct owning *owning)
{
    return owning->phase == PHASE_TAKING || owning->phase == PHASE_DRAINING ? owning->count : 0;
}
