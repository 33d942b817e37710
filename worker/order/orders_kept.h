/* How all orders are kept: lists, heaps and tables. Only the files of orders.h include it. */
#ifndef ORDER_ORDERS_KEPT_H
#define ORDER_ORDERS_KEPT_H

#include "asleep.h"
#include "await.h"
#include "change.h"
#include "order_links.h"

/* The orders of one partition. */
struct order_part {
    LIST_HEAD(, order_links) orders;
    int64_t turn, place;      /* the highest of any order of it: who queues again comes after them */
    int64_t read_to_wall_ms;  /* what stood in its events and signals then is taken (PROMISE.md R18) */
    bool overdue;             /* a wait is over by time, which is not known of the moment when it was */
    struct order_list unread; /* ORDER_AWAITING, whose time is up, until all is read that came before */
};

struct api {
    const char *tag;
    struct pace pace;
    struct backoff_policy backoff;
    struct doubt_policy doubt;
    struct order_list ready, permitted;
};

struct orders {
    const struct openapi *openapi;
    struct api *apis;
    size_t api_count, api_turn; /* whose turn it is to be asked first */
    unsigned steps_max, rules_off;
    uint64_t random;
    struct lanes *lanes;
    double commit_ms;                 /* from an intention until it is permitted, lately */
    struct order_list ended, changed; /* to be settled: what ends comes first */
    struct order_part **parts;        /* by partition: all its orders; null: it never had one */
    size_t part_room;
    size_t slow_part;        /* where orders_own_slow() goes on */
    struct order_list going; /* left to orders_sweep() */
    struct heap waiting;     /* by due time */
    struct heap awaiting;    /* by the moment at which the wait ends, since the epoch */
    struct heap deciding;    /* ORDER_PARKED, by the moment at which a person must have decided */
    size_t unread;           /* orders of those lists in all partitions */
    struct table references; /* what BT may name an order by */
    const struct asyncapi *asyncapi;
    const struct calendar *calendar;
    bool may_wait;
    struct table ids;      /* by request id */
    struct asleep *asleep; /* null: none may */
    struct workflow_count *workflows;
    size_t workflow_count;
    size_t counts[ORDER_STATES];
    size_t count, owned, changes;
    size_t resting; /* of the owned: unloaded */
    size_t late;    /* of ORDER_AWAITING: what they wait for was expected before now */
    size_t bytes;   /* of all, see snapshot_weight() */
    uint64_t leases_run_out, woken;
    int64_t due_ms;
    struct orders_time time; /* of the latest call that gave it */
};

#endif
