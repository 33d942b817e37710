/*
 * A person's decision about an order (schemas/common/Decision.avsc), as it goes through the signals topic.
 */
#ifndef RECORD_DECISION_H
#define RECORD_DECISION_H

#include "catalogue.h"
#include "uuid.h"

enum decision_verdict { DECISION_HAPPENED, DECISION_DID_NOT_HAPPEN, DECISION_RETRY, DECISION_REJECT };

enum { DECISION_TEXT_SIZE = 256, DECISION_OUTPUTS_SIZE = 2048 };

struct decision {
    char signal_id[UUID_TEXT_SIZE], request_id[UUID_TEXT_SIZE];
    unsigned attempt; /* as the person saw it */
    enum decision_verdict verdict;
    char reference[DECISION_TEXT_SIZE]; /* "": none */
    char why[DECISION_TEXT_SIZE], who[DECISION_TEXT_SIZE];
    char
        outputs[DECISION_OUTPUTS_SIZE]; /* of DECISION_HAPPENED: JSON, the step's outputs by name; "": none */
    int64_t decided_at_ms;              /* since the epoch */
};

/* "happened", "did-not-happen", "retry", "reject": as people write it, and as outcomes carry it. */
extern const char *const decision_words[]; /* by enum decision_verdict, null after the last */

/*
 * Adds the framed value, in a form that older workers read where it has no outputs; FAULT_LOCAL: it does not fit the
 * schema.
 */
MUST_USE bool decision_write(const struct catalogue *catalogue, const struct decision *decision,
                             struct buffer *value, struct fault *why);

/* Reads a value. FAULT_INPUT: it is not a decision that this worker knows. */
MUST_USE bool decision_read(const struct catalogue *catalogue, const void *value, size_t length,
                            struct decision *decision, struct fault *why);

#endif
