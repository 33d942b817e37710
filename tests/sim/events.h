/* BT's notifications about orders that wait for them: early, late, twice, in any order; never missing in the end. */
#ifndef SIM_EVENTS_H
#define SIM_EVENTS_H

#include "process.h"

/* What it reports, in this order; but what contradicts the one before it may only come last. */
enum event_state { EVENT_WORKING, EVENT_DONE, EVENT_DEAD, EVENT_STATES };

void events_reset(void);

/* Whether BT may report something about the order now; and does. */
bool events_possible(int order);
void events_report(int order);
bool events_have_room(int order); /* it has the order, and the logs have room */

/* What it has reported: whether, and in how many events, each of which may have come twice. */
bool events_have_said(int order, enum event_state state);
int events_of_state(int order, enum event_state state);
int events_state_of(const char *word); /* -1: none */

/* Takes one of this log at this offset. False: it must wait. */
bool events_take(struct process *worker, const struct plain *event, enum partition_topic topic,
                 int32_t partition, int64_t offset);

/* The worker's side (run/events.c, run/overdue.c): takes what has come, as far as it can. */
void events_take_all(struct process *worker);
void events_look_at_ends(struct process *worker);

/* Whether the message that ends the order's wait stood in its partition before this moment of the wall clock. */
bool events_came_before(int order, int64_t wall_ms);

#endif
