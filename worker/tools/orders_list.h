/*
 * Lists the orders of the ledger: the whole of `orders` and `parked` but their command lines.
 */
#ifndef TOOLS_ORDERS_LIST_H
#define TOOLS_ORDERS_LIST_H

#include "order_filter.h"

struct orders_list {
    const char *command; /* for messages */
    struct order_filter filter;
    const bool *all; /* null or: whether all live orders are meant, whatever the filter's states are */
    int64_t limit;   /* 0: none */
    bool watch, json;
};

/* Prints them and gives the command's exit code: 0, or 5 when Kafka does not answer. */
int orders_list_show(const struct setup *setup, struct orders_list *list);

/* One order by its request id, whatever the filter says; 3: the ledger does not have it. */
int orders_list_one(const struct setup *setup, const struct orders_list *list, const char *request_id);

#endif
