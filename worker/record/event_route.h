/*
 * Where an event of BT goes: one function for the listener that sends it, and for the worker that keeps who owns an id of
 * BT's. Nothing here may ever change: what is under way was routed by it.
 */
#ifndef RECORD_EVENT_ROUTE_H
#define RECORD_EVENT_ROUTE_H

#include <stdint.h>

struct event_route {
    int32_t partition; /* -1: unaddressed, nobody can find its order */
    const char *key;   /* what it was routed by: the reference or BT's id; borrowed, null where unaddressed */
};

/*
 * A reference that is a UUID of version 8 with a partition below `partitions` (reference.h): to that one. Else BT's id of
 * the order, where there is one: to event_route_of_order_id(). Both texts may be null.
 */
struct event_route event_route(const char *reference, const char *order_id, int32_t partitions);

/*
 * The partition whose owner keeps what is known of an id of BT's: the first four bytes of its SHA-256, big-endian, mod
 * partitions.
 */
int32_t event_route_of_order_id(const char *order_id, int32_t partitions);

#endif
