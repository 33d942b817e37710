/* Finds out which members a successful reply can show. See openapi_inside.h. */
#include "openapi_inside.h"

#include "invariant.h"
#include "memory.h"

#include <string.h>

enum { NESTING_MAX = 16, MEMBERS_MAX = 1000, SCHEMAS_MAX = 2000 };

static void add_member(struct operation *operation, const char *name)
{
    if (operation_shows(operation, name) || operation->shown_count == MEMBERS_MAX)
        return;
    operation->shown = memory_resize(operation->shown, operation->shown_count + 1, sizeof(char *));
    operation->shown[operation->shown_count++] = memory_text(name);
    REQUIRE(operation->shown_count <= MEMBERS_MAX);
}

/* *seen: schemas so far, of which a few lines that name each other can make billions. */
static void add_schema(const struct openapi_reader *reader, struct json_object *schema,
                       struct operation *operation, unsigned depth, unsigned *seen)
{
    static const char *const parts[] = {"allOf", "oneOf", "anyOf"};

    if (depth == NESTING_MAX || operation->shown_count == MEMBERS_MAX || ++*seen > SCHEMAS_MAX)
        return;
    if (tree_has(schema, "$ref"))
        add_schema(reader, openapi_resolve(reader, schema), operation, depth + 1, seen);
    TREE_EACH(tree_member(schema, "properties"), name, property)
    {
        (void)property;
        add_member(operation, name);
    }
    for (size_t p = 0; p < COUNT_OF(parts); p++) {
        struct json_object *list = tree_member(schema, parts[p]);
        for (size_t i = 0; json_object_is_type(list, json_type_array) && i < json_object_array_length(list);
             i++)
            add_schema(reader, json_object_array_get_idx(list, i), operation, depth + 1, seen);
    }
}

void openapi_add_members(const struct openapi_reader *reader, struct json_object *content,
                         struct operation *operation)
{
    unsigned seen = 0;

    TREE_EACH(content, type, media)
    {
        (void)type;
        add_schema(reader, tree_member(media, "schema"), operation, 0, &seen);
    }
}

bool operation_shows(const struct operation *operation, const char *name)
{
    for (size_t i = 0; i < operation->shown_count; i++)
        if (strcmp(operation->shown[i], name) == 0)
            return true;
    return false;
}
