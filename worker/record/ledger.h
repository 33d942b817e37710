/*
 * The ledger's records (schemas/common/LedgerRecord.avsc, LedgerOwner.avsc): what a worker owns, for the one that takes
 * over (PROMISE.md section 2).
 *
 * Key "order/<request id>": one order; a null value says that it is forgotten. Key "owner/<partition>": the barrier of
 * the latest take-over. Requests stand in it as plain JSON, already projected, so that recovery needs no registry.
 * Values are Avro single-object.
 */
#ifndef RECORD_LEDGER_H
#define RECORD_LEDGER_H

#include "catalogue.h"
#include "ledger_format.h"
#include "ledger_wait.h"
#include "uuid.h"

/* Says who wrote a record, for people. */
#define LEDGER_WRITER_HEADER "whc-writer"

enum ledger_state {
    LEDGER_QUEUED,   /* owned, not being sent */
    LEDGER_INTENDED, /* the attempt may be on the wire */
    LEDGER_PARKED,   /* a person decides */
    LEDGER_DONE,     /* kept for the duplicate window */
};

/* All texts are owned, and null where there is nothing. */
struct ledger_record {
    enum ledger_state state;
    char request_id[UUID_TEXT_SIZE];
    char *order_type;
    char *step; /* the one that comes next or is under way */
    char *key;  /* of the request message */
    size_t key_length;
    int64_t offset, turn; /* of the request in its partition; its place in the lane */
    unsigned attempt;
    int64_t requested_at_ms, written_at_ms; /* since the epoch */
    char *inputs;                           /* JSON: $inputs; null when done */
    char *progress;                         /* JSON: how far it is, as order/snapshot.c writes it */
    char *outcome;                          /* the latest outcome as published: framed bytes */
    size_t outcome_length;
    char *outcome_headers; /* JSON: {"name": "base64"} */
    char *last_decision;   /* JSON: {"signalId", "applied", "why", ...} */
    char *settlement;      /* token of the settlement that wrote it */
    char *decisions;       /* JSON: every decision about it, in their order; since format 2 */
    /* Since format 3. */
    char *workflow; /* digest of the workflow it runs; null: today's, and it never waited */
    int64_t place;  /* after turn, of one that queued again */
    struct ledger_wait wait;
    struct ledger_references references;
    struct ledger_heard heard;
};

/* The barrier of a take-over. */
struct ledger_owner {
    char token[101]; /* of its settlement */
    int32_t partition;
    int32_t partition_count; /* of the request topic */
    int64_t position, signals;
    int64_t written_at_ms;
    /* Since format 2; "" and -1 before it. */
    char partitioner[32];
    /* of a settled request below the position; see partition_offsets.h */
    int64_t last_offset, last_appended_ms;
    int64_t events; /* since format 3; -1 before it */
};

enum { LEDGER_KEY_SIZE = 48 };

void ledger_order_key(const char *request_id, char key[LEDGER_KEY_SIZE]);
void ledger_owner_key(int32_t partition, char key[LEDGER_KEY_SIZE]);

const char *ledger_state_name(enum ledger_state state);

/*
 * Adds the framed value, in the format that is written; what only a later one has is left out. FAULT_LOCAL: it does not
 * fit the schema; FAULT_EXHAUSTED: it is too large for `value`.
 */
MUST_USE bool ledger_write(const struct ledger_schemas *schemas, const struct ledger_record *record,
                           struct buffer *value, struct fault *why);
MUST_USE bool ledger_write_owner(const struct ledger_schemas *schemas, const struct ledger_owner *owner,
                                 struct buffer *value, struct fault *why);

/* Reads a value; release the record after success. FAULT_INPUT: of a format that we do not know, or damaged. */
MUST_USE bool ledger_read(const struct ledger_schemas *schemas, const void *value, size_t length,
                          struct ledger_record *record, struct fault *why);

MUST_USE bool ledger_read_owner(const struct ledger_schemas *schemas, const void *value, size_t length,
                                struct ledger_owner *owner, struct fault *why);

/* Lets go of the texts from `inputs` to `decisions`, and of all. */
void ledger_drop_content(struct ledger_record *record);
void ledger_release(struct ledger_record *record);

#endif
