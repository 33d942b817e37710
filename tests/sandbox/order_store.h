/*
 * Orders of one kind (product or import orders) in the order of their creation, found by BT's id and by our reference.
 *
 * An order is kept as the JSON text that reading it answers. A change may be hidden from look-ups for a time, as where
 * BT reads from a copy that lags: then the order has a second, older view.
 */
#ifndef SANDBOX_ORDER_STORE_H
#define SANDBOX_ORDER_STORE_H

#include "fault.h"

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

enum { ORDER_WORD_SIZE = 40, ORDERS_BYTES_MAX = 256 << 20 };

/* What is looked for or asked of an order; "" where it has none. */
struct order_view {
    char *text; /* null: nobody sees the order */
    char state[ORDER_WORD_SIZE];
    char port_status[ORDER_WORD_SIZE];
    char offering[ORDER_WORD_SIZE];
};

struct order {
    char *id;
    char *reference; /* externalId; null: none */
    struct order_view now;
    struct order_view before; /* what look-ups show until `shown_ms` */
    int64_t shown_ms;
    struct life *life;  /* lives.h; null: nothing more becomes of it by itself */
    bool silent;        /* nothing is told of it */
    struct order *next; /* with the same reference, younger */
};

struct life;
struct order_store;

struct order_store *orders_new(void);
void *orders_free(struct order_store *store);

size_t orders_count(const struct order_store *store);
struct order *orders_at(const struct order_store *store, size_t index);

/* The order of the id, the oldest one of the reference; null when there is none. */
struct order *orders_by_id(const struct order_store *store, const char *id);
struct order *orders_by_reference(const struct order_store *store, const char *reference);

/*
 * Adds the order that the tree describes, hidden until `shown_ms`. The tree is borrowed and its id new. Once
 * ORDERS_BYTES_MAX are kept, its items are left out, so that many orders can be counted.
 */
struct order *orders_add(struct order_store *store, struct json_object *tree, int64_t shown_ms);

/*
 * The order becomes what the tree (borrowed) says; look-ups go on with the older view for `hidden_ms`, and as long as
 * an earlier change is hidden.
 */
void order_change(struct order *order, struct json_object *tree, int64_t now_ms, int64_t hidden_ms);

/* Nothing of the order is hidden any more. */
void order_show(struct order *order);

/* The whole order, owned by the caller. */
struct json_object *order_tree(const struct order *order);

/* What look-ups show at this time; `text` is null while they show nothing. */
const struct order_view *order_seen(const struct order *order, int64_t now_ms);

#endif
