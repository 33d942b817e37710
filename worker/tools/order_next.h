/*
 * What a person can do about an order: the commands that its owner would not refuse, as far as the ledger tells.
 */
#ifndef TOOLS_ORDER_NEXT_H
#define TOOLS_ORDER_NEXT_H

#include "order_view.h"

/* One line, or none where the order has ended; *text is cleared first. */
void order_next_step(const struct order_view *view, struct buffer *text);

/* The verdicts of `decide` for one that waits for a message, a date or a person: "skip | cancel"; "": none. `type` may be
 * null: what only its workflow tells is left out. */
void order_next_verdicts(const struct ledger_item *item, const struct order_type *type, struct buffer *text);

#endif
