/*
 * Which orders of the ledger a command is about: the options that `orders`, `parked` and `decide --all` have in common.
 */
#ifndef TOOLS_ORDER_FILTER_H
#define TOOLS_ORDER_FILTER_H

#include "ledger_view.h"
#include "order_standing.h"

struct order_filter {
    const char *states; /* a list with commas: "PARKED,INTENDED"; null: all that have not ended */
    const char *type, *key, *code;
    const char *waits_for; /* one of order_waits_words */
    bool late;             /* their message was expected before now */
    int64_t older_ms;      /* 0: of any age, counted from the request on */
};

/* The rows of an option table, for a command's own table. */
#define ORDER_FILTER_ROWS(filter)                                                                            \
    {"--type", "NAME", "only orders of this type", .text = &(filter).type},                                  \
        {"--key", "KEY", "only orders of this key", .text = &(filter).key},                                  \
        {"--code", "WORD", "only those with this reason: IN_DOUBT, lookup or IN_DOUBT/lookup",               \
         .text = &(filter).code},                                                                            \
    {                                                                                                        \
        "--older-than", "TIME", "only those whose request is older than this: 4h", .ms = &(filter).older_ms  \
    }

/* FAULT_INPUT names the word that is none: a state, what to wait for, an order type. */
MUST_USE bool order_filter_check(const struct order_filter *filter, const struct catalogue *catalogue,
                                 struct fault *why);

bool order_filter_takes(const struct order_filter *filter, const struct ledger_item *item,
                        const struct order_standing *standing, int64_t now_ms);

#endif
