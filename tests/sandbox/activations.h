/*
 * How often each number was asked to be activated, and how often it was: for an end customer the one thing that must
 * never happen twice, nor too early.
 */
#ifndef SANDBOX_ACTIVATIONS_H
#define SANDBOX_ACTIVATIONS_H

#include "buffer.h"

#include <json-c/json.h>

enum activation {
    ACTIVATION_RECEIVED, /* each time */
    ACTIVATION_ACCEPTED,
    ACTIVATION_AGAIN, /* it was active already, or on its way */
    ACTIVATION_BEFORE_ACCEPTANCE,
    ACTIVATION_BEFORE_DATE, /* or without any */
    ACTIVATION_COUNT,
};

struct activations;

struct activations *activations_new(void);
void *activations_free(struct activations *activations);
void activations_reset(struct activations *activations);

/* For each number of the list; null: none. */
void activations_count(struct activations *activations, struct json_object *numbers, enum activation what);

/* {"01632960200": {"received": 1, ...}}, in the order of arrival. */
void activations_write(const struct activations *activations, struct buffer *out);

#endif
