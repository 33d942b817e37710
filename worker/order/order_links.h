/*
 * Where an order stands among the others: lists, lanes, tables. Only what keeps many orders includes it; the engine,
 * which carries out one, cannot see it.
 */
#ifndef ORDER_ORDER_LINKS_H
#define ORDER_ORDER_LINKS_H

#include "heap.h"
#include "order.h"
#include "table.h"

#include <sys/queue.h>

TAILQ_HEAD(order_list, order_links);

struct order_links {
    struct order *order; /* whose they are */
    struct lane *lane;
    TAILQ_ENTRY(order_links) in_lane;
    TAILQ_ENTRY(order_links) in_state; /* of ORDER_READY and ORDER_PERMITTED; of those that are freed next */
    LIST_ENTRY(order_links) in_partition;
    TAILQ_ENTRY(order_links) in_changes;
    struct table_item by_id;           /* in the table of ids */
    struct heap_item waiting;          /* among those of ORDER_WAITING, AWAITING, or PARKED until a date */
    struct api *listed, *paced;        /* of ORDER_READY, PERMITTED: in whose list; whose pace it counts in */
    int64_t paced_ms;                  /* since when: to be committed, and then as a call */
    bool calls;                        /* as a call: it has a place in the window */
    struct reference_link *references; /* those it is found by; as many as are indexed */
    size_t reference_count;
    bool recovered; /* from a ledger, which may not be in the order of its lane */
    bool leaving;   /* its partition is given away: it goes as soon as nothing of it is open */
    bool overdue;   /* of ORDER_AWAITING: in the list of those, and not in the heap */
    bool late;      /* of ORDER_AWAITING: counted as such */
    bool abandoned; /* its partition went to another worker while it was called or settled */
    bool going;     /* nothing of it is open any more: in the list of those that are freed next */
};

#endif
