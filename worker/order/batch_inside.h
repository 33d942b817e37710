/* What batch.c and batch_add.c share; nobody else includes it. */
#ifndef ORDER_BATCH_INSIDE_H
#define ORDER_BATCH_INSIDE_H

#include "batch.h"

/* One record of a settlement, and what it belongs to. */
struct batch_item {
    struct change change; /* order null: not of an order */
    bool closes;          /* the last record of its change */
    bool is_barrier;
    bool is_kept;      /* a finished order's ledger record: remembered for its repeats */
    bool is_rewritten; /* one that is remembered, unless it fell out of the window meanwhile */
    int32_t partition;
    uint64_t epoch; /* the ownership under which it was gathered */
    void *record;
    const struct order *order;       /* of an outcome: it lives until its change is closed */
    char request_id[UUID_TEXT_SIZE]; /* of a ledger record; "" */
};

struct batch {
    struct batch_setup setup;
    struct batch_item *items; /* the first `sent` are in the settlement that is under way */
    size_t count, room, sent;
    bool under_way;
    bool certain;     /* it said itself that it has: not found out later, when it may be another's affair */
    bool happened;    /* the one that is under way has, and its records are taken out, */
    size_t taken_out; /* so many of them so far */
    int64_t began_ms;
    char token[SETTLEMENT_TOKEN_MAX + 1]; /* of the barrier that was added last */
    bool barrier_settled;
};

/* One more record of the partition for the next settlement, taken over. */
struct batch_item *batch_add_item(struct batch *batch, int32_t partition, void *record);

#endif
