/* The parts of a ledger record that are records themselves, as JSON and back. */
#include "ledger_wait.h"

#include "memory.h"
#include "text.h"
#include "tree_build.h"

#include <string.h>

int64_t ledger_heard_mark(const struct ledger_heard *heard)
{
    return heard->events_end + heard->signals_end;
}

int64_t ledger_wait_due_ms(const struct ledger_wait *wait)
{
    int64_t due_ms =
        wait->look_at_ms != 0 && wait->look_at_ms < wait->until_ms ? wait->look_at_ms : wait->until_ms;
    bool expects = wait->expected_ms != 0 && !wait->late;

    return expects && wait->expected_ms < due_ms ? wait->expected_ms : due_ms;
}

void ledger_wait_release(struct ledger_wait *wait)
{
    memory_free(wait->step);
    *wait = (struct ledger_wait){0};
}

void ledger_references_release(struct ledger_references *references)
{
    for (size_t i = 0; i < references->count; i++) {
        memory_free(references->list[i].step);
        memory_free(references->list[i].order_id);
    }
    memory_free(references->list);
    *references = (struct ledger_references){0};
}

struct ledger_wait ledger_wait_copy(const struct ledger_wait *wait)
{
    struct ledger_wait copy = *wait;

    copy.step = memory_text(wait->step);
    return copy;
}

struct ledger_references ledger_references_copy(const struct ledger_references *references)
{
    struct ledger_references copy = {NULL, references->count};

    if (references->count > 0)
        copy.list = memory_copy(references->list, references->count * sizeof *references->list);
    for (size_t i = 0; i < copy.count; i++) {
        copy.list[i].step = memory_text(copy.list[i].step);
        copy.list[i].order_id = memory_text(copy.list[i].order_id);
    }
    return copy;
}

struct ledger_reference *ledger_references_add(struct ledger_references *references, const char *step,
                                               const char *reference)
{
    for (size_t i = 0; i < references->count; i++)
        if (strcmp(references->list[i].step, step) == 0)
            return &references->list[i];
    references->list = memory_resize(references->list, references->count + 1, sizeof *references->list);
    struct ledger_reference *one = &references->list[references->count++];
    *one = (struct ledger_reference){.step = memory_text(step)};
    text_print(one->reference, sizeof one->reference, "%s", reference);
    return one;
}

/* Null where there is none. */
static void add_moment(struct json_object *tree, const char *name, int64_t ms)
{
    if (ms == 0)
        tree_add(tree, name, NULL);
    else
        tree_add_moment(tree, name, ms);
}

struct json_object *ledger_wait_tree(const struct ledger_wait *wait)
{
    if (wait->step == NULL)
        return NULL;
    struct json_object *tree = json_object_new_object();
    tree_add_text(tree, "step", wait->step);
    tree_add_moment(tree, "since", wait->since_ms);
    tree_add_moment(tree, "until", wait->until_ms);
    add_moment(tree, "lookAt", wait->look_at_ms);
    tree_add_text(tree, "reference", *wait->reference == '\0' ? NULL : wait->reference);
    add_moment(tree, "expectedAt", wait->expected_ms);
    tree_add_boolean(tree, "late", wait->late);
    return tree;
}

struct json_object *ledger_references_tree(const struct ledger_references *references)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < references->count; i++) {
        const struct ledger_reference *one = &references->list[i];
        struct json_object *tree = json_object_new_object();
        tree_add_text(tree, "step", one->step);
        tree_add_text(tree, "reference", one->reference);
        tree_add_text(tree, "orderId", one->order_id);
        json_object_array_add(list, tree);
    }
    return list;
}

struct json_object *ledger_heard_tree(const struct ledger_heard *heard)
{
    if (heard->events_end == 0 && heard->signals_end == 0)
        return NULL;
    struct json_object *tree = json_object_new_object();
    tree_add_integer(tree, "events", heard->events_end - 1);
    tree_add_integer(tree, "signals", heard->signals_end - 1);
    return tree;
}

void ledger_wait_of(const struct json_object *tree, struct ledger_wait *wait)
{
    const char *reference = tree_text_of(tree, "reference");

    *wait = (struct ledger_wait){.step = memory_text(tree_text_of(tree, "step")),
                                 .since_ms = tree_moment_of(tree, "since"),
                                 .until_ms = tree_moment_of(tree, "until"),
                                 .look_at_ms = tree_moment_of(tree, "lookAt"),
                                 .expected_ms = tree_moment_of(tree, "expectedAt"),
                                 .late = json_object_get_boolean(tree_member(tree, "late")) != 0};
    text_print(wait->reference, sizeof wait->reference, "%s", reference == NULL ? "" : reference);
}
