/*
 * The records of order/bt_ids: Index and forwarded events in the signals topic, "bt-id/<id>" in the ledger, dead letters
 * of what was held in vain (PROMISE.md R21).
 */
#ifndef RUN_BT_IDS_PORT_H
#define RUN_BT_IDS_PORT_H

#include "worker.h"

/* Makes the table of ids; the worker frees it. */
struct bt_ids *bt_ids_port_new(struct worker *worker);

/* Makes the record that tells whose an id is; `ends`: its order has, and it may be forgotten after events.hold.ms. */
void record_of_index(const struct worker *worker, const struct order *order,
                     const struct ledger_reference *reference, bool ends, struct kafka_record *record);

/* What was held, or remembered, for long enough is forgotten, as much as the turn has time for. A chore. */
void bt_ids_port_chore(struct worker *worker);

#endif
