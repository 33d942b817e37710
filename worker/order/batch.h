/*
 * What goes into the next settlement, what came of the last one, and what is remembered of it.
 *
 * Changes of orders, dead letters, repeats and barriers gather here as records. A settlement takes all that there is;
 * what comes meanwhile waits for the next one. One that did not happen is tried again with the same records and what has
 * come since. Records are opaque: whoever owns the batch makes them (struct batch_records) and carries the settlement
 * out. At most one settlement is under way.
 */
#ifndef ORDER_BATCH_H
#define ORDER_BATCH_H

#include "change.h"
#include "duplicates.h"
#include "partitions.h"

struct batch;
struct last_words;

/* How the records are made; the batch owns what they give. */
struct batch_records {
    /* An order's outcome; news that are not final; of an outcome a copy that is marked as REPEATED. */
    void *(*outcome)(void *context, const struct order *order);
    void *(*progress)(void *context, const struct order *order, const struct progress *progress);
    void *(*repeat)(void *context, const struct order *order, const void *outcome);
    /* The order's ledger record, with the outcome just made (null: none). Null, FAULT_EXHAUSTED: it is too large. */
    void *(*ledger)(void *context, const struct order *order, const void *outcome, struct fault *why);
    /* Out of a finished order's ledger record: itself, changed; its outcome. Null: there can be none. */
    void *(*rewritten)(void *context, int32_t partition, const struct ledger_record *kept);
    void *(*stored)(void *context, const struct ledger_record *kept, bool repeated);
    /* For the owner of an id of BT's: it is the order's; `ends`: which has ended. Null: the ledger has no ids. */
    void *(*index)(void *context, const struct order *order, const struct ledger_reference *of, bool ends);
    /* What forgets an order of the ledger; the barrier of a take-over. */
    void *(*forgotten)(void *context, int32_t partition, const char *request_id);
    void *(*owner)(void *context, const struct ledger_owner *owner);
    /* One that Kafka refused becomes smaller (R16). `order`: whose outcome it is, or null. True: it still is, changed. */
    bool (*replace)(void *context, const struct order *order, int32_t partition, void **record);
    void (*release)(void *context, void *record);
    void (*settled)(void *context, const void *record); /* it is, and is released next; may be null */
    /* For figures: the outcome is in the batch; a finished order is forgotten. May be null. */
    void (*published)(void *context, const struct order *order);
    void (*evicted)(void *context, bool by_number);
};

/* All borrowed but the copy of this struct. */
struct batch_setup {
    struct orders *orders;
    struct partitions *partitions;
    struct duplicates *duplicates;
    struct last_words *last_words; /* null: none are kept */
    const struct batch_records *records;
    void *context;
    size_t most;      /* changes are taken over while there are fewer records */
    int64_t lease_ms; /* of an attempt, from the begin of its settlement (R1) */
};

struct batch *batch_new(const struct batch_setup *setup);
void *batch_free(struct batch *batch); /* null does nothing */
/* --- what goes into the next settlement --- */

/* A record of the partition that belongs to no order: a dead letter. */
void batch_add(struct batch *batch, int32_t partition, void *record);

/* A repeat of a finished order, a request at this offset: its outcome again. False: none is kept. */
bool batch_repeat(struct batch *batch, const struct ledger_record *kept, int32_t partition, int64_t offset);
/* The outcome of a finished order again: without transactions it may not have been published (R13). */
void batch_publish_stored(struct batch *batch, int32_t partition, const struct ledger_record *kept);

/* A finished order's ledger record is written again; and whether such a record is not settled yet (R8). */
void batch_rewrite(struct batch *batch, int32_t partition, const struct ledger_record *kept);
bool batch_rewrites(const struct batch *batch, const char *request_id);

/* The barrier of a take-over (R4), one for each partition; *owner gets the token. And whether it was settled. */
void batch_barrier(struct batch *batch, struct ledger_owner *owner);
bool batch_barrier_settled(const struct batch *batch, const char **token);

/* Takes over the next change of an order; false: there is none, or no room for it. */
bool batch_gather(struct batch *batch);

/* What falls out of the duplicate window is forgotten in the ledger too: some of it. */
void batch_forget_old(struct batch *batch, int64_t wall_ms);

void batch_drop_foreign(struct batch *batch); /* what is gathered of them, after orders_leave() */

/* --- a settlement --- */

/*
 * Begins one of all there is; leases count from now_ms. Gives the positions to be committed with it, as
 * partitions_begin() does; 0: there is nothing to settle. The records are batch_sent()'s until it ends.
 */
size_t batch_begin(struct batch *batch, int64_t now_ms, struct partition_commit **positions);
size_t batch_sent_count(const struct batch *batch);
void *batch_sent(const struct batch *batch, size_t index);

/*
 * Ends it; see partitions_end(). True: it happened, and batch_take_out() is called until it gives false. False: the
 * records wait for the next one, except those of partitions that are not ours any more.
 */
bool batch_end(struct batch *batch, enum settlement_end end, const struct partition_found *found,
               size_t found_count);

/* Takes the next settled record out, which stands in its log at this offset; false: that was the last one. */
bool batch_take_out(struct batch *batch, int64_t offset, int64_t wall_ms);
size_t batch_taken_out(const struct batch *batch); /* how many, so far */

size_t batch_count(const struct batch *batch); /* records that wait, or are being settled */
bool batch_is_full(const struct batch *batch); /* as many as a settlement takes: what may wait, waits (R15) */
bool batch_is_idle(const struct batch *batch); /* nothing is gathered or under way, no order has changed */
bool batch_is_under_way(const struct batch *batch);

#endif
