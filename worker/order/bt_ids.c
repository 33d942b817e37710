/* Finds, holds and forwards what bears an id of BT's only. */
#include "bt_ids.h"

#include "hash.h"
#include "heap.h"
#include "invariant.h"
#include "memory.h"
#include "pool.h"
#include "table.h"

#include <string.h>
#include <sys/queue.h>

enum { SHORT_ID_SIZE = 24 /* BT's have 8 to 12 characters */ };

/* An id: known, or with events that wait. */
struct entry {
    struct table_item by_id;
    struct heap_item ends; /* when it is forgotten */
    LIST_ENTRY(entry) in_partition;
    int32_t partition;
    struct ledger_index index;
    char short_id
        [SHORT_ID_SIZE]; /* where index.id.order_id is, if it fits: no page of memory stays for a text alone */
};

struct part {
    LIST_HEAD(, entry) entries;
    size_t held, held_bytes;
};

struct bt_ids {
    struct bt_ids_setup setup;
    struct pool pool;
    struct table entries;
    struct heap ending;
    struct part **parts; /* by partition; null: it never had one */
    size_t part_room;
    size_t known, held;
};

struct bt_ids *bt_ids_new(const struct bt_ids_setup *setup)
{
    struct bt_ids *ids = memory_new(1, sizeof *ids);

    ids->setup = *setup;
    ids->pool.size = sizeof(struct entry);
    return ids;
}

static struct part *part_of(struct bt_ids *ids, int32_t partition)
{
    REQUIRE(partition >= 0);
    if ((size_t)partition >= ids->part_room) {
        size_t room = ids->part_room;
        ids->part_room = (size_t)partition + 1;
        ids->parts = memory_resize(ids->parts, ids->part_room, sizeof(struct part *));
        memset(&ids->parts[room], 0, (ids->part_room - room) * sizeof(struct part *));
    }
    if (ids->parts[partition] == NULL)
        ids->parts[partition] = memory_new(1, sizeof(struct part));
    return ids->parts[partition];
}

static struct entry *find(const struct bt_ids *ids, int32_t partition, const char *order_id)
{
    struct table_item *item = table_find(&ids->entries, hash_text(order_id));

    for (; item != NULL; item = table_next(item)) {
        struct entry *entry = CONTAINER_OF(item, struct entry, by_id);
        if (entry->partition == partition && strcmp(entry->index.id.order_id, order_id) == 0)
            return entry;
    }
    return NULL;
}

/* --- what is kept in memory --- */

static bool is_known(const struct entry *entry)
{
    return *entry->index.id.reference != '\0';
}

static size_t bytes_of(const struct entry *entry)
{
    size_t bytes = 0;

    for (size_t i = 0; i < entry->index.held_count; i++)
        bytes += event_weight(&entry->index.held[i]);
    return bytes;
}

/* Adds it to, or takes it out of, what is counted. */
static void count(struct bt_ids *ids, const struct entry *entry, bool in)
{
    struct part *part = part_of(ids, entry->partition);
    size_t events = entry->index.held_count, bytes = bytes_of(entry);

    ids->known = in ? ids->known + is_known(entry) : ids->known - is_known(entry);
    ids->held = in ? ids->held + events : ids->held - events;
    part->held = in ? part->held + events : part->held - events;
    part->held_bytes = in ? part->held_bytes + bytes : part->held_bytes - bytes;
}

static void add(struct bt_ids *ids, struct entry *entry)
{
    size_t length = strlen(entry->index.id.order_id);

    if (length < sizeof entry->short_id) {
        memcpy(entry->short_id, entry->index.id.order_id, length + 1);
        memory_free(entry->index.id.order_id);
        entry->index.id.order_id = entry->short_id;
    }
    table_add(&ids->entries, &entry->by_id, hash_text(entry->index.id.order_id));
    LIST_INSERT_HEAD(&part_of(ids, entry->partition)->entries, entry, in_partition);
    count(ids, entry, true);
}

