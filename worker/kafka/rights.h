/*
 * Whether the worker may write what it writes seldom: a right that is missing must show at the start, and not when an
 * order has something to tell another owner (PROMISE.md R21) and its settlement, with all that is in it, is refused.
 *
 * The rights on other topics show without being asked for: the topic cannot be described, or the barrier of the take-over
 * cannot be settled.
 */
#ifndef KAFKA_RIGHTS_H
#define KAFKA_RIGHTS_H

#include "config.h"

#include <librdkafka/rdkafka.h>

/*
 * Writes a record without a value, which every reader ignores, to this partition of the signals, in a transaction of
 * `producer`. Blocks, bounded by the settings. FAULT_PEER: it may not, or there was no answer; free the producer then.
 */
MUST_USE bool rights_ask(const struct settings *settings, rd_kafka_t *producer, int32_t partition,
                         struct fault *why);

#endif
