/*
 * What is ready becomes one settlement after another.
 *
 * Changes of orders (outcomes, ledger records), dead letters, repeats and barriers gather in a batch; when no
 * settlement runs and the pace allows, the batch and the positions go to the settling thread. A settlement that did not
 * happen is tried again with the same content and what has come since. The thread also reads positions for a
 * take-over, between settlements.
 */
#ifndef RUN_SETTLING_H
#define RUN_SETTLING_H

#include "ledger.h"
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

/* The same of a message in the signals topic that is no signal. */
void settling_dead_signal(struct settling *settling, const rd_kafka_message_t *message,
                          const struct fault *why);

/* A repeat of a finished order, a request at this place: its stored outcome is published again. */
void settling_repeat(struct settling *settling, const struct ledger_record *kept, int32_t partition,
                     int64_t offset);

/* A finished order's ledger record is written anew. */
void settling_rewrite(struct settling *settling, int32_t partition, const struct ledger_record *kept);

/* Whether such a record is not settled yet: whoever reads the ledger meanwhile finds the one before it. */
bool settling_rewrites(const struct settling *settling, const char *request_id);

/* The outcome in a ledger record is published again: without transactions it may not have been (R13). */
void settling_publish_stored(struct settling *settling, int32_t partition, const struct ledger_record *kept);

/* The barrier of a take-over; owning_barrier_settled() is told its token. */
void settling_barrier(struct settling *settling, const struct ledger_owner *owner);

/* A question for the thread about partitions; an offset is for SETTLER_PEEK. */
struct settling_place {
    int32_t partition;
    int64_t offset;
};

/* Asks the thread to read positions, to peek or to probe; the answer goes to owning_answered(). */
void settling_request(struct settling *settling, enum settler_task task, const struct settling_place places[],
                      size_t count);

/* Drops what is gathered of a partition that is lost; orders_leave() has been told. */
void settling_forget(struct settling *settling, int32_t partition);

/* Whether nothing is gathered and no job runs. */
bool settling_is_idle(const struct settling *settling);

/* Why nothing is settled just now, in words; "" while settlements succeed. */
const char *settling_trouble(const struct settling *settling);

/* How many records wait to be settled. */
size_t settling_waiting(const struct settling *settling);

#endif
