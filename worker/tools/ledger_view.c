/* Reads the ledger for the tools. How an order is shown is in ledger_show.c. */
#include "ledger_view.h"

#include "hash.h"
#include "memory.h"
#include "topic_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { POLL_MS = 100 };

static const char prefix[] = "order/";

/* Where the record of this order and partition is, or belongs; of one that was moved, two partitions have one. */
static size_t *place_of(const struct ledger_view *view, int32_t partition, const char *id)
{
    for (size_t i = hash_text(id) & (view->bucket_room - 1);; i = (i + 1) & (view->bucket_room - 1)) {
        size_t *place = &view->buckets[i];
        if (*place == 0 || (view->items[*place - 1].partition == partition &&
                            strcmp(view->items[*place - 1].record.request_id, id) == 0))
            return place;
    }
}

static void grow(struct ledger_view *view)
{
    view->room = view->room * 2 + 64;
    view->items = memory_resize(view->items, view->room, sizeof *view->items);
    memory_free(view->buckets);
    for (view->bucket_room = 128; view->bucket_room < view->room * 2;)
        view->bucket_room *= 2;
    view->buckets = memory_new(view->bucket_room, sizeof *view->buckets);
    for (size_t i = 0; i < view->count; i++)
        *place_of(view, view->items[i].partition, view->items[i].record.request_id) = i + 1;
}

static void put(struct ledger_view *view, int32_t partition, struct ledger_record *record)
{
    if (view->count == view->room)
        grow(view);
    size_t *place = place_of(view, partition, record->request_id);
    if (*place == 0) {
        *place = ++view->count;
        view->items[*place - 1] = (struct ledger_item){.partition = partition};
    }
    struct ledger_item *item = &view->items[*place - 1];
    ledger_release(&item->record);
    *item = (struct ledger_item){partition, *record};
}

bool ledger_view_take(const struct setup *setup, struct ledger_view *view, const rd_kafka_message_t *message,
                      struct fault *why)
{
    const size_t length = sizeof prefix - 1;
    struct ledger_record record = {.state = LEDGER_DONE};
    struct fault inner;

    if (message->key_len <= length || memcmp(message->key, prefix, length) != 0)
        return true; /* a barrier */
    if (message->payload == NULL)
        snprintf(record.request_id, sizeof record.request_id, "%.*s", (int)(message->key_len - length),
                 (const char *)message->key + length);
    else if (!ledger_read(&setup->ledger, message->payload, message->len, &record, &inner))
        return fault_set(why, FAULT_INPUT,
                         "the ledger's record at offset %" PRId64 " of partition %d: %.300s", message->offset,
                         (int)message->partition, inner.text);
    put(view, message->partition, &record);
    return true;
}

bool ledger_view_read(const struct setup *setup, struct ledger_view *view, struct fault *why)
{
    struct topic_reader *reader;
    bool read = true;

    *view = (struct ledger_view){0};
    TRY(topic_reader_new(&setup->settings, setup->settings.topic_ledger, true, &reader, why));
    while (read && !topic_reader_caught_up(reader)) {
        rd_kafka_message_t *message = topic_reader_next(reader, POLL_MS);
        if (message == NULL)
            continue;
        read = ledger_view_take(setup, view, message, why);
        rd_kafka_message_destroy(message);
    }
    topic_reader_free(reader);
    return read;
}

void ledger_view_release(struct ledger_view *view)
{
    for (size_t i = 0; i < view->count; i++)
        ledger_release(&view->items[i].record);
    memory_free(view->items);
    memory_free(view->buckets);
    *view = (struct ledger_view){0};
}

/* A null value was put as an empty record: forgotten. */
static bool is_there(const struct ledger_item *item)
{
    return item->record.order_type != NULL;
}

const struct ledger_item *ledger_view_find(const struct ledger_view *view, const char *request_id)
{
    if (view->bucket_room == 0)
        return NULL;
    for (size_t i = hash_text(request_id) & (view->bucket_room - 1); view->buckets[i] != 0;
         i = (i + 1) & (view->bucket_room - 1)) {
        const struct ledger_item *item = &view->items[view->buckets[i] - 1];
        if (is_there(item) && strcmp(item->record.request_id, request_id) == 0)
            return item;
    }
    return NULL;
}

const struct ledger_item *ledger_view_in(const struct ledger_view *view, int32_t partition,
                                         const char *request_id)
{
    size_t *place = view->bucket_room == 0 ? NULL : place_of(view, partition, request_id);

    return place == NULL || *place == 0 || !is_there(&view->items[*place - 1]) ? NULL
                                                                               : &view->items[*place - 1];
}
