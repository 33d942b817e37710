/*
 * Whether a partition's position and log are those that we left (PROMISE.md R4): what is not is refused, with the one
 * position at which a person may let it go on.
 */
#ifndef ORDER_TAKEOVER_CHECK_H
#define ORDER_TAKEOVER_CHECK_H

#include "ledger.h"
#include "partition_commit.h"
#include "partition_offsets.h"

/* What the take-over is held against. All texts are borrowed and outlive it. */
struct takeover_terms {
    const char *topic; /* of the requests */
    int32_t partition_count;
    const char *partitioner;
    bool partitioner_given; /* by a person: only that is believed where the ledger does not say */
    bool trust_ledger;      /* lost, reset or foreign positions are replaced by the ledger's */
    const char *accept;     /* takeover.accept, see acceptance.h */
    const struct catalogue
        *sleeping; /* orders of its types sleep while they only wait; null: all stay in memory */
};

/* What is known of a partition. */
struct takeover_partition {
    int32_t partition;
    int64_t position; /* committed, or where to begin; -1: not known yet */
    int64_t low, high;
    struct partition_others others; /* committed positions of signals and events */
    char *metadata;                 /* of the commit; owned */
    size_t metadata_length;
    int64_t mark_time_ms; /* of the record at the mark; -1: there is none, or none any more */
    bool marked;          /* that is known */
    bool committed;       /* a position was committed for it */
    bool accepted;        /* takeover.accept was needed */
    bool checked;         /* against the log and the ledger, before the barrier */
    struct ledger_owner owner;
    bool has_owner, at_end, saw_barrier;
};

/* The record that tells the log from another one (see partition_offsets.h), offset -1 where there is none. */
struct log_mark takeover_mark(const struct takeover_partition *one);

/*
 * Whether the partition may be taken over as it stands, and from where: `one` becomes what is accepted. FAULT_LOCAL: a
 * person must say so, and the fault says how.
 */
MUST_USE bool takeover_check_partition(const struct takeover_terms *terms, struct takeover_partition *one,
                                       struct fault *why);

#endif
