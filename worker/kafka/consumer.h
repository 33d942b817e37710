/*
 * The group's member: request messages in, partitions given and taken.
 *
 * Assignment and group metadata are taken together inside the ASSIGN callback and never refreshed (PROMISE.md R2). With
 * transactions the member is static, <group.id>-<worker.slot>: one that is killed and started again at once takes its
 * own place, and the others notice nothing; kafka/README.md section 8 says what that asks for. Messages of all partitions
 * come through one queue of ours that is simply not asked while there is no room, which is cheaper than pausing.
 * Everything runs on the loop's thread.
 */
#ifndef KAFKA_CONSUMER_H
#define KAFKA_CONSUMER_H

#include "config.h"
#include "loop.h"

#include <librdkafka/rdkafka.h>

struct consumer;

enum consumer_topic { CONSUMER_REQUESTS, CONSUMER_SIGNALS, CONSUMER_EVENTS };
enum { CONSUMER_TOPICS = CONSUMER_EVENTS + 1 };

struct consumer_calls {
    /* Partitions are ours from now on; answer with consumer_begin() when their positions are known. */
    void (*assigned)(void *context, const int32_t partitions[], size_t count);
    /* They are to be given away; answer with consumer_release() when all is settled, at once when `lost`. */
    void (*revoked)(void *context, const int32_t partitions[], size_t count, bool lost);
    /* Something the operator should know; `fatal`: the consumer cannot go on. */
    void (*failed)(void *context, const struct fault *why, bool fatal);
    /* Another process has taken the slot's place in the group: everything is lost, and no `revoked` comes. */
    void (*fenced)(void *context);
    /* There may be messages. */
    void (*ready)(void *context);
    /* All messages of the partition below the offset have been given, and there is none there now. */
    void (*ended)(void *context, enum consumer_topic topic, int32_t partition, int64_t offset);
};

/* Where to start reading a partition. */
struct consumer_start {
    int32_t partition;
    int64_t offset;          /* -1: at the earliest record */
    int64_t signals, events; /* the same in those topics */
};

/* Joins the group. `calls` must outlive the consumer. */
MUST_USE bool consumer_new(const struct settings *settings, struct loop *loop,
                           const struct consumer_calls *calls, void *context, struct consumer **consumer,
                           struct fault *why);

/* Leaves the group if that is not done yet, which may take two seconds, and frees. Accepts null. */
void *consumer_free(struct consumer *consumer);

/* Reads the assigned partitions, and the signals and events of the same numbers: the answer to `assigned` (R10). */
MUST_USE bool consumer_begin(struct consumer *consumer, const struct consumer_start *starts, size_t count,
                             struct fault *why);

/* Lets go of all partitions: the answer to `revoked`. */
void consumer_release(struct consumer *consumer);

/* Asks the group to take the partitions away: `revoked` follows, then nothing more is assigned. */
void consumer_leave(struct consumer *consumer);

/* Whether leaving is done, so that consumer_free() does not wait. */
bool consumer_left(const struct consumer *consumer);

/* The next request, null when there is none now. Give it back with rd_kafka_message_destroy(). */
rd_kafka_message_t *consumer_next(struct consumer *consumer);

/* The next signal, or event. They have queues of their own: they are taken also when there is no room for requests. */
rd_kafka_message_t *consumer_next_signal(struct consumer *consumer);
rd_kafka_message_t *consumer_next_event(struct consumer *consumer);

/* Lets librdkafka run its callbacks; called once per turn. */
void consumer_serve(struct consumer *consumer);

/* Whether there is an assignment to settle under; and a copy of its group metadata, owned by the caller. */
bool consumer_has_assignment(const struct consumer *consumer);
rd_kafka_consumer_group_metadata_t *consumer_assignment_copy(const struct consumer *consumer);

/* Whether the assignment was lost, or our place in the group, so that nothing may be settled. */
bool consumer_lost(const struct consumer *consumer);

/* The handle, for committed positions asked for on another thread. */
rd_kafka_t *consumer_handle(struct consumer *consumer);

#endif
