/* A queue of orders for each key, linked through the orders themselves. */
#include "lane.h"

#include "hash.h"
#include "invariant.h"
#include "memory.h"
#include "order_links.h"

#include <stdint.h>
#include <string.h>

struct lane {
    struct order *first, *last;
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

static bool same_key(const struct lane *lane, const struct order *order)
{
    return lane->first->source.key_length == order->source.key_length &&
           memcmp(lane->first->source.key, order->source.key, order->source.key_length) == 0;
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
    uint64_t hash = hash_bytes(order->source.key, order->source.key_length);
    struct lane *lane = find(lanes, order, hash);

    if (lane != NULL) {
        REQUIRE(lane->last != NULL && lane->last->links->lane_behind == NULL);
        order->links->lane = lane;
        order->links->lane_before = lane->last;
        lane->last->links->lane_behind = order;
        lane->last = order;
        return false;
    }
    lane = memory_new(1, sizeof *lane);
    lane->first = lane->last = order;
    table_add(&lanes->table, &lane->by_key, hash);
    order->links->lane = lane;
    return true;
}

static void drop(struct lanes *lanes, struct lane *lane)
{
    table_remove(&lanes->table, &lane->by_key);
    memory_free(lane);
}

struct order *lanes_leave(struct lanes *lanes, struct order *order)
{
    struct lane *lane = order->links->lane;
    REQUIRE(lane != NULL);
    struct order *behind = order->links->lane_behind;
    bool was_first = lane->first == order;
    REQUIRE(was_first == (order->links->lane_before == NULL) && (lane->last == order) == (behind == NULL));

    if (order->links->lane_before != NULL)
        order->links->lane_before->links->lane_behind = behind;
    if (behind != NULL)
        behind->links->lane_before = order->links->lane_before;
    if (was_first)
        lane->first = behind;
    if (lane->last == order)
        lane->last = order->links->lane_before;
    order->links->lane = NULL;
    order->links->lane_before = order->links->lane_behind = NULL;
    if (lane->first == NULL)
        drop(lanes, lane);
    return was_first ? behind : NULL;
}

struct order *lanes_first(struct order *order)
{
    return order->links->lane == NULL ? order : order->links->lane->first;
}

size_t lanes_count(const struct lanes *lanes)
{
    return lanes->table.count;
}
