/* The steps of a take-over: which partitions still need what, and the orders that the ledger has for us. */
#include "takeover.h"

#include "acceptance.h"
#include "hash.h"
#include "heap.h"
#include "invariant.h"
#include "memory.h"
#include "snapshot.h"
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>

struct live {
    struct takeover_entry entry;
    struct table_item by_id;
    struct heap_item by_turn;
    LIST_ENTRY(live) in_all;
};

struct takeover {
    struct takeover_partition *partitions;
    size_t count;
    struct takeover_terms terms;
    struct duplicates *duplicates; /* borrowed */
    bool barrier_settled;
    struct takeover_partition witness; /* partition 0, where it is not ours */
    char token[101];
    LIST_HEAD(, live) live;
    struct table ids;
    struct heap turns;
    struct live *given; /* the latest of takeover_next_order(), until the next call */
    struct takeover_stored *stored;
    size_t stored_count;
};

_Static_assert(sizeof((struct takeover *)0)->token == sizeof((struct ledger_owner *)0)->token,
               "a token that is cut is never found");

/*
 * By partition, turn, place and request id, but what may have an attempt out stands before all of its key; a heap and
 * not a sort, so that no turn of the loop pays for all of them.
 */
static bool is_before(struct heap_item *one, struct heap_item *other)
{
    const struct takeover_entry *a = &CONTAINER_OF(one, struct live, by_turn)->entry;
    const struct takeover_entry *b = &CONTAINER_OF(other, struct live, by_turn)->entry;

    if (a->partition != b->partition)
        return a->partition < b->partition;
    if ((a->record.state == LEDGER_INTENDED) != (b->record.state == LEDGER_INTENDED))
        return a->record.state == LEDGER_INTENDED;
    if (a->record.turn != b->record.turn)
        return a->record.turn < b->record.turn;
    if (a->record.place != b->record.place)
        return a->record.place < b->record.place;
    return strcmp(a->request_id, b->request_id) < 0;
}

static void drop(struct takeover *takeover, struct live *live)
{
    table_remove(&takeover->ids, &live->by_id);
    heap_remove(&takeover->turns, &live->by_turn); /* if it is there still */
    LIST_REMOVE(live, in_all);
    ledger_release(&live->entry.record);
    memory_free(live);
}

struct takeover *takeover_new(const int32_t partitions[], size_t count, const struct takeover_terms *terms,
                              struct duplicates *duplicates)
{
    struct takeover *takeover = memory_new(1, sizeof *takeover);

    takeover->partitions = memory_new(count, sizeof *takeover->partitions);
    takeover->count = count;
    takeover->terms = *terms;
    takeover->duplicates = duplicates;
    takeover->turns.is_before = is_before;
    takeover->witness.checked = true; /* it is asked for its number of partitions only */
    takeover->witness.position = INT64_MAX;
    for (size_t i = 0; i < count; i++)
        duplicates_leave(duplicates, partitions[i]); /* of a take-over that was not finished */
    for (size_t i = 0; i < count; i++)
        takeover->partitions[i] =
            (struct takeover_partition){.partition = partitions[i], .position = -1, .others = {-1, -1}};
    return takeover;
}

void *takeover_free(struct takeover *takeover)
{
    if (takeover == NULL)
        return NULL;
    while (!LIST_EMPTY(&takeover->live))
        drop(takeover, LIST_FIRST(&takeover->live));
    for (size_t i = 0; i < takeover->stored_count; i++)
        memory_free(takeover->stored[i].value);
    for (size_t i = 0; i < takeover->count; i++)
        memory_free(takeover->partitions[i].metadata);
    memory_free(takeover->partitions);
    table_release(&takeover->ids);
    heap_release(&takeover->turns);
    memory_free(takeover->stored);
    return memory_free(takeover);
}

static struct takeover_partition *find(struct takeover *takeover, int32_t partition)
{
    for (size_t i = 0; i < takeover->count; i++)
        if (takeover->partitions[i].partition == partition)
            return &takeover->partitions[i];
    return NULL;
}

void takeover_position(struct takeover *takeover, const struct takeover_read *read)
{
    struct takeover_partition *one = find(takeover, read->partition);

    if (one == NULL)
        return;
    one->committed = read->offset >= 0;
    one->position = read->offset >= 0 ? read->offset : read->low;
    one->low = read->low;
    one->high = read->high;
    one->others = read->others;
    one->mark_time_ms = -1;
    one->marked = one->checked = one->accepted = false;
    memory_free(one->metadata);
    one->metadata = read->length == 0 ? NULL : memory_text_of(read->metadata, read->length);
    one->metadata_length = read->length;
}

