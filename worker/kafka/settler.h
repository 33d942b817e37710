/*
 * The settling thread: transactions carried out, positions read, one job at a time.
 *
 * It owns the producer: begin, send, commit, committed, init and destroy block, so they run here and never on the
 * loop. What an unclear commit means is decided in order/settlement; here it is only found out (promise.md R3). Jobs
 * go in by settler_start, results come back on the loop through the callback. Only bytes cross.
 */
#ifndef KAFKA_SETTLER_H
#define KAFKA_SETTLER_H

#include "config.h"
#include "loop.h"

#include <librdkafka/rdkafka.h>

struct settler_header {
    char *name, *value; /* owned; a null value is one on the wire too */
    size_t length;
};

/* One record to be produced. */
struct settler_record {
    const char *topic; /* borrowed for good */
    int32_t partition; /* RD_KAFKA_PARTITION_UA: by the key */
    char *key;         /* null: none */
    size_t key_length;
    char *value; /* null: none */
    size_t length;
    struct settler_header *headers; /* owned */
    size_t header_count;

    /* What the broker said of it in the settlement that just ended. */
    int64_t offset; /* in its partition; -1: not known */
    const char
        *refused; /* the name of the error, where Kafka refuses this very record (R16); null: it does not */
};

/* A position to commit, or one that was read: partition of the request topic. */
struct settler_position {
    int32_t partition;
    int64_t offset;    /* read: -1 when nothing is committed */
    int64_t signals;   /* the same of the signals topic; -1: not committed, or not to be */
    int64_t low, high; /* read: first and next offset of the request log; -1: not known */
    int64_t time_ms;   /* peek: of the record at the offset; -1: there is none (any more) */
    char *metadata;    /* owned; null: none */
    size_t metadata_length;
};

enum settler_task {
    SETTLER_SETTLE, /* records and positions in one transaction */
    SETTLER_READ,   /* the stable committed positions of `positions` */
    SETTLER_PEEK,   /* the times of the request records at `offset` of `positions`, into `time_ms` */
    SETTLER_PROBE,  /* a transaction with a wrong generation must be refused (promise.md A1) */
};

enum settler_answer {
    SETTLER_CLEAN,   /* done; of a probe: the broker refused, as it must */
    SETTLER_DIRTY,   /* committed, with a failure seen on the way: it counts */
    SETTLER_UNCLEAR, /* not known; `positions` then hold what is committed now, unless `lost` */
    SETTLER_FAILED,  /* a read or probe failed; try again */
    SETTLER_UNSAFE,  /* probe: the broker did not refuse */
    SETTLER_FATAL,   /* the producer cannot go on: see `why` */
};

struct settler_job {
    enum settler_task task;
    struct settler_record **records; /* the list is owned, the records are borrowed until the job is back */
    size_t record_count;
    struct settler_position *positions;
    size_t position_count;
    rd_kafka_consumer_group_metadata_t *pair; /* owned; of SETTLER_SETTLE */
    int partition_total;                      /* read: of the request topic */

    enum settler_answer answer;
    struct fault why;
    int64_t took_ms;
};

typedef void settler_done_fn(void *context, struct settler_job *job);

struct settler;

/*
 * Starts the thread and, with transactions, makes the producer ready: this may take seconds. `consumer` is the
 * group's member, for committed positions. `done` gets each job back, on the loop; the job is its to free.
 */
MUST_USE bool settler_new(const struct settings *settings, struct loop *loop, rd_kafka_t *consumer,
                          settler_done_fn *done, void *context, struct settler **settler, struct fault *why);

/* Waits for the running job, which gives up when Kafka is away, then ends the thread. Accepts null. */
void *settler_free(struct settler *settler);

/* Hands a job over. One at a time: not before the last one came back. */
void settler_start(struct settler *settler, struct settler_job *job);

/* Adds a header, copied; a null `value` stays null. */
void settler_record_header(struct settler_record *record, const char *name, const void *value, size_t length);

/* Frees what the record holds; and the record itself, where it was allocated. */
void settler_record_release(struct settler_record *record);
void *settler_record_free(struct settler_record *record);

struct settler_job *settler_job_new(enum settler_task task);
void *settler_job_free(struct settler_job *job);

#endif
