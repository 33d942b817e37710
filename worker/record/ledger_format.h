/*
 * The formats of the ledger: the schemas of its records, compiled into the worker, whatever the catalogue holds.
 *
 * A format is a number for the schemas of both records, the JSON in their texts, and the commit metadata. Each adds
 * fields at the end, with a default, and takes none away. A release that brings format k reads 1 to k and writes k - 1,
 * the next one writes k, so that old and new workers of a group read each other while it is upgraded; ledger.format
 * moves that gate.
 *
 *   1  up to 0.1
 *   2  LedgerRecord.decisions; LedgerOwner.partitioner, lastOffset, lastAppendedAt; "2;" in the commit metadata
 *   3  LedgerRecord.workflow, place, wait, references, heard; LedgerOwner.events; the keys bt-id/<id>, and Index in the
 *      signals topic
 */
#ifndef RECORD_LEDGER_FORMAT_H
#define RECORD_LEDGER_FORMAT_H

#include "schema.h"

enum {
    LEDGER_FORMATS = 3,
    LEDGER_FORMAT_USUAL = 1,
    LEDGER_FORMAT_WAITS = 3 /* before it an order cannot wait: an older worker would call at once */
};

/* The schemas of every format, format f at f - 1, and the format that is written. */
struct ledger_schemas {
    const struct schema *orders[LEDGER_FORMATS], *owners[LEDGER_FORMATS];
    const struct schema *wait, *references, *heard; /* parts of an order's record since format 3 */
    const struct schema *index, *ledger_index;      /* of bt_id.h, since format 3 */
    unsigned writes;
};

/* Compiles them, once; `writes` is from 1 to LEDGER_FORMATS. Release it. */
struct ledger_schemas ledger_schemas_new(unsigned writes);
void ledger_schemas_release(struct ledger_schemas *schemas);

#endif
