/* How a job of the settlement thread is carried out; for settlement_thread.c, on its thread. */
#ifndef KAFKA_TRANSACTION_H
#define KAFKA_TRANSACTION_H

#include "settlement_thread.h"

struct transaction;

/* `settings` and `consumer` must outlive it. Nothing is connected yet. */
struct transaction *transaction_new(const struct settings *settings, rd_kafka_t *consumer);
void *transaction_free(struct transaction *transaction);

/* From any thread: a job that waits for a broker that is away is given up, what it is to find out is the next owner's. */
void transaction_give_up(struct transaction *transaction);

/* Does the job and sets its answer; blocks, bounded by the settings except while the broker is away. */
void transaction_carry_out(struct transaction *transaction, struct settlement_job *job);

#endif
