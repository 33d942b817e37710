/* Upstream, who publishes and repeats requests, and people, who decide on parked orders. */
#ifndef SIM_PEOPLE_H
#define SIM_PEOPLE_H

#include "sim.h"

/* A request is published: for the first time, or again. */
void people_publish(int order);
bool people_can_repeat(void);
void people_repeat(void);

/* A copy of a write goes where its key does not belong, by another client's partitioner, or has no key. */
bool people_can_misplace(void);
void people_misplace(void);

/* Someone looks at an order in the ledger and decides; false: there is nothing to decide about. */
bool people_decide(int order);

/* Whether somebody has decided so about an order that waited at this step (null: at any), whatever became of that. */
bool people_have_decided(int order, enum decision_verdict verdict, const char *step);

/* The latest committed record of the order; null: none. */
const struct payload *people_see(int order);

#endif
