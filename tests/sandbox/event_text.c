/* Writes notifications. */
#include "event_text.h"

#include "memory.h"
#include "reply.h"
#include "timestamp.h"
#include "tree.h"
#include "uuid.h"

#include <stdio.h>

const char *event_type_name(enum event_type type)
{
    return type == EVENT_CREATED ? "ProductOrderCreateEvent" : "ProductOrderStateChangeEvent";
}

void event_form_identify(struct event_form *form)
{
    char uuid[UUID_TEXT_SIZE];

    uuid_print(uuid_random(), uuid);
    snprintf(form->id, sizeof form->id, "%s", uuid);
}

/* Members that the order does not have, or has as null, are left out. */
static void add_member(struct buffer *out, struct json_object *order, const char *name)
{
    struct json_object *value = tree_member(order, name);

    if (value == NULL)
        return;
    buffer_print(out, ",\"%s\":", name);
    tree_write(value, out);
}

/* Of a change. A create event has no list of errors, but where the order is rejected. */
static void add_errors(struct buffer *out, struct json_object *order, enum event_type type)
{
    struct json_object *errors = tree_member(order, "errorMessage");

    if (type == EVENT_CREATED && (errors == NULL || json_object_array_length(errors) == 0))
        return;
    buffer_add_text(out, ",\"errorMessage\":");
    if (errors == NULL)
        buffer_add_text(out, "[]");
    else
        tree_write(errors, out);
}

void event_text_write(const struct event_form *form, struct json_object *order, struct buffer *out)
{
    static const char *const changing[] = {"externalId", "state", "portStatus", "portDate", "completionDate"};
    char time[TIMESTAMP_TEXT_SIZE];

    timestamp_print(form->at_ms, time);
    buffer_add_text(out, "{\"eventId\":");
    write_text(out, form->id);
    buffer_print(out, ",\"eventTime\":\"%s\",\"eventType\":\"%s\",\"event\":{\"productOrder\":{\"id\":", time,
                 event_type_name(form->type));
    write_text(out, tree_text_of(order, "id"));
    for (size_t i = 0; i < COUNT_OF(changing); i++)
        add_member(out, order, changing[i]);
    buffer_add_text(
        out, ",\"productOrderItem\":[],\"relatedParty\":[{\"id\":\"CUG5009999999\",\"role\":\"BtCug\"}]");
    add_errors(out, order, form->type);
    buffer_add_text(out, ",\"@type\":\"BTProductOrder\"}}}");
}
