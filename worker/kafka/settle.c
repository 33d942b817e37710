/* See settle.h. The order inside a transaction, positions first, is measured: kafka-base.md section 3. */
#include "settle.h"

#include "fence.h"
#include "handle.h"
#include "memory.h"
#include "peek.h"
#include "point.h"
#include "producer.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum {
    READ_TIMEOUT_MS = 5000,
    PAUSE_MS = 50,
};

struct settle {
    const struct settings *settings;
    rd_kafka_t *consumer;
    struct producer *producer; /* null: one is to be made */
    bool singly;               /* a record was refused for itself: the next producer shows which one */
    atomic_bool giving_up;     /* the process ends */
};

struct settle *settle_new(const struct settings *settings, rd_kafka_t *consumer)
{
    struct settle *settle = memory_new(1, sizeof *settle);

    settle->settings = settings;
    settle->consumer = consumer;
    return settle;
}

void *settle_free(struct settle *settle)
{
    producer_free(settle->producer);
    return memory_free(settle);
}

void settle_give_up(struct settle *settle)
{
    atomic_store(&settle->giving_up, true);
}

static void pause_briefly(void)
{
    nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
}

/* Whether another process has our place in the group: then the transactional.id is its, too. */
static bool is_fenced(const struct settle *settle)
{
    return rd_kafka_fatal_error(settle->consumer, NULL, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* A producer that is ready, whatever it takes. FAULT_PEER: we are fenced, or end; anything else: there can be none. */
static bool ensure_producer(struct settle *settle, struct fault *why)
{
    while (settle->producer == NULL) {
        struct producer *producer = NULL;
        if (is_fenced(settle))
            return fault_set(why, FAULT_PEER, "another process has the transactional.id");
        if (atomic_load(&settle->giving_up))
            return fault_set(why, FAULT_PEER, "the worker ends");
        if (producer_new(settle->settings, settle->singly, &producer, why)) {
            settle->producer = producer;
            return true;
        }
        if (why->kind == FAULT_LOCAL || why->kind == FAULT_INPUT)
            return false;
        LOG(LOG_WARN, "no producer yet, will try again at once", log_fault(why));
        pause_briefly();
    }
    return true;
}

/* What is to be found out is the next owner's affair. */
static enum settler_answer leave_unclear(struct settler_job *job)
{
    for (size_t i = 0; i < job->position_count; i++)
        memory_free(job->positions[i].metadata);
    job->position_count = 0;
    return SETTLER_UNCLEAR;
}

/* The answer to a job for which there is no producer. */
static enum settler_answer without_producer(struct settler_job *job)
{
    if (job->why.kind != FAULT_PEER)
        return SETTLER_FATAL;
    return job->task == SETTLER_SETTLE ? leave_unclear(job) : SETTLER_FAILED;
}

static rd_kafka_topic_partition_list_t *positions_of(const struct settle *settle,
                                                     const struct settler_job *job)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)job->position_count);

    for (size_t i = 0; i < job->position_count; i++) {
        const struct settler_position *position = &job->positions[i];
        if (position->signals >= 0)
            rd_kafka_topic_partition_list_add(list, settle->settings->topic_signals, position->partition)
                ->offset = position->signals;
        rd_kafka_topic_partition_t *entry =
            rd_kafka_topic_partition_list_add(list, settle->settings->topic_requests, position->partition);
        entry->offset = position->offset;
        if (position->metadata == NULL)
            continue;
        entry->metadata_size = strlen(position->metadata);
        entry->metadata = strdup(position->metadata); /* freed by the list */
    }
    return list;
}

