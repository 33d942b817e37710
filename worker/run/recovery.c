/* Reads the records of the ledger and hands them to the take-over. */
#include "recovery.h"

#include "invariant.h"
#include "last_words.h"
#include "ledger_head.h"
#include "memory.h"
#include "records.h"
#include "snapshot.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WRITER_SIZE = 160 };

struct recovery {
    struct ledger_schemas schemas;
    struct takeover *takeover;
    struct bt_ids *bt_ids;
    struct last_words *last_words;
    bool publishes; /* there are no transactions: an outcome may be missing (R13) */
};

static bool starts_with(const rd_kafka_message_t *message, const char *prefix)
{
    size_t length = strlen(prefix);

    return message->key_len > length && memcmp(message->key, prefix, length) == 0;
}

/* Who wrote the record, as far as it says so. */
static void name_writer(const rd_kafka_message_t *message, char writer[WRITER_SIZE])
{
    rd_kafka_headers_t *headers;
    const void *value;
    size_t length;

    bool known = rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
                 rd_kafka_header_get_last(headers, LEDGER_WRITER_HEADER, &value, &length) ==
                     RD_KAFKA_RESP_ERR_NO_ERROR &&
                 value != NULL && length > 0;
    snprintf(writer, WRITER_SIZE, "%.*s", known ? (int)length : INT_MAX,
             known ? (const char *)value : "not known");
}

static bool unreadable(const rd_kafka_message_t *message, const struct fault *inner, struct fault *why)
{
    char writer[WRITER_SIZE];

    name_writer(message, writer);
    return fault_set(why, FAULT_INPUT,
                     "the ledger's record at offset %" PRId64
                     " of partition %d cannot be read: %.300s (its writer: %s)",
                     message->offset, (int)message->partition, inner->text, writer);
}

static bool take_owner(const struct recovery *recovery, const rd_kafka_message_t *message, struct fault *why)
{
    struct ledger_owner owner;
    struct fault inner;

    if (!ledger_read_owner(&recovery->schemas, message->payload, message->len, &owner, &inner))
        return unreadable(message, &inner, why);
    takeover_owner(recovery->takeover, message->partition, &owner);
    return true;
}

/* Whether the record's settlement is one that the committed metadata does not vouch for: "1;owner:counter;map". */
static bool is_unconfirmed(const struct takeover_partition *partition, const char *settlement, size_t length)
{
    const char *at = partition->metadata == NULL ? NULL : strchr(partition->metadata, ';');
    const char *counter = settlement == NULL ? NULL : memrchr(settlement, ':', length);

    if (counter == NULL)
        return false;
    if (at == NULL)
        return true; /* nothing was ever committed */
    size_t owner = (size_t)(counter - settlement) + 1;
    char text[24];
    snprintf(text, sizeof text, "%.*s", (int)(length - owner), counter + 1);
    return strncmp(at + 1, settlement, owner) == 0 &&
           strtoull(text, NULL, 10) > strtoull(at + 1 + owner, NULL, 10);
}

static const struct takeover_partition *partition_of(struct takeover *takeover, int32_t partition)
{
    size_t count, i = 0;
    const struct takeover_partition *partitions = takeover_partitions(takeover, &count);

    while (i + 1 < count && partitions[i].partition != partition)
        i++;
    REQUIRE(count > 0 && partitions[i].partition == partition);
    return &partitions[i];
}

/* BT may still report of it. What it has heard is in its progress. */
static void take_last_words(const struct recovery *recovery, const rd_kafka_message_t *message,
                            const struct ledger_head *head)
{
    struct ledger_record record;
    struct fault unused;

    if (!ledger_read_bare(&recovery->schemas, head, &record, &unused))
        return; /* of one that is done nothing hangs on it */
    ledger_add_content(head, &record);
    CLEANUP(tree_release) struct json_object *marks = snapshot_marks(&record);
    last_words_add(recovery->last_words, message->partition,
                   &(struct last_order){&record.references, marks, record.heard, head->written_at_ms});
    ledger_release(&record);
}

/* An order that is done: copied only where nobody knows whether its outcome was published. */
static void take_done(const struct recovery *recovery, const rd_kafka_message_t *message,
                      const struct ledger_head *head)
{
    struct duplicate done = {
        .partition = message->partition, .done_at_ms = head->written_at_ms, .offset = message->offset};

    memcpy(done.request_id, head->request_id, sizeof done.request_id);
    takeover_done(recovery->takeover, &done);
    if (head->has_references)
        take_last_words(recovery, message, head);
    if (recovery->publishes && is_unconfirmed(partition_of(recovery->takeover, message->partition),
                                              head->settlement, head->settlement_length))
        takeover_store(recovery->takeover, message->partition, memory_copy(message->payload, message->len),
                       message->len);
}

