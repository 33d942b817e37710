/* The hash table and the heap in which one partition's finished orders are remembered. */
#include "shelf.h"

#include "hash.h"
#include "invariant.h"
#include "memory.h"

#include <string.h>

enum { BLOCK_ITEMS = 1024, TABLES = 256, TABLE_LEAST = 8 };

/* Open addressing; a place holds the number of an item and 1, or 0. At most three quarters are taken. */
struct table {
    uint32_t *places;
    uint32_t room, count; /* room: a power of two */
};

struct shelf {
    struct shelf_item **blocks;
    uint32_t
        *heap; /* numbers of items, the oldest first; those that were taken out, too, until they are on top */
    size_t used; /* items in the blocks, free ones among them */
    size_t heap_count, heap_room;
    size_t count;
    uint32_t free; /* the first free item and 1, each names the next in its offset; 0: none */
    struct table tables[TABLES];
};

enum { TAKEN_OUT = -1 }; /* the offset of an item that only the heap still has */

struct shelf *shelf_new(void)
{
    return memory_new(1, sizeof(struct shelf));
}

void *shelf_free(struct shelf *shelf)
{
    if (shelf == NULL)
        return NULL;
    for (size_t i = 0; i < TABLES; i++)
        memory_free(shelf->tables[i].places);
    for (size_t i = 0; i * BLOCK_ITEMS < shelf->used; i++)
        memory_free(shelf->blocks[i]);
    memory_free(shelf->blocks);
    memory_free(shelf->heap);
    return memory_free(shelf);
}

static struct shelf_item *item_at(const struct shelf *shelf, uint32_t number)
{
    return &shelf->blocks[number / BLOCK_ITEMS][number % BLOCK_ITEMS];
}

static uint32_t new_item(struct shelf *shelf)
{
    if (shelf->free != 0) {
        REQUIRE(shelf->free <= shelf->used);
        uint32_t number = shelf->free - 1;
        shelf->free = (uint32_t)item_at(shelf, number)->offset;
        return number;
    }
    REQUIRE(shelf->used < UINT32_MAX);
    if (shelf->used % BLOCK_ITEMS == 0) {
        size_t blocks = shelf->used / BLOCK_ITEMS;
        shelf->blocks = memory_resize(shelf->blocks, blocks + 1, sizeof(struct shelf_item *));
        shelf->blocks[blocks] = memory_new(BLOCK_ITEMS, sizeof(struct shelf_item));
    }
    return (uint32_t)shelf->used++;
}

static void free_item(struct shelf *shelf, uint32_t number)
{
    item_at(shelf, number)->offset = shelf->free;
    shelf->free = number + 1;
}

/* --- by id --- */

static struct table *table_of(struct shelf *shelf, uint64_t hash)
{
    return &shelf->tables[hash >> 56];
}

/* Where the id stands in the table, or would stand. The table has room. */
static uint32_t *place_of(const struct shelf *shelf, const struct table *table, uint64_t hash,
                          const struct uuid *id)
{
    for (uint32_t i = (uint32_t)hash & (table->room - 1);; i = (i + 1) & (table->room - 1)) {
        uint32_t *place = &table->places[i];
        if (*place == 0 || memcmp(&item_at(shelf, *place - 1)->id, id, sizeof *id) == 0)
            return place;
    }
}

static uint64_t hash_of(const struct shelf *shelf, uint32_t number)
{
    const struct uuid *id = &item_at(shelf, number)->id;

    return hash_bytes(id->bytes, sizeof id->bytes);
}

static void grow(struct shelf *shelf, struct table *table)
{
    uint32_t *old = table->places, room = table->room;

    table->room = room == 0 ? TABLE_LEAST : room * 2;
    table->places = memory_new(table->room, sizeof *table->places);
    for (uint32_t i = 0; i < room; i++)
        if (old[i] != 0)
            *place_of(shelf, table, hash_of(shelf, old[i] - 1), &item_at(shelf, old[i] - 1)->id) = old[i];
    memory_free(old);
}

/* Empties the place; the items after it that it had displaced move up. */
static void close_gap(const struct shelf *shelf, struct table *table, uint32_t *place)
{
    uint32_t gap = (uint32_t)(place - table->places), mask = table->room - 1;

    for (uint32_t i = (gap + 1) & mask; table->places[i] != 0; i = (i + 1) & mask) {
        uint32_t home = (uint32_t)hash_of(shelf, table->places[i] - 1) & mask;
        if (((i - home) & mask) < ((i - gap) & mask))
            continue;
        table->places[gap] = table->places[i];
        gap = i;
    }
    table->places[gap] = 0;
}

