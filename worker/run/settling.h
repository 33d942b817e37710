/*
 * One settlement after another: what order/batch has gathered goes to the settling thread, and what came of it back.
 *
 * When no settlement runs and the pace allows, the batch and the positions become a job of the thread. The thread also
 * answers questions for a take-over, between settlements.
 */
#ifndef RUN_SETTLING_H
#define RUN_SETTLING_H

#include "worker.h"

struct settling *settling_new(struct worker *worker);
void *settling_free(struct settling *settling); /* after settler_free(); accepts null */

/* Starts the next job when there is one. A chore. */
void settling_chore(struct settling *settling);

/* The settler's callback; `context` is the struct settling. */
void settling_returned(void *context, struct settler_job *job);

/* A question for the thread about partitions; an offset is for SETTLER_PEEK. */
struct settling_place {
    int32_t partition;
    int64_t offset;
};

/* The answer, borrowed; `question` is that of the asking. */
typedef void settling_answered_fn(void *context, const struct settler_job *job, unsigned question);

/* Asks the thread to read positions, to peek or to probe; replaces a question that waits. */
void settling_ask(struct settling *settling, enum settler_task task, const struct settling_place places[],
                  size_t count, unsigned question);
void settling_answers_to(struct settling *settling, settling_answered_fn *answered, void *context);

/* Why nothing is settled just now, in words; "" while settlements succeed. */
const char *settling_trouble(const struct settling *settling);

#endif
