/*
 * One worker process: the real order/ code, and a stand-in for run/ and kafka/ around it, as small and as near to them
 * as can be. Its loop turns, its settlement thread makes one request after another, its consumer's library does what
 * librdkafka does in the background.
 */
#ifndef SIM_PROCESS_H
#define SIM_PROCESS_H

#include "bt.h"
#include "intake_gate.h"
#include "kafka.h"
#include "ownership.h"

enum { ITEMS = 64, CALLBACKS = 4 };

/* --- the settlement thread (process_thread.c; kafka/transaction.c) --- */

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
    struct assignment assignment;
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
    struct assignment assignment;
    bool lost;     /* rd_kafka_assignment_lost() */
    bool joins;    /* it is about to send a JoinGroup */
    bool waits;    /* it has joined, and waits for the new generation */
    bool assigned; /* the application has a set, or will hear of one */
    bool revoking; /* it waits for the application to give its set back */
    bool leaving;  /* a clean stop: it leaves instead of joining */
    bool fenced;   /* another process of its slot has joined: it never joins again */
    struct callback callbacks[CALLBACKS];
    int callback_count;
};

struct process {
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
    struct partitions *partitions;

    struct library library;
    struct assignment assignment; /* taken in the ASSIGN callback; member 0: dropped */

    struct batch *batch;
    struct bt_ids *bt_ids;
    struct last_words *last_words; /* null: none are kept */
    struct ownership *ownership;
    struct intake_gate gate;
    bool owns[PARTITIONS];           /* of the assignment */
    bool reads[PARTITIONS];          /* the ledger, for its take-over, */
    int64_t ledger_read[PARTITIONS]; /* so far */
    bool gives_back;                 /* ownership has let go: the library hears of it after that */
    bool gives_up;                   /* it ends; `why` */
    struct fault why;
    unsigned question; /* about positions, */
    bool asks;         /* which waits for the thread */
    bool takes_out;    /* settled records are being taken out of the batch */
    struct job job;
    int epoch;   /* of its producer; -1: there is none */
    bool singly; /* a record was refused: the next producer sends one record a batch, and so learns which */

    int64_t next_request[PARTITIONS], next_signal[PARTITIONS], next_event[PARTITIONS];
    struct goal {
        bool set;
        int64_t signals, events, asked_wall_ms;
    } goals[PARTITIONS];              /* where these logs ended when a wait was overdue */
    int waking[ORDERS], waking_count; /* places of records that are being read */
    int64_t sweep_ms;
    struct kept {
        char *progress;
        size_t step;
        bool second_half;
    } kept[ORDERS]; /* R12 off: what the ledger says of the order */
};

extern struct process workers[PROCESSES];

int64_t process_clock(const struct process *worker); /* ms */
struct orders_time process_time(const struct process *worker);

int64_t workers_wall_ms(void); /* all have the same */

/* When its clock shows this, in true time. */
int64_t process_moment(const struct process *worker, int64_t ms);

void process_start(struct process *worker);
void process_crash(struct process *worker, const char *why);
void process_turn(struct process *worker);
bool process_stands(const struct process *worker); /* its loop does nothing */
bool process_takes(const struct process *worker);
bool process_reads_ledger(const struct process *worker);

/* Whether another process of its slot is alive. */
bool process_has_twin(const struct process *worker);

/* membership.c: what ownership asks for */
void process_membership_begin(struct process *worker); /* a process starts */
void process_membership_serve(struct process *worker); /* the library's callbacks */
void process_membership_chore(struct process *worker);
void process_membership_positions(struct process *worker);

/* process_settlement.c */
void process_settlement_chore(struct process *worker);
void process_settlement_returned(struct process *worker);

/* records.c */
extern const struct batch_records process_records_port;
struct ledger_record process_records_copy(const struct ledger_record *record);
void process_records_copy_done(const struct payload *from, struct payload *to);
struct payload *process_records_dead_letter(const struct plain *request, int32_t partition, int64_t offset);
/* R12 off: the second half of a step that was settled in two. */
void process_records_write_second_half(struct process *worker, const struct payload *record);

/* process_thread.c */
bool thread_can_step(const struct process *worker);
void thread_step(struct process *worker);
void thread_sends(struct process *worker); /* the process dies with a request on its way */

/* process_waking.c */
void process_waking_chore(struct process *worker);
void process_waking_forget(struct process *worker, int32_t partition);

/* intake.c */
void process_intake_chore(struct process *worker);

/* process_calls.c */
void process_calls_chore(struct process *worker);
void process_calls_permit(struct call_model *call);
void process_calls_answer(struct call_model *call);
void process_calls_time_out(struct process *worker);
int64_t process_calls_due_ms(const struct process *worker);
void process_calls_abandon(struct process *worker); /* the process is dead */

/* process_library.c: what librdkafka does by itself */
void library_join(struct process *worker);
void library_notice(struct process *worker); /* a rebalance has begun */
bool library_can_notice(const struct process *worker);
void library_sync(struct process *worker); /* the new generation */
bool library_can_sync(const struct process *worker);
void library_learn(struct process *worker); /* the group has removed it */
bool library_can_learn(const struct process *worker);
void library_release(struct process *worker); /* the application gives its set back */
void library_leave(struct process *worker);
void library_pop(struct process *worker, struct callback *callback);

#endif
