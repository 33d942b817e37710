/* Reports that bear BT's id only: what run/bt_ids_port.c, run/events.c and run/decisions.c do about them. */
#ifndef SIM_BY_ID_H
#define SIM_BY_ID_H

#include "process.h"

/* Where BT's reports about the order go that bear its id only. */
int32_t by_id_partition(int order);

struct bt_ids *by_id_new(struct process *worker);

/* What such an event says. */
int by_id_state(const struct event *event);

/* The record that tells whose an id is. */
void *by_id_index(void *context, const struct order *order, const struct ledger_reference *reference,
                  bool ends);

/* What has come: BT's report; a signal that a worker has written. False: it must wait. */
void by_id_take_event(struct process *worker, int32_t partition, int64_t offset);
bool by_id_take_signal(struct process *worker, int32_t partition, int64_t offset);

/* A record of the ledger that a take-over reads. */
void by_id_recover(struct process *worker, int32_t partition, const struct payload *payload);

/* The oracle's: no report's position moves past one that is neither kept nor passed on; and in the end all are. */
void by_id_check(int32_t partition, int64_t passed_events, int64_t passed_signals);
void by_id_rest(void);

#endif