/* --- by age --- */

static bool is_older(const struct shelf *shelf, uint32_t one, uint32_t other)
{
    return item_at(shelf, one)->done_at_ms < item_at(shelf, other)->done_at_ms;
}

static void push(struct shelf *shelf, uint32_t number)
{
    if (shelf->heap_count == shelf->heap_room) {
        shelf->heap_room += shelf->heap_room / 4 + 64;
        shelf->heap = memory_resize(shelf->heap, shelf->heap_room, sizeof *shelf->heap);
    }
    size_t at = shelf->heap_count++;
    for (; at > 0 && is_older(shelf, number, shelf->heap[(at - 1) / 2]); at = (at - 1) / 2)
        shelf->heap[at] = shelf->heap[(at - 1) / 2];
    shelf->heap[at] = number;
}

static void pop(struct shelf *shelf)
{
    REQUIRE(shelf->heap_count > 0);
    uint32_t last = shelf->heap[--shelf->heap_count];
    size_t at = 0;

    for (size_t child; (child = 2 * at + 1) < shelf->heap_count; at = child) {
        if (child + 1 < shelf->heap_count && is_older(shelf, shelf->heap[child + 1], shelf->heap[child]))
            child++;
        if (!is_older(shelf, shelf->heap[child], last))
            break;
        shelf->heap[at] = shelf->heap[child];
    }
    if (shelf->heap_count > 0)
        shelf->heap[at] = last;
}

/* --- the shelf --- */

void shelf_put(struct shelf *shelf, uint64_t hash, const struct shelf_item *item)
{
    struct table *table = table_of(shelf, hash);

    if ((uint64_t)table->count * 4 >= (uint64_t)table->room * 3)
        grow(shelf, table);
    REQUIRE(table->count < table->room); /* else nothing would end the search for a place */
    REQUIRE(item->offset >= 0);          /* TAKEN_OUT is none */
    uint32_t *place = place_of(shelf, table, hash, &item->id);
    if (*place != 0) {
        item_at(shelf, *place - 1)->offset = item->offset;
        return;
    }
    uint32_t number = new_item(shelf);
    *item_at(shelf, number) = *item;
    *place = number + 1;
    table->count++;
    shelf->count++;
    push(shelf, number);
    REQUIRE(shelf->count <= shelf->heap_count && shelf->heap_count <= shelf->used);
}

const struct shelf_item *shelf_find(const struct shelf *shelf, uint64_t hash, const struct uuid *id)
{
    const struct table *table = &shelf->tables[hash >> 56];
    uint32_t *place = table->room == 0 ? NULL : place_of(shelf, table, hash, id);

    return place == NULL || *place == 0 ? NULL : item_at(shelf, *place - 1);
}

/* Those that were taken out and have come to the top are free only now. */
static void clear_top(struct shelf *shelf)
{
    while (shelf->heap_count > 0 && item_at(shelf, shelf->heap[0])->offset == TAKEN_OUT) {
        uint32_t number = shelf->heap[0];
        pop(shelf);
        free_item(shelf, number);
    }
}

void shelf_remove(struct shelf *shelf, uint64_t hash, const struct uuid *id)
{
    struct table *table = table_of(shelf, hash);
    uint32_t *place = table->room == 0 ? NULL : place_of(shelf, table, hash, id);

    if (place == NULL || *place == 0)
        return;
    item_at(shelf, *place - 1)->offset = TAKEN_OUT;
    close_gap(shelf, table, place);
    REQUIRE(table->count > 0 && shelf->count > 0);
    table->count--;
    shelf->count--;
    clear_top(shelf);
    REQUIRE((shelf->count == 0) == (shelf->heap_count == 0) && shelf->count <= shelf->heap_count);
}

const struct shelf_item *shelf_oldest(struct shelf *shelf)
{
    REQUIRE(shelf->heap_count == 0 || item_at(shelf, shelf->heap[0])->offset != TAKEN_OUT);
    return shelf->heap_count == 0 ? NULL : item_at(shelf, shelf->heap[0]);
}

size_t shelf_count(const struct shelf *shelf)
{
    return shelf->count;
}

size_t shelf_bytes(const struct shelf *shelf)
{
    size_t blocks = (shelf->used + BLOCK_ITEMS - 1) / BLOCK_ITEMS;
    size_t bytes = sizeof *shelf + blocks * (BLOCK_ITEMS * sizeof(struct shelf_item) + sizeof(void *)) +
                   shelf->heap_room * sizeof *shelf->heap;

    for (size_t i = 0; i < TABLES; i++)
        bytes += shelf->tables[i].room * sizeof(uint32_t);
    return bytes;
}
