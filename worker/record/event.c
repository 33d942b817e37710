/* Reads and writes the Avro record of a notification. */
#include "event.h"

#include "datum.h"
#include "framing.h"
#include "memory.h"
#include "timestamp.h"
#include "tree_build.h"
#include "utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

char *event_text(struct json_object *value)
{
    const char *text = tree_text(value);
    char digits[24];

    if (json_object_is_type(value, json_type_int)) {
        snprintf(digits, sizeof digits, "%" PRId64, json_object_get_int64(value));
        return memory_text(digits);
    }
    if (text == NULL || *text == '\0')
        return NULL;
    size_t length = (size_t)json_object_get_string_len(value);
    bool good = length <= EVENT_TEXT_MAX && strlen(text) == length && utf8_valid(text, length);
    return good ? memory_text(text) : NULL;
}

static char *text_at(struct json_object *payload, const char *pointer)
{
    return pointer == NULL ? NULL : event_text(tree_at(payload, pointer));
}

void event_fill(const struct event_channel *channel, struct json_object *payload, struct event *event)
{
    const struct event_message *message = event_channel_message(channel, payload);

    if (message == NULL)
        return;
    event->id = text_at(payload, message->event_id_at);
    event->type = text_at(payload, message->type_at);
    event->reference = text_at(payload, message->reference_at);
    event->order_id = text_at(payload, message->order_id_at);
}

struct json_object *event_tree(const struct event *event)
{
    struct json_object *tree = json_object_new_object();

    tree_add_text(tree, "eventId", event->id);
    tree_add_moment(tree, "receivedAt", event->received_at_ms);
    tree_add_text(tree, "type", event->type);
    tree_add_text(tree, "reference", event->reference);
    tree_add_text(tree, "orderId", event->order_id);
    tree_add_text(tree, "payload", event->payload);
    return tree;
}

bool event_of_tree(const struct json_object *tree, struct event *event, struct fault *why)
{
    int64_t received_at_ms;

    *event = (struct event){0};
    TRY(timestamp_parse(tree_text_of(tree, "receivedAt"), &received_at_ms, why));
    *event = (struct event){.id = memory_text(tree_text_of(tree, "eventId")),
                            .type = memory_text(tree_text_of(tree, "type")),
                            .reference = memory_text(tree_text_of(tree, "reference")),
                            .order_id = memory_text(tree_text_of(tree, "orderId")),
                            .payload = memory_text(tree_text_of(tree, "payload")),
                            .received_at_ms = received_at_ms};
    return true;
}

bool event_write(const struct catalogue *catalogue, const struct event *event, struct buffer *value,
                 struct fault *why)
{
    const struct schema *schema = catalogue->event;
    CLEANUP(tree_release) struct json_object *tree = event_tree(event);
    struct fault inner;

    if (schema == NULL)
        return fault_set(why, FAULT_LOCAL, "the catalogue has no common/Event.avsc");
    const struct frame frame = {.framing = FRAMING_SINGLE_OBJECT, .fingerprint = schema_fingerprint(schema)};
    framing_write(&frame, value);
    if (datum_encode(schema, tree, value, &inner))
        return true;
    return fault_set(why, FAULT_LOCAL, "the event does not fit its schema: %s", inner.text);
}

bool event_read(const struct catalogue *catalogue, const void *value, size_t length, struct event *event,
                struct fault *why)
{
    const struct schema *schema = catalogue->event;
    CLEANUP(tree_release) struct json_object *tree = NULL;
    struct frame frame;

    *event = (struct event){0};
    TRY(framing_read(value, length, NULL, 0, &frame, why));
    if (schema == NULL || frame.framing != FRAMING_SINGLE_OBJECT ||
        !schema_has_fingerprint(schema, frame.fingerprint))
        return fault_set(why, FAULT_INPUT, "it is not an event, or one of a newer listener");
    TRY(datum_decode(schema, (const char *)value + frame.start, length - frame.start, schema, NULL, &tree,
                     why));
    TRY(event_of_tree(tree, event, why));
    const char *const texts[] = {event->id, event->type, event->reference, event->order_id};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (texts[i] != NULL && (*texts[i] == '\0' || strlen(texts[i]) > EVENT_TEXT_MAX)) {
            event_release(event);
            return fault_set(why, FAULT_INPUT, "a text of it is empty, or has more than %d bytes",
                             EVENT_TEXT_MAX);
        }
    return true;
}

struct event event_copy(const struct event *event)
{
    struct event copy = *event;

    copy.id = memory_text(event->id);
    copy.type = memory_text(event->type);
    copy.reference = memory_text(event->reference);
    copy.order_id = memory_text(event->order_id);
    copy.payload = memory_text(event->payload);
    return copy;
}

size_t event_weight(const struct event *event)
{
    return sizeof *event + strlen(event->payload);
}

void event_release(struct event *event)
{
    memory_free(event->id);
    memory_free(event->type);
    memory_free(event->reference);
    memory_free(event->order_id);
    memory_free(event->payload);
    *event = (struct event){0};
}
