/*
 * The settlement thread: transactions carried out, positions read, one job at a time.
 *
 * It owns the producer: begin, send, commit, committed, init and destroy block, so they run here and never on the
 * loop. What an unclear commit means is decided in order/partitions; here it is only found out (PROMISE.md R3). Jobs
 * go in by settlement_thread_start, results come back on the loop through the callback. Only bytes cross.
 */
#ifndef KAFKA_SETTLEMENT_THREAD_H
#define KAFKA_SETTLEMENT_THREAD_H

#include "config.h"
#include "loop.h"

#include <librdkafka/rdkafka.h>

struct kafka_header {
    char *name, *value; /* owned; a null value is one on the wire too */
    size_t length;
};

/* One record to be produced. */
struct kafka_record {
    const char *topic; /* borrowed for good */
    int32_t partition; /* RD_KAFKA_PARTITION_UA: by the key */
    char *key;         /* null: none */
    size_t key_length;
    char *value; /* null: none */
    size_t length;
    struct kafka_header *headers; /* owned */
    size_t header_count;
    char *note; /* what its owner says of it once it is settled; owned, not produced; null: nothing */

    /* What the broker said of it in the settlement that just ended. */
    int64_t offset; /* in its partition; -1: not known */
    const char
        *refused; /* the name of the error, where Kafka refuses this very record (R16); null: it does not */
};

/* A position to commit, or one that was read: partition of the request topic. */
struct job_position {
    int32_t partition;
    int64_t offset;          /* read: -1 when nothing is committed */
    int64_t signals, events; /* in those topics; -1: not committed, or not to be */
    int64_t low, high;       /* read: first and next offset of the request log; -1: not known */
    int64_t time_ms;         /* peek: of the record at the offset; -1: there is none (any more) */
    char *metadata;          /* owned; null: none */
    size_t metadata_length;
};

enum job_task {
    JOB_SETTLE, /* records and positions in one transaction */
    JOB_READ,   /* the stable committed positions of `positions` */
    JOB_PEEK,   /* the times of the request records at `offset` of `positions`, into `time_ms` */
    JOB_ENDS, /* where the stable parts of signals and events end, into `signals` and `events` of `positions` */
    JOB_PROBE, /* a transaction with a wrong generation must be refused (PROMISE.md A1) */
};

enum job_answer {
    JOB_CLEAN,   /* done; of a probe: the broker refused, as it must */
    JOB_DIRTY,   /* committed, with a failure seen on the way: it counts */
    JOB_UNCLEAR, /* not known; `positions` then hold what is committed now, unless `lost` */
    JOB_FAILED,  /* a read or probe failed; try again */
    JOB_UNSAFE,  /* probe: the broker did not refuse */
    JOB_FATAL,   /* the producer cannot go on: see `why` */
};

struct settlement_job {
    enum job_task task;
    struct kafka_record **records; /* the list is owned, the records are borrowed until the job is back */
    size_t record_count;
    struct job_position *positions;
    size_t position_count;
    rd_kafka_consumer_group_metadata_t *assignment; /* owned; of JOB_SETTLE */
    int partition_total;                            /* read: of the request topic */

    enum job_answer answer;
    struct fault why;
    int64_t took_ms;
};

typedef void settlement_thread_done_fn(void *context, struct settlement_job *job);

struct settlement_thread;

/*
 * Starts the thread and, with transactions, makes the producer ready: this may take seconds. `consumer` is the
 * group's member, for committed positions. `done` gets each job back, on the loop; the job is its to free.
 */
MUST_USE bool settlement_thread_new(const struct settings *settings, struct loop *loop, rd_kafka_t *consumer,
                                    settlement_thread_done_fn *done, void *context,
                                    struct settlement_thread **thread, struct fault *why);

/* Waits for the running job, which gives up when Kafka is away, then ends the thread. Accepts null. */
void *settlement_thread_free(struct settlement_thread *thread);

/* Hands a job over. One at a time: not before the last one came back. */
void settlement_thread_start(struct settlement_thread *thread, struct settlement_job *job);

/* Adds a header, copied; a null `value` stays null. */
void kafka_record_header(struct kafka_record *record, const char *name, const void *value, size_t length);

/* Frees what the record holds; and the record itself, where it was allocated. */
void kafka_record_release(struct kafka_record *record);
void *kafka_record_free(struct kafka_record *record);

struct settlement_job *settlement_job_new(enum job_task task);
void *settlement_job_free(struct settlement_job *job);

#endif
