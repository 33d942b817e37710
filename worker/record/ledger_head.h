/*
 * An order's record of the ledger, read where it lies: a take-over sees very many of which few count, since each one
 * stands for all of its order before it.
 */
#ifndef RECORD_LEDGER_HEAD_H
#define RECORD_LEDGER_HEAD_H

#include "datum.h"
#include "ledger.h"

enum { LEDGER_FIELDS = 22 }; /* of an order's record, in the latest format */

/* All is valid as long as the value's bytes are. */
struct ledger_head {
    enum ledger_state state;
    char request_id[UUID_TEXT_SIZE];
    int64_t written_at_ms;
    const char *settlement; /* without a NUL; null: none */
    size_t settlement_length;
    bool has_references; /* that BT was given: it may still report of it */
    bool has_content;
    struct datum_leaf fields[LEDGER_FIELDS];
};

/* Reads only that. Fails like ledger_read(). */
MUST_USE bool ledger_read_head(const struct ledger_schemas *schemas, const void *value, size_t length,
                               struct ledger_head *head, struct fault *why);

/* All of the record but its content, which are the texts from `inputs` to `decisions`; release it after success. */
MUST_USE bool ledger_read_bare(const struct ledger_schemas *schemas, const struct ledger_head *head,
                               struct ledger_record *record, struct fault *why);
void ledger_add_content(const struct ledger_head *head, struct ledger_record *record);

#endif
