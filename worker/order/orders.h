/*
 * All orders that a worker has taken: who is called next, who waits, whose outcome is to be settled.
 *
 * The one place that changes an order's state. Deterministic: time comes in as an argument, chance from a seed. It
 * holds a pace per API and a lane per key; it knows no Kafka and no HTTP.
 */
#ifndef ORDER_ORDERS_H
#define ORDER_ORDERS_H

#include "journey.h"
#include "lane.h"
#include "pace.h"

struct orders;

/* One API: its tag and its bounds. */
struct orders_api {
    const char *tag; /* borrowed for good */
    struct pace_policy pace;
    struct backoff_policy backoff;
};

struct orders_setup {
    const struct openapi *openapi;
    const struct orders_api *apis; /* copied */
    size_t api_count;
    unsigned steps_max;
    uint64_t seed;
};

/* The moment: clock of the loop, and milliseconds since the epoch. */
struct orders_time {
    int64_t now_ms, wall_ms;
};

struct orders *orders_new(const struct orders_setup *setup, struct orders_time time);
void *orders_free(struct orders *orders); /* with all orders in it; accepts null */

/* Takes an order over. It may be done at once (a broken rule). */
void orders_take(struct orders *orders, struct order *order, struct orders_time time);

/*
 * The next order to be called, with order->call rendered and state ORDER_CALLING; null when there is none now. Ask
 * until it gives null. `tag` (may be null) becomes the API.
 */
struct order *orders_next_call(struct orders *orders, struct orders_time time);

/*
 * Tells what came of the order's call; the verdict is given back. An abandoned order is freed.
 */
void orders_answer(struct orders *orders, struct order *order, const struct evidence *evidence,
                   struct orders_time time, struct verdict *verdict);

/* The next order whose outcome is to be settled, now ORDER_SETTLING; null when there is none. */
struct order *orders_next_done(struct orders *orders);

/* The outcome is settled, or its partition is not ours any more: the order is freed. */
void orders_settled(struct orders *orders, struct order *order);

/*
 * The partition is to be given away: its orders that are not called or done are dropped (the next owner begins them
 * anew). With `lost`, done ones too, and running ones are abandoned. Gives how many calls are still on their way.
 */
size_t orders_leave(struct orders *orders, int32_t partition, bool lost);

/* When orders_next_call() may have something again; INT64_MAX: only after an answer. */
int64_t orders_due_ms(const struct orders *orders);

/* Sets this worker's share of the partitions, for the paces. */
void orders_share(struct orders *orders, double share);

size_t orders_count(const struct orders *orders); /* all */
size_t orders_state_count(const struct orders *orders, enum order_state state);
size_t orders_calling_of(const struct orders *orders, int32_t partition);

/* The pace of an API, by index and by tag; for status and metrics. Null when there is no such API. */
const struct pace *orders_pace(const struct orders *orders, size_t api, const char **tag);

#endif
