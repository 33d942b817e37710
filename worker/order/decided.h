/*
 * Every decision about an order, applied or refused, as it is kept in the ledger: a JSON list (PROMISE.md R8).
 */
#ifndef ORDER_DECIDED_H
#define ORDER_DECIDED_H

#include "decision.h"

enum {
    DECIDED_MAX = 65536 /* bytes of the list; later ones that were refused are then only the last decision */
};

#define DECIDED_TOO_LATE "the order has its final outcome already"

/* What `decide` waits for: one decision as JSON, and why it was refused ("": it was applied). Owned by the caller. */
char *decided_answer(const struct decision *decision, int64_t offset, const char *refused);

/* The list with one more decision (JSON text) at its end; takes `list` over (null: none yet) and gives the new one. */
char *decided_add(char *list, const char *decision, bool applied);

/*
 * Whether the list has the decision of this signal: then it is the same one, read again, and not a second one. Null: an
 * empty list.
 */
bool decided_has(const char *list, const char *signal_id);

#endif
