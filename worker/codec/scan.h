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

/*
 * `limits` null: the usual ones. `leaves`: null, or zeroed and one for each field of the root, which then is a record
 * (datum_read_leaves). Fails with FAULT_INPUT, "site.lines[2].number: ..."; the text repeats no content.
 */
MUST_USE bool scan_datum(const struct schema_node *root, const void *bytes, size_t length,
                         const struct datum_limits *limits, struct datum_leaf leaves[], struct fault *why);

#endif
