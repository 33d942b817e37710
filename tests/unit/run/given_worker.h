/*
 * A worker of the parts that a test asks for: over orders of one order type `w` (../order/given_snapshot.h) it always has
 * its settings, a loop, orders, partitions 0 and 1, the duplicate window, a batch and metrics. What does not work ends
 * the program.
 */
#ifndef TESTS_RUN_GIVEN_WORKER_H
#define TESTS_RUN_GIVEN_WORKER_H

#include "worker.h"

#include "../kafka/given_broker.h"
#include "../order/given_snapshot.h"

enum { GIVEN_REMEMBERED_MS = 1000000, GIVEN_REMEMBERED_MOST = 20 }; /* the duplicate window, which forgets */

#define GIVEN_ID_USUAL "605c9599-4ab1-488f-8129-5b8cde662c7d" /* of given_order() */

struct given_worker {
    struct world world;
    struct worker worker;
    struct given_broker broker; /* its settings are the worker's, whether there is a broker or not */
    bool has_broker;
    size_t assigned;
    size_t read[2]; /* by partition: consumer_next() has given all requests below this offset */
};

/* One that has no Kafka. */
void given_worker(struct given_worker *given, const char *workflow);

/* One that has the mock cluster; and the only member of its group there, which reads both partitions from their begin. */
void given_worker_broker(struct given_worker *given, const char *workflow);
void given_worker_member(struct given_worker *given, const char *workflow);

/* Messages may be taken as far as the group is concerned; worker->ownership is the caller's to free. */
void given_takes(struct worker *worker);

void given_worker_end(struct given_worker *given);

/* Puts a request message into the log; null key: none. And takes the next one from there: destroy it. */
void given_put(struct given_worker *given, int32_t partition, const char *key, const char *value);
rd_kafka_message_t *given_message(struct given_worker *given);

/* An order that its only step has ended: its outcome is about to be settled. `result`: what BT replied. */
struct order *given_ended_order(struct given_worker *given, const char *key, const char *result);

/* What readers see of an outcome's record, which is framed as it is by default; owned by the caller. */
struct json_object *given_outcome_of(const struct given_worker *given, const struct kafka_record *record);

/* Puts the ledger's record of an order into the ledger's partition 0: with this digit and state, and this outcome. */
void given_put_kept(struct given_worker *given, char last, enum ledger_state state, const char *outcome);

/* "name=value" of each header in their order, a space after each. */
const char *given_headers(const struct kafka_record *record);

/* What the page of metrics says of a series ("whc_calls_total{api=\"a\"}"); "" where it is not there. */
const char *given_metric(const struct worker *worker, const char *series);

#endif
