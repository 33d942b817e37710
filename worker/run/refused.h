/*
 * A record that Kafka refuses because of its own size or form becomes smaller, so that one record never stops the
 * others of its settlement (PROMISE.md R16).
 */
#ifndef RUN_REFUSED_H
#define RUN_REFUSED_H

#include "worker.h"

/*
 * Makes of a refused record one that may be taken: an outcome loses its result, then becomes a dead letter that names
 * it; so does what is passed on to another owner; a dead letter loses its largest part. `order`: of an outcome of it,
 * while it ends; null otherwise. FAULT_PEER: it stays as it is and is tried again. That is so with every record of the
 * ledger: they were made to fit, so the topic has changed, and what is not written down must not be sent.
 */
MUST_USE bool refused_replace(const struct worker *worker, const struct order *order, int32_t partition,
                              struct kafka_record *record, struct fault *why);

#endif
