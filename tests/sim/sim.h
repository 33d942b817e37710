/*
 * The deterministic simulator: the real order/ code of several workers under virtual time, against models of Kafka, of
 * BT, of people and of processes. See README.md. One schedule is one struct sim; all chance comes from its seed.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "bt_id.h"
#include "decision.h"
#include "ledger.h"
#include "outcome.h"

enum {
    PARTITIONS = 2,
    SLOTS = 4,             /* workers at most */
    PROCESSES = SLOTS + 1, /* one slot may have two (edges.h) */
    ORDERS = 3,
    STEPS = 4,
    KEYS = 2,
    PAYLOADS = 2048,
    TEXT = 160,
};

/* Milliseconds: the defaults of PROMISE.md section 4, a thousand times as fast. */
enum {
    LEASE = 12,
    CALL_TIMEOUT = 30,
    WATCHDOG = 5,
    DELIVERY_MAX = 120,
    READ_LAG = 60,
    SETTLEMENT_DEADLINE = 6,
    SOCKET_TIMEOUT = 3,
    TRANSACTION_TIMEOUT = 7,
    LEDGER_AFTER = 50,
    LOOKUP_GIVE_UP = 3000,
    MESSAGE_TIMEOUT = 150,
    SESSION_TIMEOUT = 20,
    METADATA_AGE = 20,      /* the number of partitions is looked at so often */
    ABSENT_AFTER = 231,     /* >= 1.01 * (12 + 30 + 5 + 120 + 60) + 1 */
    ABSENT_AFTER_OWN = 183, /* >= 1.01 * (120 + 60) + 1 */
};

/* The rules of PROMISE.md that can be switched off, by their numbers, and parts of rules. */
enum sim_rule {
    R1 = 1 << 1,
    R2 = 1 << 2,
    R3 = 1 << 3,
    R4 = 1 << 4,
    R5 = 1 << 5,
    R6 = 1 << 6,
    R8 = 1 << 8,
    R9 = 1 << 9,
    R11 = 1 << 11,
    R12 = 1 << 12,
    R11_LANES = 1 << 13, /* the second half of R11: in the order of the lane */
    R14 = 1 << 14,
    R2_INSTANCE = 1 << 15, /* static membership: the assignment without member id and instance id */
    R16 = 1 << 16,
    R4_FOREIGN = 1 << 17, /* a position is believed whoever committed it */
    R17 = 1 << 19,
    R8_POSITION = 1 << 18, /* a signal's position moves when it is taken */
    R18 = 1 << 20,
    R19 = 1 << 21,
    R20 = 1 << 22,
    R21 = 1 << 23,
};

/*
 * Order types of the catalogue: four that write, one that only reads, one that waits between two writes for a message,
 * one that waits for a date then, too, and one that can be undone.
 */
enum sim_type {
    TYPE_LOOKUP,
    TYPE_NEVER,
    TYPE_REPEATABLE,
    TYPE_TWO,
    TYPE_READ,
    TYPE_WAITS,
    TYPE_DATED,
    TYPE_UNDONE,
    TYPES
};
/* The steps of the last three: one is completed by the first three, or undone by the last. */
enum sim_waits_step { WAITS_CREATE, WAITS_MESSAGE, WAITS_SUBMIT, WAITS_STEPS, WAITS_UNDO = WAITS_STEPS };

/* Seeds from here on have orders that only read, too: they came later, and the others mean what they meant. */
#define READS_FROM UINT64_C(1000000000000)

/* Seeds from here on have what other people do to Kafka, too (edges.h): it came later still. */
#define EDGES_FROM UINT64_C(2000000000000)
#define ODD_LOOKS_FROM UINT64_C(3000000000000)

/* And from here on orders that wait for what BT reports (events.h). */
#define WAITS_FROM UINT64_C(4000000000000)

/* And from here on reports that bear BT's id only (by_id.h). */
#define BY_ID_FROM UINT64_C(5000000000000)

/* And from here on reports that prove that BT has the step (x-message). */
#define PROOFS_FROM UINT64_C(6000000000000)

/* And from here on orders that only wait sleep: what they are is read back from the ledger (process_waking.c). */
#define SLEEPS_FROM UINT64_C(7000000000000)

/* And from here on reports about orders that have ended (ended.h), orders that wait for a date, or are undone. */
#define ENDED_FROM UINT64_C(8000000000000)

/* And from here on first steps that BT rejects without a reply: it only reports that. */
#define REJECTS_FROM UINT64_C(9000000000000)

