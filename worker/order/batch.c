/* Changes become records, and settled records become what follows from them. */
#include "batch_inside.h"

#include "invariant.h"
#include "last_words.h"
#include "memory.h"

#include <stdio.h>
#include <string.h>

struct batch *batch_new(const struct batch_setup *setup)
{
    struct batch *batch = memory_new(1, sizeof *batch);

    batch->setup = *setup;
    return batch;
}

void *batch_free(struct batch *batch)
{
    if (batch == NULL)
        return NULL;
    REQUIRE(batch->taken_out <= batch->sent && batch->sent <= batch->count);
    for (size_t i = batch->taken_out; i < batch->count; i++)
        batch->setup.records->release(batch->setup.context, batch->items[i].record);
    memory_free(batch->items);
    return memory_free(batch);
}

struct batch_item *batch_add_item(struct batch *batch, int32_t partition, void *record)
{
    REQUIRE(record != NULL && batch->sent <= batch->count && batch->count <= batch->room);
    if (batch->count == batch->room) {
        batch->room = batch->room * 2 + 64;
        batch->items = memory_resize(batch->items, batch->room, sizeof *batch->items);
    }
    struct batch_item *item = &batch->items[batch->count++];
    *item = (struct batch_item){.partition = partition,
                                .epoch = partitions_epoch(batch->setup.partitions, partition),
                                .record = record};
    return item;
}

/* The request, its repeats so far and what people decided are in the ledger, or answered, once this is settled. */
static void finish_offsets(struct batch *batch, struct order *order)
{
    struct partitions *partitions = batch->setup.partitions;

    REQUIRE(order->ledger.settling > 0);
    if (order->ledger.settled_offset)
        partitions_touch(partitions, order->source.partition);
    else
        partitions_finish(partitions, order->source.partition, order->source.offset);
    order->ledger.settled_offset = true;
    for (size_t i = 0; i < order->ledger.repeat_count; i++)
        partitions_finish(partitions, order->ledger.repeats[i].partition, order->ledger.repeats[i].offset);
    order->ledger.repeat_count = 0;
    for (size_t i = 0; i < order->ledger.signal_count; i++)
        partitions_finish_of(partitions, PARTITION_SIGNALS, order->source.partition,
                             order->ledger.signals[i]);
    order->ledger.signal_count = 0;
    for (size_t i = 0; i < order->ledger.event_count; i++)
        partitions_finish_of(partitions, PARTITION_EVENTS, order->source.partition, order->ledger.events[i]);
    order->ledger.event_count = 0;
}

static void add_outcome(struct batch *batch, const struct order *order, void *outcome)
{
    const struct batch_records *records = batch->setup.records;
    unsigned repeats = order->state == ORDER_SETTLING ? order->ledger.repeats_due : 0;

    if (records->published != NULL)
        records->published(batch->setup.context, order);
    batch_add_item(batch, order->source.partition, outcome)->order = order;
    for (unsigned i = 0; i < repeats; i++)
        batch_add_item(batch, order->source.partition, records->repeat(batch->setup.context, order, outcome));
}

static void add_ledger_record(struct batch *batch, const struct order *order, void *record)
{
    _Static_assert(sizeof order->request.id == UUID_TEXT_SIZE, "an id that is cut would be another one");
    struct batch_item *item = batch_add_item(batch, order->source.partition, record);

    item->is_kept = order->state == ORDER_SETTLING;
    snprintf(item->request_id, sizeof item->request_id, "%s", order->request.id);
}

/* News that is not final, in its order. Gives the record of the latest that is new; null: there is none. */
static void *add_progress(struct batch *batch, struct order *order)
{
    void *latest = NULL;

    for (struct progress *one = order->waiting.progress; one != NULL; one = one->next) {
        if (!one->repeated)
            one->sequence = order->sequence++;
        void *record = batch->setup.records->progress(batch->setup.context, order, one);
        batch_add_item(batch, order->source.partition, record);
        if (!one->repeated)
            latest = record;
        partitions_touch(batch->setup.partitions, order->source.partition);
    }
    return latest;
}

/* The change has no record after all: nothing of it goes out, and its news wait for the next. */
static void take_back(struct batch *batch, size_t from, struct order *order)
{
    for (const struct progress *one = order->waiting.progress; one != NULL; one = one->next)
        order->sequence -= one->repeated ? 0 : 1;
    while (batch->count > from)
        batch->setup.records->release(batch->setup.context, batch->items[--batch->count].record);
}

