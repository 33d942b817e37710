/* Buckets of chains; as many buckets as items, or more. */
#include "table.h"

#include "invariant.h"
#include "memory.h"

enum { ROOM_LEAST = 64 };

void table_release(struct table *table)
{
    memory_free(table->buckets);
    *table = (struct table){.buckets = NULL};
}

static struct table_item **bucket_of(const struct table *table, uint64_t hash)
{
    return &table->buckets[hash & (table->room - 1)];
}

static void grow(struct table *table)
{
    struct table old = *table;

    table->room = old.room == 0 ? ROOM_LEAST : old.room * 2;
    table->buckets = memory_new(table->room, sizeof(struct table_item *));
    for (size_t i = 0; i < old.room; i++) {
        for (struct table_item *next, *item = old.buckets[i]; item != NULL; item = next) {
            struct table_item **bucket = bucket_of(table, item->hash);
            next = item->next;
            item->next = *bucket;
            *bucket = item;
        }
    }
    memory_free(old.buckets);
}

void table_add(struct table *table, struct table_item *item, uint64_t hash)
{
    if (table->count == table->room)
        grow(table);
    REQUIRE(table->count < table->room && (table->room & (table->room - 1)) == 0);
    struct table_item **bucket = bucket_of(table, hash);
    *item = (struct table_item){*bucket, hash};
    *bucket = item;
    table->count++;
}

void table_remove(struct table *table, struct table_item *item)
{
    REQUIRE(table->count > 0);
    struct table_item **at = bucket_of(table, item->hash);

    while (*at != item) {
        REQUIRE(*at != NULL);
        at = &(*at)->next;
    }
    *at = item->next;
    item->next = NULL;
    table->count--;
}

static struct table_item *with_hash(struct table_item *item, uint64_t hash)
{
    while (item != NULL && item->hash != hash)
        item = item->next;
    return item;
}

struct table_item *table_find(const struct table *table, uint64_t hash)
{
    return table->count == 0 ? NULL : with_hash(*bucket_of(table, hash), hash);
}

struct table_item *table_next(const struct table_item *item)
{
    return with_hash(item->next, item->hash);
}

void table_drain(struct table *table, void (*take)(struct table_item *item))
{
    size_t taken = 0;

    for (size_t i = 0; i < table->room; i++)
        for (struct table_item *next, *item = table->buckets[i]; item != NULL; item = next, taken++) {
            next = item->next;
            take(item);
        }
    REQUIRE(taken == table->count);
    table_release(table);
}
