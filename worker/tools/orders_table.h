/*
 * Many orders of the ledger as a table that fits its terminal; whole in pipes.
 */
#ifndef TOOLS_ORDERS_TABLE_H
#define TOOLS_ORDERS_TABLE_H

#include "order_filter.h"

/* How wide each column is; made for the orders that the filter takes. */
struct orders_table {
    size_t type, key, width; /* width 0: nothing is cut */
};

void orders_table_measure(const struct ledger_view *view, struct orders_table *table);
void orders_table_head(const struct orders_table *table);
void orders_table_row(const struct orders_table *table, const struct ledger_item *item,
                      const struct order_standing *standing, int64_t now_ms);

#endif
