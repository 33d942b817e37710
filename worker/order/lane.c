/* See lane.h: a hash table of queues, chained through the orders themselves. */
#include "lane.h"

#include "hash.h"
#include "invariant.h"
#include "memory.h"
#include "order.h"

#include <stdint.h>
#include <string.h>

struct lane {
    struct order *first, *last;
    struct lane *next; /* in its bucket */
    uint64_t hash;
};

struct lanes {
    struct lane **buckets;
    size_t bucket_count; /* a power of two */
    size_t count;
};

struct lanes *lanes_new(void)
{
    struct lanes *lanes = memory_new(1, sizeof *lanes);

    lanes->bucket_count = 64;
    lanes->buckets = memory_new(lanes->bucket_count, sizeof(struct lane *));
    return lanes;
}

void *lanes_free(struct lanes *lanes)
{
    if (lanes == NULL)
        return NULL;
    for (size_t i = 0; i < lanes->bucket_count; i++) {
        for (struct lane *next, *lane = lanes->buckets[i]; lane != NULL; lane = next) {
            next = lane->next;
            memory_free(lane);
        }
    }
    memory_free(lanes->buckets);
    return memory_free(lanes);
}

static void grow(struct lanes *lanes)
{
    size_t bucket_count = lanes->bucket_count * 2;
    struct lane **buckets = memory_new(bucket_count, sizeof(struct lane *));

    for (size_t i = 0; i < lanes->bucket_count; i++) {
        for (struct lane *next, *lane = lanes->buckets[i]; lane != NULL; lane = next) {
            struct lane **bucket = &buckets[lane->hash & (bucket_count - 1)];
            next = lane->next;
            lane->next = *bucket;
            *bucket = lane;
        }
    }
    memory_free(lanes->buckets);
    lanes->buckets = buckets;
    lanes->bucket_count = bucket_count;
}

static bool same_key(const struct lane *lane, const struct order *order)
{
    return lane->first->key_length == order->key_length &&
           memcmp(lane->first->key, order->key, order->key_length) == 0;
}

bool lanes_enter(struct lanes *lanes, struct order *order)
{
    REQUIRE(order->lane == NULL);
    uint64_t hash = hash_bytes(order->key, order->key_length);
    struct lane **bucket = &lanes->buckets[hash & (lanes->bucket_count - 1)];

    for (struct lane *lane = *bucket; lane != NULL; lane = lane->next) {
        if (lane->hash != hash || !same_key(lane, order))
            continue;
        REQUIRE(lane->last != NULL && lane->last->lane_behind == NULL);
        order->lane = lane;
        order->lane_before = lane->last;
        lane->last->lane_behind = order;
        lane->last = order;
        return false;
    }
    struct lane *lane = memory_new(1, sizeof *lane);
    *lane = (struct lane){order, order, *bucket, hash};
    *bucket = lane;
    order->lane = lane;
    if (++lanes->count > lanes->bucket_count)
        grow(lanes);
    return true;
}

static void drop(struct lanes *lanes, struct lane *lane)
{
    struct lane **at = &lanes->buckets[lane->hash & (lanes->bucket_count - 1)];

    while (*at != lane) {
        REQUIRE(*at != NULL);
        at = &(*at)->next;
    }
    *at = lane->next;
    memory_free(lane);
    lanes->count--;
}

struct order *lanes_leave(struct lanes *lanes, struct order *order)
{
    struct lane *lane = order->lane;
    REQUIRE(lane != NULL && lanes->count > 0);
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
    return lanes->count;
}
