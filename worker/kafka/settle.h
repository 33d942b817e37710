/* How a job of the settling thread is carried out; for settler.c, on its thread. */
#ifndef KAFKA_SETTLE_H
#define KAFKA_SETTLE_H

#include "settler.h"

struct settle;

/* `settings` and `consumer` must outlive it. Nothing is connected yet. */
struct settle *settle_new(const struct settings *settings, rd_kafka_t *consumer);
void *settle_free(struct settle *settle);

/* From any thread: a job that waits for a broker that is away is given up, what it is to find out is the next owner's. */
void settle_give_up(struct settle *settle);

/* Does the job and sets its answer; blocks, bounded by the settings except while the broker is away. */
void settle_job(struct settle *settle, struct settler_job *job);

#endif
