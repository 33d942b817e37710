/*
 * What of the orders is settled, and what follows when it is: attempts that may be sent, outcomes that are out,
 * records of the ledger, partitions that are given away. See orders.h.
 */
#ifndef ORDER_CHANGE_H
#define ORDER_CHANGE_H

#include "orders.h"

/* What of an order is to be settled. */
struct change {
    struct order *order;
    bool intends; /* it asks to commit this attempt */
    unsigned attempt;
    bool publishes;        /* it has an outcome to be published: final, or UNKNOWN */
    bool records;          /* its ledger record is to be written */
    int64_t record_offset; /* where that stands, once it is settled; -1: it is not, or not known */
};

/* The next change: of orders that end, then of others, as they arose; false when there is none. */
bool orders_next_change(struct orders *orders, struct change *change);

/* Its outcome was made, for the settlement. */
void orders_published(struct order *order);

/*
 * The change is settled, or its partition is not ours any more (orders_leave() has been called for it); a write that
 * intended may be sent until lease_until_ms. An order that is done, or leaves, is freed.
 */
void orders_settled(struct orders *orders, const struct change *change, int64_t lease_until_ms);

/*
 * The change has no record, because it would be larger than the ledger takes (the fault says how large): nothing of the
 * change goes out. An order that was never sent is refused (REJECTED, code "size"); one that was is parked, and what BT
 * answered is left out of its record, named; where not even that fits, it stays as the ledger has it.
 */
void orders_too_large(struct orders *orders, const struct change *change, const struct fault *why);

/* Whether the order writes, and no attempt of it can have been sent: its first may still be refused. */
bool order_is_unsent(const struct order *order);

/*
 * What makes no progress moves to the ledger, so that its partition can go on (R11): orders taken before
 * `taken_before_ms` whose lane stands still, and whatever stands before them in it. One that only waits for its turn in
 * a backlog stays. False: there are so many orders that it goes on with the next call.
 */
bool orders_own_slow(struct orders *orders, int64_t taken_before_ms);

/*
 * A person's decision about a live order. True: applied; false: refused, the fault says why. Either way the order's
 * record changes, with what became of it (JSON text, taken over); the signal at the offset is dealt with in the
 * settlement that has this record, and not before.
 */
bool orders_decide(struct orders *orders, struct order *order, const struct decision *decision,
                   struct orders_time time, struct fault *why);
void orders_note_decision(struct orders *orders, struct order *order, char *decision, bool applied,
                          int64_t signal);

/*
 * The partition is to be given away: what is not open in it goes at once, intended but unsent attempts are settled
 * back to queued, running calls end first. With `lost` everything goes, and running calls are abandoned.
 */
void orders_leave(struct orders *orders, int32_t partition, bool lost);

/* Frees some of those that have gone since; true: none is left. orders_count() has them until then. */
bool orders_sweep(struct orders *orders);

size_t orders_change_count(const struct orders *orders); /* changes that wait to be settled */

#endif
