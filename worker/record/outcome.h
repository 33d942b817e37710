/*
 * Outcomes: what became of a request, as the Avro record of its order type (schemas/common/Outcome.avsc).
 */
#ifndef RECORD_OUTCOME_H
#define RECORD_OUTCOME_H

#include "catalogue.h"
#include "ledger_wait.h"
#include "reason.h"
#include "uuid.h"

enum { TRACKING_IDS_MAX = 16, TRACKING_ID_SIZE = 256, BT_CODE_SIZE = 64, ORDER_ID_SIZE = 128 };

/* What is known of the calls of the latest step. */
struct call_record {
    const char *step; /* stepId; null: none ran. Borrowed from the catalogue */
    unsigned attempts;
    char *tracking_ids[TRACKING_IDS_MAX]; /* the latest ones; owned by whoever owns the record */
    size_t tracking_count;
    int http_status; /* 0: no reply came */
    char bt_code[BT_CODE_SIZE];
};

struct source {
    const char *topic;
    int32_t partition;
    int64_t offset;
};

struct outcome {
    const struct order_type *type;
    const char *request_id;
    enum outcome_status status;
    bool final;
    unsigned sequence; /* how many outcomes the order had before */
    struct reason reason;
    const struct call_record *calls;
    const char *order_id, *external_id; /* null: not known */
    int64_t requested_at_ms, started_at_ms,
        finished_at_ms; /* since the epoch; started 0: no call was started */
    struct source source;
    const struct ledger_wait *wait; /* null, or one without a step: it does not wait */
    struct json_object *result;     /* conforms to the type's result; null: none */
};

const char *outcome_status_name(enum outcome_status status);

/* Version 8 of request id, status, step and sequence: the same outcome written again has the same id. */
void outcome_id(const struct outcome *outcome, char id[UUID_TEXT_SIZE]);

/*
 * Adds the Avro datum (no framing). Fails with FAULT_LOCAL when it does not fit the schema, which is a mistake in the
 * catalogue's common records, or FAULT_EXHAUSTED over the buffer's ceiling.
 */
MUST_USE bool outcome_write(const struct outcome *outcome, struct buffer *datum, struct fault *why);

#endif
