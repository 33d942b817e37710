/*
 * How many requests came, and how many were in flight at once: overall, for each operation and each target.
 *
 * This is the evidence of the tests. Only numbers; the last requests themselves are in history.h.
 */
#ifndef SANDBOX_COUNTS_H
#define SANDBOX_COUNTS_H

#include "buffer.h"

#include <stddef.h>

enum { TARGETS_MAX = 1000000 };

struct counts;
struct tally; /* what is known of one target */

struct counts *counts_new(void);
void *counts_free(struct counts *counts);

/*
 * A request of the operation came. The tally is given back with counts_end() once it is answered; it stays good
 * through a reset. Null for targets beyond TARGETS_MAX, which are counted together.
 */
struct tally *counts_begin(struct counts *counts, size_t operation, const char *target);
void counts_end(struct counts *counts, struct tally *tally);

/* Back to zero; what is in flight stays in flight. */
void counts_reset(struct counts *counts);

/* "total":1,... without braces: others count too. */
void counts_write(const struct counts *counts, struct buffer *out);
void counts_write_target(const struct counts *counts, const char *target, struct buffer *out);

/* All targets that begin with `prefix`: {"target": {"count": 1, "inFlightMax": 1}}. */
void counts_write_targets(const struct counts *counts, const char *prefix, struct buffer *out);

#endif
