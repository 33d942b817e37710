/*
 * The times of single records: what tells a log from another one of the same name (PROMISE.md R4).
 */
#ifndef KAFKA_PEEK_H
#define KAFKA_PEEK_H

#include "settlement_thread.h"

/*
 * Reads the request records at positions[i].offset and sets their time_ms, -1 where there is no record at the offset,
 * or none any more; an offset below 0 is left out. Blocks, by a consumer of its own, for some seconds at most.
 * FAULT_PEER: the broker does not answer.
 */
MUST_USE bool peek_times(const struct settings *settings, struct job_position positions[], size_t count,
                         struct fault *why);

#endif
