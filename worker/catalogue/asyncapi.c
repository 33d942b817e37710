/* Reads the operations and channels of an AsyncAPI description. */
#include "asyncapi.h"

#include "memory.h"

#include <string.h>

static void read_operation(struct json_object *root, const char *id, struct json_object *tree,
                           struct json_cursor *cursor, struct asyncapi *asyncapi)
{
    const char *action = tree_text_of(tree, "action");
    const char *channel = tree_text_of(tree_member(tree, "channel"), "$ref");
    bool receives = action != NULL && strcmp(action, "receive") == 0;

    if (action == NULL || (!receives && strcmp(action, "send") != 0))
        json_cursor_problem(cursor, "\"action\": \"receive\", or \"send\"", "operation '%s' has no action",
                            id);
    if (channel == NULL || channel[0] != '#' || tree_at(root, channel + 1) == NULL)
        json_cursor_problem(cursor, "{\"$ref\": \"#/channels/<name>\"}",
                            "operation '%s' has no channel of this file", id);
    if (!receives)
        return;
    asyncapi->receives = memory_resize(asyncapi->receives, asyncapi->receive_count + 1, sizeof(char *));
    asyncapi->receives[asyncapi->receive_count++] = memory_text(id);
}

void asyncapi_read(struct json_object *tree, struct json_cursor *cursor, struct asyncapi *asyncapi)
{
    const char *version = tree_text_of(tree, "asyncapi");
    size_t mark = json_cursor_enter(cursor, "operations");

    *asyncapi = (struct asyncapi){0};
    TREE_EACH(tree_member(tree, "operations"), id, operation)
    {
        size_t item = json_cursor_enter(cursor, id);
        read_operation(tree, id, operation, cursor, asyncapi);
        json_cursor_leave(cursor, item);
    }
    json_cursor_leave(cursor, mark);
    if (version == NULL || strncmp(version, "3.0.", 4) != 0)
        json_cursor_problem(cursor, "\"asyncapi\": \"3.0.0\"", "this is not an AsyncAPI 3.0 description");
}

void asyncapi_release(struct asyncapi *asyncapi)
{
    for (size_t i = 0; i < asyncapi->receive_count; i++)
        memory_free(asyncapi->receives[i]);
    memory_free(asyncapi->receives);
    *asyncapi = (struct asyncapi){0};
}

bool asyncapi_receives(const struct asyncapi *asyncapi, const char *operation_id)
{
    for (size_t i = 0; i < asyncapi->receive_count; i++)
        if (strcmp(asyncapi->receives[i], operation_id) == 0)
            return true;
    return false;
}
