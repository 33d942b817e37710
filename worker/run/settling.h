/*
 * What is ready becomes one settlement after another.
 *
 * Outcomes and dead letters gather in a batch; when no settlement runs and the pace allows, the batch and the positions
 * go to the settling thread. A settlement that did not happen is tried again with the same content and what has come
 * since. The thread also reads positions for a take-over, between settlements.
 */
#ifndef RUN_SETTLING_H
#define RUN_SETTLING_H

#include "worker.h"

struct settling *settling_new(struct worker *worker);
void *settling_free(struct settling *settling);

/* Starts the next job when there is one. A chore. */
void settling_chore(struct settling *settling);

/* The settler's callback; `context` is the struct settling. */
void settling_returned(void *context, struct settler_job *job);

/* A message that cannot be answered: its bytes go to the dead letter topic. The message is copied. */
void settling_dead_letter(struct settling *settling, const rd_kafka_message_t *message, const char *reason,
                          const struct fault *why);

/* Asks the thread to read positions or to probe; the answer goes to owning_answered(). */
void settling_request(struct settling *settling, enum settler_task task, const int32_t partitions[],
                      size_t count);

/* Drops what is gathered of a partition that is lost. */
void settling_forget(struct settling *settling, int32_t partition);

/* Whether nothing is gathered and no job runs. */
bool settling_is_idle(const struct settling *settling);

/* How many records wait to be settled. */
size_t settling_waiting(const struct settling *settling);

#endif
