/* A queue of orders for each key, linked through the orders themselves. */
#include "lane.h"

#include "hash.h"
#include "invariant.h"
#include "memory.h"
#include "order.h"
#include "table.h"

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
    return lane->first->key_length == order->key_length &&
           memcmp(lane->first->key, order->key, order->key_length) == 0;
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
    REQUIRE(order->lane == NULL);
    uint64_t hash = hash_bytes(order->key, order->key_length);
    struct lane *lane = find(lanes, order, hash);

    if (lane != NULL) {
        REQUIRE(lane->last != NULL && lane->last->lane_behind == NULL);
        order->lane = lane;
        order->lane_before = lane->last;
        lane->last->lane_behind = order;
        lane->last = order;
        return false;
    }
    lane = memory_new(1, sizeof *lane);
    lane->first = lane->last = order;
    table_add(&lanes->table, &lane->by_key, hash);
    order->lane = lane;
    return true;
}

static void drop(struct lanes *lanes, struct lane *lane)
{
    table_remove(&lanes->table, &lane->by_key);
    memory_free(lane);
}

struct order *lanes_leave(struct lanes *lanes, struct order *order)
{
    struct lane *lane = order->lane;
    REQUIRE(lane != NULL);
    struct order *behind = order->lane_behind;
    bool was_first = lane->first == order;
    REQUIRE(was_first == (order->lane_before == NULL) && (lane->last == order) == (behind == NULL));

    if (order->lane_before != NULL)
        order->lane_before->lane_behind = behind;
    if (behind != NULL)
        behind->lane_before = order->lane_before;
    if (was_first)
        lane->first = behind;
    if (lane->last == order)
        lane->last = order->lane_before;
    order->lane = NULL;
    order->lane_before = order->lane_behind = NULL;
    if (lane->first == NULL)
        drop(lanes, lane);
    return was_first ? behind : NULL;
}

struct order *lanes_first(struct order *order)
{
    return order->lane == NULL ? order : order->lane->first;
}

size_t lanes_count(const struct lanes *lanes)
{
    return lanes->table.count;
}
