/* Creating, amending, submitting and cancelling product orders and import orders. */
#include "answers.h"
#include "errors.h"
#include "import.h"
#include "number_form.h"
#include "order_change.h"
#include "tree.h"

#include <stdio.h>
#include <string.h>

enum { ID_SIZE = 16 };

void answer_create_order(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    struct state *state = &sandbox->state;
    char id[ID_SIZE];

    if (!order_acceptable(sandbox, state->orders, request, reply))
        return;
    snprintf(id, sizeof id, "%08u", state->next_order++);
    order_create(sandbox, state->orders, order_draft(sandbox, id, request), request, reply);
}

void answer_create_import(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    struct state *state = &sandbox->state;
    char id[ID_SIZE];

    if (!order_acceptable(sandbox, state->imports, request, reply) ||
        !import_acceptable(sandbox, request, reply))
        return;
    snprintf(id, sizeof id, "%08u", state->next_import++);
    struct json_object *tree = import_draft(sandbox, id, request);
    struct json_object *numbers = json_object_get(tree_member(tree, "directoryNumbers"));
    struct order *order = order_create(sandbox, state->imports, tree, request, reply);
    state_index_import(state, order, numbers);
    json_object_put(numbers);
}

/* A draft goes to BT's back end, once. */
static void submit(struct sandbox *sandbox, struct order_store *store, const char *port_status,
                   struct request *request, struct reply *reply)
{
    struct order *order = order_named(sandbox, store, request->captures[0], reply);

    if (order == NULL || !order_goes_on(sandbox, order, reply))
        return;
    if (strcmp(order->now.state, "draft") != 0) {
        error_answer_conflict(&sandbox->switches, reply, "AlreadySubmitted",
                              "The order is submitted already");
        return;
    }
    struct json_object *tree = order_tree(order);
    order_set(tree, "state", "acknowledged");
    if (port_status != NULL)
        order_set(tree, "portStatus", port_status);
    snapshot_take(sandbox, order, tree, EVENT_CREATED, request);
    lives_begin(sandbox->lives, order);
    reply_clear(reply);
    reply->status = 202;
}

void answer_submit_order(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    submit(sandbox, sandbox->state.orders, NULL, request, reply);
}

void answer_submit_import(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    submit(sandbox, sandbox->state.imports, "SUBMITTED", request, reply);
}

/* The same change again takes place again, unless references are unique. */
static bool repeated(struct sandbox *sandbox, const char *operation, struct request *request,
                     struct reply *reply)
{
    if (!sandbox->switches.unique_reference ||
        evidence_times(sandbox->evidence, operation, request->reference) == 0)
        return false;
    error_answer_conflict(&sandbox->switches, reply, "DuplicateExternalId",
                          "There is a change with this externalId");
    return true;
}

static void amend(struct sandbox *sandbox, struct order_store *store, const char *operation,
                  struct request *request, struct reply *reply)
{
    struct order *order = order_named(sandbox, store, request->captures[0], reply);
    struct json_object *items = tree_member(request->tree, "productOrderItem");
    const char *date = tree_text_of(request->tree, "requestedCompletionDate");

    if (order == NULL || !order_goes_on(sandbox, order, reply) ||
        repeated(sandbox, operation, request, reply))
        return;
    if (!number_form_holds_in_items(&sandbox->switches, items)) {
        error_answer(&sandbox->switches, reply, 24);
        return;
    }
    bool again = strcmp(order->now.port_status, "LCP_REJECTED") == 0;
    struct json_object *tree = order_tree(order);
    if (date != NULL)
        order_set(tree, "requestedCompletionDate", date);
    if (items != NULL)
        json_object_object_add(tree, "productOrderItem", json_object_get(items));
    if (again) {
        order_set(tree, "portStatus", "SUBMITTED");
        json_object_object_add(tree, "errorMessage", json_object_new_array());
    }
    snapshot_take(sandbox, order, tree, again ? EVENT_CHANGED : EVENT_NONE, request);
    if (again)
        lives_go_on(sandbox->lives, order, CUE_AMENDED);
    buffer_add_text(reply_json(reply, 200), order->now.text);
}

void answer_amend_order(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    amend(sandbox, sandbox->state.orders, "amendOrder", request, reply);
}

void answer_amend_import(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    amend(sandbox, sandbox->state.imports, "amendImportOrder", request, reply);
}

static void write_cancellation(struct sandbox *sandbox, const struct order *order, struct request *request,
                               struct reply *reply)
{
    struct buffer *out = reply_json(reply, 201);

    buffer_print(out, "{\"id\":\"CAN-%u\",\"externalId\":", sandbox->state.next_cancellation++);
    write_text(out, tree_text_of(request->tree, "externalId"));
    buffer_add_text(out, ",\"state\":\"done\",\"cancellationReason\":");
    write_text(out, tree_text_of(request->tree, "cancellationReason"));
    buffer_add_text(out, ",\"productOrder\":{\"id\":");
    write_text(out, order->id);
    buffer_add_text(out, ",\"state\":\"cancelled\"}}");
}

static void cancel(struct sandbox *sandbox, struct order_store *store, const char *port_status,
                   struct request *request, struct reply *reply)
{
    const char *id = tree_text_of(tree_member(request->tree, "productOrder"), "id");
    const char *reason = tree_text_of(request->tree, "cancellationReason");
    struct order *order = order_named(sandbox, store, id, reply);

    if (order == NULL || !order_goes_on(sandbox, order, reply))
        return;
    if (import_is_active(order)) {
        error_answer_conflict(&sandbox->switches, reply, "AlreadyActive", "The port is on its way");
        return;
    }
    struct json_object *tree = order_tree(order);
    order_set(tree, "state", "cancelled");
    order_set(tree, "cancellationReason", reason);
    if (port_status != NULL)
        order_set(tree, "portStatus", port_status);
    snapshot_take(sandbox, order, tree, strcmp(order->now.state, "draft") == 0 ? EVENT_NONE : EVENT_CHANGED,
                  request);
    lives_end(sandbox->lives, order);
    write_cancellation(sandbox, order, request, reply);
}

void answer_cancel_order(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    cancel(sandbox, sandbox->state.orders, NULL, request, reply);
}

void answer_cancel_import(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    cancel(sandbox, sandbox->state.imports, "CANCELLED", request, reply);
}
