/*
 * What comes first: a binary heap of things that know their place in it, so that any of them can be moved or taken out.
 * What comes before what is said by their due times, or by a comparison of the caller's.
 *
 * An item is a member of what is kept; CONTAINER_OF() in memory.h gives that back.
 */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_item {
    int64_t due;
    size_t place; /* from 1; 0: in no heap */
};

/* Zeroed, it is empty, and by due time. */
struct heap {
    struct heap_item **items;
    size_t count, room;
    bool (*is_before)(struct heap_item *one, struct heap_item *other); /* null: by due time */
};

/* Frees the heap's own memory and touches no item: they may be gone already. */
void heap_release(struct heap *heap);

/* Puts the item in, or moves it to another time. */
void heap_set(struct heap *heap, struct heap_item *item, int64_t due);

/* Takes it out; nothing to do where it is not in the heap. */
void heap_remove(struct heap *heap, struct heap_item *item);

/* The one that comes first; null: there is none. Of those due at once any. */
struct heap_item *heap_first(const struct heap *heap);

#endif
