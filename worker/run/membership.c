/* What the consumer says goes to order/ownership, and what that asks for is done. */
#include "membership.h"

#include "acceptance.h"
#include "allocator.h"
#include "decisions.h"
#include "events.h"
#include "intake.h"
#include "invariant.h"
#include "log.h"
#include "memory.h"
#include "names.h"
#include "order_log.h"
#include "overdue.h"
#include "partitioner.h"
#include "recovery.h"
#include "remembered.h"
#include "settlement.h"
#include "waking.h"
#include "watch.h"
#include "watching.h"

enum {
    LEAVING_LOOK_MS = 10,
    READ_AGAIN_MS = 200,
    OWNER_EXTRA_MS = 12000, /* the broker ends overdue transactions every 10 s */
};

struct membership {
    struct worker *worker;
    bool leaves; /* the group has been asked to take the partitions away */
    int64_t assigned_ms, share;
    struct loop_timer wake; /* when ownership has something to do again */
};

/* --- what ownership asks for --- */

static void read_positions(void *context, unsigned question)
{
    const struct membership *membership = context;
    struct worker *worker = membership->worker;
    size_t count;
    const int32_t *partitions = ownership_partitions(worker->ownership, &count);
    struct settlement_place *places = memory_new(count, sizeof *places);

    for (size_t i = 0; i < count; i++)
        places[i] = (struct settlement_place){partitions[i], -1};
    settlement_ask(worker->settlement, JOB_READ, places, count, question);
    memory_free(places);
}

static void probe(void *context, unsigned question)
{
    const struct membership *membership = context;
    struct worker *worker = membership->worker;
    size_t count;
    const int32_t *partitions = ownership_partitions(worker->ownership, &count);
    REQUIRE(count > 0);
    const struct settlement_place place = {partitions[0], -1};

    settlement_ask(worker->settlement, JOB_PROBE, &place, 1, question);
}

/* What stands at the marks: whether the logs are those that were settled. */
static void peek(void *context, unsigned question)
{
    const struct membership *membership = context;
    struct worker *worker = membership->worker;
    size_t count;
    const struct takeover_partition *partitions =
        takeover_partitions(ownership_takeover(worker->ownership), &count);
    struct settlement_place *places = memory_new(count, sizeof *places);

    for (size_t i = 0; i < count; i++)
        places[i] = (struct settlement_place){partitions[i].partition, takeover_mark(&partitions[i]).offset};
    settlement_ask(worker->settlement, JOB_PEEK, places, count, question);
    memory_free(places);
}

static bool load(void *context, const int32_t partitions[], size_t count, struct fault *why)
{
    const struct membership *membership = context;

    return ledger_reader_begin(membership->worker->ledger_reader, partitions, count, why);
}

static bool read_on(void *context, struct takeover *takeover, struct fault *why)
{
    const struct membership *membership = context;

    return recovery_read(membership->worker, takeover, why);
}

static void unload(void *context)
{
    const struct membership *membership = context;

    ledger_reader_end(membership->worker->ledger_reader);
    allocator_give_back(); /* much of the ledger was read, and what was kept of it is freed */
}

static void before_barrier(void *context, struct takeover *takeover)
{
    const struct membership *membership = context;

    if (!membership->worker->settings->settlement_transactions)
        recovery_publish(membership->worker, takeover);
}

/* What a person accepted holds for exactly that position; left in the settings it must not work later. */
static void warn_unused(const struct worker *worker, const struct takeover_partition *partitions,
                        size_t count)
{
    const struct settings *settings = worker->settings;

    for (size_t i = 0; i < count; i++)
        if (acceptance_names(settings->takeover_accept, settings->topic_requests, partitions[i].partition) &&
            !partitions[i].accepted)
            LOG(LOG_WARN, "takeover.accept is ignored: the partition needed no such position; take it out",
                log_int("partition", partitions[i].partition), log_text("accept", settings->takeover_accept));
}