static void drop(struct bt_ids *ids, struct entry *entry)
{
    count(ids, entry, false);
    table_remove(&ids->entries, &entry->by_id);
    heap_remove(&ids->ending, &entry->ends);
    LIST_REMOVE(entry, in_partition);
    if (entry->index.id.order_id == entry->short_id)
        entry->index.id.order_id = NULL;
    ledger_index_release(&entry->index);
    pool_free(&ids->pool, entry);
}

static struct entry *add_new(struct bt_ids *ids, int32_t partition, const char *order_id)
{
    struct entry *entry = pool_new(&ids->pool);

    entry->partition = partition;
    entry->index.id = (struct bt_id){.order_id = memory_text(order_id), .partition = -1};
    add(ids, entry);
    return entry;
}

/* One that goes on ends at no time; what nobody has told of is held so long. */
static void set_end(struct bt_ids *ids, struct entry *entry)
{
    const struct ledger_index *index = &entry->index;

    if (!is_known(entry))
        heap_set(&ids->ending, &entry->ends, index->held[0].received_at_ms + ids->setup.hold_ms);
    else if (index->id.until_ms != 0)
        heap_set(&ids->ending, &entry->ends, index->id.until_ms);
    else
        heap_remove(&ids->ending, &entry->ends);
}

void *bt_ids_free(struct bt_ids *ids)
{
    if (ids == NULL)
        return NULL;
    for (size_t i = 0; i < ids->part_room; i++) {
        bt_ids_leave(ids, (int32_t)i);
        memory_free(ids->parts[i]);
    }
    pool_release(&ids->pool);
    table_release(&ids->entries);
    heap_release(&ids->ending);
    memory_free(ids->parts);
    return memory_free(ids);
}

/* --- what is settled of it --- */

static void forward(struct bt_ids *ids, const struct entry *entry, const struct event *event)
{
    const struct bt_ids_setup *setup = &ids->setup;
    bool kept = (setup->rules_off & RULE_FORWARDED) == 0;

    batch_add(setup->batch, kept ? entry->partition : entry->index.id.partition,
              setup->records->forwarded(setup->context, entry->partition, &entry->index.id, event));
}

/* False: there is no record of it, since it is too large. */
static bool keep(struct bt_ids *ids, const struct entry *entry)
{
    const struct bt_ids_setup *setup = &ids->setup;
    void *record = setup->records->kept(setup->context, entry->partition, &entry->index);

    if (record != NULL)
        batch_add(setup->batch, entry->partition, record);
    return record != NULL;
}

enum bt_ids_told bt_ids_tell(struct bt_ids *ids, int32_t partition, const struct bt_id *told)
{
    struct entry *entry = find(ids, partition, told->order_id);
    struct ledger_index held = {0};

    REQUIRE(*told->reference != '\0' && told->partition >= 0);
    if (entry == NULL)
        entry = add_new(ids, partition, told->order_id);
    struct bt_id *id = &entry->index.id;
    if (is_known(entry) && strcmp(id->reference, told->reference) != 0)
        return BT_IDS_CONTRADICTED;
    if (is_known(entry) && id->until_ms == told->until_ms)
        return BT_IDS_KNOWN;
    count(ids, entry, false);
    held.held = TAKE(entry->index.held);
    held.held_count = entry->index.held_count;
    entry->index.held_count = 0;
    memcpy(id->reference, told->reference, sizeof id->reference);
    memcpy(id->request_id, told->request_id, sizeof id->request_id);
    id->partition = told->partition;
    id->until_ms = told->until_ms;
    count(ids, entry, true);
    for (size_t i = 0; i < held.held_count; i++)
        forward(ids, entry, &held.held[i]);
    ledger_index_release(&held);
    bool kept = keep(ids, entry);
    REQUIRE(kept); /* a few short texts */
    set_end(ids, entry);
    return BT_IDS_LEARNED;
}

static bool holds(const struct entry *entry, const struct event *event)
{
    for (size_t i = 0; event->id != NULL && i < entry->index.held_count; i++)
        if (entry->index.held[i].id != NULL && strcmp(entry->index.held[i].id, event->id) == 0)
            return true;
    return false;
}

