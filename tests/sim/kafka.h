/*
 * Kafka as kafka/README.md sections 1 and 2 found it: logs, transactions whose markers are written one by one, committed
 * positions, and the group.
 */
#ifndef SIM_KAFKA_H
#define SIM_KAFKA_H

#include "sim.h"

enum { LOG_ROOM = 2048, REQUESTS_ROOM = 64, PLAIN_ROOM = 192, MEMBERS = 8, LATE_ROOM = 16 };

/*
 * The logs that transactions write; LOG_OFFSETS stands for the group's positions. What is committed in LOG_SIGNALS
 * stands in the plain log of the signals, in the order of the markers.
 */
enum {
    LOG_LEDGER,
    LOG_OUTCOMES = PARTITIONS,
    LOG_DEAD,
    LOG_OFFSETS,
    LOG_SIGNALS,
    LOGS = LOG_SIGNALS + PARTITIONS
};

enum entry_state { ENTRY_PENDING, ENTRY_COMMITTED, ENTRY_ABORTED, ENTRY_MARKER, ENTRY_COMPACTED };

struct entry {
    enum entry_state state;
    int slot; /* who wrote it: its transactional id */
    struct payload *payload;
};

struct log {
    struct entry entries[LOG_ROOM];
    int64_t count;
    int64_t stable; /* everything below is decided */
};

/* A plain record: a request (order index), a person's decision, what BT reports, what another worker wrote. */
struct plain {
    int order;
    bool misplaced, keyless; /* a request that is not where its key belongs; one without a key */
    int weight;              /* of its dead letter: it must be made smaller so often */
    struct decision decision;
    int state, event;              /* of a notification: what it says, and its id */
    int64_t at_ms;                 /* when it was there, by the wall clock */
    bool by_id;                    /* it bears BT's id only */
    const struct payload *written; /* by a worker, into the signals; null: it is a decision */
};

struct plain_log {
    struct plain list[PLAIN_ROOM];
    int64_t count, start; /* retention has deleted what is below `start` */
};

enum transaction_state { TX_EMPTY, TX_ONGOING, TX_COMMITTING, TX_ABORTING, TX_COMMITTED, TX_ABORTED };

/* What the transaction coordinator knows of one transactional id. */
struct coordinator {
    int epoch;
    enum transaction_state state;
    unsigned logs;    /* bits of logs in the transaction */
    unsigned markers; /* of those, whose marker is not written yet */
    int64_t began_us;
};

struct committed {
    bool set;
    int64_t offset, signals, events;
    char metadata[TEXT];
    unsigned written; /* when it was sent: a later one wins */
};

/* The group coordinator: members, and who has which partition. */
struct member {
    int id;        /* 0: free place */
    int process;   /* STRANGER: none of ours */
    unsigned life; /* of the process that it belongs to */
    bool joined;   /* in the rebalance under way */
    int instance;  /* group.instance.id; 0: a dynamic member */
};

struct group {
    struct member members[MEMBERS];
    int next_id, generation;
    bool preparing;        /* a rebalance is under way */
    int owner[PARTITIONS]; /* member id; 0: none */
};

enum { STRANGER = -1 };

struct assignment {
    int member, generation; /* member 0: no assignment */
    int instance;           /* 0: a dynamic member */
};

/* An EndTxn that is still on its way although its sender has given it up. */
struct late {
    int slot, epoch;
};

struct kafka {
    struct log logs[LOGS];
    struct plain_log requests[PARTITIONS], signals[PARTITIONS], events[PARTITIONS];
    struct coordinator coordinators[SLOTS];
    struct committed positions[PARTITIONS], pending[SLOTS][PARTITIONS];
    struct committed ours[PARTITIONS]; /* the latest positions that workers have committed */
    unsigned writes;
    struct group group;
    struct late late[LATE_ROOM];
    int late_count;
    bool decided; /* a commit has been decided since this was looked at */
};

extern struct kafka kafka;

void kafka_reset(void);

/* What a broker answers; ANSWER_AGAIN: CONCURRENT_TRANSACTIONS, and an unstable position. */
enum answer { ANSWER_OK, ANSWER_AGAIN, ANSWER_FENCED, ANSWER_REFUSED, ANSWER_TOO_LARGE };

enum answer kafka_init(int slot, int *epoch);
enum answer kafka_send_offsets(int slot, int epoch, struct assignment assignment,
                               const struct committed positions[PARTITIONS]);
enum answer kafka_produce(int slot, int epoch, int log, struct payload *payload);
enum answer kafka_end(int slot, int epoch);
enum answer kafka_stable_positions(const bool wanted[PARTITIONS], struct committed found[PARTITIONS]);

/* The broker's own work. */
void kafka_write_marker(int slot, int log);
void kafka_time_out(int slot);
void kafka_add_late(int slot, int epoch);
void kafka_deliver_late(int index);
void kafka_compact(int32_t partition);

/* Without a transaction: a stranger's commit; a tool's record, decided at once. */
void kafka_commit(int32_t partition, const struct committed *position);
void kafka_write(int log, struct payload *payload);
bool kafka_is_quiet(void); /* no transaction is open, or has markers to come */

/* The group's. */
int group_join(int process, unsigned life, int instance); /* the member id; 0: not now */
void group_rejoin(int member);
void group_remove(int member);
bool group_knows(int member);
const struct member *group_instance(int instance); /* null: none, or not static */
bool group_is_empty(void);
bool group_is_complete(void); /* all have joined: a new generation may begin */
void group_complete(void);

#endif
