/* News, copied and kept. */
#include "progress.h"

#include "memory.h"
#include "parts_json.h"
#include "text.h"
#include "tree_build.h"

void *progress_free(struct progress *progress)
{
    if (progress == NULL)
        return NULL;
    for (size_t i = 0; i < progress->calls.tracking_count; i++)
        memory_free(progress->calls.tracking_ids[i]);
    ledger_wait_release(&progress->wait);
    json_object_put(progress->result);
    return memory_free(progress);
}

struct progress *progress_copy(const struct progress *progress)
{
    struct progress *copy = memory_copy(progress, sizeof *progress);

    copy->next = NULL;
    copy->result = json_object_get(progress->result);
    copy->wait = ledger_wait_copy(&progress->wait);
    for (size_t i = 0; i < copy->calls.tracking_count; i++)
        copy->calls.tracking_ids[i] = memory_text(copy->calls.tracking_ids[i]);
    return copy;
}

struct json_object *progress_tree(const struct progress *progress)
{
    struct json_object *tree = json_object_new_object();

    tree_add(tree, "calls", parts_calls_tree(&progress->calls));
    parts_add_reason(tree, "reason", &progress->reason);
    tree_add(tree, "wait", ledger_wait_tree(&progress->wait));
    tree_add_known(tree, "reference", progress->reference);
    tree_add(tree, "result", json_object_get(progress->result));
    tree_add_integer(tree, "atMs", progress->at_ms);
    tree_add_integer(tree, "sequence", progress->sequence);
    return tree;
}

struct progress *progress_of_tree(struct json_object *tree, const struct workflow *workflow)
{
    struct progress *progress = memory_new(1, sizeof *progress);
    const char *reference = tree_text_of(tree, "reference");

    parts_read_calls(tree_member(tree, "calls"), workflow, &progress->calls);
    parts_read_reason(tree, "reason", &progress->reason);
    ledger_wait_of(tree_member(tree, "wait"), &progress->wait);
    text_print(progress->reference, sizeof progress->reference, "%s", reference == NULL ? "" : reference);
    progress->step = progress->calls.step;
    progress->result = json_object_get(tree_member(tree, "result"));
    progress->at_ms = json_object_get_int64(tree_member(tree, "atMs"));
    progress->sequence = (unsigned)json_object_get_int64(tree_member(tree, "sequence"));
    return progress;
}
