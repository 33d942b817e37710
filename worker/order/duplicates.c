/* The finished orders of all our partitions: one shelf each. */
#include "duplicates.h"

#include "hash.h"
#include "invariant.h"
#include "memory.h"
#include "shelf.h"

struct part {
    int32_t partition;
    struct shelf *shelf;
};

struct duplicates {
    struct duplicates_window window;
    struct part *parts; /* as many as partitions are owned: they are looked through */
    size_t part_count;
};

struct duplicates *duplicates_new(struct duplicates_window window)
{
    struct duplicates *duplicates = memory_new(1, sizeof *duplicates);

    duplicates->window = window;
    return duplicates;
}

void *duplicates_free(struct duplicates *duplicates)
{
    if (duplicates == NULL)
        return NULL;
    for (size_t i = 0; i < duplicates->part_count; i++)
        shelf_free(duplicates->parts[i].shelf);
    memory_free(duplicates->parts);
    return memory_free(duplicates);
}

static struct part *part_of(const struct duplicates *duplicates, int32_t partition)
{
    for (size_t i = 0; i < duplicates->part_count; i++)
        if (duplicates->parts[i].partition == partition)
            return &duplicates->parts[i];
    return NULL;
}

static uint64_t hash_of(const struct uuid *id)
{
    return hash_bytes(id->bytes, sizeof id->bytes);
}

void duplicates_add(struct duplicates *duplicates, const struct duplicate *done)
{
    struct part *part = part_of(duplicates, done->partition);
    struct shelf_item item = {.offset = done->offset, .done_at_ms = done->done_at_ms};
    struct fault unused;

    if (!uuid_parse(done->request_id, &item.id, &unused))
        return;
    if (part == NULL) {
        duplicates->parts =
            memory_resize(duplicates->parts, duplicates->part_count + 1, sizeof *duplicates->parts);
        part = &duplicates->parts[duplicates->part_count++];
        *part = (struct part){done->partition, shelf_new()};
    }
    shelf_put(part->shelf, hash_of(&item.id), &item);
}

static struct duplicate told(const struct part *part, const struct shelf_item *item)
{
    struct duplicate told = {
        .partition = part->partition, .done_at_ms = item->done_at_ms, .offset = item->offset};

    uuid_print(item->id, told.request_id);
    return told;
}

bool duplicates_find(const struct duplicates *duplicates, const char *request_id, struct duplicate *found)
{
    struct uuid id;
    struct fault unused;

    if (!uuid_parse(request_id, &id, &unused))
        return false;
    uint64_t hash = hash_of(&id);
    for (size_t i = 0; i < duplicates->part_count; i++) {
        const struct shelf_item *item = shelf_find(duplicates->parts[i].shelf, hash, &id);
        if (item == NULL)
            continue;
        *found = told(&duplicates->parts[i], item);
        return true;
    }
    return false;
}

void duplicates_remove(struct duplicates *duplicates, int32_t partition, const char *request_id)
{
    struct part *part = part_of(duplicates, partition);
    struct uuid id;
    struct fault unused;

    if (part != NULL && uuid_parse(request_id, &id, &unused))
        shelf_remove(part->shelf, hash_of(&id), &id);
}

bool duplicates_evict(struct duplicates *duplicates, int64_t now_ms, struct duplicate *forgotten,
                      bool *by_number)
{
    const struct duplicates_window *window = &duplicates->window;

    for (size_t i = 0; i < duplicates->part_count; i++) {
        struct part *part = &duplicates->parts[i];
        const struct shelf_item *oldest = shelf_oldest(part->shelf);
        if (oldest == NULL)
            continue;
        bool is_old = oldest->done_at_ms + window->age_ms <= now_ms;
        if (!is_old && (!window->forgets || shelf_count(part->shelf) <= window->count_max))
            continue;
        *forgotten = told(part, oldest);
        *by_number = !is_old;
        struct uuid id = oldest->id;
        size_t before = shelf_count(part->shelf);
        shelf_remove(part->shelf, hash_of(&id), &id);
        REQUIRE(shelf_count(part->shelf) + 1 == before); /* else it would be the oldest for ever */
        return true;
    }
    return false;
}

void duplicates_leave(struct duplicates *duplicates, int32_t partition)
{
    struct part *part = part_of(duplicates, partition);

    if (part == NULL)
        return;
    shelf_free(part->shelf);
    *part = duplicates->parts[--duplicates->part_count];
}

bool duplicates_full(const struct duplicates *duplicates, int32_t partition)
{
    const struct part *part = part_of(duplicates, partition);

    return !duplicates->window.forgets && part != NULL &&
           shelf_count(part->shelf) >= duplicates->window.count_max;
}

size_t duplicates_count(const struct duplicates *duplicates)
{
    size_t count = 0;

    for (size_t i = 0; i < duplicates->part_count; i++)
        count += shelf_count(duplicates->parts[i].shelf);
    return count;
}

size_t duplicates_most(const struct duplicates *duplicates)
{
    size_t most = 0;

    for (size_t i = 0; i < duplicates->part_count; i++)
        if (shelf_count(duplicates->parts[i].shelf) > most)
            most = shelf_count(duplicates->parts[i].shelf);
    return most;
}

size_t duplicates_bytes(const struct duplicates *duplicates)
{
    size_t bytes = sizeof *duplicates + duplicates->part_count * sizeof *duplicates->parts;

    for (size_t i = 0; i < duplicates->part_count; i++)
        bytes += shelf_bytes(duplicates->parts[i].shelf);
    return bytes;
}
