/* See recovery.h. */
#include "recovery.h"

#include "keeping.h"
#include "memory.h"
#include "records.h"
#include "settling.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURN_MAX = 2000 }; /* messages of one turn of the loop: the watchdog wants turns */

static bool starts_with(const rd_kafka_message_t *message, const char *prefix)
{
    size_t length = strlen(prefix);

    return message->key_len > length && memcmp(message->key, prefix, length) == 0;
}

static bool unreadable(const rd_kafka_message_t *message, const struct fault *inner, struct fault *why)
{
    return fault_set(why, FAULT_INPUT,
                     "the ledger's record at offset %" PRId64 " of partition %d cannot be read: %.300s",
                     message->offset, (int)message->partition, inner->text);
}

static bool take_owner(const struct ledger_schemas *schemas, struct takeover *takeover,
                       const rd_kafka_message_t *message, struct fault *why)
{
    struct ledger_owner owner;
    struct fault inner;

    if (!ledger_read_owner(schemas, message->payload, message->len, &owner, &inner))
        return unreadable(message, &inner, why);
    takeover_owner(takeover, message->partition, &owner);
    return true;
}

static bool take_order(const struct ledger_schemas *schemas, struct takeover *takeover,
                       const rd_kafka_message_t *message, struct fault *why)
{
    struct ledger_record record;
    struct fault inner;
    char id[UUID_TEXT_SIZE];

    if (message->payload == NULL) {
        snprintf(id, sizeof id, "%.*s", (int)(message->key_len - strlen("order/")),
                 (const char *)message->key + strlen("order/"));
        takeover_forgotten(takeover, message->partition, id);
        return true;
    }
    if (!ledger_read(schemas, message->payload, message->len, &record, &inner))
        return unreadable(message, &inner, why);
    if (record.state == LEDGER_DONE)
        takeover_done(takeover, message->partition, record.request_id, record.written_at_ms,
                      memory_text_of(message->payload, message->len), message->len);
    else
        takeover_live(takeover, message->partition, &record);
    ledger_release(&record);
    return true;
}

static bool take(const struct ledger_schemas *schemas, struct takeover *takeover,
                 const rd_kafka_message_t *message, struct fault *why)
{
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        takeover_end(takeover, message->partition);
        return true;
    }
    if (starts_with(message, "order/") && takeover_has(takeover, message->partition))
        return take_order(schemas, takeover, message, why);
    if (starts_with(message, "owner/") && message->payload != NULL)
        return take_owner(schemas, takeover, message, why);
    return true; /* an index of a later version, or a stranger's */
}

bool recovery_read(struct worker *worker, struct takeover *takeover, struct fault *why)
{
    struct ledger_schemas schemas = ledger_schemas_of(worker);

    for (int i = 0; i < TURN_MAX; i++) {
        rd_kafka_message_t *message = reader_next(worker->reader);
        if (message == NULL)
            return true;
        bool taken = take(&schemas, takeover, message, why);
        rd_kafka_message_destroy(message);
        if (!taken)
            return false;
    }
    loop_hurry(worker->loop);
    return true;
}

static bool go_on(struct worker *worker, struct takeover_entry *entry, struct fault *why)
{
    const struct order_type *type = catalogue_type(worker->catalogue, entry->record.order_type);
    struct order *order = NULL;
    struct fault inner;

    if (type == NULL)
        return fault_set(
            why, FAULT_INPUT,
            "partition %d: the ledger has order %s of type '%.60s', which this catalogue does not have "
            "(any more); put it back until the order has ended",
            (int)entry->partition, entry->request_id, entry->record.order_type);
    if (order_recall(worker->settings->topic_requests, entry->partition, &entry->record, type, &order,
                     &inner) &&
        orders_recover(worker->orders, order, worker_time(worker), &inner))
        return true;
    return fault_set(why, FAULT_INPUT, "partition %d: order %s of the ledger cannot go on: %.300s",
                     (int)entry->partition, entry->request_id, inner.text);
}

bool recovery_finish(struct worker *worker, struct takeover *takeover, struct fault *why)
{
    size_t count;

    takeover_sort(takeover);
    struct takeover_entry *entries = takeover_entries(takeover, &count);
    for (size_t i = 0; i < count; i++) {
        if (entries[i].forgotten)
            continue;
        if (entries[i].done)
            duplicates_add(worker->duplicates, entries[i].partition, entries[i].request_id,
                           entries[i].done_at_ms, TAKE(entries[i].value), entries[i].length);
        else
            TRY(go_on(worker, &entries[i], why));
    }
    return true;
}

/* Whether the record's settlement is one that the committed metadata does not vouch for: "1;owner:counter;map". */
static bool is_unconfirmed(const struct takeover_partition *partition, const char *settlement)
{
    const char *at = partition->metadata == NULL ? NULL : strchr(partition->metadata, ';');
    const char *counter = settlement == NULL ? NULL : strrchr(settlement, ':');

    if (counter == NULL)
        return false;
    if (at == NULL)
        return true; /* nothing was ever committed */
    size_t owner = (size_t)(counter - settlement) + 1;
    return strncmp(at + 1, settlement, owner) == 0 &&
           strtoull(counter + 1, NULL, 10) > strtoull(at + 1 + owner, NULL, 10);
}

void recovery_publish(struct worker *worker, struct takeover *takeover)
{
    struct ledger_schemas schemas = ledger_schemas_of(worker);
    size_t count, entry_count;
    struct takeover_partition *partitions = takeover_partitions(takeover, &count);
    struct takeover_entry *entries = takeover_entries(takeover, &entry_count);
    struct fault why;

    for (size_t i = 0; i < entry_count; i++) {
        struct takeover_entry *entry = &entries[i];
        struct ledger_record kept, *record = &entry->record;
        size_t p = 0;
        if (entry->forgotten)
            continue;
        while (p + 1 < count && partitions[p].partition != entry->partition)
            p++;
        if (entry->done) {
            if (!ledger_read(&schemas, entry->value, entry->length, &kept, &why))
                continue; /* it was read before */
            record = &kept;
        }
        if (is_unconfirmed(&partitions[p], record->settlement))
            settling_publish_stored(worker->settling, entry->partition, record);
        if (entry->done)
            ledger_release(&kept);
    }
}
