/*
 * What is settled of each partition, and what the protocol makes of an attempt to settle (promise.md R2, R3).
 *
 * A settlement commits outcomes and positions in one transaction. Here are the decisions: which partitions it touches
 * and with which positions, under which token, whether an attempt counts, and what was true after an unclear one. The
 * carrying out is kafka/settler's, on another thread. At most one settlement is under way.
 */
#ifndef ORDER_SETTLEMENT_H
#define ORDER_SETTLEMENT_H

#include "position.h"

struct settlements;

/* How carrying it out ended. */
enum settlement_end {
    SETTLEMENT_CLEAN,   /* commit returned success, and nothing failed on the way */
    SETTLEMENT_DIRTY,   /* commit returned success, but a request timed out or failed: it counts */
    SETTLEMENT_FAILED,  /* known not to have happened (without transactions): tried again */
    SETTLEMENT_UNCLEAR, /* anything else: the committed token tells */
};

/* One partition of a settlement: what is committed for it. */
struct settlement_position {
    int32_t partition;
    int64_t offset;
    int64_t signals; /* position in the signals topic; -1: not committed */
    char *metadata;
};

/* What was read back for a partition after an unclear settlement. */
struct settlement_found {
    int32_t partition;
    const char *metadata; /* not NUL-terminated */
    size_t length;
};

/* `owner` names this worker's life: a fresh UUID; `format` is the ledger's that is written. */
struct settlements *settlements_new(const char *owner, unsigned format);
void *settlements_free(struct settlements *settlements);

/*
 * A partition is ours from `offset` on, its signals from `signals` on (-1: not known). FAULT_INPUT: metadata that is not
 * ours; the partition is ours nevertheless.
 */
MUST_USE bool settlements_own(struct settlements *settlements, int32_t partition, int64_t offset,
                              const char *metadata, size_t length, int64_t signals, struct fault *why);

/* It is not ours any more: nothing of it may be settled from now on. */
void settlements_disown(struct settlements *settlements, int32_t partition);
bool settlements_owns(const struct settlements *settlements, int32_t partition);

/*
 * Which ownership of the partition this is; 0 when it is not ours. What was gathered under another one is not settled
 * under this.
 */
uint64_t settlements_epoch(const struct settlements *settlements, int32_t partition);

/* The position of an owned partition; null otherwise. */
struct position *settlements_position(struct settlements *settlements, int32_t partition);

/* The request at the offset is finished and becomes part of the next settlement. */
void settlements_finish(struct settlements *settlements, int32_t partition, int64_t offset);

/* The next settlement has a record of the partition: it carries its position, unchanged if need be (R2). */
void settlements_touch(struct settlements *settlements, int32_t partition);

/* The log has no message between the position and `offset`: the position follows with the next settlement. */
void settlements_follow(struct settlements *settlements, int32_t partition, int64_t offset);

/* Whether a position has moved that no record will take along: it is worth a settlement of its own. */
bool settlements_followed(const struct settlements *settlements);

/*
 * A signal was read. False: it is not ours (any more), or was dealt with. Its position moves only in the settlement that
 * has its effect: when settlements_finish_signal() has been told so.
 */
bool settlements_take_signal(struct settlements *settlements, int32_t partition, int64_t offset);
bool settlements_signal_has_room(const struct settlements *settlements, int32_t partition, int64_t offset);

/* The effect of the signal is part of the next settlement; or it has none. */
void settlements_finish_signal(struct settlements *settlements, int32_t partition, int64_t offset);

/* The token of the next settlement, for records that say which one wrote them. */
void settlements_next_token(const struct settlements *settlements, char token[POSITION_TOKEN_MAX + 1]);

/*
 * Begins a settlement of all that is finished: gives a position for every partition that it touches. 0: there is
 * nothing to settle. The list is owned by the caller (settlement_positions_free).
 */
size_t settlements_begin(struct settlements *settlements, struct settlement_position **positions);
void settlement_positions_free(struct settlement_position *positions, size_t count);

/*
 * Ends it. With SETTLEMENT_UNCLEAR, `found` is what is committed for the touched partitions that are still ours. True:
 * it happened. False: it did not; the same content goes into the next one. When nothing touched is ours any more, it
 * counts as happened: it is the next owner's then.
 */
bool settlements_end(struct settlements *settlements, enum settlement_end end,
                     const struct settlement_found *found, size_t found_count);

#endif