bool takeover_has(const struct takeover *takeover, int32_t partition)
{
    for (size_t i = 0; i < takeover->count; i++)
        if (takeover->partitions[i].partition == partition)
            return true;
    return false;
}

/* --- the orders in the ledger --- */

static struct live *find_live(const struct takeover *takeover, const char *id)
{
    struct table_item *item = table_find(&takeover->ids, hash_text(id));

    for (; item != NULL; item = table_next(item))
        if (strcmp(CONTAINER_OF(item, struct live, by_id)->entry.request_id, id) == 0)
            return CONTAINER_OF(item, struct live, by_id);
    return NULL;
}

static struct live *add_live(struct takeover *takeover, const char *id)
{
    struct live *live = memory_new(1, sizeof *live);

    snprintf(live->entry.request_id, sizeof live->entry.request_id, "%s", id);
    table_add(&takeover->ids, &live->by_id, hash_text(id));
    LIST_INSERT_HEAD(&takeover->live, live, in_all);
    return live;
}

/*
 * Only what is live is kept: a ledger has very many that are not any more. What a repartition has left of the id in
 * another partition says nothing of it.
 */
static void drop_live(struct takeover *takeover, int32_t partition, const char *id)
{
    struct live *live = find_live(takeover, id);

    if (live != NULL && live->entry.partition == partition)
        drop(takeover, live);
}

bool takeover_lets_sleep(const struct takeover *takeover, const struct ledger_record *record)
{
    const struct catalogue *catalogue = takeover->terms.sleeping;

    return catalogue != NULL && snapshot_sleeps(record, catalogue_type(catalogue, record->order_type));
}

/* There may be very many that only wait: what they are stays in the ledger. */
void takeover_live(struct takeover *takeover, int32_t partition, int64_t record_offset, bool sleeps,
                   struct ledger_record *record)
{
    struct live *live = find_live(takeover, record->request_id);

    if (live == NULL)
        live = add_live(takeover, record->request_id);
    ledger_release(&live->entry.record);
    live->entry.partition = partition;
    live->entry.record_offset = record_offset;
    live->entry.sleeps = sleeps;
    if (sleeps)
        ledger_drop_content(record);
    live->entry.record = *record;
    *record = (struct ledger_record){.state = LEDGER_QUEUED};
    heap_set(&takeover->turns, &live->by_turn, 0); /* its turn may be another one now */
    duplicates_remove(takeover->duplicates, partition, live->entry.request_id);
}

void takeover_done(struct takeover *takeover, const struct duplicate *done)
{
    drop_live(takeover, done->partition, done->request_id);
    duplicates_add(takeover->duplicates, done);
}

void takeover_forgotten(struct takeover *takeover, int32_t partition, const char *request_id)
{
    drop_live(takeover, partition, request_id);
    duplicates_remove(takeover->duplicates, partition, request_id);
}

void takeover_store(struct takeover *takeover, int32_t partition, char *value, size_t length)
{
    takeover->stored = memory_resize(takeover->stored, takeover->stored_count + 1, sizeof *takeover->stored);
    takeover->stored[takeover->stored_count++] = (struct takeover_stored){partition, value, length};
}

bool takeover_wants_witness(const struct takeover *takeover)
{
    bool is_new = false;

    for (size_t i = 0; i < takeover->count; i++) {
        if (takeover->partitions[i].partition == 0)
            return false;
        is_new = is_new || !takeover->partitions[i].committed;
    }
    return is_new;
}

/* The partition, or the witness. */
static struct takeover_partition *told_of(struct takeover *takeover, int32_t partition)
{
    struct takeover_partition *one = find(takeover, partition);

    return one == NULL && partition == 0 ? &takeover->witness : one;
}

void takeover_owner(struct takeover *takeover, int32_t partition, const struct ledger_owner *owner)
{
    struct takeover_partition *one = told_of(takeover, partition);

    if (one == NULL)
        return;
    one->owner = *owner;
    one->has_owner = true;
    if (takeover->barrier_settled && strcmp(owner->token, takeover->token) == 0)
        one->saw_barrier = true;
}

void takeover_end(struct takeover *takeover, int32_t partition)
{
    struct takeover_partition *one = told_of(takeover, partition);

    if (one != NULL)
        one->at_end = true;
}

void takeover_settled(struct takeover *takeover, const char *token)
{
    REQUIRE(token == NULL || (*token != '\0' && strlen(token) < sizeof takeover->token));
    takeover->barrier_settled = token != NULL;
    snprintf(takeover->token, sizeof takeover->token, "%s", token == NULL ? "" : token);
}

