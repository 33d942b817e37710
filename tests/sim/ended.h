/*
 * What BT reports of orders that have ended: it finds what is remembered of them (PROMISE.md R9), changes nothing, and is
 * told to people, once, where it contradicts the end. Only seeds from ENDED_FROM on have it.
 */
#ifndef SIM_ENDED_H
#define SIM_ENDED_H

#include "process.h"

/* Where a report stands, and which order it is about. */
struct ended_place {
    int order;
    enum partition_topic topic;
    int32_t partition;
    int64_t offset;
};

void ended_reset(void);

/* BT reports once more of each order that has ended. */
void ended_report(void);

/* --- the worker's side: run/events.c, run/recovery.c --- */

struct last_words *ended_words(void); /* null: none are kept */
/* `at_ms`: when it was written there. */
void ended_take(struct process *worker, const struct message *message, struct ended_place place,
                int64_t at_ms);
void ended_recover(struct process *worker, int32_t partition, const struct payload *done);

/* --- the oracle's --- */

/* A dead letter of a report is visible. */
void ended_look_at_dead(const struct payload *dead);
/* All has come to rest, and the partition is settled up to there. */
void ended_rest(int32_t partition, int64_t passed_events, int64_t passed_signals);

#endif
