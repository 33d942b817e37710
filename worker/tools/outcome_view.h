/*
 * Outcomes as people read them: decoded from their Kafka records, shown as rows of a table or as JSON lines.
 */
#ifndef TOOLS_OUTCOME_VIEW_H
#define TOOLS_OUTCOME_VIEW_H

#include "catalogue.h"

#include <librdkafka/rdkafka.h>

/*
 * Decodes the record with the catalogue's schemas; the framing is recognised, and the order type by fingerprint or by
 * the header ce_type. *tree is owned by the caller.
 */
MUST_USE bool outcome_view_read(const struct catalogue *catalogue, const rd_kafka_message_t *message,
                                struct json_object **tree, struct fault *why);

/* The same word, but ours: it outlives what it was read from. "UNKNOWN" for null, and one that is newer than this. */
const char *outcome_view_status(const char *status);

/*
 * Adds what a timeline says of an outcome (the record's common part): the status, and of one that is not final its step
 * and what the order waits for; why.
 */
void outcome_view_fact(struct json_object *outcome, struct buffer *text);

/* The table's head, and one row, which fit the terminal and are whole in a pipe. They go to stdout at once. */
void outcome_view_head(void);
void outcome_view_row(struct json_object *tree);

/* The outcome as one line of JSON. */
void outcome_view_json(struct json_object *tree);

#endif
