/* What is settled beside the changes of orders: dead letters, repeats, barriers, what is forgotten. */
#include "batch_inside.h"

#include "invariant.h"

#include <stdio.h>
#include <string.h>

enum { EVICTED_AT_ONCE = 100 };

void batch_add(struct batch *batch, int32_t partition, void *record)
{
    batch_add_item(batch, partition, record);
    partitions_touch(batch->setup.partitions, partition);
}

bool batch_repeat(struct batch *batch, const struct ledger_record *kept, int32_t partition, int64_t offset)
{
    void *record = batch->setup.records->stored(batch->setup.context, kept, true);

    partitions_finish(batch->setup.partitions, partition, offset);
    if (record != NULL)
        batch_add_item(batch, partition, record);
    return record != NULL;
}

void batch_publish_stored(struct batch *batch, int32_t partition, const struct ledger_record *kept)
{
    void *record = batch->setup.records->stored(batch->setup.context, kept, false);

    if (record != NULL)
        batch_add(batch, partition, record);
}

void batch_rewrite(struct batch *batch, int32_t partition, const struct ledger_record *kept)
{
    void *record = batch->setup.records->rewritten(batch->setup.context, partition, kept);

    if (record == NULL)
        return;
    struct batch_item *item = batch_add_item(batch, partition, record);
    item->is_kept = item->is_rewritten = true;
    snprintf(item->request_id, sizeof item->request_id, "%s", kept->request_id);
    partitions_touch(batch->setup.partitions, partition);
}

bool batch_rewrites(const struct batch *batch, const char *request_id)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->items[i].is_rewritten && strcmp(batch->items[i].request_id, request_id) == 0)
            return true;
    return false;
}

void batch_barrier(struct batch *batch, struct ledger_owner *owner)
{
    _Static_assert(sizeof owner->token == SETTLEMENT_TOKEN_MAX + 1, "the token of a settlement fits");

    REQUIRE(partitions_owns(batch->setup.partitions, owner->partition));
    partitions_next_token(batch->setup.partitions, owner->token);
    snprintf(batch->token, sizeof batch->token, "%s", owner->token);
    batch->barrier_settled = false;
    void *record = batch->setup.records->owner(batch->setup.context, owner);
    batch_add_item(batch, owner->partition, record)->is_barrier = true;
    partitions_touch(batch->setup.partitions, owner->partition);
}

bool batch_barrier_settled(const struct batch *batch, const char **token)
{
    *token = batch->token;
    return batch->barrier_settled;
}

void batch_forget_old(struct batch *batch, int64_t wall_ms)
{
    const struct batch_records *records = batch->setup.records;
    void *context = batch->setup.context;
    struct duplicate old;
    bool by_number;

    for (int i = 0; i < EVICTED_AT_ONCE && batch->count < batch->setup.most &&
                    duplicates_evict(batch->setup.duplicates, wall_ms, &old, &by_number);
         i++) {
        batch_add(batch, old.partition, records->forgotten(context, old.partition, old.request_id));
        if (records->evicted != NULL)
            records->evicted(context, by_number);
    }
}
