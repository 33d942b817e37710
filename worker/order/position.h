/*
 * Which offsets of one partition are settled, and what is committed about it.
 *
 * Orders of a partition finish in any order. The position is the lowest offset that is not settled; the settled ones
 * above it are a map in the commit's metadata, so that the next owner does not do them again (printable, at most
 * 4,096 bytes: kafka-base.md section 2). Format of the metadata: "1;<token>;<map>", the map in base64, one bit per
 * offset from the position on, lowest bit first, trailing zeros cut.
 */
#ifndef ORDER_POSITION_H
#define ORDER_POSITION_H

#include "buffer.h"

enum {
    POSITION_METADATA_MAX = 4096, /* the broker keeps no more */
    POSITION_TOKEN_MAX = 100,
    POSITION_SPAN_MAX = 20000, /* offsets from the position on that the map can hold */
};

struct position {
    int64_t next;     /* what is committed: the lowest unsettled offset; -1: nothing taken or committed yet */
    int64_t seen;     /* one behind the highest offset taken */
    uint8_t *settled; /* a bit per offset from `next` on */
    size_t room;      /* bytes of `settled` */
};

/* A partition nobody has settled anything of. Release it. */
void position_init(struct position *position);
void position_release(struct position *position);

/*
 * Continues at a committed offset with its metadata (`length` bytes, not NUL-terminated; none: length 0). *token
 * becomes the settlement token in it, "" when there is none. FAULT_INPUT: metadata that we did not write, or that is
 * damaged; the position is then at `offset` with nothing settled above it.
 */
MUST_USE bool position_resume(struct position *position, int64_t offset, const char *metadata, size_t length,
                              char token[POSITION_TOKEN_MAX + 1], struct fault *why);

/*
 * Takes the offset of a message, which has room. False: it is settled already, so skip it. Offsets between messages
 * count as settled.
 */
bool position_take(struct position *position, int64_t offset);

/* Marks a taken offset as settled and moves the position when it can. Any other offset is ignored. */
void position_settle(struct position *position, int64_t offset);

/* Whether the map can hold the offset; if not, the partition stops until the lowest order is settled. */
bool position_has_room(const struct position *position, int64_t offset);

/* How many offsets lie between the position and the highest taken. */
int64_t position_span(const struct position *position);

/* Writes the metadata that belongs to the position with this token. */
void position_metadata(const struct position *position, const char *token, struct buffer *out);

#endif
