/*
 * Taking partitions over from whoever had them: what must be read and settled before the first request is taken
 * (PROMISE.md R4), and what the ledger says there is to go on with.
 *
 * The caller passes on what it read and asks what comes next. The ledger's end is not enough, an open transaction of the
 * dead owner hides committed records above it: so a barrier is settled, and is read on to.
 */
#ifndef ORDER_TAKEOVER_H
#define ORDER_TAKEOVER_H

#include "duplicates.h"
#include "takeover_check.h"

struct takeover;
enum takeover_want {
    TAKEOVER_POSITIONS, /* the committed positions of all partitions */
    TAKEOVER_LEDGER,    /* the ledger to its present end */
    TAKEOVER_MARKS,     /* the time of the record at each partition's mark */
    TAKEOVER_BARRIER,   /* a settlement of all positions and one owner record each */
    TAKEOVER_RETURN,    /* the ledger on, until the own barrier of each partition */
    TAKEOVER_READY,     /* all is known: recover the entries, then take requests */
    TAKEOVER_REFUSED,   /* `why` says what a person must do */
};

/* What was read of a partition from the broker. */
struct takeover_read {
    int32_t partition;
    int64_t offset;                 /* committed; -1: nothing */
    struct partition_others others; /* committed in signals and events */
    int64_t low, high;              /* first and next offset of the request log; high -1: not known */
    const char *metadata;           /* of `length` bytes */
    size_t length;
};

/* What was found at the mark of a partition. */
struct takeover_found {
    int32_t partition;
    int64_t time_ms; /* of the record; -1: there is none any more */
};

/* An order of the ledger that goes on. */
struct takeover_entry {
    int32_t partition;
    char request_id[UUID_TEXT_SIZE];
    struct ledger_record record;
    bool sleeps;                    /* it goes to sleep: its record has no content here, */
    int64_t record_offset;          /* and is read again from here */
    bool events_anew, signals_anew; /* these logs were made anew, see struct sleeper */
};

/* The record of a finished one, whose outcome may not be published yet (PROMISE.md R13). */
struct takeover_stored {
    int32_t partition;
    char *value; /* owned */
    size_t length;
};

/* Orders that are done go into `duplicates`, which is borrowed, as they are read, whether it is finished or not. */
struct takeover *takeover_new(const int32_t partitions[], size_t count, const struct takeover_terms *terms,
                              struct duplicates *duplicates);
void *takeover_free(struct takeover *takeover);

void takeover_marked(struct takeover *takeover, const struct takeover_found *found);
/*
 * Whether a position is committed of which the ledger knows no owner. The marker of that settlement may be missing in the
 * ledger yet; if it stays so for longer than a transaction can, it was emptied, and the caller ends with this fault.
 */
bool takeover_misses_owner(const struct takeover *takeover, struct fault *why);

enum takeover_want takeover_next(struct takeover *takeover, struct fault *why);

/* The positions of a partition were read. The metadata is copied. */
void takeover_position(struct takeover *takeover, const struct takeover_read *read);

/* Whether the live order of the record, whose content need not be there, can go to sleep. */
bool takeover_lets_sleep(const struct takeover *takeover, const struct ledger_record *record);

/* Records of the ledger, by offset. `record`, without content if it sleeps, and `value` are taken over. */
void takeover_live(struct takeover *takeover, int32_t partition, int64_t record_offset, bool sleeps,
                   struct ledger_record *record);
void takeover_done(struct takeover *takeover, const struct duplicate *done);
void takeover_forgotten(struct takeover *takeover, int32_t partition, const char *request_id);
void takeover_store(struct takeover *takeover, int32_t partition, char *value, size_t length);
void takeover_owner(struct takeover *takeover, int32_t partition, const struct ledger_owner *owner);

/* Whether the partition is one of ours: nothing of others is passed on. */
bool takeover_has(const struct takeover *takeover, int32_t partition);

/* All that can be read of the partition's ledger at present has been passed on. */
void takeover_end(struct takeover *takeover, int32_t partition);

/*
 * A partition without an owner yet does not show how many partitions there were: then the ledger of partition 0, which
 * always exists, must be read too, even if it is not ours. Its owner record and end are passed on, too.
 */
bool takeover_wants_witness(const struct takeover *takeover);

/* The barrier was settled under this token; or it was not (null), and is due again. */
void takeover_settled(struct takeover *takeover, const char *token);

/* The next order by (partition, turn, id), until the next call; null after the last. Its record may be taken. */
struct takeover_entry *takeover_next_order(struct takeover *takeover);
/* In no order: the first one (null), the one after `before`; null after the last. */
struct takeover_entry *takeover_each(struct takeover *takeover, struct takeover_entry *before);

/* Valid until the next change. */
struct takeover_partition *takeover_partitions(struct takeover *takeover, size_t *count);
const struct takeover_stored *takeover_stored(const struct takeover *takeover, size_t *count);

#endif
