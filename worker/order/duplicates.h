/*
 * The orders that are done, kept for the duplicate window (promise.md R9): a repeat gets the stored outcome again.
 *
 * Kept per partition, bounded by time and by number; what falls out is forgotten in the ledger too, and never silently.
 */
#ifndef ORDER_DUPLICATES_H
#define ORDER_DUPLICATES_H

#include "fault.h"

#include <stddef.h>
#include <stdint.h>

struct duplicates;

struct duplicates_window {
    int64_t age_ms;   /* kept at least so long, */
    size_t count_max; /* unless there are more than this of a partition */
};

struct duplicate {
    char request_id[37];
    int32_t partition;
    int64_t done_at_ms; /* since the epoch */
    char *value;        /* its ledger record; owned by the window */
    size_t length;
};

struct duplicates *duplicates_new(struct duplicates_window window);
void *duplicates_free(struct duplicates *duplicates);

/* An order is done; or its record changed. Takes over `value`. */
void duplicates_add(struct duplicates *duplicates, int32_t partition, const char *request_id,
                    int64_t done_at_ms, char *value, size_t length);

/* The order that is done; null when it is not in the window. */
const struct duplicate *duplicates_find(const struct duplicates *duplicates, const char *request_id);

/*
 * The next one that falls out of the window, in the order of age; false when there is none. *by_number says that it
 * is younger than the window: repeats of it will be carried out again. It is forgotten here.
 */
bool duplicates_evict(struct duplicates *duplicates, int64_t now_ms, char request_id[37], int32_t *partition,
                      bool *by_number);

/* The partition is another worker's. */
void duplicates_leave(struct duplicates *duplicates, int32_t partition);

size_t duplicates_count(const struct duplicates *duplicates);

#endif
