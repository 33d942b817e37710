/* Product orders and import orders as look-ups see them. */
#include "answers.h"
#include "errors.h"
#include "loop.h"
#include "memory.h"
#include "order_store.h"
#include "page.h"
#include "sandbox.h"

#include <string.h>

static bool same(const char *wanted, const char *has)
{
    return wanted == NULL || (has != NULL && strcmp(wanted, has) == 0);
}

struct listing {
    const struct request *request;
    bool imports;
    struct page page;
    struct buffer *out;
    int64_t now_ms;
};

/* Whether the order has all the values that the query names. */
static bool wanted(const struct listing *listing, const struct order *order, const struct order_view *seen)
{
    const struct request *request = listing->request;

    return seen->text != NULL && same(request_query(request, "id"), order->id) &&
           same(request_query(request, "externalId"), order->reference) &&
           (!listing->imports || (same(request_query(request, "productOfferingId"), seen->offering) &&
                                  same(request_query(request, "portStatus"), seen->port_status)));
}

static void take(struct listing *listing, const struct order *order)
{
    const struct order_view *seen = order_seen(order, listing->now_ms);

    if (!wanted(listing, order, seen) || !page_takes(&listing->page))
        return;
    if (listing->page.shown > 1)
        buffer_add_byte(listing->out, ',');
    buffer_add_text(listing->out, seen->text);
}

/* Many orders may be there, so that an id or a reference is looked up and not searched for. */
static void take_all(struct listing *listing, const struct order_store *store)
{
    const char *id = request_query(listing->request, "id");
    const char *reference = request_query(listing->request, "externalId");
    const struct order *order = id != NULL ? orders_by_id(store, id) : NULL;

    if (id != NULL) {
        if (order != NULL)
            take(listing, order);
    } else if (reference != NULL) {
        for (order = orders_by_reference(store, reference); order != NULL; order = order->next)
            take(listing, order);
    } else {
        for (size_t i = 0; i < orders_count(store); i++)
            take(listing, orders_at(store, i));
    }
}

static void list(struct sandbox *sandbox, const struct order_store *store, const struct request *request,
                 struct reply *reply)
{
    struct listing listing = {request, store == sandbox->state.imports, page_of(request), NULL,
                              loop_now_ms(sandbox->loop)};

    if (!sandbox->switches.look_up_by_reference && request_query(request, "externalId") != NULL) {
        error_answer_saying(&sandbox->switches, reply, 28, "Orders are not found by externalId");
        return;
    }
    listing.out = reply_json(reply, 200);
    buffer_add_byte(listing.out, '[');
    take_all(&listing, store);
    buffer_add_byte(listing.out, ']');
    reply_count_headers(reply, listing.page.total, listing.page.shown);
}

static void one(struct sandbox *sandbox, const struct order_store *store, const char *id, struct reply *reply)
{
    const struct order *order = orders_by_id(store, id);
    const struct order_view *seen = order == NULL ? NULL : order_seen(order, loop_now_ms(sandbox->loop));

    if (seen == NULL || seen->text == NULL)
        error_answer(&sandbox->switches, reply, 60);
    else
        buffer_add_text(reply_json(reply, 200), seen->text);
}

void answer_list_orders(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    list(sandbox, sandbox->state.orders, request, reply);
}

void answer_order(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    one(sandbox, sandbox->state.orders, request->captures[0], reply);
}

void answer_list_imports(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    list(sandbox, sandbox->state.imports, request, reply);
}

void answer_import(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    one(sandbox, sandbox->state.imports, request->captures[0], reply);
}
