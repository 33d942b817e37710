/* Writes notifications. */
#include "event_text.h"

#include "memory.h"
#include "reply.h"
#include "timestamp.h"
#include "tree.h"
#include "uuid.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

const char *event_type_name(enum event_type type)
{
    return type == EVENT_CREATED ? "ProductOrderCreateEvent" : "ProductOrderStateChangeEvent";
}

void event_form_identify(struct event_form *form)
{
    char uuid[UUID_TEXT_SIZE];
    time_t when = (time_t)(form->at_ms / 1000);
    struct tm parts;

    if (irregular_is(&form->irregular, TROUBLE_EVENT_ODD)) {
        strftime(form->id, sizeof form->id, "CMP-RESELLER-%d-%m-%YT%H%M%S", gmtime_r(&when, &parts));
        return;
    }
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

/* In one of the three spellings that are seen at BT; the odd ones by turns. */
static void add_time(struct buffer *out, const struct event_form *form)
{
    char text[TIMESTAMP_TEXT_SIZE];

    timestamp_print(form->at_ms, text);
    if (!irregular_is(&form->irregular, TROUBLE_EVENT_ODD)) {
        buffer_print(out, "\"%s\"", text);
    } else if (form->at_ms / 1000 % 2 == 0) {
        timestamp_print_micros(form->at_ms * 1000 + 407, text);
        buffer_print(out, "\"%.*s+00:00\"", (int)(strlen(text) - 1), text);
    } else {
        buffer_print(out, "\"%.*s+0000\"", (int)(strlen(text) - 1), text);
    }
}

/* Free text at BT. */
static const char *sub_status(const char *state)
{
    return strcmp(state, "inProgress") == 0  ? "In Progress"
           : strcmp(state, "completed") == 0 ? "Completed"
                                             : state;
}

/* The order's state, on each of its items: how BT tells it where the order has none. */
static void add_items(struct buffer *out, struct json_object *order)
{
    struct json_object *items = tree_member(order, "productOrderItem");
    size_t count = items == NULL ? 0 : json_object_array_length(items);
    const char *state = tree_text_of(order, "state");

    buffer_add_text(out, ",\"productOrderItem\":[");
    for (size_t i = 0; i < count && state != NULL; i++) {
        struct json_object *item = json_object_array_get_idx(items, i);
        const char *offering = tree_text_of(tree_at(item, "/product/productOffering"), "id");
        buffer_add_text(out, i == 0 ? "{\"id\":" : ",{\"id\":");
        write_text(out, tree_text_of(item, "id"));
        buffer_print(out, ",\"internalId\":\"%zu\",\"action\":", 900000 + i);
        write_text(out, tree_text_of(item, "action"));
        buffer_add_text(out, ",\"state\":");
        write_text(out, state);
        buffer_add_text(out, ",\"subStatus\":");
        write_text(out, sub_status(state));
        buffer_add_text(out, ",\"product\":{\"productOffering\":{\"id\":");
        write_text(out, offering);
        buffer_add_text(out, "}}}");
    }
    buffer_add_byte(out, ']');
}

void event_text_contradict(struct json_object *order)
{
    const char *state = tree_text_of(order, "state");
    const char *port_status = tree_text_of(order, "portStatus");
    bool good = state != NULL && strcmp(state, "completed") == 0;

    json_object_object_add(order, "state", json_object_new_string(good ? "failed" : "completed"));
    if (port_status != NULL)
        json_object_object_add(order, "portStatus", json_object_new_string(good ? "FAILED" : "ACTIVATED"));
    if (good)
        json_object_object_del(order, "completionDate");
}

void event_text_write(const struct event_form *form, struct json_object *order, struct buffer *out)
{
    static const char *const changing[] = {"portStatus", "portDate", "completionDate"};
    bool no_state = irregular_is(&form->irregular, TROUBLE_EVENT_NO_STATE);

    buffer_add_text(out, "{\"eventId\":");
    write_text(out, form->id);
    buffer_add_text(out, ",\"eventTime\":");
    add_time(out, form);
    buffer_print(out,
                 ",\"eventType\":\"%s\",\"event\":{\"productOrder\":{\"id\":", event_type_name(form->type));
    write_text(out, tree_text_of(order, "id"));
    if (!irregular_is(&form->irregular, TROUBLE_EVENT_NO_REFERENCE))
        add_member(out, order, "externalId");
    if (!no_state)
        add_member(out, order, "state");
    for (size_t i = 0; i < COUNT_OF(changing); i++)
        add_member(out, order, changing[i]);
    if (no_state)
        add_items(out, order);
    else
        buffer_add_text(out, ",\"productOrderItem\":[]");
    buffer_add_text(out, ",\"relatedParty\":[{\"id\":\"CUG5009999999\",\"role\":\"BtCug\"}]");
    add_errors(out, order, form->type);
    buffer_add_text(out, ",\"@type\":\"BTProductOrder\"}}}");
}
