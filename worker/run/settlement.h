/*
 * One settlement after another: what order/batch has gathered goes to the settlement thread, and what came of it comes
 * back.
 *
 * When no settlement runs and the pace allows, the batch and the positions become a job of the thread. The thread also
 * answers questions for a take-over, between settlements.
 */
#ifndef RUN_SETTLEMENT_H
#define RUN_SETTLEMENT_H

#include "worker.h"

struct settlement *settlement_new(struct worker *worker);
void *settlement_free(struct settlement *settlement); /* after settlement_thread_free(); accepts null */

/* Starts the next job when there is one. A chore. */
void settlement_chore(struct settlement *settlement);

/* The settlement thread's callback; `context` is the struct settlement. */
void settlement_returned(void *context, struct settlement_job *job);

/* A question for the thread about partitions; an offset is for JOB_PEEK. */
struct settlement_place {
    int32_t partition;
    int64_t offset;
};

/* The answer, borrowed; `question` is that of the asking. */
typedef void settlement_answered_fn(void *context, const struct settlement_job *job, unsigned question);

/* Asks the thread to read positions, to peek or to probe; replaces a question that waits. */
void settlement_ask(struct settlement *settlement, enum job_task task, const struct settlement_place places[],
                    size_t count, unsigned question);
void settlement_answers_to(struct settlement *settlement, settlement_answered_fn *answered, void *context);

/* Why nothing is settled just now, in words; "" while settlements succeed. */
const char *settlement_trouble(const struct settlement *settlement);

#endif
