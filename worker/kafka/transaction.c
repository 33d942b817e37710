/* Runs one transaction. The order inside it, positions first, is measured: kafka/README.md section 3. */
#include "transaction.h"

#include "client_config.h"
#include "failpoint.h"
#include "fence.h"
#include "invariant.h"
#include "log.h"
#include "memory.h"
#include "peek.h"
#include "producer.h"
#include "rights.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum {
    READ_TIMEOUT_MS = 5000,
    PAUSE_MS = 50,
};

struct transaction {
    const struct settings *settings;
    rd_kafka_t *consumer;
    struct producer *producer; /* null: one is to be made */
    bool singly;               /* a record was refused for itself: the next producer shows which one */
    atomic_bool giving_up;     /* the process ends */
};

struct transaction *transaction_new(const struct settings *settings, rd_kafka_t *consumer)
{
    struct transaction *transaction = memory_new(1, sizeof *transaction);

    transaction->settings = settings;
    transaction->consumer = consumer;
    return transaction;
}

void *transaction_free(struct transaction *transaction)
{
    producer_free(transaction->producer);
    return memory_free(transaction);
}

void transaction_give_up(struct transaction *transaction)
{
    atomic_store(&transaction->giving_up, true);
}

static void pause_briefly(void)
{
    nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
}

