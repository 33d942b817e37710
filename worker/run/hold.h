/*
 * Partitions that stand still: their messages in order, until each can be taken.
 *
 * A message that must wait holds all that come after it, with one exception: an order that waits only because the
 * duplicate window is full is put aside, and what comes after it goes on, except for messages of its key.
 */
#ifndef RUN_HOLD_H
#define RUN_HOLD_H

#include "worker.h"

struct holds;

/* Takes the message over: INTAKE_OPEN or INTAKE_SKIP; or says why it must wait: INTAKE_HELD, INTAKE_PUT_BY. */
typedef enum intake_answer hold_handle_fn(void *context, rd_kafka_message_t *message, struct fault *why);

struct holds *holds_new(struct worker *worker);
void *holds_free(struct holds *holds);

/* Whether the partition stands still. */
bool holds_has(const struct holds *holds, int32_t partition);

/* Adds a message after those of its partition that are held; takes it over. `put_by`: see INTAKE_PUT_BY. */
void holds_add(struct holds *holds, rd_kafka_message_t *message, bool put_by, const char *why);

/* Goes on with what can go on while there is room. */
void holds_go_on(struct holds *holds, hold_handle_fn *handle, bool (*has_room)(void *context), void *context);

/* The partition is another worker's, or goes on. */
void holds_forget(struct holds *holds, int32_t partition);

/* How many partitions stand still, and why the first does. */
size_t holds_count(const struct holds *holds, const char **why);

#endif
