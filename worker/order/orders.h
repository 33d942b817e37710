/*
 * All orders that a worker has: who is called next, who waits, what of them is to be settled.
 *
 * The one place that changes an order's state. Deterministic: time comes in as an argument, chance from a seed. It
 * holds a pace per API and a lane per key; it knows no Kafka and no HTTP. A write is called only after its attempt was
 * settled and while its lease lasts (PROMISE.md R1).
 */
#ifndef ORDER_ORDERS_H
#define ORDER_ORDERS_H

#include "engine.h"
#include "lane.h"
#include "pace.h"

struct orders;

/* One API: its tag and its bounds. */
struct orders_api {
    const char *tag; /* borrowed for good */
    struct pace_policy pace;
    struct backoff_policy backoff;
    struct doubt_policy doubt;
};

struct orders_setup {
    const struct openapi *openapi;
    const struct orders_api *apis; /* copied */
    size_t api_count;
    unsigned steps_max;
    uint64_t seed;
    unsigned rules_off;              /* of enum rule; 0 outside of tests */
    bool may_wait;                   /* the ledger is written in a format that has waits, */
    bool may_sleep;                  /* and its records can be read again by their offsets: see asleep.h */
    const struct asyncapi *asyncapi; /* borrowed; what BT's reports are */
    const struct calendar *calendar; /* borrowed; for steps that start on a day */
};

/* The moment: clock of the loop, and milliseconds since the epoch. */
struct orders_time {
    int64_t now_ms, wall_ms;
};

struct orders *orders_new(const struct orders_setup *setup, struct orders_time time);
void *orders_free(struct orders *orders); /* with all orders in it; null does nothing */

/* Whether the rule is kept: always, outside of tests. */
bool orders_keep_rule(const struct orders *orders, enum rule rule);

/* Takes an order over. It may be done at once (a broken rule). No live order has its request id. */
void orders_take(struct orders *orders, struct order *order, struct orders_time time);

/*
 * Takes over an order that snapshot_restore() made from the ledger; call it in the order of (turn, request id) for each
 * partition. FAULT_INPUT: its content is damaged, or belongs to a workflow that does not exist any more.
 */
MUST_USE bool orders_recover(struct orders *orders, struct order *order, struct orders_time time,
                             struct fault *why);

/* The live order of a request id; null when there is none. */
struct order *orders_find(const struct orders *orders, const char *request_id);

/*
 * A repeat of the live order's request at this offset: its answer will be the order's (R9). False: its outcome is
 * just being settled, ask again then.
 */
bool orders_repeat(struct orders *orders, struct order *order, int32_t partition, int64_t offset);

/*
 * The next order to be called, with order->call rendered and state ORDER_CALLING; null when there is none now. Ask
 * until it gives null and nothing is due (orders_due_ms()) at this moment: very many may end without a call.
 */
struct order *orders_next_call(struct orders *orders, struct orders_time time);

/* Whether the call of this order may (still) be sent: owned and, for a write, within its lease. */
bool orders_permit(const struct orders *orders, const struct order *order, int64_t now_ms);

/* Takes what came of the order's call, and returns the verdict. An abandoned order is freed. */
void orders_answer(struct orders *orders, struct order *order, const struct evidence *evidence,
                   struct orders_time time, struct verdict *verdict);

/* When orders_next_call() may have something again; INT64_MAX: only after an answer. */
int64_t orders_due_ms(const struct orders *orders);

/* Sets this worker's share of the partitions, for the paces. */
void orders_share(struct orders *orders, double share);

/* How many orders of its key come after this one; at most so many are counted. */
size_t orders_behind(const struct order *order, size_t most);

size_t orders_count(const struct orders *orders); /* all */
size_t orders_loaded_count(
    const struct orders *orders); /* all but those of the ledger that are far from their turn */
size_t orders_bytes(const struct orders *orders);       /* what all of them take of the memory, roughly */
size_t orders_owned_count(const struct orders *orders); /* in the ledger */
size_t orders_state_count(const struct orders *orders, enum order_state state);
size_t
orders_late_count(const struct orders *orders); /* of those that wait: their message was expected by now */
int64_t orders_decide_by_ms(const struct orders *orders); /* earliest of the parked ones; 0: none has one */
uint64_t orders_lease_count(const struct orders *orders); /* leases that ran out before the call began */

/* The next of all orders, for status; start with null. */
const struct order *orders_each(const struct orders *orders, const struct order *before);

/* The pace of an API, by index and by tag; for status and metrics. Null when there is no such API. */
const struct pace *orders_pace(const struct orders *orders, size_t api, const char **tag);

#endif
