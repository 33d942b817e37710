/*
 * What other people do to Kafka: clients that place keys elsewhere, a stranger in the group who commits, a topic that
 * grows, records that are refused for their size, processes that stand still within a turn or that come back at once.
 * Only seeds from EDGES_FROM on have any of it, and no seed has all.
 */
#ifndef SIM_EDGES_H
#define SIM_EDGES_H

#include "process.h"

/* Which edges the seed has; after all that older seeds draw. */
void edges_choose(void);

/* The key of an order, and the partition that a good client puts it into now. */
const char *edges_key(int key);
int32_t edges_place(int key);

/* --- a stranger with our group.id: it joins, reads to the end, commits, goes --- */

enum stranger_act { STRANGER_JOINS, STRANGER_REJOINS, STRANGER_COMMITS, STRANGER_LEAVES, STRANGER_ACTS };
bool stranger_can(enum stranger_act act);
void stranger_do(enum stranger_act act);

/* A process starts: its settings are what the operator has written by now. */
void edges_settings(struct process *worker);

/*
 * A take-over was refused. True: for a stranger's position; then the operator does what the message says, and the
 * process ends.
 */
bool edges_accept(const struct process *worker, const struct fault *why);

/* --- the request topic grows --- */

bool edges_can_grow(void);
void edges_grow(void);
bool edges_number_fits(void);     /* a worker that looks sees what it expects */
bool edges_upstream_stands(void); /* the operator has stopped it */
bool edges_may_start(void);       /* a process comes up */
bool edges_wait_for_person(void); /* the topic has grown, and all workers have ended for it */
void edges_old_number(
    void); /* the operator stops upstream and sets requests.partitions to the number before */
void edges_stop_workers(void); /* and then all workers, */
void edges_repartition(void);  /* and runs topics --repartition; upstream and workers may go on */

#endif
