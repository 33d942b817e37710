/* The text of a notification, as BT's pages show them: an envelope, and in it the order with what has changed. */
#ifndef SANDBOX_EVENT_TEXT_H
#define SANDBOX_EVENT_TEXT_H

#include "irregular.h"

#include <json-c/json.h>
#include <stdint.h>

enum { EVENT_ID_SIZE = 48 };

enum event_type {
    EVENT_NONE,
    EVENT_CREATED, /* ProductOrderCreateEvent */
    EVENT_CHANGED, /* ProductOrderStateChangeEvent */
};

/* How it is told. */
struct event_form {
    enum event_type type;
    int64_t at_ms;
    struct irregular irregular;
    char id[EVENT_ID_SIZE];
};

const char *event_type_name(enum event_type type);

/* A new id, after what is irregular is known. */
void event_form_identify(struct event_form *form);

/* Says the contrary of how the order ended: what is read of it stays. The caller's own tree. */
void event_text_contradict(struct json_object *order);

/* Adds the text. `order` is as reading the order answers; borrowed. */
void event_text_write(const struct event_form *form, struct json_object *order, struct buffer *out);

#endif