/* Whether another process has our place in the group: then the transactional.id is its, too. */
static bool is_fenced(const struct transaction *transaction)
{
    return rd_kafka_fatal_error(transaction->consumer, NULL, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* A producer that is ready, whatever it takes. FAULT_PEER: we are fenced, or end; anything else: there can be none. */
static bool ensure_producer(struct transaction *transaction, struct fault *why)
{
    while (transaction->producer == NULL) {
        struct producer *producer = NULL;
        if (is_fenced(transaction))
            return fault_set(why, FAULT_PEER, "another process has the transactional.id");
        if (atomic_load(&transaction->giving_up))
            return fault_set(why, FAULT_PEER, "the worker ends");
        if (producer_new(transaction->settings, transaction->singly, &producer, why)) {
            transaction->producer = producer;
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
static enum job_answer leave_unclear(struct settlement_job *job)
{
    for (size_t i = 0; i < job->position_count; i++)
        memory_free(job->positions[i].metadata);
    job->position_count = 0;
    return JOB_UNCLEAR;
}

/* The answer to a job for which there is no producer. */
static enum job_answer without_producer(struct settlement_job *job)
{
    if (job->why.kind != FAULT_PEER)
        return JOB_FATAL;
    return job->task == JOB_SETTLE ? leave_unclear(job) : JOB_FAILED;
}

static void add_position(rd_kafka_topic_partition_list_t *list, const char *topic, int32_t partition,
                         int64_t offset)
{
    if (offset >= 0)
        rd_kafka_topic_partition_list_add(list, topic, partition)->offset = offset;
}

static rd_kafka_topic_partition_list_t *positions_of(const struct transaction *transaction,
                                                     const struct settlement_job *job)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)job->position_count);
    const struct settings *settings = transaction->settings;

    for (size_t i = 0; i < job->position_count; i++) {
        const struct job_position *position = &job->positions[i];
        add_position(list, settings->topic_signals, position->partition, position->signals);
        add_position(list, settings->topic_events, position->partition, position->events);
        rd_kafka_topic_partition_t *entry =
            rd_kafka_topic_partition_list_add(list, settings->topic_requests, position->partition);
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
static bool flush_and_commit(struct transaction *transaction, struct fault *why)
{
    rd_kafka_t *handle = producer_handle(transaction->producer);
    int64_t until_ms = loop_clock_ms() + transaction->settings->commit_timeout_ms;

    if (rd_kafka_flush(handle, (int)transaction->settings->commit_timeout_ms) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(why, FAULT_PEER, "the records were not acknowledged in time");
    if (producer_unplaced(transaction->producer) > 0)
        return fault_set(why, FAULT_PEER, "%u records were acknowledged without a place in their log",
                         producer_unplaced(transaction->producer));
    int64_t left_ms = until_ms - loop_clock_ms();
    return passed(rd_kafka_commit_transaction(handle, left_ms < 1 ? 1 : (int)left_ms), "commit", why);
}

static bool transact(struct transaction *transaction, struct settlement_job *job, bool *replaced,
                     struct fault *why)
{
    rd_kafka_t *handle = producer_handle(transaction->producer);

    REQUIRE(job->assignment != NULL); /* R2: positions of nobody would be taken without a fence */
    FAILPOINT("settle.begin");
    TRY(passed(rd_kafka_begin_transaction(handle), "begin of a transaction", why));
    rd_kafka_topic_partition_list_t *list = positions_of(transaction, job);
    rd_kafka_error_t *error = rd_kafka_send_offsets_to_transaction(
        handle, list, job->assignment, (int)transaction->settings->send_offsets_timeout_ms);
    *replaced = rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
    rd_kafka_topic_partition_list_destroy(list);
    TRY(passed(error, "sending positions", why));
    FAILPOINT("settle.positions");
    for (size_t i = 0; i < job->record_count; i++)
        TRY(producer_send(transaction->producer, job->records[i], why));
    FAILPOINT("settle.commit");
    TRY(flush_and_commit(transaction, why));
    FAILPOINT("settle.committed");
    return true;
}

static void take_committed(const rd_kafka_topic_partition_t *entry, struct job_position *position)
{
    memory_free(position->metadata);
    position->offset = entry->offset < 0 ? -1 : entry->offset;
    position->metadata =
        entry->metadata_size > 0 ? memory_text_of(entry->metadata, entry->metadata_size) : NULL;
    position->metadata_length = entry->metadata_size;
}

/* First or next offset of each request partition; a read_committed handle gives the last stable one for the next. */
static bool read_offsets(struct transaction *transaction, struct settlement_job *job, int64_t which,
                         struct fault *why)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)job->position_count);

    for (size_t i = 0; i < job->position_count; i++)
        rd_kafka_topic_partition_list_add(list, transaction->settings->topic_requests,
                                          job->positions[i].partition)
            ->offset = which;
    REQUIRE((size_t)list->cnt == job->position_count); /* they are read by their place */
    rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(transaction->consumer, list, READ_TIMEOUT_MS);
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
static bool read_positions(struct transaction *transaction, struct settlement_job *job, struct fault *why)
{
    const struct settings *settings = transaction->settings;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)job->position_count * 3);

    for (size_t i = 0; i < job->position_count; i++) {
        rd_kafka_topic_partition_list_add(list, settings->topic_requests, job->positions[i].partition);
        rd_kafka_topic_partition_list_add(list, settings->topic_signals, job->positions[i].partition);
        rd_kafka_topic_partition_list_add(list, settings->topic_events, job->positions[i].partition);
    }
    REQUIRE((size_t)list->cnt == 3 * job->position_count); /* they are read by their place */
    rd_kafka_resp_err_t error = rd_kafka_committed(transaction->consumer, list, READ_TIMEOUT_MS);
    for (int i = 0; error == RD_KAFKA_RESP_ERR_NO_ERROR && i < list->cnt; i++)
        error = list->elems[i].err;
    for (size_t i = 0; error == RD_KAFKA_RESP_ERR_NO_ERROR && i < job->position_count; i++) {
        const rd_kafka_topic_partition_t *found = &list->elems[3 * i];
        take_committed(&list->elems[3 * i], &job->positions[i]);
        job->positions[i].signals = found[1].offset < 0 ? -1 : found[1].offset;
        job->positions[i].events = found[2].offset < 0 ? -1 : found[2].offset;
    }
    rd_kafka_topic_partition_list_destroy(list);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(why, FAULT_PEER, "cannot read positions: %s", rd_kafka_err2str(error));
    return true;
}

/* Of the group's consumer, which reads committed records: so these are the ends of what it will be given. */
static bool read_ends(struct transaction *transaction, struct settlement_job *job, struct fault *why)
{
    const struct settings *settings = transaction->settings;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)job->position_count * 2);

    for (size_t i = 0; i < job->position_count; i++) {
        rd_kafka_topic_partition_list_add(list, settings->topic_signals, job->positions[i].partition)
            ->offset = RD_KAFKA_OFFSET_END;
        rd_kafka_topic_partition_list_add(list, settings->topic_events, job->positions[i].partition)->offset =
            RD_KAFKA_OFFSET_END;
    }
    rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(transaction->consumer, list, READ_TIMEOUT_MS);
    for (int i = 0; error == RD_KAFKA_RESP_ERR_NO_ERROR && i < list->cnt; i++)
        error = list->elems[i].err;
    for (size_t i = 0; error == RD_KAFKA_RESP_ERR_NO_ERROR && i < job->position_count; i++) {
        job->positions[i].signals = list->elems[2 * i].offset;
        job->positions[i].events = list->elems[2 * i + 1].offset;
    }
    rd_kafka_topic_partition_list_destroy(list);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(why, FAULT_PEER, "cannot read where signals and events end: %s",
                         rd_kafka_err2str(error));
    return true;
}

