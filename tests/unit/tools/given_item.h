/* Orders of a ledger, made by hand. */
#ifndef TESTS_TOOLS_GIVEN_ITEM_H
#define TESTS_TOOLS_GIVEN_ITEM_H

#include "ledger_view.h"
#include "memory.h"

#include <stdio.h>
#include <string.h>

/* Number n of the view, live in this state, with this key ("": none), turn and progress (JSON, or null). */
static inline struct ledger_item *given_item(struct ledger_view *view, int n, enum ledger_state state,
                                             const char *key, int64_t turn, const char *progress)
{
    struct ledger_item *item = memory_new(1, sizeof *item);

    item->record = (struct ledger_record){.state = state,
                                          .order_type = memory_text("create-order"),
                                          .key = *key == '\0' ? NULL : memory_text(key),
                                          .key_length = strlen(key),
                                          .turn = turn,
                                          .requested_at_ms = 1000,
                                          .progress = memory_text(progress)};
    snprintf(item->record.request_id, sizeof item->record.request_id, "605c9599-4ab1-488f-8129-%012d", n);
    table_add(&view->ids, &item->by_id, (uint64_t)n);
    TAILQ_INSERT_TAIL(&view->items, item, in_all);
    return item;
}

#endif
