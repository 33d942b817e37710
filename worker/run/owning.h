/*
 * Which partitions are ours: assignment, take-over, drain.
 *
 * Take-over: the stable committed positions and the ledger are read and a barrier is settled, as order/takeover says;
 * then messages are taken. Drain: nothing new is taken, running calls end, all is settled, then the partitions are let
 * go; a lost assignment is let go at once.
 */
#ifndef RUN_OWNING_H
#define RUN_OWNING_H

#include "worker.h"

struct owning *owning_new(struct worker *worker);
void *owning_free(struct owning *owning);

/* The consumer's callbacks; their context is the struct owning. */
extern const struct consumer_calls owning_calls;

/* The answer to settling_request(). */
void owning_answered(struct owning *owning, struct settler_job *job);

/* The barrier of the take-over was settled under this token. */
void owning_barrier_settled(struct owning *owning, const char *token);

/* Goes on with a take-over, and lets go when the drain is done. A chore. */
void owning_chore(struct owning *owning);

/* Leaves the group: drains, then stops the loop. */
void owning_stop(struct owning *owning);

/* Whether messages may be taken. */
bool owning_takes(const struct owning *owning);

/* How it stands, in words, for readiness: "" when partitions are owned or none is left for us. */
const char *owning_state(const struct owning *owning);
size_t owning_count(const struct owning *owning);

#endif
