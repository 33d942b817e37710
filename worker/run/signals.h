/*
 * Signals: what concerns orders that are owned already. So far: people's decisions (promise.md R8).
 */
#ifndef RUN_SIGNALS_H
#define RUN_SIGNALS_H

#include "worker.h"

/* Applies or refuses the decision in the message; its position is part of the next settlement. */
void signals_take(struct worker *worker, const rd_kafka_message_t *message);

#endif
