/*
 * The notifications that were made, and what became of each.
 *
 * They are kept whether somebody listens or not, so that they can be read here instead. Answered with anything but a
 * 2xx, one is posted again after 1, 5 and 30 s of the sandbox's clock, then given up. Those made while nobody listens
 * are not posted later.
 */
#ifndef SANDBOX_EVENTS_H
#define SANDBOX_EVENTS_H

#include "agenda.h"
#include "event_text.h"
#include "poster.h"

enum { EVENTS_MAX = 20000 }; /* the oldest that are done with are forgotten */

struct events;

/* FAULT_LOCAL as poster_new(). */
MUST_USE bool events_new(struct agenda *agenda, struct troubles *troubles, struct events **events,
                         struct fault *why);
void *events_free(struct events *events);

/* Forgets all that were made; the listener stays. */
void events_clear(struct events *events);

/* Who is told from now on; null: nobody. */
void events_listen(struct events *events, const struct listener *listener);
const struct listener *events_listener(const struct events *events);

/*
 * The order became so at this moment: it is told, unless by EVENT_NONE. `order` is as reading it answers; borrowed.
 * Gives the number of the event that the reply to the request has to wait for; 0: it has not to wait.
 */
uint64_t events_tell(struct events *events, enum event_type type, struct json_object *order, int64_t at_ms);

/* `call` is called with the number of each event that was answered, or failed, for the first time. */
void events_watch(struct events *events, void (*call)(void *context, uint64_t number), void *context);

/* The last `count` of those with a higher number than `after` and, unless null, this reference; as a list. */
void events_write(const struct events *events, const char *reference, uint64_t after, size_t count,
                  struct buffer *out);

/* {"made":1,"posts":1,"tokens":1,"waiting":0,"delivered":1,"givenUp":0,"missing":0} */
void events_write_counts(const struct events *events, struct buffer *out);

#endif
