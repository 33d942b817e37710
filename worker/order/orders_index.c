/* What an order that waits is found by: the references that BT may name it by, and when it is due. See await.h. */
#include "await.h"
#include "orders_inside.h"

#include "hash.h"
#include "memory.h"

#include <string.h>

/* One of the names of an order. */
struct reference_link {
    struct table_item by_reference;
    struct order *order;
    size_t index; /* among those in order->waiting.references */
};

static const char *reference_of(const struct reference_link *link)
{
    return link->order->waiting.references.list[link->index].reference;
}

void orders_unindex(struct orders *orders, struct order *order)
{
    for (size_t i = 0; i < order->links->reference_count; i++)
        table_remove(&orders->references, &order->links->references[i].by_reference);
    order->links->references = memory_free(order->links->references);
    order->links->reference_count = 0;
}

void orders_index(struct orders *orders, struct order *order)
{
    size_t count = order->waiting.references.count;

    if (order->links->reference_count == count)
        return;
    orders_unindex(orders, order); /* they move */
    order->links->references = memory_new(count, sizeof *order->links->references);
    for (size_t i = 0; i < count; i++) {
        struct reference_link *link = &order->links->references[i];
        *link = (struct reference_link){.order = order, .index = i};
        table_add(&orders->references, &link->by_reference, hash_text(reference_of(link)));
    }
    order->links->reference_count = count;
}

struct order *orders_find_reference(const struct orders *orders, const char *reference)
{
    struct table_item *item = table_find(&orders->references, hash_text(reference));

    for (; item != NULL; item = table_next(item)) {
        struct reference_link *link = CONTAINER_OF(item, struct reference_link, by_reference);
        if (!link->order->links->abandoned && strcmp(reference_of(link), reference) == 0)
            return link->order;
    }
    return NULL;
}

int64_t orders_wait_due_ms(const struct order *order)
{
    const struct waiting *waiting = &order->waiting;

    /* The last look had no answer: not before the next one. */
    return waiting->looks_last ? waiting->wait.look_at_ms : ledger_wait_due_ms(&waiting->wait);
}
