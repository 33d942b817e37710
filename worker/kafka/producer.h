/*
 * The settlement thread's producer: one life of a transactional.id, and whether anything went wrong in it.
 *
 * Only the library's log shows that a request was repeated or a connection failed (kafka/README.md section 1), so the
 * lines are counted here, and "clean" means none since the last producer_forget_failures().
 */
#ifndef KAFKA_PRODUCER_H
#define KAFKA_PRODUCER_H

#include "settlement_thread.h"

struct producer;

/*
 * Makes one and, with transactions, initialises them; gives up after three seconds with FAULT_PEER, to be tried again.
 * FAULT_LOCAL: it cannot work. `singly`: each record is a batch of its own.
 */
MUST_USE bool producer_new(const struct settings *settings, bool singly, struct producer **producer,
                           struct fault *why);
void *producer_free(struct producer *producer);

rd_kafka_t *producer_handle(struct producer *producer);

/*
 * Sends a record, whose `offset` or `refused` is set once it is flushed; it must stay where it is until then, or until
 * the producer is freed.
 */
MUST_USE bool producer_send(struct producer *producer, struct kafka_record *record, struct fault *why);

/*
 * The record's headers as a list of librdkafka's, the caller's until a producev() took it: librdkafka 2.0 frees headers
 * that were given one by one twice when it fails (its issue 4627).
 */
rd_kafka_headers_t *producer_headers(const struct kafka_record *record);

/* What the broker refuses from now on is not counted as a failure: the probe of its fence (PROMISE.md A1). */
void producer_expect_refusal(struct producer *producer);

/* Failed requests, connections and deliveries since producer_forget_failures(). */
unsigned producer_failures(const struct producer *producer);
void producer_forget_failures(struct producer *producer);

/*
 * Deliveries since then without an offset. The library reports a batch as delivered when the broker has taken a later
 * one of its partition; a broker that has no state of the producer takes any first sequence, so the earlier batch,
 * refused just before, may be nowhere (confluent-kafka-go issue 921).
 */
unsigned producer_unplaced(const struct producer *producer);

#endif
