/*
 * The producer of whc-worker listen: idempotent, acks=all, without transactions, on the loop.
 *
 * A record counts as written only when the broker says where it stands: a delivery without an offset may be nowhere
 * (producer.h). What is not acknowledged in EVENT_SENDER_WAIT_MS is given up, and may be in the topic all the same;
 * whoever sent it sends it again, and its owner drops the second one. A producer that cannot go on is replaced.
 */
#ifndef KAFKA_EVENT_SENDER_H
#define KAFKA_EVENT_SENDER_H

#include "settlement_thread.h"

enum { EVENT_SENDER_WAIT_MS = 5000, EVENT_SENDER_RECORDS_MAX = 10000, EVENT_SENDER_BYTES_MAX = 32 << 20 };

/* What became of a record. */
struct event_sent {
    bool written;
    int32_t partition;
    int64_t offset;
    int64_t took_ms;
    struct fault
        why; /* where it was not written: FAULT_INPUT this very record is refused, FAULT_LOCAL no right, else peer */
};

/* `what` is what was given with the record. Not from within event_sender_send(). */
typedef void event_sent_fn(void *context, void *what, const struct event_sent *sent);

struct event_sender;

MUST_USE bool event_sender_new(const struct settings *settings, struct loop *loop, event_sent_fn *told,
                               void *context, struct event_sender **sender, struct fault *why);

/* What is under way is given up, and told so. Accepts null. */
void *event_sender_free(struct event_sender *sender);

/*
 * Sends the record, which stays the caller's; `told` hears of it once. FAULT_EXHAUSTED: too much is under way;
 * FAULT_PEER: the producer does not take it; nobody is told then.
 */
MUST_USE bool event_sender_send(struct event_sender *sender, const struct kafka_record *record, void *what,
                                struct fault *why);

/* How many records are under way. */
size_t event_sender_count(const struct event_sender *sender);

/* Why the last record was not written; "" when it was, or there was none. */
const char *event_sender_trouble(const struct event_sender *sender);

#endif