/*
 * Called once no report can come any more: of records that were acknowledged, or of a producer that is gone. A batch is
 * refused as a whole, whichever of its records is at fault (R16): so the next producer sends each record in
 * a batch of its own, and the broker's answers show which one is refused. What a producer of full batches says of
 * single records is forgotten.
 */
static void note_refused(struct transaction *transaction, const struct settlement_job *job, bool settled)
{
    bool named = transaction->singly, any = false;

    for (size_t i = 0; i < job->record_count; i++) {
        any = any || job->records[i]->refused != NULL;
        if (!named)
            job->records[i]->refused = NULL;
    }
    transaction->singly = any || (named && !settled);
    if (named && settled)
        transaction->producer = producer_free(transaction->producer); /* full batches again */
}

/* How many partitions the request topic has now. */
static bool count_partitions(struct transaction *transaction, struct settlement_job *job, struct fault *why)
{
    rd_kafka_topic_t *topic =
        rd_kafka_topic_new(transaction->consumer, transaction->settings->topic_requests, NULL);
    const rd_kafka_metadata_t *metadata;
    rd_kafka_resp_err_t error =
        rd_kafka_metadata(transaction->consumer, 0, topic, &metadata, READ_TIMEOUT_MS);

    rd_kafka_topic_destroy(topic);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(why, FAULT_PEER, "cannot read the partitions: %s", rd_kafka_err2str(error));
    job->partition_total = metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
    rd_kafka_metadata_destroy(metadata);
    return true;
}

/*
 * The broker refused the positions because our place in the group has another member now. That may be ourselves after a
 * rejoin, or another process; the next heartbeat shows.
 */
static void await_heartbeat(const struct transaction *transaction)
{
    int64_t until_ms = loop_clock_ms() + 2 * CLIENT_HEARTBEAT_MS;

    while (!is_fenced(transaction) && loop_clock_ms() < until_ms)
        pause_briefly();
}

/* R3: a new producer with the same id ends whatever is open; only then do the positions show what happened. */
static enum job_answer find_out(struct transaction *transaction, struct settlement_job *job)
{
    struct fault why;

    for (;;) {
        if (!ensure_producer(transaction, &job->why))
            return without_producer(job);
        /* Nothing is ours any more, so it is the next owner's to find out. */
        if (rd_kafka_assignment_lost(transaction->consumer) || is_fenced(transaction) ||
            atomic_load(&transaction->giving_up))
            return leave_unclear(job);
        if (read_positions(transaction, job, &why))
            return JOB_UNCLEAR;
        LOG(LOG_WARN, "cannot find out yet whether a settlement happened, will ask again", log_fault(&why));
        pause_briefly();
    }
}

static enum job_answer settle_transaction(struct transaction *transaction, struct settlement_job *job)
{
    int64_t began_ms = loop_clock_ms();
    bool replaced = false;

    if (!ensure_producer(transaction, &job->why))
        return without_producer(job);
    producer_forget_failures(transaction->producer);
    bool committed = transact(transaction, job, &replaced, &job->why);
    bool clean = producer_failures(transaction->producer) == 0 &&
                 loop_clock_ms() - began_ms <= transaction->settings->settlement_deadline_ms;
    if (!committed)
        transaction->producer = producer_free(transaction->producer);
    note_refused(transaction, job, committed);
    REQUIRE(committed || transaction->producer == NULL); /* R3: one of an unclear end is not used again */
    if (committed && clean)
        return JOB_CLEAN;
    if (committed) {
        transaction->producer =
            producer_free(transaction->producer); /* a hidden repeat could end the next transaction */
        return JOB_DIRTY;
    }
    LOG(LOG_WARN, "a settlement is unclear, the broker is asked whether it happened", log_fault(&job->why));
    if (replaced)
        await_heartbeat(transaction);
    return find_out(transaction, job);
}

enum turn { TURN_SIGNALS, TURN_LEDGER, TURN_OTHERS };

static enum turn turn_of(const struct settings *settings, const struct kafka_record *record)
{
    return record->topic == settings->topic_signals  ? TURN_SIGNALS
           : record->topic == settings->topic_ledger ? TURN_LEDGER
                                                     : TURN_OTHERS;
}

