/*
 * What requests that write have changed: orders, import orders, held numbers, and the ids given out so far.
 */
#ifndef SANDBOX_STATE_H
#define SANDBOX_STATE_H

#include "number_store.h"
#include "order_store.h"

#include <json-c/linkhash.h>

struct state {
    struct order_store *orders;
    struct order_store *imports;
    struct lh_table *importing; /* number without its zero -> the youngest import order that has it */
    struct number_store numbers;
    unsigned next_order; /* ids: "00126001" and so on */
    unsigned next_import;
    unsigned next_address; /* "X05000192647" without its "X0500" */
    unsigned next_reservation;
    unsigned next_service;
    unsigned next_cancellation;
};

/* As DATA.md has it. FAULT_LOCAL only if the built-in data is broken. */
MUST_USE bool state_init(struct state *state, struct fault *why);
void state_release(struct state *state);

/* Remembers that the import order has these numbers; the youngest order of a number counts. */
void state_index_import(struct state *state, struct order *order, struct json_object *numbers);

/* The youngest import order that has the number; null when none has. */
struct order *state_import_of(const struct state *state, const char *number);

/* Whether an order in this state goes on. */
bool state_is_open(const char *state);

#endif
