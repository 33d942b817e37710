/* A queue of orders for each key, linked through the orders themselves. */
#include "lane.h"

#include "hash.h"
#include "invariant.h"
#include "memory.h"
#include "order_links.h"

#include <stdint.h>
#include <string.h>

struct lane {
    struct order_list orders;
    struct table_item by_key;
};

struct lanes {
    struct table table;
};

struct lanes *lanes_new(void)
{
    return memory_new(1, sizeof(struct lanes));
}

static void free_lane(struct table_item *item)
{
    memory_free(CONTAINER_OF(item, struct lane, by_key));
}

void *lanes_free(struct lanes *lanes)
{
    if (lanes == NULL)
        return NULL;
    table_drain(&lanes->table, free_lane);
    return memory_free(lanes);
}

static struct order *first_of(const struct lane *lane)
{
    return TAILQ_EMPTY(&lane->orders) ? NULL : TAILQ_FIRST(&lane->orders)->order;
}

static bool same_key(const struct lane *lane, const struct order *order)
{
    const struct order_source *first = &first_of(lane)->source;

    return first->key_length == order->source.key_length &&
           memcmp(first->key, order->source.key, order->source.key_length) == 0;
}

static struct lane *find(const struct lanes *lanes, const struct order *order, uint64_t hash)
{
    for (struct table_item *item = table_find(&lanes->table, hash); item != NULL; item = table_next(item))
        if (same_key(CONTAINER_OF(item, struct lane, by_key), order))
            return CONTAINER_OF(item, struct lane, by_key);
    return NULL;
}

bool lanes_enter(struct lanes *lanes, struct order *order)
{
    REQUIRE(order->links->lane == NULL);
    REQUIRE(order->source.key != NULL); /* all without a key would stand in one lane */
    uint64_t hash = hash_bytes(order->source.key, order->source.key_length);
    struct lane *lane = find(lanes, order, hash);
    bool is_first = lane == NULL;

    if (is_first) {
        lane = memory_new(1, sizeof *lane);
        TAILQ_INIT(&lane->orders);
        table_add(&lanes->table, &lane->by_key, hash);
    }
    TAILQ_INSERT_TAIL(&lane->orders, order->links, in_lane);
    order->links->lane = lane;
    return is_first;
}

struct order *lanes_leave(struct lanes *lanes, struct order *order)
{
    struct lane *lane = order->links->lane;
    REQUIRE(lane != NULL);
    bool was_first = first_of(lane) == order;

    TAILQ_REMOVE(&lane->orders, order->links, in_lane);
    order->links->lane = NULL;
    if (TAILQ_EMPTY(&lane->orders)) {
        table_remove(&lanes->table, &lane->by_key);
        memory_free(lane);
        return NULL;
    }
    return was_first ? first_of(lane) : NULL;
}

struct order *lanes_first(struct order *order)
{
    return order->links->lane == NULL ? order : first_of(order->links->lane);
}

struct order *lanes_before(const struct order *order)
{
    bool is_first = order->links->lane == NULL || first_of(order->links->lane) == order;

    return is_first ? NULL : TAILQ_PREV(order->links, order_list, in_lane)->order;
}

struct order *lanes_behind(const struct order *order)
{
    struct order_links *behind = order->links->lane == NULL ? NULL : TAILQ_NEXT(order->links, in_lane);

    return behind == NULL ? NULL : behind->order;
}

size_t lanes_count(const struct lanes *lanes)
{
    return lanes->table.count;
}
