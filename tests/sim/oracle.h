/* What must be true: PROMISE.md section 1. */
#ifndef SIM_ORACLE_H
#define SIM_ORACLE_H

#include "sim.h"

void oracle_reset(void);

/* Outcomes have become visible under read_committed. */
void oracle_outcomes(void);

/* Dead letters have become visible. */
void oracle_dead(void);

/* A worker has ended its turn: none of its orders holds its key while it waits. */
struct process;
void oracle_keys(const struct process *worker);

/* A write is sent: what it must wait for has come. */
void oracle_sends(int order, int step);

/* A settlement is decided: every order is in one of the three places, and no decision is passed over. */
void oracle_places(void);

/* Whether the order has its final outcome. */
bool oracle_is_final(int order);

/* All has come to rest, and nothing goes wrong any more. `last`: people have decided everything. */
void oracle_rest(bool last);

#endif
