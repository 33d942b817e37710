/*
 * What the ledger keeps of an order, and an order restored from it.
 *
 * Everything that a worker needs to go on, or a person to decide, and nothing that only the process knows: no clock
 * of the loop, no pace. A doubt is not kept as such: whoever takes an intended order over is in doubt (R5).
 */
#ifndef ORDER_SNAPSHOT_H
#define ORDER_SNAPSHOT_H

#include "order.h"

/* What the ledger must say of the order as it is now. */
enum ledger_state snapshot_state(const struct order *order);

/* The record of the order as it is now, without outcome and settlement; release it. */
void snapshot_take(const struct order *order, int64_t wall_ms, struct ledger_record *record);

/* How far what BT has reported of it was (marks.h); owned by the caller; null: nothing was. */
struct json_object *snapshot_marks(const struct ledger_record *record);

/* Whether an order with this record only waits, and may sleep without being looked at. `type`: null: not known. */
bool snapshot_sleeps(const struct ledger_record *record, const struct order_type *type);

/*
 * An order out of its record, unloaded: its content is parsed by snapshot_load(). Takes the record over. FAULT_INPUT:
 * `type` is not the record's. The state is ORDER_QUEUED.
 */
MUST_USE bool snapshot_restore(const char *topic, int32_t partition, struct ledger_record *record,
                               const struct order_type *type, struct order **order, struct fault *why);

/* Parses what is unloaded; does nothing for an order that is loaded. FAULT_INPUT: the record is damaged. */
MUST_USE bool snapshot_load(struct order *order, struct fault *why);

/* When a person must have decided about a parked order, also of one that is unloaded; 0: not said, or not parked. */
int64_t snapshot_decide_by_ms(const struct order *order);

/* Unloads an order whose call is not rendered: its trees become text, a fraction of their size. */
void snapshot_unload(struct order *order);

/* How much memory it takes, roughly. */
size_t snapshot_weight(struct order *order);

#endif
