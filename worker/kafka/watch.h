/*
 * Watches what can change under a running worker: the number of partitions (PROMISE.md R14), and the logs that nobody
 * can read further because a transaction hangs.
 *
 * On a thread and a handle of its own, because the questions block. It asks every third of lso.alarm.ms, at least once
 * in 20 s, and when watch_partitions() is called; the answers come on the loop.
 */
#ifndef KAFKA_WATCH_H
#define KAFKA_WATCH_H

#include "config.h"
#include "loop.h"

#include <librdkafka/rdkafka.h>

/* A log whose last stable offset stands still below its end. */
struct watch_stuck {
    bool ledger; /* of the ledger; else of the requests */
    int32_t partition;
    int64_t stable, end; /* offsets */
    int64_t for_ms;
};

/* What was found. */
struct watch_news {
    int requests, ledger, signals; /* partitions; 0: the broker does not say */
    struct watch_stuck *stuck;     /* for lso.alarm.ms or longer; borrowed for the call */
    size_t stuck_count;
};

typedef void watch_news_fn(void *context, const struct watch_news *news);

struct watch;

/* Starts the thread. `consumer` is the group's member, which reads committed records, and must outlive the watch. */
MUST_USE bool watch_new(const struct settings *settings, struct loop *loop, rd_kafka_t *consumer,
                        watch_news_fn *told, void *context, struct watch **watch, struct fault *why);

/* Waits for the running question, some seconds at most. Accepts null. */
void *watch_free(struct watch *watch);

/* These partitions are ours from now on; asks at once. */
void watch_partitions(struct watch *watch, const int32_t partitions[], size_t count);

#endif
