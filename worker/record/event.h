/*
 * A notification of BT (schemas/common/Event.avsc) between whc-worker listen and the worker that owns its order: what
 * came, and what it is found by. The description of the channel says where in a payload that stands (asyncapi.h).
 */
#ifndef RECORD_EVENT_H
#define RECORD_EVENT_H

#include "catalogue.h"

enum { EVENT_TEXT_MAX = 255 }; /* bytes of an id, a type or a reference; a longer one is none of BT's */

/* All texts are owned, and null where there is none. */
struct event {
    char *id;               /* BT's id of the event */
    char *type;             /* BT's word for what kind it is */
    char *reference;        /* the externalId that it names, ours or another's */
    char *order_id;         /* BT's id of the order */
    char *payload;          /* JSON, as it came; it holds personal data and belongs into no log */
    int64_t received_at_ms; /* since the epoch, by the listener's clock */
};

/*
 * Fills id, type, reference and order id from a payload, whatever it looks like: an integer counts as its digits; what is
 * empty, longer than EVENT_TEXT_MAX or neither text nor integer, as none. `event` is all zero before; release it.
 */
void event_fill(const struct event_channel *channel, struct json_object *payload, struct event *event);

/* The value as such a text, owned; null where it is none: the rule of event_fill(). */
char *event_text(struct json_object *value);

/* Adds the framed value. FAULT_LOCAL: it does not fit the schema, or the catalogue has none. */
MUST_USE bool event_write(const struct catalogue *catalogue, const struct event *event, struct buffer *value,
                          struct fault *why);

/* Reads a value; release the event. FAULT_INPUT: it is not an event that this worker knows, and *event is all zero. */
MUST_USE bool event_read(const struct catalogue *catalogue, const void *value, size_t length,
                         struct event *event, struct fault *why);

/* As plain JSON in the shape of the schema, owned by the caller; and out of that JSON: release it after success. */
struct json_object *event_tree(const struct event *event);
MUST_USE bool event_of_tree(const struct json_object *tree, struct event *event, struct fault *why);

/* A copy that is as deep; and roughly what one takes of the memory, in bytes. */
struct event event_copy(const struct event *event);
size_t event_weight(const struct event *event);

void event_release(struct event *event);

#endif
