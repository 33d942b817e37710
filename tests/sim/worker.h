/*
 * One worker process: the real order/ code, and a stand-in for run/ and kafka/ around it, as small and as near to them
 * as can be. Its loop turns, its settling thread makes one request after another, its consumer's library does what
 * librdkafka does in the background.
 */
#ifndef SIM_WORKER_H
#define SIM_WORKER_H

#include "bt.h"
#include "intake_gate.h"
#include "kafka.h"
#include "ownership.h"

enum { ITEMS = 64, CALLBACKS = 4 };

/* --- the settling thread (settling_thread.c; kafka/settle.c) --- */

enum stage {
    STAGE_IDLE,
    STAGE_INIT,      /* a producer is to be made */
    STAGE_OFFSETS,   /* positions are to be sent */
    STAGE_PRODUCE,   /* records are to be sent */
    STAGE_END,       /* EndTxn */
    STAGE_FIND_INIT, /* R3: a new producer ends what is open, */
    STAGE_FIND_READ, /* then the positions tell */
    STAGE_READ,      /* positions for a take-over */
    STAGE_DONE,      /* the loop has not taken the answer yet */
};

struct job {
    enum stage stage;
    bool reads; /* the question is about positions; else it settles */
    unsigned question;
    bool failed; /* the positions could not be read */
    enum settlement_end end;
    bool lost; /* the assignment was lost meanwhile: nothing was read */
    struct pair pair;
    struct committed positions[PARTITIONS]; /* to be committed, or read */
    bool wanted[PARTITIONS];
    struct {
        int log;
        struct payload *payload;
    } records[ITEMS];
    int record_count, sent;
    int64_t began_ms,
        wait_us; /* the worker's clock; a request that gets no answer is waited for until then */
};

/* --- the group's library --- */

/* A rebalance callback that waits for the loop. */
struct callback {
    bool assigns, lost;
    bool partitions[PARTITIONS];
};

/* The consumer's library: what it knows of the group. */
struct library {
    struct pair pair;
    bool lost;     /* rd_kafka_assignment_lost() */
    bool joins;    /* it is about to send a JoinGroup */
    bool waits;    /* it has joined, and waits for the new generation */
    bool assigned; /* the application has a set, or will be told of one */
    bool revoking; /* it waits for the application to give its set back */
    bool leaving;  /* a clean stop: it leaves instead of joining */
    bool fenced;   /* another process of its slot has joined: it never joins again */
    struct callback callbacks[CALLBACKS];
    int callback_count;
};

struct worker {
    int process; /* its place in workers[] */
    int slot;    /* whose transactional id and, if it is static, instance id it has */
    bool up, paused, stopping;
    bool stalled;             /* its loop stands still within a turn, its other threads go on */
    int chore;                /* of the turn that is under way; 0: none is */
    int64_t turn_ms, turn_us; /* when it began: its clock, true time */
    bool dirty;               /* its loop has something to do */
    unsigned life;
    int64_t offset_us; /* of its clock */
    double rate;
    int64_t kill_us;          /* of a paused or stalled one */
    int64_t end_us;           /* fenced by its own slot: it ends then; 0: it is not */
    int64_t look_us;          /* it sees the new number of partitions then; 0: there is none */
    char accept[TEXT];        /* takeover.accept, as it was when it started */
    bool foreign[PARTITIONS]; /* the position that it has read was a stranger's */
    int64_t due_ms;           /* the next timer of its loop; INT64_MAX: none */

    struct orders *orders;
    struct duplicates *duplicates;
    struct settlements *settlements;

    struct library library;
    struct pair pair; /* taken in the ASSIGN callback; member 0: dropped */

    struct batch *batch;
    struct ownership *ownership;
    struct intake_gate gate;
    bool owns[PARTITIONS];           /* of the assignment */
    bool reads[PARTITIONS];          /* the ledger, for its take-over, */
    int64_t ledger_read[PARTITIONS]; /* so far */
    bool gives_back;                 /* ownership has let go: the library is told after that */
    bool gives_up;                   /* it ends; `why` */
    struct fault why;
    unsigned question; /* about positions, */
    bool asks;         /* which waits for the thread */
    bool takes_out;    /* settled records are being taken out of the batch */
    struct job job;
    int epoch;   /* of its producer; -1: there is none */
    bool singly; /* a record was refused: the next producer sends one record a batch, and so learns which */

    int64_t next_request[PARTITIONS], next_signal[PARTITIONS];
    int64_t sweep_ms;
    struct kept {
        char *progress;
        size_t step;
        bool second_half;
    } kept[ORDERS]; /* R12 off: what the ledger says of the order */
};

extern struct worker workers[PROCESSES];

int64_t worker_clock(const struct worker *worker); /* ms */
struct orders_time worker_time(const struct worker *worker);

/* When its clock shows this, in true time. */
int64_t worker_moment(const struct worker *worker, int64_t ms);

void worker_start(struct worker *worker);
void worker_crash(struct worker *worker, const char *why);
void worker_turn(struct worker *worker);
bool worker_stands(const struct worker *worker); /* its loop does nothing */
bool worker_takes(const struct worker *worker);
bool worker_reads_ledger(const struct worker *worker);

/* Whether another process of its slot is alive. */
bool worker_has_twin(const struct worker *worker);

/* membership.c: what ownership asks for */
void membership_begin(struct worker *worker); /* a process starts */
void membership_serve(struct worker *worker); /* the library's callbacks */
void membership_chore(struct worker *worker);
void membership_positions(struct worker *worker);

/* settling.c */
void settling_chore(struct worker *worker);
void settling_returned(struct worker *worker);

/* records.c */
extern const struct batch_records records_port;
void records_copy_done(const struct payload *from, struct payload *to);
struct payload *records_dead_letter(const struct plain *request, int32_t partition, int64_t offset);
/* R12 off: the second half of a step that was settled in two. */
void records_write_second_half(struct worker *worker, const struct payload *record);

/* settling_thread.c */
bool thread_can_step(const struct worker *worker);
void thread_step(struct worker *worker);
void thread_sends(struct worker *worker); /* the process dies with a request on its way */

/* intake.c */
void intake_chore(struct worker *worker);

/* calling.c */
void calling_chore(struct worker *worker);
void calling_permit(struct call_model *call);
void calling_answer(struct call_model *call);
void calling_time_out(struct worker *worker);
int64_t calling_due_ms(const struct worker *worker);
void calling_abandon(struct worker *worker); /* the process is dead */

/* library.c: what librdkafka does by itself */
void library_join(struct worker *worker);
void library_notice(struct worker *worker); /* a rebalance has begun */
bool library_can_notice(const struct worker *worker);
void library_sync(struct worker *worker); /* the new generation */
bool library_can_sync(const struct worker *worker);
void library_learn(struct worker *worker); /* the group has removed it */
bool library_can_learn(const struct worker *worker);
void library_release(struct worker *worker); /* the application gives its set back */
void library_leave(struct worker *worker);
void library_pop(struct worker *worker, struct callback *callback);

#endif
