/*
 * The finished orders of one partition: a table that finds them by id, and a heap that has the oldest on top. Used by
 * duplicates.c only.
 *
 * Entries lie in blocks and are named by a number of 32 bits. The table is made of many small ones, so that one that
 * grows moves a few thousand entries and not all.
 */
#ifndef ORDER_SHELF_H
#define ORDER_SHELF_H

#include "uuid.h"

#include <stdbool.h>

struct shelf;

struct shelf_item {
    struct uuid id;
    int64_t offset;
    int64_t done_at_ms;
};

struct shelf *shelf_new(void);
void *shelf_free(struct shelf *shelf);

/* `hash`: of the id. An item that is there gets the new offset and keeps its time. */
void shelf_put(struct shelf *shelf, uint64_t hash, const struct shelf_item *item);

/* Null when it is not there; valid until something is put. */
const struct shelf_item *shelf_find(const struct shelf *shelf, uint64_t hash, const struct uuid *id);

/* Takes it out. */
void shelf_remove(struct shelf *shelf, uint64_t hash, const struct uuid *id);

/* The one with the least time; null when there is none. */
const struct shelf_item *shelf_oldest(struct shelf *shelf);

size_t shelf_count(const struct shelf *shelf);
size_t shelf_bytes(const struct shelf *shelf);

#endif
