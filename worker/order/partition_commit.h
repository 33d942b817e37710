/* What one settlement commits for a partition, and how it ended. Parts of partitions.h. */
#ifndef ORDER_PARTITION_COMMIT_H
#define ORDER_PARTITION_COMMIT_H

#include <stddef.h>
#include <stdint.h>

/* How carrying it out ended. */
enum settlement_end {
    SETTLEMENT_CLEAN,   /* commit returned success, and nothing failed on the way */
    SETTLEMENT_DIRTY,   /* commit returned success, but a request timed out or failed: it counts */
    SETTLEMENT_FAILED,  /* known not to have happened (without transactions): tried again */
    SETTLEMENT_UNCLEAR, /* anything else: the committed token tells */
    SETTLEMENT_LOST,    /* the assignment is, and nobody here finds out what happened */
};

/* The topics that are read beside the requests, partition by partition. */
enum partition_topic { PARTITION_SIGNALS, PARTITION_EVENTS };

/* Positions in them; -1: not known, or not committed. */
struct partition_others {
    int64_t signals, events;
};

/* One partition of a settlement: what is committed for it. */
struct partition_commit {
    int32_t partition;
    int64_t offset;
    struct partition_others others;
    char *metadata;
};

/* What was read back for a partition after an unclear settlement. */
struct partition_found {
    int32_t partition;
    const char *metadata; /* not NUL-terminated */
    size_t length;
};

#endif