static bool passed(rd_kafka_error_t *error, const char *what, struct fault *why)
{
    if (error == NULL)
        return true;
    fault_set(why, FAULT_PEER, "%s: %s", what, rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return false;
}

/* Waits for the records, then commits. One that has no place in its log may be missing: then nothing is committed. */
static bool flush_and_commit(struct settle *settle, struct fault *why)
{
    rd_kafka_t *handle = producer_handle(settle->producer);
    int64_t until_ms = loop_clock_ms() + settle->settings->commit_timeout_ms;

    if (rd_kafka_flush(handle, (int)settle->settings->commit_timeout_ms) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(why, FAULT_PEER, "the records were not acknowledged in time");
    if (producer_unplaced(settle->producer) > 0)
        return fault_set(why, FAULT_PEER, "%u records were acknowledged without a place in their log",
                         producer_unplaced(settle->producer));
    int64_t left_ms = until_ms - loop_clock_ms();
    return passed(rd_kafka_commit_transaction(handle, left_ms < 1 ? 1 : (int)left_ms), "commit", why);
}

static bool transact(struct settle *settle, struct settler_job *job, bool *replaced, struct fault *why)
{
    rd_kafka_t *handle = producer_handle(settle->producer);

    POINT("settle.begin");
    TRY(passed(rd_kafka_begin_transaction(handle), "begin of a transaction", why));
    rd_kafka_topic_partition_list_t *list = positions_of(settle, job);
    rd_kafka_error_t *error = rd_kafka_send_offsets_to_transaction(
        handle, list, job->pair, (int)settle->settings->send_offsets_timeout_ms);
    *replaced = rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
    rd_kafka_topic_partition_list_destroy(list);
    TRY(passed(error, "sending positions", why));
    POINT("settle.positions");
    for (size_t i = 0; i < job->record_count; i++)
        TRY(producer_send(settle->producer, job->records[i], why));
    POINT("settle.commit");
    TRY(flush_and_commit(settle, why));
    POINT("settle.committed");
    return true;
}

static void take_committed(const rd_kafka_topic_partition_t *entry, struct settler_position *position)
{
    memory_free(position->metadata);
    position->offset = entry->offset < 0 ? -1 : entry->offset;
    position->metadata =
        entry->metadata_size > 0 ? memory_text_of(entry->metadata, entry->metadata_size) : NULL;
    position->metadata_length = entry->metadata_size;
}

/* First or next offset of each request partition; a read_committed handle gives the last stable one for the next. */
static bool read_offsets(struct settle *settle, struct settler_job *job, int64_t which, struct fault *why)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)job->position_count);

    for (size_t i = 0; i < job->position_count; i++)
        rd_kafka_topic_partition_list_add(list, settle->settings->topic_requests, job->positions[i].partition)
            ->offset = which;
    rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(settle->consumer, list, READ_TIMEOUT_MS);
    for (int i = 0; error == RD_KAFKA_RESP_ERR_NO_ERROR && i < list->cnt; i++)
        error = list->elems[i].err;
    for (size_t i = 0; error == RD_KAFKA_RESP_ERR_NO_ERROR && i < job->position_count; i++)
        *(which == RD_KAFKA_OFFSET_BEGINNING ? &job->positions[i].low : &job->positions[i].high) =
            list->elems[i].offset;
    rd_kafka_topic_partition_list_destroy(list);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ||
           fault_set(why, FAULT_PEER, "cannot read where the partitions begin and end: %s",
                     rd_kafka_err2str(error));
}

/*
 * The stable committed positions into the job. On a read_committed handle the call waits for open transactions and
 * never gives an unstable value.
 */
static bool read_positions(struct settle *settle, struct settler_job *job, struct fault *why)
{
    const struct settings *settings = settle->settings;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)job->position_count * 2);

    for (size_t i = 0; i < job->position_count; i++) {
        rd_kafka_topic_partition_list_add(list, settings->topic_requests, job->positions[i].partition);
        rd_kafka_topic_partition_list_add(list, settings->topic_signals, job->positions[i].partition);
    }
    rd_kafka_resp_err_t error = rd_kafka_committed(settle->consumer, list, READ_TIMEOUT_MS);
    for (int i = 0; error == RD_KAFKA_RESP_ERR_NO_ERROR && i < list->cnt; i++)
        error = list->elems[i].err;
    for (size_t i = 0; error == RD_KAFKA_RESP_ERR_NO_ERROR && i < job->position_count; i++) {
        const rd_kafka_topic_partition_t *signals = &list->elems[2 * i + 1];
        take_committed(&list->elems[2 * i], &job->positions[i]);
        job->positions[i].signals = signals->offset < 0 ? -1 : signals->offset;
    }
    rd_kafka_topic_partition_list_destroy(list);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(why, FAULT_PEER, "cannot read positions: %s", rd_kafka_err2str(error));
    return true;
}

