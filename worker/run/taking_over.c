/* Taking partitions over: reads, settles and asks what order/takeover wants (promise.md R4). See owning.h. */
#include "acceptance.h"
#include "memory.h"
#include "owning_inside.h"
#include "partitioner.h"
#include "point.h"
#include "recovery.h"
#include "settling.h"
#include "watching.h"

#include <stdio.h>
#include <string.h>

enum {
    READ_AGAIN_MS = 200,
    OWNER_EXTRA_MS = 12000, /* the broker ends overdue transactions every 10 s */
};

/* Asks the settling thread about the first `count` partitions. */
static void ask(struct owning *owning, enum settler_task task, size_t count)
{
    struct settling_place *places = memory_new(count, sizeof *places);

    for (size_t i = 0; i < count; i++)
        places[i] = (struct settling_place){owning->partitions[i], -1};
    settling_request(owning->worker->settling, task, places, count);
    memory_free(places);
}

void taking_over_read(struct owning *owning)
{
    ask(owning, SETTLER_READ, owning->count);
}

/* What stands at the marks: whether the logs are those that were settled. */
static void begin_peek(struct owning *owning)
{
    size_t count;
    const struct takeover_partition *partitions = takeover_partitions(owning->takeover, &count);
    struct settling_place *places = memory_new(count, sizeof *places);

    for (size_t i = 0; i < count; i++)
        places[i] = (struct settling_place){partitions[i].partition, takeover_mark(&partitions[i]).offset};
    owning->phase = PHASE_PEEKING;
    settling_request(owning->worker->settling, SETTLER_PEEK, places, count);
    memory_free(places);
}

void taking_over_begin(struct owning *owning)
{
    const struct settings *settings = owning->worker->settings;
    const struct takeover_terms terms = {
        .topic = settings->topic_requests,
        .partition_count = (int32_t)owning->worker->partition_total,
        .partitioner = partitioner_name((enum partitioner_choice)settings->requests_partitioner),
        .partitioner_given = settings_given(settings, "requests.partitioner"),
        .trust_ledger = settings->takeover_trust_ledger != 0,
        .accept = settings->takeover_accept};

    takeover_free(owning->takeover);
    owning->takeover = takeover_new(owning->partitions, owning->count, &terms, owning->worker->duplicates);
    owning->phase = PHASE_READING;
    taking_over_read(owning);
}

/* A take-over that is not finished has nothing to give away but its barrier. */
void taking_over_end(struct owning *owning)
{
    owning->takeover = takeover_free(owning->takeover);
    reader_end(owning->worker->reader);
}

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
        struct position_mark mark = takeover_mark(&partitions[i]);
        bool same_log = partitions[i].mark_time_ms == mark.time_ms;
        owner.last_offset = same_log ? mark.offset : -1;
        owner.last_appended_ms = same_log ? mark.time_ms : 0;
        snprintf(owner.partitioner, sizeof owner.partitioner, "%s",
                 partitioner_name((enum partitioner_choice)worker->settings->requests_partitioner));
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

/* What a person accepted holds for exactly that position; left in the settings it must not work later. */
static void warn_unused(const struct owning *owning)
{
    const struct settings *settings = owning->worker->settings;
    size_t count;
    const struct takeover_partition *partitions = takeover_partitions(owning->takeover, &count);

    for (size_t i = 0; i < count; i++)
        if (acceptance_names(settings->takeover_accept, settings->topic_requests, partitions[i].partition) &&
            !partitions[i].accepted)
            LOG(LOG_WARN, "takeover.accept is ignored: the partition needed no such position; take it out",
                log_int("partition", partitions[i].partition), log_text("accept", settings->takeover_accept));
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
    bool begun = consumer_begin(worker->consumer, starts, count, why);
    memory_free(starts);
    if (!begun)
        return false;
    warn_unused(owning);
    LOG(LOG_INFO, "partitions taken over", log_int("count", (int64_t)count),
        log_int("orders", (int64_t)orders_count(worker->orders)),
        log_int("took_ms", loop_clock_ms() - owning->assigned_ms));
    taking_over_end(owning);
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
    taking_over_begin(owning);
}

/* The orders of the ledger, some in each turn, and then the first message. */
static bool recover(struct owning *owning, struct fault *why)
{
    bool finished;

    TRY(recovery_go_on(owning->worker, owning->takeover, &finished, why));
    return !finished || begin_taking(owning, why);
}

/* Reads on in the ledger and does what the protocol wants next (promise.md R4). */
void taking_over_go_on(struct owning *owning)
{
    struct fault why;

    if (owning->phase == PHASE_RECOVERING) {
        if (!recover(owning, &why))
            worker_fail(owning->worker, &why);
        return;
    }
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
    case TAKEOVER_MARKS:
        begin_peek(owning);
        return;
    case TAKEOVER_BARRIER:
        settle_barrier(owning);
        return;
    case TAKEOVER_READY:
        owning->phase = PHASE_RECOVERING;
        orders_share(owning->worker->orders, (double)owning->count / (double)owning->worker->partition_total);
        loop_hurry(owning->worker->loop);
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
    if (!watching_count(owning->worker->watching, job->partition_total))
        return;
    for (size_t i = 0; i < job->position_count; i++) {
        const struct settler_position *one = &job->positions[i];
        const struct takeover_read read = {.partition = one->partition,
                                           .offset = one->offset,
                                           .signals = one->signals,
                                           .low = one->low,
                                           .high = one->high,
                                           .metadata = one->metadata,
                                           .length = one->metadata_length};
        takeover_position(owning->takeover, &read);
    }
    if (owning->probed) {
        begin_loading(owning);
        return;
    }
    owning->phase = PHASE_PROBING;
    ask(owning, SETTLER_PROBE, 1);
}

static void take_marks(struct owning *owning, const struct settler_job *job)
{
    if (job->answer != SETTLER_CLEAN) {
        LOG(LOG_WARN, "cannot read the records at the marks, will ask again", log_fault(&job->why));
        begin_peek(owning);
        return;
    }
    for (size_t i = 0; i < job->position_count; i++)
        takeover_marked(owning->takeover, job->positions[i].partition, job->positions[i].time_ms);
    owning->phase = PHASE_LOADING;
    loop_hurry(owning->worker->loop);
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
        ask(owning, SETTLER_PROBE, 1);
        return;
    }
    owning->probed = true;
    begin_loading(owning);
}

void owning_answered(struct owning *owning, struct settler_job *job)
{
    /* An answer to a question of an earlier assignment is no answer. */
    bool is_ours = job->position_count == owning->count &&
                   (owning->count == 0 || job->positions[0].partition == owning->partitions[0]);

    if (job->task == SETTLER_READ && owning->phase == PHASE_READING && is_ours)
        take_positions(owning, job);
    else if (job->task == SETTLER_PEEK && owning->phase == PHASE_PEEKING && is_ours)
        take_marks(owning, job);
    else if (job->task == SETTLER_PROBE && owning->phase == PHASE_PROBING)
        take_probe(owning, job);
}
