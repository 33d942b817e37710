/* Reads the ledger for the tools. */
#include "ledger_view.h"

#include "hash.h"
#include "memory.h"
#include "text.h"
#include "topic_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { POLL_MS = 100 };

static const char prefix[] = "order/";

/* A null value was put as an empty record: forgotten. */
static bool is_there(const struct ledger_item *item)
{
    return item->record.order_type != NULL;
}

/* Of one that was moved, two partitions have a record; -1: of any, where it is not forgotten. */
static struct ledger_item *find(const struct ledger_view *view, int32_t partition, const char *id)
{
    struct table_item *found = table_find(&view->ids, hash_text(id));

    for (; found != NULL; found = table_next(found)) {
        struct ledger_item *item = CONTAINER_OF(found, struct ledger_item, by_id);
        if ((partition < 0 ? is_there(item) : item->partition == partition) &&
            strcmp(item->record.request_id, id) == 0)
            return item;
    }
    return NULL;
}

static void read_writer(const rd_kafka_message_t *message, char *writer, size_t size)
{
    const void *value;
    size_t length;

    if (topic_reader_header(message, LEDGER_WRITER_HEADER, &value, &length))
        text_print(writer, size, "%.*s", (int)length, (const char *)value);
}

static void put(struct ledger_view *view, const rd_kafka_message_t *message,
                const struct ledger_record *record)
{
    int32_t partition = message->partition;
    struct ledger_item *item = find(view, partition, record->request_id);

    if (item == NULL) {
        item = memory_new(1, sizeof *item);
        item->partition = partition;
        table_add(&view->ids, &item->by_id, hash_text(record->request_id));
        TAILQ_INSERT_TAIL(&view->items, item, in_all);
    }
    ledger_release(&item->record);
    item->record = *record;
    item->offset = message->offset;
    read_writer(message, item->writer, sizeof item->writer);
}

void ledger_view_init(struct ledger_view *view)
{
    *view = (struct ledger_view){.ids = {.buckets = NULL}};
    TAILQ_INIT(&view->items);
}

void ledger_view_id_of(const rd_kafka_message_t *message, char request_id[UUID_TEXT_SIZE])
{
    const size_t length = sizeof prefix - 1;

    *request_id = '\0';
    if (message->key_len > length && memcmp(message->key, prefix, length) == 0)
        snprintf(request_id, UUID_TEXT_SIZE, "%.*s", (int)(message->key_len - length),
                 (const char *)message->key + length);
}

bool ledger_view_take(const struct setup *setup, struct ledger_view *view, const rd_kafka_message_t *message,
                      struct fault *why)
{
    struct ledger_record record = {.state = LEDGER_DONE};
    struct fault inner;

    ledger_view_id_of(message, record.request_id);
    if (*record.request_id == '\0')
        return true; /* a barrier */
    if (message->payload != NULL &&
        !ledger_read(&setup->ledger, message->payload, message->len, &record, &inner))
        return fault_set(why, FAULT_INPUT, "the ledger's record at offset %" PRId64 " of partition %d: %s",
                         message->offset, (int)message->partition, inner.text);
    put(view, message, &record);
    return true;
}

bool ledger_view_read(const struct setup *setup, struct ledger_view *view, struct fault *why)
{
    struct topic_reader *reader;
    bool read = true;

    ledger_view_init(view);
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
    for (struct ledger_item *item; (item = TAILQ_FIRST(&view->items)) != NULL;) {
        TAILQ_REMOVE(&view->items, item, in_all);
        ledger_release(&item->record);
        memory_free(item);
    }
    table_release(&view->ids);
}

const struct ledger_item *ledger_view_find(const struct ledger_view *view, const char *request_id)
{
    return find(view, -1, request_id);
}

const struct ledger_item *ledger_view_in(const struct ledger_view *view, int32_t partition,
                                         const char *request_id)
{
    const struct ledger_item *item = find(view, partition, request_id);

    return item != NULL && is_there(item) ? item : NULL;
}