static bool take(void *context, struct takeover *takeover, struct fault *why)
{
    const struct membership *membership = context;
    struct worker *worker = membership->worker;
    size_t count = 0;

    if (takeover == NULL)
        return consumer_begin(worker->consumer, NULL, 0, why);
    const struct takeover_partition *partitions = takeover_partitions(takeover, &count);
    struct consumer_start *starts = memory_new(count, sizeof *starts);
    for (size_t i = 0; i < count; i++)
        starts[i] = (struct consumer_start){partitions[i].partition, partitions[i].position,
                                            partitions[i].others.signals, partitions[i].others.events};
    bool begun = consumer_begin(worker->consumer, starts, count, why);
    memory_free(starts);
    if (!begun)
        return false;
    warn_unused(worker, partitions, count);
    LOG(LOG_INFO, "partitions taken over", log_int("count", (int64_t)count),
        log_int("orders", (int64_t)orders_count(worker->orders)),
        log_int("took_ms", loop_clock_ms() - membership->assigned_ms));
    order_log_taken_over(worker, membership->assigned_ms);
    return true;
}

static void forget(void *context, int32_t partition)
{
    const struct membership *membership = context;

    intake_forget(membership->worker->intake, partition);
    remembered_forget(membership->worker->remembered, partition);
    waking_forget(membership->worker->waking, partition);
}

static void let_go(void *context)
{
    const struct membership *membership = context;

    decisions_forget(membership->worker->decisions);
    events_forget(membership->worker->events);
    overdue_forget(membership->worker->overdue);
    consumer_release(membership->worker->consumer);
    LOG(LOG_INFO, "partitions let go");
}

static void end(void *context, const struct fault *why)
{
    const struct membership *membership = context;

    worker_fail(membership->worker, why);
}

static void news(void *context, enum ownership_news what, int32_t partition, const struct fault *why)
{
    static const char *const words[] = {
        [OWNERSHIP_FOREIGN_MAP] =
            "the map of settled orders is not ours and is ignored: some may be read again",
        [OWNERSHIP_UNANSWERED] = "Kafka gave no answer that the take-over needs, it is asked again",
        [OWNERSHIP_REFUSED_ONCE] = "the take-over does not fit, all is read once more",
        [OWNERSHIP_DRAIN_TOO_LONG] = "the drain took too long, the rest is the next owner's",
        [OWNERSHIP_LOST] = "the group took the partitions away: what is not settled is the next owner's",
    };
    NAMES_COMPLETE(words, OWNERSHIP_LOST);

    REQUIRE(what <= OWNERSHIP_LOST);
    (void)context;
    if (why == NULL)
        LOG(LOG_WARN, words[what]);
    else
        LOG(LOG_WARN, words[what], log_int("partition", partition), log_fault(why));
}

static bool is_late(void *context)
{
    const struct membership *membership = context;

    return loop_share_over(membership->worker->loop, membership->share);
}

static const struct ownership_port port = {.read = read_positions,
                                           .probe = probe,
                                           .peek = peek,
                                           .load = load,
                                           .read_on = read_on,
                                           .unload = unload,
                                           .barrier = before_barrier,
                                           .take = take,
                                           .forget = forget,
                                           .let_go = let_go,
                                           .end = end,
                                           .news = news,
                                           .is_late = is_late};

/* --- the answers --- */

static void take_positions(struct worker *worker, const struct settlement_job *job, unsigned question)
{
    struct takeover_read *reads = memory_new(job->position_count, sizeof *reads);

    for (size_t i = 0; i < job->position_count; i++) {
        const struct job_position *one = &job->positions[i];
        reads[i] = (struct takeover_read){.partition = one->partition,
                                          .offset = one->offset,
                                          .others = {one->signals, one->events},
                                          .low = one->low,
                                          .high = one->high,
                                          .metadata = one->metadata,
                                          .length = one->metadata_length};
    }
    if (watching_count(worker->watching, job->partition_total))
        ownership_positions(worker->ownership, question, reads, job->position_count);
    memory_free(reads);
}

static void take_marks(struct worker *worker, const struct settlement_job *job, unsigned question)
{
    struct takeover_found *marks = memory_new(job->position_count, sizeof *marks);

    for (size_t i = 0; i < job->position_count; i++)
        marks[i] = (struct takeover_found){job->positions[i].partition, job->positions[i].time_ms};
    ownership_marked(worker->ownership, question, marks, job->position_count);
    memory_free(marks);
}

