/*
 * One decision about all parked orders that a filter takes: shown first, and carried out only when they are as many as
 * the person has said.
 */
#ifndef TOOLS_DECIDE_ALL_H
#define TOOLS_DECIDE_ALL_H

#include "decision_send.h"
#include "order_filter.h"

struct decide_all {
    struct order_filter filter;
    struct decision decision; /* without ids and attempt */
    bool dry_run;
    int64_t yes; /* how many they must be; -1: not said */
    int64_t timeout_ms;
};

/* Gives the exit code: 0 all applied, or shown; 1 some were not; 2 they are not as many as said; 5 Kafka. */
int decide_all(const struct setup *setup, const struct decide_all *all);

#endif
