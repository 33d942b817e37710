/*
 * What is settled of each partition, and what the protocol makes of an attempt to settle (PROMISE.md R2, R3).
 *
 * A settlement commits outcomes and positions in one transaction. Here are the decisions: which partitions it touches
 * and with which positions, under which token, whether an attempt counts, and what was true after an unclear one. The
 * carrying out is kafka/settlement_thread's, on another thread. At most one settlement is under way.
 */
#ifndef ORDER_PARTITIONS_H
#define ORDER_PARTITIONS_H

#include "partition_commit.h"
#include "partition_offsets.h"

struct partitions;

/* `owner` names this worker's life: a fresh UUID; `format` is the ledger's that is written. */
struct partitions *partitions_new(const char *owner, unsigned format);
void *partitions_free(struct partitions *partitions);

/*
 * A partition is ours from `offset` on, its signals and events from those. FAULT_INPUT: metadata that is not ours; the
 * partition is ours nevertheless.
 */
MUST_USE bool partitions_own(struct partitions *partitions, int32_t partition, int64_t offset,
                             const char *metadata, size_t length, const struct partition_others *others,
                             struct fault *why);

/* It is not ours any more: nothing of it may be settled from now on. */
void partitions_disown(struct partitions *partitions, int32_t partition);
bool partitions_owns(const struct partitions *partitions, int32_t partition);

/*
 * Which ownership of the partition this is; 0 when it is not ours. What was gathered under another one is not settled
 * under this.
 */
uint64_t partitions_epoch(const struct partitions *partitions, int32_t partition);

/* The position of an owned partition; null otherwise. */
struct partition_offsets *partitions_offsets(struct partitions *partitions, int32_t partition);

/* The request at the offset is finished and becomes part of the next settlement. */
void partitions_finish(struct partitions *partitions, int32_t partition, int64_t offset);

/* The next settlement has a record of the partition: it carries its position, unchanged if need be (R2). */
void partitions_touch(struct partitions *partitions, int32_t partition);

/* The log has no message between the position and `offset`: the position follows with the next settlement. */
void partitions_follow(struct partitions *partitions, int32_t partition, int64_t offset);

/* Whether a position has moved that no record will take along: it is worth a settlement of its own. */
bool partitions_followed(const struct partitions *partitions);

/*
 * A signal or event was read. False: it is not ours (any more), or was dealt with. Its position moves only in the
 * settlement that has its effect: when partitions_finish_of() has been called (PROMISE.md R8, R19).
 */
bool partitions_take(struct partitions *partitions, enum partition_topic topic, int32_t partition,
                     int64_t offset);
bool partitions_has_room(const struct partitions *partitions, enum partition_topic topic, int32_t partition,
                         int64_t offset);

/* The effect of the signal or event is part of the next settlement; or it has none. */
void partitions_finish_of(struct partitions *partitions, enum partition_topic topic, int32_t partition,
                          int64_t offset);

/* Such a log has no message between what was taken and `offset` (control records of those who write to it): the position
 * follows, as that of the requests does. */
void partitions_follow_of(struct partitions *partitions, enum partition_topic topic, int32_t partition,
                          int64_t offset);

/* Whether the effects of all messages below the offset are settled, or go into the next settlement. */
bool partitions_reached(const struct partitions *partitions, enum partition_topic topic, int32_t partition,
                        int64_t offset);

/* The token of the next settlement, for records that say which one wrote them. */
void partitions_next_token(const struct partitions *partitions, char token[SETTLEMENT_TOKEN_MAX + 1]);

/*
 * Begins a settlement of all that is finished: gives a position for every partition that it touches. 0: there is
 * nothing to settle. The list is owned by the caller (partition_commits_free).
 */
size_t partitions_begin(struct partitions *partitions, struct partition_commit **positions);
void partition_commits_free(struct partition_commit *positions, size_t count);

/*
 * Ends it. With SETTLEMENT_UNCLEAR, `found` is what is committed for the touched partitions that are still ours. True:
 * it happened. False: it did not; the same content goes into the next one. When nothing touched is ours any more, it
 * counts as happened: it is the next owner's then. With SETTLEMENT_LOST what still counts as ours here waits until it is
 * taken away, and the caller begins no other settlement before.
 */
bool partitions_end(struct partitions *partitions, enum settlement_end end,
                    const struct partition_found *found, size_t found_count);

#endif