static void answered(void *context, const struct settlement_job *job, unsigned question)
{
    const struct membership *membership = context;
    struct worker *worker = membership->worker;
    bool probes = job->task == JOB_PROBE;

    REQUIRE(job->task != JOB_SETTLE); /* that one is no question */
    if (job->task == JOB_ENDS) {
        overdue_answered(worker->overdue, job, question);
        return;
    }
    if (job->answer != JOB_CLEAN && !(probes && job->answer == JOB_UNSAFE))
        ownership_unanswered(worker->ownership, question, &job->why, loop_clock_ms());
    else if (probes)
        ownership_probed(worker->ownership, question, job->answer == JOB_CLEAN);
    else if (job->task == JOB_READ)
        take_positions(worker, job, question);
    else
        take_marks(worker, job, question);
}

/* --- what the group says --- */

static void assigned(void *context, const int32_t partitions[], size_t count)
{
    struct membership *membership = context;
    struct worker *worker = membership->worker;
    size_t ours;

    membership->assigned_ms = loop_clock_ms();
    ownership_assigned(worker->ownership, partitions, count, loop_clock_ms());
    partitions = ownership_partitions(worker->ownership, &ours);
    LOG(LOG_INFO, "partitions assigned", log_int("count", (int64_t)ours));
    if (worker->watch != NULL)
        watch_partitions(worker->watch, partitions, ours);
}

static void revoked(void *context, const int32_t partitions[], size_t count, bool lost)
{
    const struct membership *membership = context;

    (void)partitions; /* eager: always all of them */
    (void)count;
    ownership_revoked(membership->worker->ownership, lost, loop_clock_ms());
    loop_hurry(membership->worker->loop);
}

static void failed(void *context, const struct fault *why, bool fatal)
{
    const struct membership *membership = context;

    if (fatal)
        worker_fail(membership->worker, why);
    else
        LOG(LOG_WARN, "Kafka is in trouble, it is tried again", log_fault(why));
}

static void fenced(void *context)
{
    const struct membership *membership = context;
    struct worker *worker = membership->worker;
    struct fault why;

    fault_set(&why, FAULT_LOCAL,
              "another process of the group '%s' has worker.slot '%s', and took the place of this one: give "
              "each worker its own",
              worker->settings->group_id, worker->settings->worker_slot);
    LOG(LOG_ERROR, "nothing more is taken or settled, and after session.timeout.ms the worker ends",
        log_fault(&why));
    ownership_fenced(worker->ownership, &why, loop_clock_ms());
    loop_hurry(worker->loop);
}

static void ready(void *context)
{
    (void)context; /* the turn that this causes runs the intake */
}

static void ended(void *context, enum consumer_topic topic, int32_t partition, int64_t offset)
{
    const struct membership *membership = context;
    struct partitions *partitions = membership->worker->partitions;

    if (topic == CONSUMER_REQUESTS)
        partitions_follow(partitions, partition, offset);
    else
        partitions_follow_of(partitions, topic == CONSUMER_SIGNALS ? PARTITION_SIGNALS : PARTITION_EVENTS,
                             partition, offset);
}

const struct consumer_calls membership_calls = {.assigned = assigned,
                                                .revoked = revoked,
                                                .failed = failed,
                                                .fenced = fenced,
                                                .ready = ready,
                                                .ended = ended};

/* --- its life --- */

static void nothing(void *context)
{
    (void)context; /* the turn that the timer causes runs the chores */
}

static int64_t longest_call_ms(const struct worker *worker)
{
    int64_t longest_ms = 0;

    for (size_t i = 0; i < worker->api_count; i++)
        if (worker->apis[i].settings.call_timeout_ms > longest_ms)
            longest_ms = worker->apis[i].settings.call_timeout_ms;
    return longest_ms;
}

