/*
 * Dead letters: a message that cannot be answered, as it came, with why (Kafka Connect's header family and one of ours).
 */
#ifndef RUN_DEAD_LETTER_H
#define RUN_DEAD_LETTER_H

#include "event.h"
#include "worker.h"

/* What `replay` looks for; the headers that the message came with stand before the first of ours. */
#define DEAD_FIRST_HEADER "__connect.errors.topic"
#define DEAD_REASON_HEADER "whc-dead-reason"
#define DEAD_LEFT_OUT_HEADER "whc-dead-left-out"

/*
 * The message's dead letter goes into the next settlement, and its offset is settled with it: a request's; a signal's
 * that is not a decision.
 */
void dead_letter_send(struct worker *worker, const rd_kafka_message_t *message, const char *reason,
                      const struct fault *why);
void dead_letter_send_signal(struct worker *worker, const rd_kafka_message_t *message,
                             const struct fault *why);
/* A notification that nobody can use, out of the events or, forwarded, the signals; it goes to topic.events.dead. */
void dead_letter_send_event(struct worker *worker, enum partition_topic from,
                            const rd_kafka_message_t *message, const char *reason, const struct fault *why);

/* Makes the dead letter of a notification that was held in vain, of this partition of the events. */
void dead_letter_of_held(const struct worker *worker, int32_t partition, const struct event *event,
                         struct kafka_record *record);

/*
 * Makes a dead letter that Kafka refused smaller by its largest part. False: there is nothing left to leave out.
 */
bool dead_letter_reduce(struct kafka_record *record);

#endif
