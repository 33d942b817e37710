/* The control call that moves an order on, as BT's back end or the losing provider would. */
#include "answers.h"
#include "memory.h"
#include "order_change.h"
#include "tree.h"

/* Takes the members that an order may be moved by. False when there is another one, or one that is not a text. */
static bool take(struct json_object *tree, struct json_object *change)
{
    static const char *const movable[] = {"state", "portStatus", "portDate", "completionDate", NULL};

    TREE_EACH(change, name, value)
    {
        if (word_index(movable, name) < 0 || (value != NULL && tree_text(value) == NULL))
            return false;
        order_set(tree, name, tree_text(value));
    }
    return json_object_is_type(change, json_type_object);
}

void control_move_order(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    struct order *order = orders_by_id(sandbox->state.orders, request->captures[0]);

    if (order == NULL)
        order = orders_by_id(sandbox->state.imports, request->captures[0]);
    if (order == NULL) {
        buffer_add_text(reply_json(reply, 404), "{\"error\":\"there is no order with this id\"}");
        return;
    }
    CLEANUP(tree_release) struct json_object *tree = order_tree(order);
    if (!take(tree, request->tree)) {
        buffer_add_text(reply_json(reply, 400),
                        "{\"error\":\"an order is moved by state, portStatus, portDate "
                        "and completionDate, which are texts or null\"}");
        return;
    }
    order_show(order);
    order_change(order, tree, 0, 0);
    lives_tell(sandbox->lives, order, EVENT_CHANGED, tree, agenda_now_ms(&sandbox->agenda));
    lives_moved(sandbox->lives, order);
    buffer_add_text(reply_json(reply, 200), order->now.text);
}