static bool has_room(struct bt_ids *ids, const struct entry *entry, const struct event *event)
{
    const struct part *part = part_of(ids, entry->partition);
    size_t held = entry->index.held_count;
    bool fits = held == 0 || bytes_of(entry) + event_weight(event) <= BT_ID_BYTES_MAX;

    return fits && held < BT_ID_EVENTS_MAX && part->held < BT_IDS_HELD_MAX &&
           part->held_bytes + event_weight(event) <= BT_IDS_HELD_BYTES_MAX;
}

/* False: its ledger record would be too large, and it is as before. */
static bool hold(struct bt_ids *ids, struct entry *entry, const struct event *event)
{
    struct ledger_index *index = &entry->index;

    count(ids, entry, false);
    index->held = memory_resize(index->held, index->held_count + 1, sizeof *index->held);
    index->held[index->held_count++] = event_copy(event);
    bool kept = keep(ids, entry);
    if (!kept)
        event_release(&index->held[--index->held_count]);
    count(ids, entry, true);
    return kept;
}

enum bt_ids_came bt_ids_event(struct bt_ids *ids, int32_t partition, const struct event *event)
{
    struct entry *entry = find(ids, partition, event->order_id);

    if (entry != NULL && is_known(entry)) {
        forward(ids, entry, event);
        return BT_IDS_FORWARDED;
    }
    if (entry == NULL)
        entry = add_new(ids, partition, event->order_id);
    if (holds(entry, event))
        return BT_IDS_AGAIN;
    bool held = has_room(ids, entry, event) && hold(ids, entry, event);
    if (entry->index.held_count == 0)
        drop(ids, entry);
    else
        set_end(ids, entry);
    return held ? BT_IDS_HELD : BT_IDS_FULL;
}

bool bt_ids_due(const struct bt_ids *ids, int32_t *partition, int64_t *due_ms)
{
    struct heap_item *first = heap_first(&ids->ending);

    if (first == NULL)
        return false;
    *partition = CONTAINER_OF(first, struct entry, ends)->partition;
    *due_ms = first->due;
    return true;
}

bool bt_ids_expire(struct bt_ids *ids, int64_t wall_ms, size_t *dead)
{
    const struct bt_ids_setup *setup = &ids->setup;
    struct heap_item *first = heap_first(&ids->ending);

    *dead = 0;
    if (first == NULL || first->due > wall_ms)
        return false;
    struct entry *entry = CONTAINER_OF(first, struct entry, ends);
    const struct ledger_index *index = &entry->index;
    for (; *dead < index->held_count; ++*dead)
        batch_add(setup->batch, entry->partition,
                  setup->records->dead(setup->context, entry->partition, &index->held[*dead]));
    batch_add(setup->batch, entry->partition,
              setup->records->forgotten(setup->context, entry->partition, index->id.order_id));
    drop(ids, entry);
    return true;
}

/* --- partitions that come and go --- */

void bt_ids_recover(struct bt_ids *ids, int32_t partition, struct ledger_index *index)
{
    bt_ids_forgotten(ids, partition, index->id.order_id);
    if (*index->id.reference == '\0' && index->held_count == 0) {
        ledger_index_release(index);
        return;
    }
    struct entry *entry = pool_new(&ids->pool);
    entry->partition = partition;
    entry->index = *index;
    *index = (struct ledger_index){0};
    add(ids, entry);
    set_end(ids, entry);
}

void bt_ids_forgotten(struct bt_ids *ids, int32_t partition, const char *order_id)
{
    struct entry *entry = find(ids, partition, order_id);

    if (entry != NULL)
        drop(ids, entry);
}

void bt_ids_leave(struct bt_ids *ids, int32_t partition)
{
    struct part *part = part_of(ids, partition);

    while (!LIST_EMPTY(&part->entries))
        drop(ids, LIST_FIRST(&part->entries));
}

size_t bt_ids_known_count(const struct bt_ids *ids)
{
    return ids->known;
}

size_t bt_ids_held_count(const struct bt_ids *ids)
{
    return ids->held;
}
