/*
 * Outcomes and dead letters as Kafka records: key, framing, CloudEvents headers, the Kafka Connect header family.
 */
#ifndef RUN_RECORDS_H
#define RUN_RECORDS_H

#include "worker.h"

/*
 * Makes the record of an order's outcome. False when it cannot be written in the type's own schema; the fault says why
 * and the record is then the plain one without result, reason BAD_REPLY.
 */
void record_of_order(const struct worker *worker, const struct order *order, struct settler_record *record);

/* The dead letter of a message: its bytes, key and headers, and why. `reason` is a fixed word. */
void record_of_message(const struct worker *worker, const rd_kafka_message_t *message, const char *reason,
                       const struct fault *why, struct settler_record *record);

#endif
