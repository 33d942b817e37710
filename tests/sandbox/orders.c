/* Product orders and import orders: read only, from DATA.md's lists. */
#include "answers.h"
#include "errors.h"
#include "page.h"
#include "sandbox.h"
#include "tree.h"

#include <string.h>

static const char *const order_filters[] = {"id", "externalId", NULL};
static const char *const import_filters[] = {"id", "externalId", "productOfferingId", "portStatus", NULL};

/* Whether the order has all the values that the query names. */
static bool wanted(struct json_object *order, const struct request *request, const char *const filters[])
{
    for (size_t i = 0; filters[i] != NULL; i++) {
        const char *value = request_query(request, filters[i]);
        const char *has = tree_text_of(order, filters[i]);
        if (value != NULL && (has == NULL || strcmp(has, value) != 0))
            return false;
    }
    return true;
}

static void list(struct json_object *orders, const struct request *request, const char *const filters[],
                 struct reply *reply)
{
    struct page page = page_of(request);
    struct buffer *out = reply_json(reply, 200);

    buffer_add_byte(out, '[');
    for (size_t i = 0; i < json_object_array_length(orders); i++) {
        struct json_object *order = json_object_array_get_idx(orders, i);
        if (!wanted(order, request, filters) || !page_takes(&page))
            continue;
        if (page.shown > 1)
            buffer_add_byte(out, ',');
        tree_write(order, out);
    }
    buffer_add_byte(out, ']');
    reply_count_headers(reply, page.total, page.shown);
}

static void one(struct sandbox *sandbox, struct json_object *orders, const char *id, struct reply *reply)
{
    for (size_t i = 0; i < json_object_array_length(orders); i++) {
        struct json_object *order = json_object_array_get_idx(orders, i);
        if (strcmp(tree_text_of(order, "id"), id) == 0) {
            tree_write(order, reply_json(reply, 200));
            return;
        }
    }
    error_answer(&sandbox->switches, reply, 60);
}

void answer_list_orders(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    list(sandbox->orders, request, order_filters, reply);
}

void answer_order(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    one(sandbox, sandbox->orders, request->captures[0], reply);
}

void answer_list_imports(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    list(sandbox->imports, request, import_filters, reply);
}

void answer_import(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    one(sandbox, sandbox->imports, request->captures[0], reply);
}
