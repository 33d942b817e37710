/* The ledger's record of an order as JSON: `orders --json`. Its form is worker/tools/schemas/orders.schema.json. */
#include "ledger_view.h"

#include "memory.h"
#include "order_facts.h"
#include "order_standing.h"
#include "tree_build.h"

#include <stdio.h>

static void add_standing(struct json_object *tree, const struct ledger_item *item)
{
    struct order_standing standing;

    order_standing_read(item, &standing);
    tree_add_known(tree, "waitsFor", order_waits_words[standing.waits]);
    if (standing.until_ms != 0)
        tree_add_moment(tree, "waitsUntil", standing.until_ms);
    if (standing.decide_by_ms != 0)
        tree_add_moment(tree, "decideBy", standing.decide_by_ms);
    if (standing.is_late)
        tree_add_boolean(tree, "late", true);
    tree_add_known(tree, "waitsBehind", standing.waits == WAITS_KEY ? item->first->record.request_id : NULL);
    tree_add_integer(tree, "behind", (int64_t)item->behind);
    tree_add_known(tree, "writer", item->writer);
    order_standing_release(&standing);
}

void ledger_view_json(const struct ledger_item *item)
{
    const struct ledger_record *record = &item->record;
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();
    struct buffer text;

    tree_add_text(tree, "requestId", record->request_id);
    tree_add_text(tree, "orderType", record->order_type);
    tree_add(tree, "step", record->step == NULL ? NULL : json_object_new_string(record->step));
    tree_add(tree, "key",
             record->key == NULL ? NULL : json_object_new_string_len(record->key, (int)record->key_length));
    tree_add_text(tree, "state", ledger_state_name(record->state));
    add_standing(tree, item);
    tree_add_integer(tree, "attempt", record->attempt);
    tree_add_integer(tree, "partition", item->partition);
    tree_add_integer(tree, "offset", record->offset);
    tree_add_moment(tree, "since", record->written_at_ms);
    tree_add(tree, "inputs", order_facts_parse(record->inputs));
    tree_add(tree, "progress", order_facts_parse(record->progress));
    tree_add(tree, "lastDecision", order_facts_parse(record->last_decision));
    tree_add(tree, "decisions", order_facts_parse(record->decisions));
    buffer_init(&text, 64 << 20);
    tree_write(tree, &text);
    puts(buffer_text(&text));
    buffer_release(&text);
}
