/*
 * The lives that orders and import orders may lead once they are submitted, and which data leads to which. DATA.md has
 * the same for people.
 */
#ifndef SANDBOX_LIFE_TABLES_H
#define SANDBOX_LIFE_TABLES_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/* What a step waits for; then it is taken `after_ms` later. */
enum life_cue {
    CUE_END,    /* no step: the list ends */
    CUE_BEFORE, /* the step before */
    CUE_AMENDED,
    CUE_ACTIVATED, /* we were asked to activate the port */
    CUE_PORT_DATE, /* 00:00 UTC on the port's date; `after_ms` may be before it */
    CUE_PORTED,    /* the port of another order, the one that brings the numbers, is active */
};

enum life_date { DATE_STAYS, DATE_AGREED, DATE_LATER };

/* What becomes of the order; null: it stays. Steps that a request takes say nothing: its answer does. */
struct life_step {
    enum life_cue cue;
    int64_t after_ms;
    const char *state, *port_status;
    enum life_date date;
    const char *error; /* code of the losing provider, or BT's */
};

struct life_plan {
    const struct life_step *steps;
    bool silent; /* nothing is told */
};

/* By the first of the port's numbers. */
struct life_plan life_of_import(const char *number);

/* By the first word of the name that comes first among the items, and whether they bring ported numbers. */
struct life_plan life_of_order(const char *name, bool ported);

/* The words to a code; never null. */
const char *life_error_reason(const char *code);

#endif
