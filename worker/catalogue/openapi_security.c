/* Which operations are sent the access token: OpenAPI's security requirements. See openapi_inside.h. */
#include "openapi_inside.h"

#include "memory.h"

#include <string.h>

/* The first client-credentials flow there is: the one scheme that the worker can get a token for. */
void openapi_read_schemes(const struct openapi_reader *reader, struct openapi *openapi)
{
    TREE_EACH(tree_member(tree_member(reader->root, "components"), "securitySchemes"), name, declared)
    {
        struct json_object *scheme = openapi_resolve(reader, declared);
        struct json_object *flow = tree_member(tree_member(scheme, "flows"), "clientCredentials");
        if (openapi->token_scheme != NULL || flow == NULL)
            continue;
        openapi->token_scheme = memory_text(name);
        openapi->token_url = memory_text(tree_text_of(flow, "tokenUrl"));
    }
}

/* A requirement names schemes that must all be met: ours alone, or none at all. */
static bool can_meet(struct json_object *requirement, const struct openapi *openapi, bool *token)
{
    *token = false;
    TREE_EACH(requirement, name, scopes)
    {
        (void)scopes;
        if (openapi->token_scheme == NULL || strcmp(name, openapi->token_scheme) != 0)
            return false;
        *token = true;
    }
    return json_object_is_type(requirement, json_type_object);
}

void openapi_read_security(const struct openapi_reader *reader, struct json_object *tree,
                           const struct openapi *openapi, struct operation *operation)
{
    struct json_object *list = tree_member(tree_has(tree, "security") ? tree : reader->root, "security");
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

    for (size_t i = 0; i < count; i++)
        if (can_meet(json_object_array_get_idx(list, i), openapi, &operation->token))
            return;
    operation->token = false;
    if (count > 0)
        json_cursor_problem(reader->cursor,
                            "\"security\": [] where none is needed, or the scheme with clientCredentials",
                            "its security asks for other credentials than the token of '%s'",
                            openapi->token_scheme == NULL ? "" : openapi->token_scheme);
}
