/*
 * What a settlement writes, as Kafka records: outcomes, dead letters, the ledger's records. Key, framing, CloudEvents
 * headers, the Kafka Connect header family.
 */
#ifndef RUN_RECORDS_H
#define RUN_RECORDS_H

#include "ledger.h"
#include "worker.h"

/*
 * Makes the record of an order's outcome. Where it cannot be written in the type's own schema it is the plain one without
 * result, reason BAD_REPLY.
 */
void record_of_order(const struct worker *worker, const struct order *order, struct kafka_record *record);

/* The same of news that is not final. */
void record_of_progress(const struct worker *worker, const struct order *order,
                        const struct progress *progress, struct kafka_record *record);
/* The outcome of an order that ends once more, without its result, because Kafka refused the one with it (R16). */
void record_of_order_smaller(const struct worker *worker, const struct order *order, const struct fault *why,
                             struct kafka_record *record);

/*
 * The ledger's record of an order as it is now, with the outcome just made (null: none). FAULT_EXHAUSTED: it is larger
 * than the ledger takes, or could become so once the order is sent (R16).
 */
MUST_USE bool record_of_ledger(const struct worker *worker, const struct order *order,
                               const struct kafka_record *outcome, struct kafka_record *record,
                               struct fault *why);

/* A ledger record that is written again, and the null that forgets an order. */
MUST_USE bool record_of_kept(const struct worker *worker, int32_t partition, const struct ledger_record *kept,
                             struct kafka_record *record);
void record_of_forgotten(const struct worker *worker, int32_t partition, const char *request_id,
                         struct kafka_record *record);

/* A record of the ledger under any key; the value is taken, null: the key is forgotten. */
void records_set_ledger(const struct worker *worker, int32_t partition, const char *key, struct buffer *value,
                        struct kafka_record *record);

/* The barrier of a take-over. */
void record_of_owner(const struct worker *worker, const struct ledger_owner *owner,
                     struct kafka_record *record);

/* The stored outcome again; `repeated`: for a repeat of the request. False: there is none in it. */
bool record_of_stored(const struct worker *worker, const struct ledger_record *kept, bool repeated,
                      struct kafka_record *record);

/* A second copy of an outcome, for a repeat of its request. */
void record_repeated(const struct kafka_record *outcome, struct kafka_record *record);

/* The schemas that the ledger is written in. */
struct ledger_schemas records_ledger_schemas(const struct worker *worker);

#endif
