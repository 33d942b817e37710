/* Who waits behind whom: the live orders of a key, by their turns. */
#include "ledger_view.h"

#include "memory.h"

#include <stdlib.h>
#include <string.h>

bool ledger_item_live(const struct ledger_item *item)
{
    return item->record.order_type != NULL && item->record.state != LEDGER_DONE;
}

static int compare_keys(const struct ledger_item *one, const struct ledger_item *other)
{
    size_t a = one->record.key_length, b = other->record.key_length;
    int order = one->partition < other->partition ? -1 : one->partition > other->partition;

    if (order == 0)
        order = a < b ? -1 : a > b;
    return order != 0 || a == 0 ? order : memcmp(one->record.key, other->record.key, a);
}

static int compare(const void *one, const void *other)
{
    const struct ledger_item *a = *(const struct ledger_item *const *)one;
    const struct ledger_item *b = *(const struct ledger_item *const *)other;
    int order = compare_keys(a, b);

    if (order == 0) /* as a take-over lines them up: takeover.c */
        order = (b->record.state == LEDGER_INTENDED) - (a->record.state == LEDGER_INTENDED);
    if (order == 0)
        order = a->record.turn < b->record.turn ? -1 : a->record.turn > b->record.turn;
    if (order == 0)
        order = a->record.place < b->record.place ? -1 : a->record.place > b->record.place;
    return order != 0 ? order : strcmp(a->record.request_id, b->record.request_id);
}

void ledger_view_line_up(struct ledger_view *view)
{
    struct ledger_item *item, **live = memory_new(view->ids.count + 1, sizeof(struct ledger_item *));
    size_t count = 0;

    TAILQ_FOREACH(item, &view->items, in_all) {
        item->first = NULL;
        item->behind = 0;
        bool holds_key = item->record.wait.step == NULL; /* what waits for a message or a date does not */
        if (ledger_item_live(item) && item->record.key_length > 0 && holds_key)
            live[count++] = item;
    }
    qsort(live, count, sizeof(struct ledger_item *), compare);
    for (size_t from = 0, end; from < count; from = end) {
        for (end = from + 1; end < count && compare_keys(live[from], live[end]) == 0; end++)
            ;
        for (size_t i = from; i < end; i++) {
            live[i]->first = live[from];
            live[i]->behind = end - i - 1;
        }
    }
    memory_free(live);
}
