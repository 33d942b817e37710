/* An order view as JSON: `order --json`. Its form is schemas/tools/order.schema.json. */
#include "memory.h"
#include "order_next.h"
#include "order_standing.h"
#include "tree_build.h"

enum { NEXT_MAX_BYTES = 4096 };

static struct json_object *reason_tree(const char *kind, const char *code, const char *text)
{
    struct json_object *tree = json_object_new_object();

    tree_add_text(tree, "kind", kind);
    tree_add_text(tree, "code", code);
    tree_add_text(tree, "text", text);
    return tree;
}

static void add_key(struct json_object *tree, const struct ledger_item *item)
{
    const struct ledger_record *record = &item->record;

    tree_add(tree, "key",
             record->key == NULL ? NULL : json_object_new_string_len(record->key, (int)record->key_length));
    tree_add_integer(tree, "behind", (int64_t)item->behind);
    tree_add_known(tree, "waitsBehind",
                   item->first == NULL || item->first == item ? NULL : item->first->record.request_id);
}

static void add_item(struct json_object *tree, const struct ledger_item *item)
{
    struct order_standing standing;

    order_standing_read(item, &standing);
    tree_add_known(tree, "waitsFor", order_waits_words[standing.waits]);
    if (standing.until_ms != 0)
        tree_add_moment(tree, "waitsUntil", standing.until_ms);
    if (standing.is_late)
        tree_add_boolean(tree, "late", true);
    tree_add_integer(tree, "attempt", item->record.attempt);
    tree_add_known(tree, "step", item->record.step);
    tree_add_moment(tree, "requestedAt", item->record.requested_at_ms);
    tree_add_moment(tree, "since", item->record.written_at_ms);
    tree_add_known(tree, "writer", item->writer);
    tree_add_known(tree, "orderId", standing.order_id);
    tree_add_known(tree, "traceId", standing.trace);
    if (*standing.kind != '\0')
        tree_add(tree, "why", reason_tree(standing.kind, standing.code, standing.text));
    add_key(tree, item);
    order_standing_release(&standing);
}

struct json_object *order_view_tree(const struct order_view *view)
{
    const struct ledger_item *item = order_view_item(view);
    struct json_object *tree = json_object_new_object();
    CLEANUP(buffer_release) struct buffer next = {0};
    struct facts facts;

    tree_add_text(tree, "requestId", view->request_id);
    tree_add_known(tree, "orderType", view->type == NULL ? NULL : view->type->name);
    tree_add_text(tree, "state", order_view_state(view));
    tree_add_boolean(tree, "final", order_view_final(view));
    if (item != NULL)
        add_item(tree, item);
    if (view->outcome != NULL)
        tree_add(tree, "outcome", json_object_get(tree_member(view->outcome, "outcome")));
    order_view_facts(view, &facts);
    tree_add(tree, "facts", facts_tree(&facts));
    facts_release(&facts);
    buffer_init(&next, NEXT_MAX_BYTES);
    order_next_step(view, &next);
    tree_add_known(tree, "next", buffer_text(&next));
    return tree;
}
