/* What the files of orders.h share; nobody else includes it. */
#ifndef ORDER_ORDERS_INSIDE_H
#define ORDER_ORDERS_INSIDE_H

#include "change.h"
#include "order_links.h"

/* The orders of one partition. */
struct order_part {
    LIST_HEAD(, order_links) orders;
    int64_t turn, place; /* the highest of any order of it: who queues again comes after them */
    int64_t
        read_to_wall_ms; /* what stood in its events and signals at this moment is taken (PROMISE.md R18) */
    int64_t overdue_since_ms; /* the earliest moment that waits for that; INT64_MAX: none */
};

struct api {
    const char *tag;
    struct pace pace;
    struct backoff_policy backoff;
    struct doubt_policy doubt;
    struct order_list ready;
};

struct orders {
    const struct openapi *openapi;
    struct api *apis;
    size_t api_count, api_turn; /* whose turn it is to be asked first */
    unsigned steps_max, rules_off;
    uint64_t random;
    struct lanes *lanes;
    struct order_list permitted;
    struct order_list ended, changed; /* to be settled: what ends comes first */
    struct order_part **parts;        /* by partition: all its orders; null: it never had one */
    size_t part_room;
    size_t slow_part;          /* where orders_own_slow() goes on */
    struct order_list going;   /* left to orders_sweep() */
    struct heap waiting;       /* by due time */
    struct heap awaiting;      /* by the moment at which the wait ends, since the epoch */
    struct order_list overdue; /* ORDER_AWAITING, whose time is up, until all is read that came before */
    struct table references;   /* what BT may name an order by */
    const struct calendar *calendar;
    bool may_wait;
    struct table ids; /* by request id */
    size_t counts[ORDER_STATES];
    size_t count, owned, changes;
    size_t resting; /* of the owned: unloaded */
    size_t bytes;   /* of all, see snapshot_weight() */
    uint64_t leases_run_out;
    int64_t due_ms;
    struct orders_time time; /* of the latest call that gave it */
};

/* --- orders_state.c: the one mover, and the lists that follow the state --- */

void orders_add(struct orders *orders, struct order *order);
struct order *orders_first_of(const struct orders *orders, size_t partition); /* null: it has none */
void orders_forget(struct orders *orders, struct order *order);               /* frees it */
void orders_weigh(struct orders *orders, struct order *order); /* it has become larger or smaller */
void orders_set_owned(struct orders *orders, struct order *order, bool owned);
void orders_unload(struct orders *orders, struct order *order);
/* Of an order that was just taken: while it only waits it needs no trees (R15). */
void orders_wait_as_bytes(struct orders *orders, struct order *order);
/* The one function by which an order changes its state, once it is added. */
void orders_set_state(struct orders *orders, struct order *order, enum order_state state);

/* Follows the engine: sets the state, marks what is to be settled, lets the next of the key go on. */
void orders_move(struct orders *orders, struct order *order, enum engine_move to);

/* It is the first of its key: begins it, or goes on where it stood. */
void orders_go_on(struct orders *orders, struct order *order);

/* Nothing of the order is open and its partition is given away: orders_sweep() frees it. */
void orders_drop_later(struct orders *orders, struct order *order);

/* Makes way for the next of its key. */
void orders_leave_lane(struct orders *orders, struct order *order);

/* Whether the order's next call is one of this API. */
bool orders_is_of(struct orders *orders, const struct order *order, const struct api *api);

/* The order's ledger record or outcome is to be settled. */
void orders_mark_changed(struct orders *orders, struct order *order);
void orders_unmark_changed(struct orders *orders, struct order *order);

/* The order has a ledger record from now on; and what stands before it in its lane. */
void orders_own(struct orders *orders, struct order *order);

/* Of one of the workflows that wait: enters its lane again, behind all that have come meanwhile. */
void orders_queue_again(struct orders *orders, struct order *order);
struct order_part *orders_part(struct orders *orders, size_t partition); /* made where there is none */

/* --- orders_await.c --- */

/* Makes the references findable that the order has got; and forgets them all. */
void orders_index(struct orders *orders, struct order *order);
void orders_unindex(struct orders *orders, struct order *order);

void orders_leave_overdue(struct orders *orders, struct order *order);

/* Ends waits whose time is up, as far as `left` goes (in bytes of orders). */
void orders_end_waits(struct orders *orders, int64_t *left);
int64_t orders_await_due_ms(const struct orders *orders); /* by the clock of the loop */

/* --- orders_change.c --- */

/*
 * Drops a leaving order unless something of it is open. True: it is gone.
 */
bool orders_let_go(struct orders *orders, struct order *order);

void orders_load(struct orders *orders, struct order *order); /* ends the process where it cannot */
void orders_release_pace(struct orders *orders, struct order *order, enum pace_event event,
                         int64_t retry_after_ms);

struct engine_terms orders_terms(struct orders *orders, const struct order *order);

#endif