/* The ids that BT has given: told in the settlement that has them, and once more when the order ends. */
static void add_index(struct batch *batch, struct order *order)
{
    const struct batch_records *records = batch->setup.records;
    bool ends = order->state == ORDER_SETTLING;

    for (size_t i = 0; i < order->waiting.references.count; i++) {
        struct ledger_reference *reference = &order->waiting.references.list[i];
        if (reference->order_id == NULL || (reference->told && !ends))
            continue;
        void *record = records->index(batch->setup.context, order, reference, ends);
        if (record == NULL)
            continue;
        reference->told = true;
        batch_add_item(batch, order->source.partition, record);
    }
}

/* The records of a change: an outcome, the ledger's. An order that cannot be owned has none and changes once more. */
static void add_change(struct batch *batch, const struct change *change)
{
    const struct batch_records *records = batch->setup.records;
    void *context = batch->setup.context, *outcome = NULL, *kept = NULL;
    struct fault why;

    REQUIRE(change->publishes || change->records);
    size_t before = batch->count;
    void *latest = add_progress(batch, change->order);
    if (change->publishes) {
        outcome = records->outcome(context, change->order);
        orders_published(change->order);
    }
    if (change->records) {
        kept = records->ledger(context, change->order, outcome == NULL ? latest : outcome, &why);
        if (kept == NULL) {
            if (outcome != NULL)
                records->release(context, outcome);
            take_back(batch, before, change->order);
            orders_too_large(batch->setup.orders, change, &why);
            return;
        }
    }
    waiting_published(&change->order->waiting);
    if (kept != NULL)
        add_index(batch, change->order);
    if (outcome != NULL)
        add_outcome(batch, change->order, outcome);
    if (kept != NULL)
        add_ledger_record(batch, change->order, kept);
    REQUIRE(batch->count > batch->sent);
    struct batch_item *last = &batch->items[batch->count - 1];
    REQUIRE(!last->closes);
    last->change = *change;
    last->closes = true;
    finish_offsets(batch, change->order);
}

bool batch_gather(struct batch *batch)
{
    struct change change;

    if (batch->count >= batch->setup.most || !orders_next_change(batch->setup.orders, &change))
        return false;
    add_change(batch, &change);
    return true;
}

size_t batch_begin(struct batch *batch, int64_t now_ms, struct partition_commit **positions)
{
    REQUIRE(!batch->under_way && batch->sent == 0);
    REQUIRE(!batch->happened && batch->taken_out == 0);
    size_t count = partitions_begin(batch->setup.partitions, positions);

    if (count == 0) {
        REQUIRE(batch->count == 0); /* a record goes with its position (R2) */
        (void)partitions_end(batch->setup.partitions, SETTLEMENT_CLEAN, NULL, 0);
        return 0;
    }
    batch->sent = batch->count;
    batch->under_way = true;
    batch->began_ms = now_ms;
    return count;
}

size_t batch_sent_count(const struct batch *batch)
{
    return batch->sent;
}

void *batch_sent(const struct batch *batch, size_t index)
{
    REQUIRE(index < batch->sent);
    return batch->items[index].record;
}

static bool is_ours(const struct batch *batch, const struct batch_item *item)
{
    return item->epoch != 0 && partitions_epoch(batch->setup.partitions, item->partition) == item->epoch;
}

static void close_change(struct batch *batch, const struct batch_item *item, int64_t offset)
{
    struct change change = item->change;

    change.record_offset = offset; /* its ledger record is the last one, where it has any */
    if (item->closes)
        orders_settled(batch->setup.orders, &change, batch->began_ms + batch->setup.lease_ms);
}

/* Where a finished order's record stands is kept in memory, for its repeats (R9). */
static void remember(struct batch *batch, const struct batch_item *item, int64_t offset, int64_t wall_ms)
{
    struct duplicate done = {.partition = item->partition, .done_at_ms = wall_ms, .offset = offset};
    struct duplicate unused;

    if (!item->is_kept || !is_ours(batch, item))
        return;
    REQUIRE(offset >= 0); /* a settlement counts only when all its records have their place */
    snprintf(done.request_id, sizeof done.request_id, "%s", item->request_id);
    /* One that fell out of the window while it was written again stays forgotten. */
    if (!item->is_rewritten || duplicates_find(batch->setup.duplicates, done.request_id, &unused))
        duplicates_add(batch->setup.duplicates, &done);
    if (batch->setup.last_words != NULL && item->change.order != NULL) {
        const struct waiting *waiting = &item->change.order->waiting;
        last_words_add(batch->setup.last_words, item->partition,
                       &(struct last_order){&waiting->references, waiting->marks, waiting->heard, wall_ms});
    }
}