void takeover_marked(struct takeover *takeover, const struct takeover_found *found)
{
    struct takeover_partition *one = find(takeover, found->partition);

    if (one == NULL)
        return;
    one->mark_time_ms = found->time_ms;
    one->marked = true;
}

/* --- the protocol --- */

static enum takeover_want check(struct takeover *takeover, struct fault *why)
{
    if (!takeover_check_partition(&takeover->terms, &takeover->witness, why))
        return TAKEOVER_REFUSED;
    for (size_t i = 0; i < takeover->count; i++)
        if (!takeover_check_partition(&takeover->terms, &takeover->partitions[i], why))
            return TAKEOVER_REFUSED;
    return TAKEOVER_READY;
}

static bool is_accepted(const struct takeover *takeover, const struct takeover_partition *one)
{
    return takeover->terms.trust_ledger ||
           acceptance_has(takeover->terms.accept, takeover->terms.topic, one->partition, one->position);
}

bool takeover_misses_owner(const struct takeover *takeover, struct fault *why)
{
    for (size_t i = 0; i < takeover->count; i++) {
        const struct takeover_partition *one = &takeover->partitions[i];
        if (!one->committed || one->has_owner || !one->at_end || is_accepted(takeover, one))
            continue;
        fault_set(
            why, FAULT_LOCAL,
            "partition %d: the group has the position %" PRId64
            ", and the ledger knows of no owner: if that stays so, it was emptied or created again, and with it the "
            "orders in it; if that was meant, go on with takeover.accept=%s/%d@%" PRId64,
            (int)one->partition, one->position, takeover->terms.topic, (int)one->partition, one->position);
        return true;
    }
    return false;
}

enum takeover_want takeover_next(struct takeover *takeover, struct fault *why)
{
    for (size_t i = 0; i < takeover->count; i++)
        if (takeover->partitions[i].position < 0)
            return TAKEOVER_POSITIONS;
    for (size_t i = 0; i < takeover->count; i++)
        if (!takeover->partitions[i].at_end)
            return TAKEOVER_LEDGER;
    if (takeover_misses_owner(takeover, why) ||
        (takeover_wants_witness(takeover) && !takeover->witness.at_end))
        return TAKEOVER_LEDGER;
    for (size_t i = 0; i < takeover->count; i++)
        if (!takeover->partitions[i].marked && takeover_mark(&takeover->partitions[i]).offset >= 0)
            return TAKEOVER_MARKS;
    if (!takeover->barrier_settled)
        return check(takeover, why) == TAKEOVER_REFUSED ? TAKEOVER_REFUSED : TAKEOVER_BARRIER;
    for (size_t i = 0; i < takeover->count; i++)
        if (!takeover->partitions[i].saw_barrier)
            return TAKEOVER_RETURN;
    /* Whatever the dead owner still committed lies below the barrier: it must not be ahead of us. */
    return check(takeover, why);
}

struct takeover_partition *takeover_partitions(struct takeover *takeover, size_t *count)
{
    *count = takeover->count;
    return takeover->partitions;
}

/* --- what it gives --- */

struct takeover_entry *takeover_next_order(struct takeover *takeover)
{
    if (takeover->given != NULL) /* one by one: in the end there would be very many at once (R15) */
        drop(takeover, takeover->given);
    struct heap_item *first = heap_first(&takeover->turns);
    takeover->given = first == NULL ? NULL : CONTAINER_OF(first, struct live, by_turn);
    if (first == NULL)
        return NULL;
    heap_remove(&takeover->turns, first);
    struct takeover_entry *entry = &takeover->given->entry;
    const struct takeover_partition *one = find(takeover, entry->partition);
    entry->events_anew = one->accepted && one->others.events < 0;
    entry->signals_anew = one->accepted && one->others.signals < 0;
    if (entry->events_anew)
        entry->record.heard.events_end = 0; /* offsets of before say nothing there */
    if (entry->signals_anew)
        entry->record.heard.signals_end = 0;
    return entry;
}

struct takeover_entry *takeover_each(struct takeover *takeover, struct takeover_entry *before)
{
    struct live *live = before == NULL ? LIST_FIRST(&takeover->live)
                                       : LIST_NEXT(CONTAINER_OF(before, struct live, entry), in_all);

    return live == NULL ? NULL : &live->entry;
}

const struct takeover_stored *takeover_stored(const struct takeover *takeover, size_t *count)
{
    *count = takeover->stored_count;
    return takeover->stored;
}
