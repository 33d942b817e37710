/* The parts of an order's record in the ledger, out of Avro's bytes: a take-over reads very many, so without a tree. */
#ifndef RECORD_LEDGER_PARTS_H
#define RECORD_LEDGER_PARTS_H

#include "datum.h"
#include "ledger_format.h"
#include "ledger_wait.h"

/*
 * A leaf without bytes is a part that is not there. What is read is owned by the caller, who releases it after a failure,
 * too. FAULT_INPUT names the field.
 */
MUST_USE bool ledger_parts_wait(const struct ledger_schemas *schemas, const struct datum_leaf *leaf,
                                struct ledger_wait *wait, struct fault *why);
MUST_USE bool ledger_parts_references(const struct ledger_schemas *schemas, const struct datum_leaf *leaf,
                                      struct ledger_references *references, struct fault *why);
MUST_USE bool ledger_parts_heard(const struct ledger_schemas *schemas, const struct datum_leaf *leaf,
                                 struct ledger_heard *heard, struct fault *why);

#endif
