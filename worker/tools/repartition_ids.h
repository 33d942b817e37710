/*
 * What the ledger knows of BT's ids (record/bt_id.h), when the topics have another number of partitions: each is where
 * the id is routed to (record/event_route.h), so it moves as the ids do.
 */
#ifndef TOOLS_REPARTITION_IDS_H
#define TOOLS_REPARTITION_IDS_H

#include "topic_reader.h"

struct repartition_ids;

struct repartition_ids *repartition_ids_new(int32_t partitions);
void *repartition_ids_free(struct repartition_ids *ids); /* null does nothing */

/* Notes a record of the ledger, in its order; other keys are nothing to it. */
void repartition_ids_note(struct repartition_ids *ids, const rd_kafka_message_t *message);

/* Where this record is copied to, when all are noted: it is the latest of an id that is elsewhere now. -1: nowhere. */
int32_t repartition_ids_place(const struct repartition_ids *ids, const rd_kafka_message_t *message);

/* The next original after *at (0: the first) of those that are copied; false: there is none left. */
bool repartition_ids_original(const struct repartition_ids *ids, size_t *at, const char **key,
                              int32_t *partition);

#endif