/* Most of these are about orders that wait, or were written before the one that counts: no content is copied in vain. */
static bool take_live(const struct recovery *recovery, const rd_kafka_message_t *message,
                      const struct ledger_head *head, struct fault *why)
{
    struct ledger_record record;
    struct fault inner;

    if (!ledger_read_bare(&recovery->schemas, head, &record, &inner))
        return unreadable(message, &inner, why);
    bool sleeps = head->has_content && takeover_lets_sleep(recovery->takeover, &record);
    if (!sleeps)
        ledger_add_content(head, &record);
    takeover_live(recovery->takeover, message->partition, message->offset, sleeps, &record);
    ledger_release(&record);
    return true;
}

static bool take_order(const struct recovery *recovery, const rd_kafka_message_t *message, struct fault *why)
{
    struct ledger_head head;
    struct fault inner;
    char id[UUID_TEXT_SIZE];

    if (message->payload == NULL) {
        snprintf(id, sizeof id, "%.*s", (int)(message->key_len - strlen("order/")),
                 (const char *)message->key + strlen("order/"));
        takeover_forgotten(recovery->takeover, message->partition, id);
        return true;
    }
    if (!ledger_read_head(&recovery->schemas, message->payload, message->len, &head, &inner))
        return unreadable(message, &inner, why);
    if (head.state == LEDGER_DONE) {
        take_done(recovery, message, &head);
        return true;
    }
    return take_live(recovery, message, &head, why);
}

static bool take_id(const struct recovery *recovery, const rd_kafka_message_t *message, struct fault *why)
{
    size_t length = strlen(BT_ID_KEY_PREFIX);
    struct ledger_index index;
    struct fault inner;

    if (message->payload == NULL) {
        CLEANUP(memory_release)
        char *id = memory_text_of((const char *)message->key + length, message->key_len - length);
        bt_ids_forgotten(recovery->bt_ids, message->partition, id);
        return true;
    }
    if (!ledger_index_read(&recovery->schemas, message->payload, message->len, &index, &inner))
        return unreadable(message, &inner, why);
    bt_ids_recover(recovery->bt_ids, message->partition, &index);
    return true;
}

static bool take(const struct recovery *recovery, const rd_kafka_message_t *message, struct fault *why)
{
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        takeover_end(recovery->takeover, message->partition);
        return true;
    }
    if (starts_with(message, "order/") && takeover_has(recovery->takeover, message->partition))
        return take_order(recovery, message, why);
    if (starts_with(message, BT_ID_KEY_PREFIX) && takeover_has(recovery->takeover, message->partition))
        return take_id(recovery, message, why);
    if (starts_with(message, "owner/") && message->payload != NULL)
        return take_owner(recovery, message, why);
    return true; /* of a later version, or a stranger's */
}

bool recovery_read(struct worker *worker, struct takeover *takeover, struct fault *why)
{
    const struct recovery recovery = {records_ledger_schemas(worker), takeover, worker->bt_ids,
                                      worker->last_words, !worker->settings->settlement_transactions};
    int64_t share = loop_share(worker->loop);

    do {
        rd_kafka_message_t *message = ledger_reader_next(worker->ledger_reader);
        if (message == NULL)
            return true;
        bool taken = take(&recovery, message, why);
        rd_kafka_message_destroy(message);
        if (!taken)
            return false;
    } while (!loop_share_over(worker->loop, share));
    return true;
}

void recovery_publish(struct worker *worker, struct takeover *takeover)
{
    struct ledger_schemas schemas = records_ledger_schemas(worker);
    struct takeover_entry *entry = NULL;
    size_t stored_count;
    const struct takeover_stored *stored = takeover_stored(takeover, &stored_count);
    struct fault why;

    while ((entry = takeover_each(takeover, entry)) != NULL) {
        const char *settlement = entry->record.settlement;
        if (settlement != NULL &&
            is_unconfirmed(partition_of(takeover, entry->partition), settlement, strlen(settlement)))
            batch_publish_stored(worker->batch, entry->partition, &entry->record);
    }
    for (size_t i = 0; i < stored_count; i++) {
        struct ledger_record kept;
        if (!ledger_read(&schemas, stored[i].value, stored[i].length, &kept, &why))
            continue; /* it was read before */
        batch_publish_stored(worker->batch, stored[i].partition, &kept);
        ledger_release(&kept);
    }
}
