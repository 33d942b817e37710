/* Reads a notification and makes its Kafka record. */
#include "notification.h"

#include "event_route.h"
#include "memory.h"
#include "names.h"
#include "timestamp.h"
#include "utf8.h"

#include <string.h>

enum { RECORD_EXTRA_BYTES = 4096 /* what stands beside the payload */, DAY_MS = 86400000 };

const char *const notification_words[] = {"event", "unaddressed", "json", NULL};
NAMES_COMPLETE(notification_words, NOTIFICATION_JSON + 1); /* and the null */

static void add_header(struct kafka_record *record, const char *name, const char *value)
{
    kafka_record_header(record, name, value, strlen(value));
}

static void make_dead(const struct notification_place *place, struct notification *notification)
{
    struct kafka_record *record = &notification->record;

    record->topic = place->dead_topic;
    record->partition = RD_KAFKA_PARTITION_UA;
    add_header(record, "__connect.errors.exception.message", notification->why.text);
    add_header(record, "whc-dead-reason", notification_words[notification->kind]);
}

static bool make_event(const struct notification_place *place, size_t length,
                       struct notification *notification, struct fault *why)
{
    const struct event *event = &notification->event;
    struct kafka_record *record = &notification->record;
    struct event_route route = event_route(event->reference, event->order_id, place->partitions);
    CLEANUP(buffer_release) struct buffer value = {0};

    buffer_init(&value, length + RECORD_EXTRA_BYTES);
    TRY(event_write(place->catalogue, event, &value, why));
    record->value = buffer_take(&value, &record->length);
    add_header(record, "content-type", "application/avro");
    record->topic = place->topic;
    record->partition = route.partition;
    if (route.partition < 0) {
        notification->kind = NOTIFICATION_UNADDRESSED;
        fault_set(&notification->why, FAULT_INPUT,
                  "the notification has neither a reference of ours nor BT's id of an order");
        make_dead(place, notification);
        return true;
    }
    record->key = memory_text(route.key);
    record->key_length = strlen(route.key);
    return true;
}

static bool is_ahead(const struct event_channel *channel, struct json_object *payload, int64_t now_ms)
{
    const struct event_message *message = event_channel_message(channel, payload);
    const char *text = message == NULL || message->event_time_at == NULL
                           ? NULL
                           : tree_text(tree_at(payload, message->event_time_at));
    struct fault unused;
    int64_t time_ms;

    return text != NULL && timestamp_parse(text, &time_ms, &unused) && time_ms > now_ms + DAY_MS;
}

bool notification_read(const struct notification_place *place, const char *bytes, size_t length,
                       int64_t now_ms, struct notification *notification, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;

    *notification = (struct notification){.kind = NOTIFICATION_EVENT};
    bool text = utf8_valid(bytes, length) || /* JSON must be, and nobody after us looks */
                fault_set(&notification->why, FAULT_INPUT, "the notification is not UTF-8");
    if (!text || !tree_read_reply(bytes, length, place->values_max, &tree, &notification->why)) {
        notification->kind = NOTIFICATION_JSON;
        notification->record.value = memory_text_of(bytes, length);
        notification->record.length = length;
        make_dead(place, notification);
        return true;
    }
    event_fill(place->channel, tree, &notification->event);
    notification->ahead = is_ahead(place->channel, tree, now_ms);
    notification->event.received_at_ms = now_ms;
    notification->event.payload = memory_text_of(bytes, length);
    return make_event(place, length, notification, why);
}

void notification_release(struct notification *notification)
{
    event_release(&notification->event);
    kafka_record_release(&notification->record);
}
