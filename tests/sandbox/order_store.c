/* The list of orders of one kind, with its indexes by id and by reference. */
#include "order_store.h"

#include "buffer.h"
#include "memory.h"
#include "tree.h"

#include <json-c/linkhash.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 16 << 20 };

struct order_store {
    struct order **list;
    size_t count;
    size_t room;
    size_t bytes; /* of all texts, as they were added */
    struct lh_table *by_id;
    struct lh_table *by_reference;
};

struct order_store *orders_new(void)
{
    struct order_store *store = memory_new(1, sizeof *store);

    store->by_id = lh_kchar_table_new(1024, NULL);
    store->by_reference = lh_kchar_table_new(1024, NULL);
    return store;
}

void *orders_free(struct order_store *store)
{
    if (store == NULL)
        return NULL;
    lh_table_free(store->by_id);
    lh_table_free(store->by_reference);
    for (size_t i = 0; i < store->count; i++) {
        struct order *order = store->list[i];
        memory_free(order->id);
        memory_free(order->reference);
        memory_free(order->now.text);
        memory_free(order->before.text);
        memory_free(order);
    }
    memory_free(store->list);
    return memory_free(store);
}

size_t orders_count(const struct order_store *store)
{
    return store->count;
}

struct order *orders_at(const struct order_store *store, size_t index)
{
    return store->list[index];
}

static struct order *find(struct lh_table *table, const char *key)
{
    void *found = NULL;

    return lh_table_lookup_ex(table, key, &found) ? found : NULL;
}

struct order *orders_by_id(const struct order_store *store, const char *id)
{
    return find(store->by_id, id);
}

struct order *orders_by_reference(const struct order_store *store, const char *reference)
{
    return find(store->by_reference, reference);
}

static void copy_word(char word[ORDER_WORD_SIZE], struct json_object *tree, const char *member)
{
    const char *text = tree_text_of(tree, member);

    snprintf(word, ORDER_WORD_SIZE, "%s", text == NULL ? "" : text);
}

static struct order_view view_of(struct json_object *tree)
{
    CLEANUP(buffer_release) struct buffer text = {0};
    struct order_view view = {.text = NULL};
    size_t length;

    buffer_init(&text, TEXT_MAX);
    tree_write(tree, &text);
    view.text = buffer_take(&text, &length);
    copy_word(view.state, tree, "state");
    copy_word(view.port_status, tree, "portStatus");
    copy_word(view.offering, tree, "productOfferingId");
    return view;
}

static void link_reference(struct order_store *store, struct order *order)
{
    struct order *other = order->reference == NULL ? NULL : orders_by_reference(store, order->reference);

    if (order->reference == NULL)
        return;
    if (other == NULL) {
        lh_table_insert(store->by_reference, order->reference, order);
        return;
    }
    while (other->next != NULL)
        other = other->next;
    other->next = order;
}

struct order *orders_add(struct order_store *store, struct json_object *tree, int64_t shown_ms)
{
    struct order *order = memory_new(1, sizeof *order);

    order->id = memory_text(tree_text_of(tree, "id"));
    order->reference = memory_text(tree_text_of(tree, "externalId"));
    if (store->bytes > ORDERS_BYTES_MAX)
        json_object_object_del(tree, "productOrderItem");
    order->now = view_of(tree);
    order->shown_ms = shown_ms;
    store->bytes += strlen(order->now.text);
    if (store->count == store->room) {
        store->room = store->room * 2 + 64;
        store->list = memory_resize(store->list, store->room, sizeof *store->list);
    }
    store->list[store->count++] = order;
    lh_table_insert(store->by_id, order->id, order);
    link_reference(store, order);
    return order;
}

void order_change(struct order *order, struct json_object *tree, int64_t now_ms, int64_t hidden_ms)
{
    bool hiding = now_ms < order->shown_ms;

    if (hidden_ms > 0 && !hiding) {
        memory_free(order->before.text);
        order->before = order->now;
    } else {
        memory_free(order->now.text);
    }
    if (hidden_ms > 0 && now_ms + hidden_ms > order->shown_ms)
        order->shown_ms = now_ms + hidden_ms;
    order->now = view_of(tree);
}

void order_show(struct order *order)
{
    order->shown_ms = 0;
}

struct json_object *order_tree(const struct order *order)
{
    struct json_object *tree;
    struct fault why;

    return tree_read(order->now.text, strlen(order->now.text), &tree, &why) ? tree : json_object_new_object();
}

const struct order_view *order_seen(const struct order *order, int64_t now_ms)
{
    return now_ms < order->shown_ms ? &order->before : &order->now;
}
