/*
 * Health in words: what /health/ready, /status and the metrics say.
 */
#ifndef RUN_HEALTH_H
#define RUN_HEALTH_H

#include "worker.h"

/* Why the worker is not ready; "" when it is. It is about us, Kafka and the registry. */
const char *health_not_ready(const struct worker *worker);

/*
 * What keeps orders from BT; "" when nothing does. The worker is ready all the same: a roll-out that brings the
 * corrected secret would otherwise wait for ever.
 */
const char *health_bt(const struct worker *worker);

#endif
