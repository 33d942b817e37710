/*
 * What the ledger's record of an order says of its past: the request, each attempt and how it ended, the doubts and the
 * look-ups, what people decided, the messages that are kept. schemas/common/LedgerRecord.avsc; `progress` is what
 * order/snapshot.c writes.
 */
#ifndef TOOLS_ORDER_FACTS_H
#define TOOLS_ORDER_FACTS_H

#include "facts.h"
#include "ledger_view.h"

/* Adds them. `type` (null: not known) names the calls of its steps. */
void order_facts_add(const struct setup *setup, const struct ledger_item *item, const struct order_type *type,
                     struct facts *facts);

/* The status that a finished order's record has; "DONE" where it has lost it. */
const char *order_facts_status(const struct ledger_record *record);

/* Whether one of them says the same as this one: a decision that the ledger has the answer of. */
bool order_facts_has(const struct facts *facts, const struct fact *fact);

/* One of the record's texts, `progress` for one, as JSON. Owned by the caller; null where there is none, or a damaged
 * one. */
struct json_object *order_facts_parse(const char *text);

#endif
