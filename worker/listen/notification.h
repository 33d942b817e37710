/*
 * From the bytes that BT posted to what goes to Kafka: the record for the order's owner, or a dead letter.
 */
#ifndef LISTEN_NOTIFICATION_H
#define LISTEN_NOTIFICATION_H

#include "event.h"
#include "settlement_thread.h"

enum notification_kind {
    NOTIFICATION_EVENT,       /* to the partition that event_route() says */
    NOTIFICATION_UNADDRESSED, /* a dead letter: neither a reference of ours nor BT's id */
    NOTIFICATION_JSON,        /* a dead letter: it is no JSON, or too much of it */
};

/* "event", "unaddressed", "json": as metrics, logs and the header of dead letters have them. */
extern const char *const notification_words[]; /* by enum notification_kind, null after the last */

struct notification {
    enum notification_kind kind;
    struct event event; /* all zero where the kind is NOTIFICATION_JSON */
    struct kafka_record record;
    bool ahead;       /* BT dates it more than a day ahead of our clock */
    struct fault why; /* of a dead letter */
};

struct notification_place {
    const struct catalogue *catalogue;
    const struct event_channel *channel;
    const char *topic, *dead_topic; /* borrowed for good */
    int32_t partitions;
    size_t values_max; /* JSON values of one payload */
};

/*
 * Reads the bytes; release it in any case. False: FAULT_LOCAL, the event does not fit the schema of this catalogue. The
 * words of dead letters are ours: nothing of what came is repeated.
 */
MUST_USE bool notification_read(const struct notification_place *place, const char *bytes, size_t length,
                                int64_t now_ms, struct notification *notification, struct fault *why);
void notification_release(struct notification *notification);

#endif
