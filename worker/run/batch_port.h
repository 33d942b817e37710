/*
 * How the records of order/batch are made here: as Kafka records (struct kafka_record), with their figures.
 */
#ifndef RUN_BATCH_PORT_H
#define RUN_BATCH_PORT_H

#include "worker.h"

/* A batch over the worker's orders, settlements and duplicates; owned by the caller, outlived by the worker. */
struct batch *batch_port_new(struct worker *worker);

#endif
