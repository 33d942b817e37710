/*
 * Messages that wait until their orders are awake (order/await.h), while others that came after them go on: reading a
 * record back from the ledger takes milliseconds, and a partition must not stand still for each.
 *
 * What is offered of one order stays in its sequence: as long as it sleeps, all that comes for it waits here.
 */
#ifndef RUN_AHEAD_H
#define RUN_AHEAD_H

#include "worker.h"

enum { AHEAD_MAX = 64 };

enum taken {
    TAKEN,
    TAKEN_LATER, /* it must wait, and what came after it, too */
    TAKEN_AWAKE, /* its order must be awake first: it is offered again when one is */
};

struct ahead {
    rd_kafka_message_t *held[AHEAD_MAX]; /* oldest first */
    size_t count;
    uint64_t woken; /* orders_woken_count() when they were offered last */
    bool stops;     /* the last of them must wait whatever wakes */
};

/*
 * Offers what is held, then what `next` gives (null: nothing now), to `take`, until one must wait or the turn has no more
 * time. Messages become its own.
 */
void ahead_go_on(struct ahead *ahead, struct worker *worker,
                 rd_kafka_message_t *(*next)(struct consumer *consumer),
                 enum taken (*take)(void *context, const rd_kafka_message_t *message), void *context);

/* Frees what is held: the partitions are given away. */
void ahead_forget(struct ahead *ahead);

#endif
