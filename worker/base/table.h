/*
 * A hash table of things that are linked through themselves. The caller hashes (base/hash: seeded, so that nobody outside
 * can choose what meets in one place) and compares; the table finds those with the same hash.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* A member of what is kept; CONTAINER_OF() in memory.h gives that back. */
struct table_item {
    struct table_item *next;
    uint64_t hash;
};

/* Zeroed, it is empty. */
struct table {
    struct table_item **buckets;
    size_t room; /* a power of two, or 0 */
    size_t count;
};

/* Frees the table's own memory and touches no item: they may be gone already. */
void table_release(struct table *table);

void table_add(struct table *table, struct table_item *item, uint64_t hash);
void table_remove(struct table *table, struct table_item *item); /* it is in this table */

/* The one added last of those with this hash, and the next of them; null: there is none (left). */
struct table_item *table_find(const struct table *table, uint64_t hash);
struct table_item *table_next(const struct table_item *item);

/* Gives every item to `take`, which may free it, and empties the table. */
void table_drain(struct table *table, void (*take)(struct table_item *item));

#endif
