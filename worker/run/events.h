/*
 * BT's notifications: from the events topic to the order that each is about (PROMISE.md R18, R19), or, where one bears
 * BT's id only, by way of the owner of that id (R21).
 *
 * What nobody can use is a dead letter in topic.events.dead, with why; nothing is lost.
 */
#ifndef RUN_EVENTS_H
#define RUN_EVENTS_H

#include "ahead.h"
#include "bt_id.h"
#include "worker.h"

struct events *events_new(struct worker *worker);
void *events_free(struct events *events); /* before the consumer, whose message it may hold; accepts null */

/* Takes what has come, as far as this turn has time. A chore. */
void events_chore(struct events *events);

/* An event that the owner of BT's id has forwarded, in this signal. */
enum taken events_take_forwarded(struct worker *worker, const struct event *event,
                                 const rd_kafka_message_t *message);

/* The owner of an order tells, in this signal, that an id of BT's is the order's. */
void events_take_index(struct worker *worker, const struct bt_id *id, const rd_kafka_message_t *message);

/* The partitions are given away: forgets what it holds. */
void events_forget(struct events *events);

#endif
