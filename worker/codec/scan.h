/*
 * A look at a datum before Avro-C sees it.
 *
 * Avro-C believes the lengths and counts it reads, and leaks on short input, so a datum that comes
 * from outside is walked first: every number complete and in its range, every length within the bytes, every index
 * within its list, nothing left over, and no more values than the limits say, even where they take no bytes.
 */
#ifndef CODEC_SCAN_H
#define CODEC_SCAN_H

#include "datum.h"

/* The fields of the root, which is a record, or of each item of the root, which is a list of records. */
struct scan_wanted {
    struct datum_leaf *leaves; /* as many as the record has fields */
    datum_item_fn *each;       /* called with them after each item; null: the root is a record */
    void *context;
};

/*
 * `limits` null: the usual ones. `wanted`: null, or what datum_read_leaves() and datum_read_items() are asked for. Fails
 * with FAULT_INPUT, "site.lines[2].number: ..."; the text repeats no content.
 */
MUST_USE bool scan_datum(const struct schema_node *root, const void *bytes, size_t length,
                         const struct datum_limits *limits, const struct scan_wanted *wanted,
                         struct fault *why);

#endif
