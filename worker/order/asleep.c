/* The table of those that sleep, by id and by name, and the heap of when they are due. */
#include "asleep.h"

#include "hash.h"
#include "heap.h"
#include "invariant.h"
#include "memory.h"
#include "pool.h"
#include "table.h"

#include <string.h>
#include <sys/queue.h>

enum { FREED_AT_ONCE = 2000 };

struct entry;

struct name {
    struct table_item by_name;
    struct entry *entry;
    struct name *next; /* of the same order */
};

struct entry {
    struct table_item by_id;
    struct heap_item due;
    struct part *part;
    LIST_ENTRY(entry) in_part;
    TAILQ_ENTRY(entry) in_read;
    int64_t offset;
    struct uuid id;
    struct name *names;
    unsigned workflow;
    bool late, events_anew, signals_anew;
    bool waking, queued; /* its record is to be read; and nobody has been told yet */
};

/* Those of one ownership of a partition. */
struct part {
    int32_t partition;
    LIST_HEAD(, entry) entries;
    size_t count, late;
    bool left;
    SLIST_ENTRY(part) in_left;
};

struct asleep {
    struct pool entries, all_names;
    struct table ids, names;
    struct heap due;
    struct part **parts; /* by partition; null: none sleeps there */
    size_t part_room, count, late;
    TAILQ_HEAD(entry_list, entry) to_read;
    SLIST_HEAD(, part) left;
};

struct asleep *asleep_new(void)
{
    struct asleep *asleep = memory_new(1, sizeof *asleep);

    asleep->entries.size = sizeof(struct entry);
    asleep->all_names.size = sizeof(struct name);
    TAILQ_INIT(&asleep->to_read);
    SLIST_INIT(&asleep->left);
    return asleep;
}

void *asleep_free(struct asleep *asleep)
{
    struct part *part;

    if (asleep == NULL)
        return NULL;
    for (size_t i = 0; i < asleep->part_room; i++)
        memory_free(asleep->parts[i]);
    while ((part = SLIST_FIRST(&asleep->left)) != NULL) {
        SLIST_REMOVE_HEAD(&asleep->left, in_left);
        memory_free(part);
    }
    memory_free(asleep->parts);
    pool_release(&asleep->entries);
    pool_release(&asleep->all_names);
    table_release(&asleep->ids);
    table_release(&asleep->names);
    heap_release(&asleep->due);
    return memory_free(asleep);
}

static struct part *part_of(struct asleep *asleep, int32_t partition)
{
    size_t place = (size_t)partition, room = asleep->part_room;

    REQUIRE(partition >= 0);
    if (place >= room) {
        asleep->part_room = place + 1;
        asleep->parts = memory_resize(asleep->parts, asleep->part_room, sizeof(struct part *));
        memset(&asleep->parts[room], 0, (asleep->part_room - room) * sizeof(struct part *));
    }
    if (asleep->parts[place] == NULL) {
        asleep->parts[place] = memory_new(1, sizeof(struct part));
        asleep->parts[place]->partition = partition;
    }
    return asleep->parts[place];
}

void asleep_add(struct asleep *asleep, const char *request_id, const struct sleeper *sleeper,
                const struct ledger_references *names)
{
    struct entry *entry = pool_new(&asleep->entries);
    struct part *part = part_of(asleep, sleeper->partition);
    struct fault unused;

    REQUIRE(sleeper->offset >= 0);
    *entry = (struct entry){.part = part,
                            .offset = sleeper->offset,
                            .workflow = sleeper->workflow,
                            .late = sleeper->late,
                            .events_anew = sleeper->events_anew,
                            .signals_anew = sleeper->signals_anew};
    bool is_uuid = uuid_parse(request_id, &entry->id, &unused);
    REQUIRE(is_uuid); /* the contract of requests says so */
    for (size_t i = 0; i < names->count; i++) {
        struct name *name = pool_new(&asleep->all_names);
        *name = (struct name){.entry = entry, .next = entry->names};
        entry->names = name;
        table_add(&asleep->names, &name->by_name, hash_text(names->list[i].reference));
    }
    table_add(&asleep->ids, &entry->by_id, hash_bytes(entry->id.bytes, sizeof entry->id.bytes));
    heap_set(&asleep->due, &entry->due, sleeper->due_ms);
    LIST_INSERT_HEAD(&part->entries, entry, in_part);
    part->count++;
    part->late += sleeper->late;
    asleep->count++;
    asleep->late += sleeper->late;
}

/* In this partition, or in any (-1). */
static struct entry *find(const struct asleep *asleep, int32_t partition, const char *request_id)
{
    struct uuid id;
    struct fault unused;

    if (!uuid_parse(request_id, &id, &unused))
        return NULL; /* a person's mistake */
    struct table_item *item = table_find(&asleep->ids, hash_bytes(id.bytes, sizeof id.bytes));
    for (; item != NULL; item = table_next(item)) {
        struct entry *entry = CONTAINER_OF(item, struct entry, by_id);
        bool here = !entry->part->left && (partition < 0 || entry->part->partition == partition);
        if (here && memcmp(&entry->id, &id, sizeof id) == 0)
            return entry;
    }
    return NULL;
}