static struct ownership *make_ownership(struct membership *membership)
{
    struct worker *worker = membership->worker;
    const struct settings *settings = worker->settings;
    bool sleeps = settings->settlement_transactions && worker->ledger_schemas.writes >= LEDGER_FORMAT_WAITS;
    const struct ownership_setup setup = {
        .orders = worker->orders,
        .partitions = worker->partitions,
        .duplicates = worker->duplicates,
        .last_words = worker->last_words,
        .bt_ids = worker->bt_ids,
        .batch = worker->batch,
        .catalogue = worker->catalogue,
        .terms = {.topic = settings->topic_requests,
                  .partition_count = (int32_t)worker->partition_total,
                  .partitioner = partitioner_name((enum partitioner_choice)settings->requests_partitioner),
                  .partitioner_given = settings_given(settings, "requests.partitioner"),
                  .trust_ledger = settings->takeover_trust_ledger != 0,
                  .accept = settings->takeover_accept,
                  .sleeping = sleeps ? worker->catalogue : NULL},
        .port = &port,
        .context = membership,
        .probes = settings->settlement_transactions != 0,
        .must_have_all = !settings->settlement_transactions,
        .read_again_ms = READ_AGAIN_MS,
        .owner_wait_ms = settings->transaction_timeout_ms + OWNER_EXTRA_MS,
        .drain_ms = longest_call_ms(worker) + 2 * settings->settlement_deadline_ms,
        .fenced_ms = settings->session_timeout_ms};

    return ownership_new(&setup);
}

struct membership *membership_new(struct worker *worker)
{
    struct membership *membership = memory_new(1, sizeof *membership);

    REQUIRE(worker->ownership == NULL);
    membership->worker = worker;
    membership->wake = (struct loop_timer){.fire = nothing, .context = membership};
    worker->ownership = make_ownership(membership);
    settlement_answers_to(worker->settlement, answered, membership);
    return membership;
}

void *membership_free(struct membership *membership)
{
    if (membership == NULL)
        return NULL;
    loop_clear_timer(membership->worker->loop, &membership->wake);
    membership->worker->ownership = ownership_free(membership->worker->ownership);
    return memory_free(membership);
}

/* Asks the group to take the partitions away, and waits until it has: nothing wakes the loop then, so it is looked at. */
static void leave(struct membership *membership)
{
    struct worker *worker = membership->worker;

    if (!membership->leaves) {
        membership->leaves = true;
        ownership_stop(worker->ownership);
        consumer_leave(worker->consumer);
    }
    if (ownership_phase(worker->ownership) == OWNERSHIP_DRAINING)
        return;
    if (consumer_left(worker->consumer))
        loop_stop(worker->loop);
    else if (ownership_phase(worker->ownership) == OWNERSHIP_NONE)
        loop_set_timer(worker->loop, &membership->wake, loop_clock_ms() + LEAVING_LOOK_MS);
}

void membership_chore(struct membership *membership)
{
    struct worker *worker = membership->worker;
    struct orders_time time = {loop_clock_ms(), worker_time(worker).wall_ms};

    membership->share = loop_share(worker->loop);
    if (ownership_go_on(worker->ownership, time))
        loop_hurry(worker->loop);
    int64_t due_ms = ownership_due_ms(worker->ownership);
    if (due_ms == INT64_MAX)
        loop_clear_timer(worker->loop, &membership->wake);
    else
        loop_set_timer(worker->loop, &membership->wake, due_ms);
    if (worker->stopping)
        leave(membership);
}

const char *membership_state(const struct membership *membership)
{
    static const char *const states[] = {
        [OWNERSHIP_NONE] = "no partition is assigned",
        [OWNERSHIP_READING] = "the committed positions are being read",
        [OWNERSHIP_PROBING] = "the broker's fence is being tested",
        [OWNERSHIP_LOADING] = "the ledger is being read",
        [OWNERSHIP_PEEKING] = "the request log is compared with the one that was settled",
        [OWNERSHIP_BARRIER] = "the take-over is being settled",
        [OWNERSHIP_RETURNING] = "the ledger is being read to the end of the take-over",
        [OWNERSHIP_RECOVERING] = "the orders of the ledger are being taken up",
        [OWNERSHIP_TAKING] = "",
        [OWNERSHIP_DRAINING] = "partitions are being given away",
        [OWNERSHIP_FENCED] = "another process has the same worker.slot, and took the place of this one",
    };
    NAMES_COMPLETE(states, OWNERSHIP_FENCED);

    return membership == NULL ? "Kafka is waited for"
                              : states[ownership_phase(membership->worker->ownership)];
}

size_t membership_count(const struct membership *membership)
{
    size_t count = 0;

    if (membership != NULL && (ownership_phase(membership->worker->ownership) == OWNERSHIP_TAKING ||
                               ownership_phase(membership->worker->ownership) == OWNERSHIP_DRAINING))
        (void)ownership_partitions(membership->worker->ownership, &count);
    return count;
}
