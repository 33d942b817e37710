/*
 * A thread of whc-worker listen that asks Kafka again and again what its two topics are like: whether they are there, may
 * be seen, and still have the partitions of the start. Asking blocks, so it is not done on the loop.
 */
#ifndef KAFKA_EVENT_TOPICS_H
#define KAFKA_EVENT_TOPICS_H

#include "loop.h"
#include "topics.h"

enum { EVENT_TOPICS_EVERY_MS = 10000, EVENT_TOPICS_AGAIN_MS = 1000 /* until the first answer */ };

struct event_topics_news {
    bool answered;
    struct fault why;                       /* where it did not */
    struct topic_state states[TOPIC_COUNT]; /* of topics_read_events() */
};

typedef void event_topics_fn(void *context, const struct event_topics_news *news);

struct event_topics;

/* Starts the thread; `told` is called on the loop with each answer. */
MUST_USE bool event_topics_new(const struct settings *settings, struct loop *loop, event_topics_fn *told,
                               void *context, struct event_topics **topics, struct fault *why);

/* Waits for the question that is open. Accepts null. */
void *event_topics_free(struct event_topics *topics);

#endif