/*
 * A batch is refused as a whole, whichever of its records is at fault (R16): so the next producer sends one record a
 * batch, and its answer names the one. What a producer of full batches says of single records is forgotten.
 */
static void note_refused(struct settle *settle, const struct settler_job *job, bool settled)
{
    bool named = settle->singly, any = false;

    for (size_t i = 0; i < job->record_count; i++) {
        any = any || job->records[i]->refused != NULL;
        if (!named)
            job->records[i]->refused = NULL;
    }
    settle->singly = any || (named && !settled);
    if (named && settled)
        settle->producer = producer_free(settle->producer); /* full batches again */
}

/* How many partitions the request topic has now. */
static bool count_partitions(struct settle *settle, struct settler_job *job, struct fault *why)
{
    rd_kafka_topic_t *topic = rd_kafka_topic_new(settle->consumer, settle->settings->topic_requests, NULL);
    const rd_kafka_metadata_t *metadata;
    rd_kafka_resp_err_t error = rd_kafka_metadata(settle->consumer, 0, topic, &metadata, READ_TIMEOUT_MS);

    rd_kafka_topic_destroy(topic);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(why, FAULT_PEER, "cannot read the partitions: %s", rd_kafka_err2str(error));
    job->partition_total = metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
    rd_kafka_metadata_destroy(metadata);
    return true;
}

/*
 * The broker refused the positions because our place in the group has another member now. That may be ourselves after a
 * rejoin, or another process; the next heartbeat tells.
 */
static void await_heartbeat(const struct settle *settle)
{
    int64_t until_ms = loop_clock_ms() + 2 * HANDLE_HEARTBEAT_MS;

    while (!is_fenced(settle) && loop_clock_ms() < until_ms)
        pause_briefly();
}

/* R3: a new producer with the same id ends whatever is open; only then the positions tell what happened. */
static enum settler_answer find_out(struct settle *settle, struct settler_job *job)
{
    struct fault why;

    settle->producer = producer_free(settle->producer);
    for (;;) {
        if (!ensure_producer(settle, &job->why))
            return without_producer(job);
        /* Nothing is ours any more, so it is the next owner's to find out. */
        if (rd_kafka_assignment_lost(settle->consumer) || is_fenced(settle) ||
            atomic_load(&settle->giving_up))
            return leave_unclear(job);
        if (read_positions(settle, job, &why))
            return SETTLER_UNCLEAR;
        LOG(LOG_WARN, "cannot find out yet whether a settlement happened, will ask again", log_fault(&why));
        pause_briefly();
    }
}

static enum settler_answer settle_transaction(struct settle *settle, struct settler_job *job)
{
    int64_t began_ms = loop_clock_ms();
    bool replaced = false;

    if (!ensure_producer(settle, &job->why))
        return without_producer(job);
    producer_forget_failures(settle->producer);
    bool committed = transact(settle, job, &replaced, &job->why);
    bool clean = producer_failures(settle->producer) == 0 &&
                 loop_clock_ms() - began_ms <= settle->settings->settlement_deadline_ms;
    note_refused(settle, job, committed);
    if (committed && clean)
        return SETTLER_CLEAN;
    if (committed) {
        settle->producer =
            producer_free(settle->producer); /* a hidden repeat could end the next transaction */
        return SETTLER_DIRTY;
    }
    LOG(LOG_WARN, "a settlement is unclear, the broker is asked whether it happened", log_fault(&job->why));
    if (replaced)
        await_heartbeat(settle);
    return find_out(settle, job);
}

