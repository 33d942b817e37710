/*
 * The evidence for "not twice": how often each request that writes came, and how often its effect took place.
 *
 * One row for each operation and reference (references.h). Received means headers and body were complete, whatever
 * was answered; accepted means that the state changed. At most EVIDENCE_MAX rows are kept apart, the rest is counted
 * in `referencesDropped`.
 */
#ifndef SANDBOX_EVIDENCE_H
#define SANDBOX_EVIDENCE_H

#include "buffer.h"

#include <stdbool.h>
#include <stdint.h>

enum { EVIDENCE_MAX = 1000000 };

struct evidence;

struct evidence *evidence_new(void);
void *evidence_free(struct evidence *evidence);
void evidence_reset(struct evidence *evidence);

void evidence_received(struct evidence *evidence, const char *operation, const char *reference);
void evidence_accepted(struct evidence *evidence, const char *operation, const char *reference);

/* How often the operation took place under the reference. */
uint64_t evidence_times(const struct evidence *evidence, const char *operation, const char *reference);

/* The rows of the operation, the reference or both (null: all), or only those accepted more than once. */
void evidence_write(const struct evidence *evidence, const char *operation, const char *reference, bool twice,
                    struct buffer *out);

/* "received":1,"accepted":1,"acceptedTwice":0,"referencesDropped":0 */
void evidence_write_totals(const struct evidence *evidence, struct buffer *out);

#endif
