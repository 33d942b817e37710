/* The checks and changes that product orders and import orders share. */
#include "order_change.h"

#include "bt_time.h"
#include "characteristics.h"
#include "errors.h"
#include "loop.h"
#include "names.h"
#include "number_form.h"
#include "tree.h"

#include <string.h>

static const char account[] = "CUG5009999999";

void order_set(struct json_object *tree, const char *member, const char *text)
{
    json_object_object_add(tree, member, text == NULL ? NULL : json_object_new_string(text));
}

/* 0, or BT's code: without BT's party nobody knows whose order it is. */
static unsigned check_party(struct json_object *tree)
{
    struct json_object *parties = tree_member(tree, "relatedParty");
    size_t count = parties == NULL ? 0 : json_object_array_length(parties);

    for (size_t i = 0; i < count; i++) {
        struct json_object *party = json_object_array_get_idx(parties, i);
        const char *role = tree_text_of(party, "role");
        const char *id = tree_text_of(party, "id");
        if (role != NULL && strcmp(role, "BtCug") == 0)
            return id == NULL ? 23 : strcmp(id, account) == 0 ? 0 : 24;
    }
    return 23;
}

/* What is wrong with the names of the order's companies; null when nothing is. */
static const char *check_names(struct json_object *items)
{
    for (size_t i = 0; i < json_object_array_length(items); i++) {
        struct json_object *product = tree_member(json_object_array_get_idx(items, i), "product");
        if (name_in_use(characteristic_of(product, "CompanyName")))
            return "CompanyName is in use";
        if (name_in_use(characteristic_of(product, "CompanyDomain")))
            return "CompanyDomain is in use";
    }
    return NULL;
}

bool order_acceptable(struct sandbox *sandbox, const struct order_store *store, struct request *request,
                      struct reply *reply)
{
    const struct switches *switches = &sandbox->switches;
    struct json_object *items = tree_member(request->tree, "productOrderItem");
    unsigned party = check_party(request->tree);
    const char *name = check_names(items);

    if (party != 0) {
        error_answer_saying(switches, reply, party, "relatedParty needs a BtCug that is known");
    } else if (!number_form_holds_in_items(switches, items)) {
        error_answer_saying(switches, reply, 24, "A number is not in the form that is asked for");
    } else if (name != NULL) {
        error_answer_saying(switches, reply, 24, name);
    } else if (switches->unique_reference &&
               orders_by_reference(store, tree_text_of(request->tree, "externalId")) != NULL) {
        error_answer_conflict(switches, reply, "DuplicateExternalId",
                              "There is an order with this externalId");
    } else {
        return true;
    }
    return false;
}

struct json_object *order_draft(const struct sandbox *sandbox, const char *id, const struct request *request)
{
    char now[TIMESTAMP_SIZE];
    struct json_object *tree = json_object_new_object();

    bt_time_print(agenda_now_ms(&sandbox->agenda), now);
    order_set(tree, "id", id);
    order_set(tree, "externalId", tree_text_of(request->tree, "externalId"));
    order_set(tree, "state", "draft");
    order_set(tree, "orderDate", now);
    order_set(tree, "requestedCompletionDate", tree_text_of(request->tree, "requestedCompletionDate"));
    order_set(tree, "completionDate", NULL);
    json_object_object_add(tree, "productOrderItem",
                           json_object_get(tree_member(request->tree, "productOrderItem")));
    json_object_object_add(tree, "errorMessage", json_object_new_array());
    order_set(tree, "@type", "BTProductOrder");
    return tree;
}

static void write_created(const struct order *order, struct buffer *out)
{
    buffer_add_text(out, "{\"id\":");
    write_text(out, order->id);
    buffer_add_text(out, ",\"externalId\":");
    write_text(out, order->reference);
    buffer_add_text(out, ",\"state\":\"draft\"}");
}

struct order *order_create(struct sandbox *sandbox, struct order_store *store, struct json_object *tree,
                           struct request *request, struct reply *reply)
{
    int64_t hidden = request->hidden_ms;
    struct order *order = orders_add(store, tree, hidden > 0 ? loop_now_ms(sandbox->loop) + hidden : 0);

    lives_choose(sandbox->lives, order, tree, store == sandbox->state.imports);
    request->accepted = true;
    if (sandbox->switches.create_reply == CREATE_CREATED) {
        write_created(order, reply_json(reply, 201));
    } else { /* its id comes by this event only */
        request->after_event =
            lives_tell(sandbox->lives, order, EVENT_CREATED, tree, agenda_now_ms(&sandbox->agenda));
        reply_clear(reply);
        reply->status = 202;
    }
    json_object_put(tree);
    return order;
}

void snapshot_take(struct sandbox *sandbox, struct order *order, struct json_object *tree,
                   enum event_type type, struct request *request)
{
    order_change(order, tree, loop_now_ms(sandbox->loop), request->hidden_ms);
    request->after_event = lives_tell(sandbox->lives, order, type, tree, agenda_now_ms(&sandbox->agenda));
    json_object_put(tree);
    request->accepted = true;
}

struct order *order_named(struct sandbox *sandbox, const struct order_store *store, const char *id,
                          struct reply *reply)
{
    struct order *order = orders_by_id(store, id);

    if (order == NULL)
        error_answer(&sandbox->switches, reply, 60);
    return order;
}

bool order_goes_on(struct sandbox *sandbox, const struct order *order, struct reply *reply)
{
    if (strcmp(order->now.state, "cancelled") == 0)
        error_answer_conflict(&sandbox->switches, reply, "AlreadyCancelled", "The order is cancelled");
    else if (!state_is_open(order->now.state))
        error_answer_conflict(&sandbox->switches, reply, "OrderClosed", "The order has ended");
    else
        return true;
    return false;
}
