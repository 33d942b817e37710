/* The steps of a take-over: which partitions still need what, and the orders that the ledger has for us. */
#include "takeover.h"

#include "acceptance.h"
#include "hash.h"
#include "memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct takeover {
    struct takeover_partition *partitions;
    size_t count;
    struct takeover_terms terms;
    struct duplicates *duplicates; /* borrowed */
    bool barrier_settled;
    struct takeover_partition witness; /* partition 0, where it is not ours */
    char token[101];
    struct takeover_entry *entries;
    size_t entry_count, entry_room;
    size_t *buckets; /* index into entries and 1; by request id, open addressing */
    size_t bucket_room;
    size_t *turns; /* indexes of entries, a heap: whose turn is first is on top; null: reading goes on */
    size_t turn_count;
    struct takeover_stored *stored;
    size_t stored_count;
};

struct takeover *takeover_new(const int32_t partitions[], size_t count, const struct takeover_terms *terms,
                              struct duplicates *duplicates)
{
    struct takeover *takeover = memory_new(1, sizeof *takeover);

    takeover->partitions = memory_new(count, sizeof *takeover->partitions);
    takeover->count = count;
    takeover->terms = *terms;
    takeover->duplicates = duplicates;
    takeover->witness.checked = true; /* it is asked for its number of partitions only */
    takeover->witness.position = INT64_MAX;
    for (size_t i = 0; i < count; i++)
        duplicates_leave(duplicates, partitions[i]); /* of a take-over that was not finished */
    for (size_t i = 0; i < count; i++)
        takeover->partitions[i] =
            (struct takeover_partition){.partition = partitions[i], .position = -1, .signals = -1};
    return takeover;
}

void *takeover_free(struct takeover *takeover)
{
    if (takeover == NULL)
        return NULL;
    for (size_t i = 0; i < takeover->entry_count; i++)
        ledger_release(&takeover->entries[i].record);
    for (size_t i = 0; i < takeover->stored_count; i++)
        memory_free(takeover->stored[i].value);
    for (size_t i = 0; i < takeover->count; i++)
        memory_free(takeover->partitions[i].metadata);
    memory_free(takeover->partitions);
    memory_free(takeover->entries);
    memory_free(takeover->buckets);
    memory_free(takeover->turns);
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
    one->signals = read->signals;
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

static size_t *place_of(const struct takeover *takeover, const char *id)
{
    for (size_t i = hash_text(id) & (takeover->bucket_room - 1);; i = (i + 1) & (takeover->bucket_room - 1)) {
        size_t *place = &takeover->buckets[i];
        if (*place == 0 || strcmp(takeover->entries[*place - 1].request_id, id) == 0)
            return place;
    }
}

static void grow(struct takeover *takeover)
{
    takeover->entry_room = takeover->entry_room * 2 + 64;
    takeover->entries = memory_resize(takeover->entries, takeover->entry_room, sizeof *takeover->entries);
    memory_free(takeover->buckets);
    for (takeover->bucket_room = 128; takeover->bucket_room < takeover->entry_room * 2;)
        takeover->bucket_room *= 2;
    takeover->buckets = memory_new(takeover->bucket_room, sizeof *takeover->buckets);
    for (size_t i = 0; i < takeover->entry_count; i++)
        *place_of(takeover, takeover->entries[i].request_id) = i + 1;
}

/* Empties the place of an id; the ids after it that it had displaced move up. */
static void close_gap(struct takeover *takeover, size_t *place)
{
    size_t gap = (size_t)(place - takeover->buckets), mask = takeover->bucket_room - 1;

    for (size_t i = (gap + 1) & mask; takeover->buckets[i] != 0; i = (i + 1) & mask) {
        size_t home = hash_text(takeover->entries[takeover->buckets[i] - 1].request_id) & mask;
        if (((i - home) & mask) < ((i - gap) & mask))
            continue;
        takeover->buckets[gap] = takeover->buckets[i];
        gap = i;
    }
    takeover->buckets[gap] = 0;
}

/*
 * Only what is live is kept: a ledger has very many that are not any more. What a repartition has left of the id in
 * another partition says nothing of it.
 */
static void drop_live(struct takeover *takeover, int32_t partition, const char *id)
{
    size_t *place = takeover->entry_count == 0 ? NULL : place_of(takeover, id);

    if (place == NULL || *place == 0 || takeover->entries[*place - 1].partition != partition)
        return;
    struct takeover_entry *entry = &takeover->entries[*place - 1];
    struct takeover_entry *last = &takeover->entries[takeover->entry_count - 1];
    ledger_release(&entry->record);
    close_gap(takeover, place);
    if (entry != last) {
        *place_of(takeover, last->request_id) = (size_t)(entry - takeover->entries) + 1;
        *entry = *last;
    }
    takeover->entry_count--;
}

void takeover_live(struct takeover *takeover, int32_t partition, struct ledger_record *record)
{
    if (takeover->entry_count == takeover->entry_room)
        grow(takeover);
    size_t *place = place_of(takeover, record->request_id);
    if (*place == 0) {
        *place = ++takeover->entry_count;
        takeover->entries[*place - 1] = (struct takeover_entry){.partition = partition};
    }
    struct takeover_entry *entry = &takeover->entries[*place - 1];
    ledger_release(&entry->record);
    *entry = (struct takeover_entry){.partition = partition, .record = *record};
    snprintf(entry->request_id, sizeof entry->request_id, "%s", record->request_id);
    *record = (struct ledger_record){.state = LEDGER_QUEUED};
    duplicates_remove(takeover->duplicates, partition, entry->request_id);
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

static bool is_before(const struct takeover *takeover, size_t one, size_t other)
{
    const struct takeover_entry *a = &takeover->entries[one], *b = &takeover->entries[other];

    if (a->partition != b->partition)
        return a->partition < b->partition;
    if (a->record.turn != b->record.turn)
        return a->record.turn < b->record.turn;
    return strcmp(a->request_id, b->request_id) < 0;
}

static void sift_down(struct takeover *takeover, size_t at)
{
    size_t *turns = takeover->turns, moved = turns[at];

    for (size_t child; (child = 2 * at + 1) < takeover->turn_count; at = child) {
        if (child + 1 < takeover->turn_count && is_before(takeover, turns[child + 1], turns[child]))
            child++;
        if (!is_before(takeover, turns[child], moved))
            break;
        turns[at] = turns[child];
    }
    turns[at] = moved;
}

/* A heap and not a sort: what is asked for in many turns of the loop is paid for in them. */
static void order_turns(struct takeover *takeover)
{
    takeover->turn_count = takeover->entry_count;
    takeover->turns = memory_new(takeover->turn_count + 1, sizeof *takeover->turns);
    for (size_t i = 0; i < takeover->turn_count; i++)
        takeover->turns[i] = i;
    for (size_t i = takeover->turn_count / 2; i > 0; i--)
        sift_down(takeover, i - 1);
}

struct takeover_entry *takeover_next_order(struct takeover *takeover)
{
    if (takeover->turns == NULL)
        order_turns(takeover);
    if (takeover->turn_count == 0)
        return NULL;
    size_t next = takeover->turns[0];
    takeover->turns[0] = takeover->turns[--takeover->turn_count];
    if (takeover->turn_count > 0)
        sift_down(takeover, 0);
    return &takeover->entries[next];
}

struct takeover_entry *takeover_entries(struct takeover *takeover, size_t *count)
{
    *count = takeover->entry_count;
    return takeover->entries;
}

const struct takeover_stored *takeover_stored(const struct takeover *takeover, size_t *count)
{
    *count = takeover->stored_count;
    return takeover->stored;
}
