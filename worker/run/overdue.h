/*
 * Before a wait ends by time, what stood in the events and signals of its partition is read (PROMISE.md R18): asks where
 * these logs end, and says when that is reached.
 */
#ifndef RUN_OVERDUE_H
#define RUN_OVERDUE_H

#include "worker.h"

struct overdue *overdue_new(struct worker *worker);
void *overdue_free(struct overdue *overdue); /* accepts null */

/* Asks, and compares with how far we are. A chore. */
void overdue_chore(struct overdue *overdue);

/* The settlement thread's answer to JOB_ENDS, borrowed, and the number of the question it was given. */
void overdue_answered(struct overdue *overdue, const struct settlement_job *job, unsigned question);

/* The partitions are given away. */
void overdue_forget(struct overdue *overdue);

#endif
