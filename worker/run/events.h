/*
 * BT's notifications: from the events topic to the order that each is about (PROMISE.md R18, R19).
 *
 * What nobody can use is a dead letter in topic.events.dead, with why; nothing is lost.
 */
#ifndef RUN_EVENTS_H
#define RUN_EVENTS_H

#include "worker.h"

struct events *events_new(struct worker *worker);
void *events_free(struct events *events); /* before the consumer, whose message it may hold; accepts null */

/* Takes what has come, as far as this turn has time. A chore. */
void events_chore(struct events *events);

/* The partitions are given away: forgets what it holds. */
void events_forget(struct events *events);

#endif
