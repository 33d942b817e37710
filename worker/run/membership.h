/*
 * The worker's place in the group: what the consumer says of partitions goes to order/ownership, and what that asks for
 * is read, settled and answered.
 */
#ifndef RUN_MEMBERSHIP_H
#define RUN_MEMBERSHIP_H

#include "worker.h"

struct membership *membership_new(struct worker *worker);
void *membership_free(struct membership *membership); /* null does nothing */

/* The consumer's callbacks; their context is the struct membership. */
extern const struct consumer_calls membership_calls;

/* Goes on with a take-over or a drain; leaves the group when the worker stops, then ends the loop. A chore. */
void membership_chore(struct membership *membership);

/* Why the worker has no partitions, in words, for readiness: "" when partitions are owned or none is left for us. */
const char *membership_state(const struct membership *membership);
size_t membership_count(const struct membership *membership); /* partitions that are ours */

#endif
