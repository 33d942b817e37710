/*
 * Which offsets of one partition are settled, and what is committed about it.
 *
 * Orders of a partition finish in any order. The position is the lowest offset that is not settled; the settled ones
 * above it are a map in the commit's metadata, so that the next owner does not do them again (printable, at most
 * 4,096 bytes: kafka/README.md section 1). Format of the metadata: "1;<token>;<map>", the map in base64, one bit per
 * offset from the position on, lowest bit first, trailing zeros cut; since ledger format 2 "2;<token>;<map>;<mark>", the
 * mark "<offset>:<time>" of a settled record below the position, or "". A log in which that offset has another time is
 * another log (PROMISE.md R4).
 */
#ifndef ORDER_PARTITION_OFFSETS_H
#define ORDER_PARTITION_OFFSETS_H

#include "buffer.h"

enum {
    COMMIT_METADATA_MAX = 4096, /* the broker keeps no more */
    SETTLEMENT_TOKEN_MAX = 100,
    PARTITION_SPAN_MAX = 20000, /* offsets from the position on that the map can hold */
};

/* A record of the log: where it stands, and its time there (milliseconds since the epoch). */
struct log_mark {
    int64_t offset; /* -1: none */
    int64_t time_ms;
};

struct partition_offsets {
    int64_t next; /* what is committed: the lowest unsettled offset; -1: nothing taken or committed yet */
    int64_t seen; /* the offset after the highest one taken */
    int64_t
        empty_to; /* the log has no message between `seen` and here (partition_offsets_pass()); 0: not known */
    uint8_t *settled;          /* a bit per offset from `next` on */
    size_t room;               /* bytes of `settled` */
    struct log_mark mark;      /* a settled record below `next` */
    struct log_mark next_mark; /* one that becomes the mark when the position has passed it */
};

/* A partition nobody has settled anything of. Release it. */
void partition_offsets_init(struct partition_offsets *position);
void partition_offsets_release(struct partition_offsets *position);

/*
 * Continues at a committed offset with its metadata (`length` bytes, not NUL-terminated; none: length 0). *token
 * becomes the settlement token in it, "" when there is none. FAULT_INPUT: metadata that we did not write, or that is
 * damaged; the position is then at `offset` with nothing settled above it.
 */
MUST_USE bool partition_offsets_resume(struct partition_offsets *position, int64_t offset,
                                       const char *metadata, size_t length,
                                       char token[SETTLEMENT_TOKEN_MAX + 1], struct fault *why);

/*
 * Takes the offset of a message, which has room. False: it is settled already, so skip it. Offsets between messages
 * count as settled.
 */
bool partition_offsets_take(struct partition_offsets *position, int64_t offset);

/* The time of a record that was just taken: with it another log can later be told from this one. */
void partition_offsets_date(struct partition_offsets *position, int64_t offset, int64_t time_ms);

/*
 * The log ends before `offset` for now, and nothing before it is open: the position moves past what is not a message
 * (control records, aborted data), so that retention never passes it. True: it has moved.
 */
bool partition_offsets_follow(struct partition_offsets *position, int64_t offset);

/*
 * The same of a log whose position need not be known yet, and of which every message before `offset` was taken: where one
 * is open, the position moves with it. True: it was known, and has moved.
 */
bool partition_offsets_pass(struct partition_offsets *position, int64_t offset);

/* Whether we wrote this metadata of a commit; and its mark, offset -1 where it has none. */
bool partition_offsets_is_ours(const char *metadata, size_t length);
struct log_mark partition_offsets_mark_of(const char *metadata, size_t length);

/* Marks a taken offset as settled and moves the position when it can. Any other offset is ignored. */
void partition_offsets_settle(struct partition_offsets *position, int64_t offset);

/* Whether the map can hold the offset; if not, the partition stops until the lowest order is settled. */
bool partition_offsets_has_room(const struct partition_offsets *position, int64_t offset);

/* How many offsets lie between the position and the highest taken. */
int64_t partition_offsets_span(const struct partition_offsets *position);

/* Writes the metadata that belongs to the position with this token, as the ledger's format asks for. */
void partition_offsets_metadata(const struct partition_offsets *position, const char *token, unsigned format,
                                struct buffer *out);

#endif
