/* Reasons and calls, to JSON and back. */
#include "parts_json.h"

#include "memory.h"
#include "text.h"
#include "tree_build.h"

#include <string.h>

static void add_number(struct json_object *tree, const char *name, int64_t value)
{
    if (value != 0)
        tree_add_integer(tree, name, value);
}

static void read_text(const struct json_object *tree, const char *name, char *text, size_t size)
{
    const char *value = tree_text_of(tree, name);

    text_print(text, size, "%s", value == NULL ? "" : value);
}

void parts_add_reason(struct json_object *tree, const char *name, const struct reason *reason)
{
    if (reason->kind == REASON_NONE)
        return;
    struct json_object *one = json_object_new_object();
    tree_add_known(one, "kind", reason_kind_name(reason->kind));
    tree_add_known(one, "code", reason->code);
    tree_add_known(one, "text", reason->text);
    tree_add(tree, name, one);
}

enum outcome_status parts_read_status(const struct json_object *tree)
{
    const char *name = tree_text_of(tree, "status");
    int status = OUTCOME_PROGRESS;

    while (name != NULL && status > 0 && strcmp(outcome_status_name((enum outcome_status)status), name) != 0)
        status--;
    return (enum outcome_status)status;
}

struct json_object *parts_calls_tree(const struct call_record *calls)
{
    struct json_object *tree = json_object_new_object(), *ids = json_object_new_array();

    tree_add_known(tree, "step", calls->step);
    add_number(tree, "attempts", calls->attempts);
    for (size_t i = 0; i < calls->tracking_count; i++)
        json_object_array_add(ids, json_object_new_string(calls->tracking_ids[i]));
    tree_add(tree, "trackingIds", ids);
    add_number(tree, "httpStatus", calls->http_status);
    tree_add_known(tree, "btCode", calls->bt_code);
    return tree;
}

void parts_read_reason(const struct json_object *tree, const char *name, struct reason *reason)
{
    struct json_object *one = tree_member(tree, name);
    const char *kind = tree_text_of(one, "kind");

    *reason = (struct reason){.kind = REASON_NONE};
    for (int i = REASON_NONE; kind != NULL && i <= REASON_REPORTED; i++)
        if (strcmp(reason_kind_name((enum reason_kind)i), kind) == 0)
            reason->kind = (enum reason_kind)i;
    read_text(one, "code", reason->code, sizeof reason->code);
    read_text(one, "text", reason->text, sizeof reason->text);
}

void parts_read_calls(struct json_object *tree, const struct workflow *workflow, struct call_record *calls)
{
    struct json_object *ids = tree_member(tree, "trackingIds");
    const char *step = tree_text_of(tree, "step");
    size_t index = step == NULL ? workflow->step_count : workflow_step(workflow, step);

    calls->step = index < workflow->step_count ? workflow->steps[index].id : NULL;
    calls->attempts = (unsigned)json_object_get_int64(tree_member(tree, "attempts"));
    for (size_t i = 0; ids != NULL && i < json_object_array_length(ids) && i < TRACKING_IDS_MAX; i++)
        calls->tracking_ids[calls->tracking_count++] =
            memory_text(json_object_get_string(json_object_array_get_idx(ids, i)));
    calls->http_status = (int)json_object_get_int64(tree_member(tree, "httpStatus"));
    read_text(tree, "btCode", calls->bt_code, sizeof calls->bt_code);
}