/* What stands in the ledger, the outcome log and the dead letters; lives as long as its schedule. */
enum payload_kind { PAYLOAD_ORDER, PAYLOAD_OWNER, PAYLOAD_OUTCOME, PAYLOAD_DEAD, PAYLOAD_ID, PAYLOAD_SIGNAL };

struct payload {
    enum payload_kind kind;
    int order;      /* index; of an order's record or outcome */
    int step;       /* of a record: where the order stands */
    int weight;     /* Kafka refuses it above 0 for its size, */
    bool refused;   /* and has named it (R16) */
    int64_t offset; /* of a dead letter: of the request; -1: it stands for the outcome that is in it */
    int32_t partition;
    struct ledger_record record; /* of PAYLOAD_ORDER */
    struct ledger_owner owner;   /* of PAYLOAD_OWNER */
    struct ledger_index
        index;  /* of PAYLOAD_ID; and of PAYLOAD_SIGNAL: whose an id is, or the event to that order */
    int32_t to; /* of PAYLOAD_SIGNAL: the partition that it is for */
    struct outcome_event {
        enum outcome_status status;
        enum reason_kind reason;
        bool final, repeated;
        int step;             /* the step that was called last; -1: none */
        int64_t waited_to_ms; /* of one that no message came for in time; 0: it is none such */
        int weight;           /* as upstream's, */
        bool has_result;      /* which 1 is too large with only */
        int state;            /* of PROGRESS: what BT had reported; -1: it is about something else */
    } outcome;
    struct outcome_event stored; /* the outcome within a record */
    bool has_stored;
    struct report {
        bool is;          /* a dead letter of what BT reported, */
        bool passed_on;   /* and of its place among the signals */
        bool contradicts; /* the order's end; else nobody knows the order */
    } report;
};

/* A request as upstream knows it. */
struct upstream {
    enum sim_type type;
    int key;
    int32_t partition;
    bool published;
    int64_t offset; /* of the first record */
    int sequence;   /* its number among all first ones, as published */
    int repeats;
    int weight; /* of its outcome: 1 too large with its result, 2 even without it */
    bool dies;  /* BT gives it up */
    bool moved; /* what is remembered of it, to another partition than BT's reports go to */
};

/* Which of the edges a schedule has; none before EDGES_FROM. */
struct edges {
    bool misplaces; /* copies of writes by another client's partitioner, or without a key */
    bool foreign;   /* a stranger in the group reads, and commits, past requests */
    bool grows;     /* the request topic gets a second partition */
    bool is_static; /* static membership, and a slot with two processes */
    bool waits;     /* no decision may be lost */
    int stalls;     /* the loop stands still after one of so many chores; 0: never */
};

struct sim {
    uint64_t seed, random;
    unsigned off; /* of enum sim_rule */
    bool trace, calm;
    int64_t now_us;
    unsigned events;
    int slots, processes, orders;
    int partitions;       /* what workers and ledger know; */
    int topic_partitions; /* what the request topic has */
    struct edges edges;
    int published; /* orders */
    int accepted;  /* take-overs at a position that a person has accepted */
    struct upstream upstream[ORDERS];
    struct payload payloads[PAYLOADS];
    int payload_count;
    int records_max;     /* of one settlement */
    int deaths;          /* how often processes die, pause, leave: a weight */
    int losses;          /* one of so many requests to a broker is lost */
    int removals;        /* how often the group removes a living member: a weight */
    bool slow;           /* calls may take all the time they have */
    bool bt_refuses;     /* BT refuses a repeated reference */
    char violation[200]; /* "": none */
};

extern struct sim sim;

/* Starts again. */
void sim_reset(uint64_t seed, unsigned off, bool trace);

static inline bool is_off(enum sim_rule rule)
{
    return (sim.off & rule) != 0;
}

/* Chance: xorshift64*. */
uint64_t chance_word(void);
static inline int chance(int below)
{
    return (int)(chance_word() >> 33) % below;
}
static inline bool one_in(int count)
{
    return chance(count) == 0;
}
/* Only while things go wrong; never in the calm. */
static inline bool trouble(int one_of)
{
    return !sim.calm && one_in(one_of);
}

struct payload *payload_new(enum payload_kind kind, int32_t partition, int order);

/* The index of a request id; -1: none of ours. And the id. */
int order_of_id(const char *request_id);
const char *id_of_order(int order);

void trace_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define TRACE(...)                                                                                           \
    do {                                                                                                     \
        if (sim.trace)                                                                                       \
            trace_print(__VA_ARGS__);                                                                        \
    } while (0)

/* The promise is broken; the first time counts. */
void violated(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