/* The records of this turn; true when the broker has them. */
static bool produce_acknowledged(struct transaction *transaction, struct settlement_job *job, enum turn turn)
{
    for (size_t i = 0; i < job->record_count; i++)
        if (turn_of(transaction->settings, job->records[i]) == turn &&
            !producer_send(transaction->producer, job->records[i], &job->why))
            return false;
    if (rd_kafka_flush(producer_handle(transaction->producer),
                       (int)transaction->settings->settlement_deadline_ms) == RD_KAFKA_RESP_ERR_NO_ERROR &&
        producer_failures(transaction->producer) == 0 && producer_unplaced(transaction->producer) == 0)
        return true;
    return fault_set(&job->why, FAULT_PEER, "records were not acknowledged");
}

/*
 * Without transactions (R13): what goes to other owners first, which the ledger then counts as told, the ledger, the
 * outcomes, then the positions, each acknowledged.
 */
static enum job_answer settle_plainly(struct transaction *transaction, struct settlement_job *job)
{
    if (!ensure_producer(transaction, &job->why))
        return without_producer(job);
    producer_forget_failures(transaction->producer);
    bool acknowledged = produce_acknowledged(transaction, job, TURN_SIGNALS) &&
                        produce_acknowledged(transaction, job, TURN_LEDGER) &&
                        produce_acknowledged(transaction, job, TURN_OTHERS);
    if (!acknowledged)
        transaction->producer = producer_free(transaction->producer);
    note_refused(transaction, job, acknowledged);
    if (!acknowledged)
        return JOB_FAILED;
    rd_kafka_topic_partition_list_t *list = positions_of(transaction, job);
    rd_kafka_resp_err_t error = rd_kafka_commit(transaction->consumer, list, 0);
    rd_kafka_topic_partition_list_destroy(list);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
        return JOB_CLEAN;
    fault_set(&job->why, FAULT_PEER, "positions were not committed: %s", rd_kafka_err2str(error));
    return JOB_FAILED;
}

static enum job_answer probe(struct transaction *transaction, struct settlement_job *job)
{
    if (!ensure_producer(transaction, &job->why))
        return without_producer(job);
    rd_kafka_topic_partition_list_t *list = positions_of(transaction, job);
    producer_expect_refusal(transaction->producer);
    enum fence fence = fence_ask(transaction->settings, transaction->consumer,
                                 producer_handle(transaction->producer), list, &job->why);
    rd_kafka_topic_partition_list_destroy(list);
    bool may =
        fence != FENCE_HOLDS || rights_ask(transaction->settings, producer_handle(transaction->producer),
                                           job->positions[0].partition, &job->why);
    transaction->producer = producer_free(transaction->producer);
    return !may                     ? JOB_FAILED
           : fence == FENCE_HOLDS   ? JOB_CLEAN
           : fence == FENCE_IS_OPEN ? JOB_UNSAFE
                                    : JOB_FAILED;
}

/*
 * The producer comes first: what the process that had our slot before has left open ends with it, and the stable
 * positions would wait for that.
 */
static enum job_answer read_all(struct transaction *transaction, struct settlement_job *job)
{
    if (transaction->settings->settlement_transactions && !ensure_producer(transaction, &job->why))
        return without_producer(job);
    return count_partitions(transaction, job, &job->why) && read_positions(transaction, job, &job->why) &&
                   read_offsets(transaction, job, RD_KAFKA_OFFSET_BEGINNING, &job->why) &&
                   read_offsets(transaction, job, RD_KAFKA_OFFSET_END, &job->why)
               ? JOB_CLEAN
               : JOB_FAILED;
}

void transaction_carry_out(struct transaction *transaction, struct settlement_job *job)
{
    switch (job->task) {
    case JOB_SETTLE:
        job->answer = transaction->settings->settlement_transactions ? settle_transaction(transaction, job)
                                                                     : settle_plainly(transaction, job);
        return;
    case JOB_READ:
        job->answer = read_all(transaction, job);
        return;
    case JOB_PEEK:
        job->answer = peek_times(transaction->settings, job->positions, job->position_count, &job->why)
                          ? JOB_CLEAN
                          : JOB_FAILED;
        return;
    case JOB_ENDS:
        job->answer = read_ends(transaction, job, &job->why) ? JOB_CLEAN : JOB_FAILED;
        return;
    case JOB_PROBE:
        job->answer = probe(transaction, job);
        return;
    }
}
