/*
 * An order view for people: its head, its timeline, and what can be done next.
 */
#ifndef TOOLS_ORDER_SHOW_H
#define TOOLS_ORDER_SHOW_H

#include "order_view.h"

/* Prints what stands above the timeline. `now_ms`: since the epoch. */
void order_show_head(const struct order_view *view, int64_t now_ms);

/* Prints the facts that are not among those shown before (null: none were), and a line each. */
void order_show_facts(const struct facts *facts, const struct facts *before);

/* What a person can do, or need not; nothing where it has ended. */
void order_show_next(const struct order_view *view);

/* "29 ms", "2.6 s", "12 min", "3 h 12 min", "4 d 2 h". */
void order_show_span(struct buffer *line, int64_t ms);

#endif
