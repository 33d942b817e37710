/*
 * The orders that are done, for the duplicate window (PROMISE.md R9): what finds each of them, at most 64 bytes with its
 * share of the tables. Its outcome stands in the ledger, at the offset that is kept here.
 *
 * Kept per partition and forgotten by time only, in the ledger too; by number only where a setting says so. The cost of
 * n orders is never more than n log n, whatever comes in which order, and no single call visits many.
 */
#ifndef ORDER_DUPLICATES_H
#define ORDER_DUPLICATES_H

#include "uuid.h"

#include <stdbool.h>

struct duplicates;

struct duplicates_window {
    int64_t age_ms;   /* kept so long */
    size_t count_max; /* of a partition: how many there may be, */
    bool
        forgets; /* and whether the oldest falls out then; else duplicates_full() says that no more must come */
};

/* What is known of an order that is done. */
struct duplicate {
    char request_id[UUID_TEXT_SIZE];
    int32_t partition;
    int64_t done_at_ms; /* since the epoch */
    int64_t offset;     /* of its record in the partition's ledger */
};

struct duplicates *duplicates_new(struct duplicates_window window);
void *duplicates_free(struct duplicates *duplicates); /* accepts null */

/* An order is done; or its record was written again: then it keeps its time. An id that is not a UUID is ignored. */
void duplicates_add(struct duplicates *duplicates, const struct duplicate *done);

/* Whether the order is done and in the window; then *found is what is known of it. */
bool duplicates_find(const struct duplicates *duplicates, const char *request_id, struct duplicate *found);

/* The order is not remembered any more, or its id is in use again. */
void duplicates_remove(struct duplicates *duplicates, int32_t partition, const char *request_id);

/*
 * The next one that falls out of the window, of each partition in the order of age; false when there is none. *by_number
 * says that it is younger than the window: repeats of it will be carried out again. It is forgotten here.
 */
bool duplicates_evict(struct duplicates *duplicates, int64_t now_ms, struct duplicate *forgotten,
                      bool *by_number);

/* The partition is another worker's. */
void duplicates_leave(struct duplicates *duplicates, int32_t partition);

/* Whether the partition has as many as it may: no further order may be taken that would have to be remembered. */
bool duplicates_full(const struct duplicates *duplicates, int32_t partition);

/* How many there are of all partitions, and of the one with most. */
size_t duplicates_count(const struct duplicates *duplicates);
size_t duplicates_most(const struct duplicates *duplicates);

/* Bytes that all of them take, for tests and people. */
size_t duplicates_bytes(const struct duplicates *duplicates);

#endif
