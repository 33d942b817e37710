/*
 * Lanes: the orders of one key wait in line, and only the first of a line may be worked on.
 *
 * The key is Kafka's message key, byte for byte. An order without a key has no lane. A lane lives while an order is in
 * it.
 */
#ifndef ORDER_LANE_H
#define ORDER_LANE_H

#include <stdbool.h>
#include <stddef.h>

struct order;
struct lane;
struct lanes;

struct lanes *lanes_new(void);
void *lanes_free(struct lanes *lanes); /* accepts null; the orders are not touched */

/* Puts the order at the end of its key's lane. True: it is the first and may be worked on. */
bool lanes_enter(struct lanes *lanes, struct order *order);

/*
 * Takes the order out of its lane. Gives the order that is now first and may be worked on; null when there is none or
 * when the order was not the first.
 */
struct order *lanes_leave(struct lanes *lanes, struct order *order);

/* The order that stands first in this one's lane: itself, where it is the first or has no lane. */
struct order *lanes_first(struct order *order);

/* The one before it and the one behind it in its lane; null: none, or it has no lane. */
struct order *lanes_before(const struct order *order);
struct order *lanes_behind(const struct order *order);

/* How many keys have orders. */
size_t lanes_count(const struct lanes *lanes);

#endif
