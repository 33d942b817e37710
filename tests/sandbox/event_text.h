/* The text of a notification, as BT's pages show them: an envelope, and in it the order with what has changed. */
#ifndef SANDBOX_EVENT_TEXT_H
#define SANDBOX_EVENT_TEXT_H

#include "buffer.h"

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
    char id[EVENT_ID_SIZE];
};

const char *event_type_name(enum event_type type);

/* A new id. */
void event_form_identify(struct event_form *form);

/* Adds the text. `order` is as reading the order answers; borrowed. */
void event_text_write(const struct event_form *form, struct json_object *order, struct buffer *out);

#endif