static void wake(struct asleep *asleep, struct entry *entry)
{
    heap_remove(&asleep->due, &entry->due);
    TAILQ_INSERT_TAIL(&asleep->to_read, entry, in_read);
    entry->waking = entry->queued = true;
}

/* Somebody waits for it, and others for that: it goes before all that are only due. */
static void wake_first(struct asleep *asleep, struct entry *entry)
{
    if (!entry->waking)
        wake(asleep, entry);
    if (!entry->queued)
        return;
    TAILQ_REMOVE(&asleep->to_read, entry, in_read);
    TAILQ_INSERT_HEAD(&asleep->to_read, entry, in_read);
}

bool asleep_wake(struct asleep *asleep, const char *request_id)
{
    struct entry *entry = asleep->count == 0 ? NULL : find(asleep, -1, request_id);

    if (entry != NULL)
        wake_first(asleep, entry);
    return entry != NULL;
}

bool asleep_wake_named(struct asleep *asleep, int32_t partition, const char *name)
{
    struct table_item *item = table_find(&asleep->names, hash_text(name));

    for (; item != NULL; item = table_next(item)) {
        struct entry *entry = CONTAINER_OF(item, struct name, by_name)->entry;
        if (entry->part->left || entry->part->partition != partition)
            continue;
        wake_first(asleep, entry);
        return true;
    }
    return false;
}

static struct entry *first_due(const struct asleep *asleep)
{
    struct heap_item *first = heap_first(&asleep->due);

    return first == NULL ? NULL : CONTAINER_OF(first, struct entry, due);
}

void asleep_wake_due(struct asleep *asleep, int64_t wall_ms, size_t most)
{
    struct entry *entry;

    for (; most > 0 && (entry = first_due(asleep)) != NULL && entry->due.due <= wall_ms; most--) {
        if (entry->part->left)
            heap_remove(&asleep->due, &entry->due);
        else
            wake(asleep, entry);
    }
}

int64_t asleep_due_ms(const struct asleep *asleep)
{
    const struct entry *entry = first_due(asleep);

    return entry == NULL ? INT64_MAX : entry->due.due;
}

static void give(const struct entry *entry, struct sleeper *sleeper)
{
    *sleeper = (struct sleeper){.partition = entry->part->partition,
                                .workflow = entry->workflow,
                                .offset = entry->offset,
                                .due_ms = entry->due.due,
                                .late = entry->late,
                                .events_anew = entry->events_anew,
                                .signals_anew = entry->signals_anew};
}

bool asleep_next(struct asleep *asleep, char request_id[UUID_TEXT_SIZE], struct sleeper *sleeper)
{
    struct entry *entry;

    while ((entry = TAILQ_FIRST(&asleep->to_read)) != NULL) {
        TAILQ_REMOVE(&asleep->to_read, entry, in_read);
        entry->queued = false;
        if (entry->part->left)
            continue;
        uuid_print(entry->id, request_id);
        give(entry, sleeper);
        return true;
    }
    return false;
}

static void forget(struct asleep *asleep, struct entry *entry)
{
    for (struct name *name; (name = entry->names) != NULL; pool_free(&asleep->all_names, name)) {
        entry->names = name->next;
        table_remove(&asleep->names, &name->by_name);
    }
    table_remove(&asleep->ids, &entry->by_id);
    heap_remove(&asleep->due, &entry->due);
    if (entry->queued)
        TAILQ_REMOVE(&asleep->to_read, entry, in_read);
    LIST_REMOVE(entry, in_part);
    pool_free(&asleep->entries, entry);
}

bool asleep_end(struct asleep *asleep, int32_t partition, const char *request_id, int64_t offset,
                struct sleeper *sleeper)
{
    struct entry *entry = find(asleep, partition, request_id);

    if (entry == NULL || !entry->waking || entry->offset != offset)
        return false;
    give(entry, sleeper);
    REQUIRE(entry->part->count > 0 && entry->part->late >= entry->late && asleep->count > 0);
    entry->part->count--;
    entry->part->late -= entry->late;
    asleep->count--;
    asleep->late -= entry->late;
    forget(asleep, entry);
    return true;
}

void asleep_leave(struct asleep *asleep, int32_t partition)
{
    struct part *part = (size_t)partition < asleep->part_room ? asleep->parts[partition] : NULL;

    if (part == NULL)
        return;
    REQUIRE(asleep->count >= part->count && asleep->late >= part->late);
    asleep->count -= part->count;
    asleep->late -= part->late;
    asleep->parts[partition] = NULL;
    part->left = true;
    SLIST_INSERT_HEAD(&asleep->left, part, in_left);
}

bool asleep_sweep(struct asleep *asleep, void (*gone)(void *context, unsigned workflow), void *context)
{
    struct part *part;
    struct entry *entry;

    for (size_t i = 0; i < FREED_AT_ONCE && (part = SLIST_FIRST(&asleep->left)) != NULL; i++) {
        if ((entry = LIST_FIRST(&part->entries)) != NULL) {
            gone(context, entry->workflow);
            forget(asleep, entry);
            continue;
        }
        SLIST_REMOVE_HEAD(&asleep->left, in_left);
        memory_free(part);
    }
    return SLIST_EMPTY(&asleep->left);
}

size_t asleep_count(const struct asleep *asleep)
{
    return asleep->count;
}

size_t asleep_late_count(const struct asleep *asleep)
{
    return asleep->late;
}
