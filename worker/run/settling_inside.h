/* What settling.c and settling_add.c share; nobody else includes it. */
#ifndef RUN_SETTLING_INSIDE_H
#define RUN_SETTLING_INSIDE_H

#include "settling.h"

/* One record of a settlement, and what it is of. */
struct item {
    struct change change; /* order null: not of an order */
    bool closes;          /* the last record of its change */
    bool is_barrier;
    bool is_kept;      /* a finished order's ledger record: remembered for its repeats */
    bool is_rewritten; /* one that is remembered, unless it fell out of the window meanwhile */
    int32_t partition;
    uint64_t epoch; /* the ownership under which it was gathered */
    struct settler_record record;
    const struct order *order; /* of an outcome: it lives until its change is closed */
};

/* A question for the thread, asked between settlements. */
struct question {
    enum settler_task task;
    struct settling_place *places;
    size_t count;
};

struct settling {
    struct worker *worker;
    struct item *items; /* the batch; the first `sent` are in the running settlement */
    size_t count, room, sent;
    bool running;
    struct settler_job *settled; /* a settlement that happened, while its records are taken out; null: none */
    size_t dropped;              /* of them */
    struct question question;
    bool asked;
    int64_t last_ms, began_ms;
    char token[POSITION_TOKEN_MAX + 1]; /* of the barrier */
    bool failing;                       /* the latest settlement did not happen */
    struct loop_timer wake;
};

/* One more record of the partition for the next settlement. */
struct item *add_item(struct settling *settling, int32_t partition);

#endif
