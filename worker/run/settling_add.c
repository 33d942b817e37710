/* What is settled beside the changes of orders: dead letters, repeats, barriers. See settling.h. */
#include "dead_letter.h"
#include "records.h"
#include "settling_inside.h"
#include "status.h"

#include <stdio.h>
#include <string.h>

void settling_dead_letter(struct settling *settling, const rd_kafka_message_t *message, const char *reason,
                          const struct fault *why)
{
    dead_letter_of(settling->worker, message, reason, why, &add_item(settling, message->partition)->record);
    settlements_finish(settling->worker->settlements, message->partition, message->offset);
    status_count_dead(settling->worker->status, reason);
}

void settling_dead_signal(struct settling *settling, const rd_kafka_message_t *message,
                          const struct fault *why)
{
    dead_letter_of(settling->worker, message, "signal", why, &add_item(settling, message->partition)->record);
    settlements_touch(settling->worker->settlements, message->partition);
    status_count_dead(settling->worker->status, "signal");
}

void settling_repeat(struct settling *settling, const struct ledger_record *kept, int32_t partition,
                     int64_t offset)
{
    struct settler_record record;

    settlements_finish(settling->worker->settlements, partition, offset);
    status_count_repeat(settling->worker->status);
    if (record_of_stored(settling->worker, kept, true, &record))
        add_item(settling, partition)->record = record;
    else
        LOG(LOG_WARN, "the outcome of a repeated request was too large to be kept: it is not published again",
            log_text("request", kept->request_id));
}

void settling_rewrite(struct settling *settling, int32_t partition, const struct ledger_record *kept)
{
    struct settler_record record;

    if (!record_of_kept(settling->worker, partition, kept, &record))
        return;
    struct item *item = add_item(settling, partition);
    item->record = record;
    item->is_kept = item->is_rewritten = true;
    settlements_touch(settling->worker->settlements, partition);
}

bool settling_rewrites(const struct settling *settling, const char *request_id)
{
    for (size_t i = 0; i < settling->count; i++)
        if (settling->items[i].is_rewritten &&
            strcmp(settling->items[i].record.key + strlen("order/"), request_id) == 0)
            return true;
    return false;
}

void settling_publish_stored(struct settling *settling, int32_t partition, const struct ledger_record *kept)
{
    struct settler_record record;

    if (!record_of_stored(settling->worker, kept, false, &record))
        return;
    add_item(settling, partition)->record = record;
    settlements_touch(settling->worker->settlements, partition);
}

void settling_barrier(struct settling *settling, const struct ledger_owner *owner)
{
    struct item *item = add_item(settling, owner->partition);

    item->is_barrier = true;
    record_of_owner(settling->worker, owner, &item->record);
    snprintf(settling->token, sizeof settling->token, "%s", owner->token);
    settlements_touch(settling->worker->settlements, owner->partition);
}