static void all_are_out(struct batch *batch)
{
    for (size_t i = 0; i < batch->sent; i++)
        batch->barrier_settled = batch->barrier_settled || batch->items[i].is_barrier;
    memmove(batch->items, batch->items + batch->sent, (batch->count - batch->sent) * sizeof *batch->items);
    REQUIRE(batch->taken_out == batch->sent && batch->sent <= batch->count);
    batch->count -= batch->sent;
    batch->sent = batch->taken_out = 0;
    batch->under_way = batch->happened = false;
}

bool batch_take_out(struct batch *batch, int64_t offset, int64_t wall_ms)
{
    REQUIRE(batch->under_way && batch->happened);
    if (batch->taken_out < batch->sent) {
        struct batch_item item = batch->items[batch->taken_out++];
        remember(batch, &item, offset, wall_ms);
        if (batch->setup.records->settled != NULL && (batch->certain || is_ours(batch, &item)))
            batch->setup.records->settled(batch->setup.context, item.record);
        batch->setup.records->release(batch->setup.context, item.record);
        close_change(batch, &item, offset);
    }
    if (batch->taken_out < batch->sent)
        return true;
    all_are_out(batch);
    return false;
}

size_t batch_taken_out(const struct batch *batch)
{
    return batch->taken_out;
}

/* What is published instead is also what repeats get: the ledger's record of the same change, which follows, has it. */
static void keep_replaced(struct batch *batch, size_t outcome)
{
    const struct batch_records *records = batch->setup.records;
    const struct batch_item *item = &batch->items[outcome];
    size_t next = outcome + 1;
    struct fault why;

    REQUIRE(item->order != NULL);
    while (next < batch->sent && !batch->items[next].closes) /* past the copies for repeats */
        next++;
    if (next >= batch->sent || !batch->items[next].is_kept || batch->items[next].change.order != item->order)
        return;
    void *kept = records->ledger(batch->setup.context, item->order, item->record, &why);
    if (kept == NULL)
        return;
    records->release(batch->setup.context, batch->items[next].record);
    batch->items[next].record = kept;
}

/*
 * A record that Kafka refuses because of what it is itself is replaced, so that the next settlement has a chance (R16).
 */
static void replace_refused(struct batch *batch)
{
    for (size_t i = 0; i < batch->sent; i++) {
        struct batch_item *item = &batch->items[i];
        if (is_ours(batch, item) &&
            batch->setup.records->replace(batch->setup.context, item->order, item->partition, &item->record))
            keep_replaced(batch, i);
    }
}

/* From the record at `from` on; orders_leave() has already been called for their orders. */
static void drop_foreign(struct batch *batch, size_t from)
{
    size_t kept = from;

    REQUIRE(from <= batch->count);
    for (size_t i = from; i < batch->count; i++) {
        struct batch_item item = batch->items[i];
        if (is_ours(batch, &item)) {
            batch->items[kept++] = item;
            continue;
        }
        batch->setup.records->release(batch->setup.context, item.record);
        close_change(batch, &item, -1);
    }
    batch->count = kept;
}

bool batch_end(struct batch *batch, enum settlement_end end, const struct partition_found *found,
               size_t found_count)
{
    REQUIRE(batch->under_way && !batch->happened && batch->taken_out == 0);
    batch->certain = end == SETTLEMENT_CLEAN || end == SETTLEMENT_DIRTY;
    batch->happened = partitions_end(batch->setup.partitions, end, found, found_count);
    if (batch->happened)
        return true;
    replace_refused(batch);
    batch->under_way = false;
    batch->sent = 0;
    drop_foreign(batch, 0);
    return false;
}

void batch_drop_foreign(struct batch *batch)
{
    drop_foreign(batch, batch->sent);
}

size_t batch_count(const struct batch *batch)
{
    return batch->count;
}

bool batch_is_full(const struct batch *batch)
{
    return batch->count >= batch->setup.most;
}

bool batch_is_under_way(const struct batch *batch)
{
    return batch->under_way;
}

bool batch_is_idle(const struct batch *batch)
{
    return batch->count == 0 && !batch->under_way && orders_change_count(batch->setup.orders) == 0;
}