/* The records of the ledger, or all others; true when the broker has them. */
static bool produce_acknowledged(struct settle *settle, struct settler_job *job, bool of_ledger)
{
    for (size_t i = 0; i < job->record_count; i++)
        if ((job->records[i]->topic == settle->settings->topic_ledger) == of_ledger &&
            !producer_send(settle->producer, job->records[i], &job->why))
            return false;
    if (rd_kafka_flush(producer_handle(settle->producer), (int)settle->settings->settlement_deadline_ms) ==
            RD_KAFKA_RESP_ERR_NO_ERROR &&
        producer_failures(settle->producer) == 0 && producer_unplaced(settle->producer) == 0)
        return true;
    settle->producer = producer_free(settle->producer);
    return fault_set(&job->why, FAULT_PEER, "records were not acknowledged");
}

/* Without transactions (R13): the ledger first, then the outcomes, then the positions, each acknowledged. */
static enum settler_answer settle_plainly(struct settle *settle, struct settler_job *job)
{
    if (!ensure_producer(settle, &job->why))
        return without_producer(job);
    producer_forget_failures(settle->producer);
    bool acknowledged = produce_acknowledged(settle, job, true) && produce_acknowledged(settle, job, false);
    note_refused(settle, job, acknowledged);
    if (!acknowledged)
        return SETTLER_FAILED;
    rd_kafka_topic_partition_list_t *list = positions_of(settle, job);
    rd_kafka_resp_err_t error = rd_kafka_commit(settle->consumer, list, 0);
    rd_kafka_topic_partition_list_destroy(list);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
        return SETTLER_CLEAN;
    fault_set(&job->why, FAULT_PEER, "positions were not committed: %s", rd_kafka_err2str(error));
    return SETTLER_FAILED;
}

static enum settler_answer probe(struct settle *settle, struct settler_job *job)
{
    if (!ensure_producer(settle, &job->why))
        return without_producer(job);
    rd_kafka_topic_partition_list_t *list = positions_of(settle, job);
    producer_expect_refusal(settle->producer);
    enum fence fence =
        fence_ask(settle->settings, settle->consumer, producer_handle(settle->producer), list, &job->why);
    rd_kafka_topic_partition_list_destroy(list);
    settle->producer = producer_free(settle->producer);
    return fence == FENCE_HOLDS ? SETTLER_CLEAN : fence == FENCE_IS_OPEN ? SETTLER_UNSAFE : SETTLER_FAILED;
}

/*
 * The producer comes first: what the process that had our slot before has left open ends with it, and the stable
 * positions would wait for that.
 */
static enum settler_answer read_all(struct settle *settle, struct settler_job *job)
{
    if (settle->settings->settlement_transactions && !ensure_producer(settle, &job->why))
        return without_producer(job);
    return count_partitions(settle, job, &job->why) && read_positions(settle, job, &job->why) &&
                   read_offsets(settle, job, RD_KAFKA_OFFSET_BEGINNING, &job->why) &&
                   read_offsets(settle, job, RD_KAFKA_OFFSET_END, &job->why)
               ? SETTLER_CLEAN
               : SETTLER_FAILED;
}

void settle_job(struct settle *settle, struct settler_job *job)
{
    switch (job->task) {
    case SETTLER_SETTLE:
        job->answer = settle->settings->settlement_transactions ? settle_transaction(settle, job)
                                                                : settle_plainly(settle, job);
        return;
    case SETTLER_READ:
        job->answer = read_all(settle, job);
        return;
    case SETTLER_PEEK:
        job->answer = peek_times(settle->settings, job->positions, job->position_count, &job->why)
                          ? SETTLER_CLEAN
                          : SETTLER_FAILED;
        return;
    case SETTLER_PROBE:
        job->answer = probe(settle, job);
        return;
    }
}
