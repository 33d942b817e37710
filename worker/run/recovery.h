/* Hands the ledger's records to the take-over, message by message. */
#ifndef RUN_RECOVERY_H
#define RUN_RECOVERY_H

#include "takeover.h"
#include "worker.h"

/*
 * Reads what is there of the ledger now. FAULT_INPUT: a record that this worker cannot read, with partition and
 * offset: it must not start.
 */
MUST_USE bool recovery_read(struct worker *worker, struct takeover *takeover, struct fault *why);

/*
 * Without transactions (R13): publishes the outcomes again that the worker before may not have published. Call it
 * before the barrier.
 */
void recovery_publish(struct worker *worker, struct takeover *takeover);

#endif
