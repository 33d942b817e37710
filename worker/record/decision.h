/*
 * A person's decision about an order (schemas/common/Decision.avsc), as it goes through the signals topic.
 */
#ifndef RECORD_DECISION_H
#define RECORD_DECISION_H

#include "catalogue.h"
#include "uuid.h"

enum decision_verdict {
    DECISION_HAPPENED,
    DECISION_DID_NOT_HAPPEN,
    DECISION_RETRY,
    DECISION_REJECT,
    DECISION_LOOK,  /* BT is asked now */
    DECISION_HEARD, /* BT has said it by another way: the outputs are what a look would have found */
    DECISION_SKIP,  /* the wait ends as if it were met */
    DECISION_CANCEL /* what was done is undone, as the workflow's x-cancel says */
};

enum { DECISION_TEXT_SIZE = 256, DECISION_OUTPUTS_SIZE = 2048 };

struct decision {
    char signal_id[UUID_TEXT_SIZE], request_id[UUID_TEXT_SIZE];
    unsigned attempt; /* as the person saw it */
    enum decision_verdict verdict;
    char reference[DECISION_TEXT_SIZE]; /* "": none */
    char why[DECISION_TEXT_SIZE], who[DECISION_TEXT_SIZE];
    char outputs[DECISION_OUTPUTS_SIZE]; /* JSON, outputs of the step by name; "": none */
    int64_t decided_at_ms;               /* since the epoch */
    /* Of what waits: the wait as the person saw it. */
    char step[DECISION_TEXT_SIZE]; /* "": it does not wait */
    int64_t since_ms, heard_end;   /* when it began; where what was heard ended (ledger_heard) */
};

/* "happened", "did-not-happen", ...: as people write it, and as outcomes carry it. */
extern const char *const decision_words[]; /* by enum decision_verdict, null after the last */

/* Whether it is about an order on its way, that waits: of the verdicts since ledger format 3. */
bool decision_is_about_wait(enum decision_verdict verdict);

/*
 * Adds the framed value, in the oldest form that has room for it, so that older workers read it; FAULT_LOCAL: it does
 * not fit the schema. FAULT_INPUT: the catalogue has no form for it.
 */
MUST_USE bool decision_write(const struct catalogue *catalogue, const struct decision *decision,
                             struct buffer *value, struct fault *why);

/* Reads a value. FAULT_INPUT: it is not a decision that this worker knows. */
MUST_USE bool decision_read(const struct catalogue *catalogue, const void *value, size_t length,
                            struct decision *decision, struct fault *why);

#endif
