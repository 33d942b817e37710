/* The spellings themselves, and whether an operation that was spelled otherwise is still the same. See respell.h. */
#ifndef TESTS_FUZZ_SPELLINGS_H
#define TESTS_FUZZ_SPELLINGS_H

#include "respell.h"

#define SPELLING(name) static inline bool name(const struct spelled *at)
SPELLING(spell_charset)
{
    return spelled_media_type(at, "application/json;charset=utf-8");
}
SPELLING(spell_blank)
{
    return spelled_media_type(at, "application/json ; charset=utf-8");
}
SPELLING(spell_case)
{
    return spelled_media_type(at, "Application/JSON");
}
SPELLING(spell_suffix)
{
    return spelled_media_type(at, "application/vnd.bt.v4+json");
}
SPELLING(spell_any)
{
    return spelled_media_type(at, "*/*");
}
SPELLING(spell_range)
{
    return spelled_status(at, "2XX");
}
SPELLING(spell_default)
{
    return spelled_status(at, "default");
}
SPELLING(spell_all)
{
    return spelled_wrap(at, "allOf", "{'description': 'x'}");
}
SPELLING(spell_one)
{
    return spelled_wrap(at, "oneOf", "");
}
SPELLING(spell_any_of)
{
    return spelled_wrap(at, "anyOf", "{'type': 'null'}");
}
SPELLING(spell_cookie)
{
    return spelled_parameter(at, "{'name': 'c', 'in': 'cookie'}");
}
SPELLING(spell_accept)
{
    return spelled_parameter(at, "{'name': 'accept', 'in': 'header', 'required': true}");
}
SPELLING(spell_bearer)
{
    return spelled_parameter(at, "{'name': 'Authorization', 'in': 'header', 'required': true}");
}
SPELLING(refuse_lower_range)
{
    return spelled_status(at, "2xx");
}
SPELLING(refuse_status)
{
    return spelled_status(at, "20");
}
SPELLING(refuse_xml)
{
    return spelled_media_type(at, "application/xml");
}
SPELLING(refuse_both)
{
    return spelled_wrap(at, "allOf", "{'type': 'string'}");
}
SPELLING(refuse_nothing)
{
    return spelled_schema(at, "{'allOf': [true, false]}");
}
SPELLING(refuse_type)
{
    return spelled_schema(at, "{'type': 'list'}");
}
SPELLING(refuse_types)
{
    return spelled_schema(at, "{'type': ['array', 5]}");
}
SPELLING(refuse_dynamic)
{
    return spelled_schema(at, "{'$dynamicRef': '#x'}");
}
SPELLING(refuse_empty_all)
{
    return spelled_schema(at, "{'allOf': []}");
}
SPELLING(refuse_schema)
{
    return spelled_schema(at, "5");
}
SPELLING(refuse_null_schema)
{
    return spelled_schema(at, "null");
}
SPELLING(refuse_nowhere)
{
    return spelled_schema(at, "{'$ref': '#/components/schemas/Nowhere'}");
}
SPELLING(refuse_anchor)
{
    return spelled_schema(at, "{'$ref': '#Order'}");
}
SPELLING(refuse_file)
{
    return spelled_schema(at, "{'$ref': 'other.json#/Order'}");
}
SPELLING(refuse_response)
{
    return spelled_response(at, spelled_json("{'$ref': '#/components/responses/Nowhere'}"));
}
SPELLING(refuse_null)
{
    return spelled_response(at, NULL);
}
SPELLING(refuse_content)
{
    return spelled_response(at, spelled_json("{'content': []}"));
}
SPELLING(refuse_cookie)
{
    return spelled_parameter(at, "{'name': 'c', 'in': 'cookie', 'required': true}");
}
SPELLING(refuse_style)
{
    return spelled_parameter(at, "{'name': 'd', 'in': 'query', 'required': true, 'style': 'deepObject'}");
}
SPELLING(refuse_place)
{
    return spelled_parameter(at, "{'name': 'd', 'in': 'body'}");
}
SPELLING(refuse_no_place)
{
    return spelled_parameter(at, "{'name': 'd', 'in': 'path', 'required': true}");
}
SPELLING(refuse_lost)
{
    return spelled_parameter(at, "{'$ref': '#/components/parameters/Nowhere'}");
}
SPELLING(refuse_no_parameter)
{
    return spelled_parameter(at, "null");
}
SPELLING(refuse_twice)
{
    return spelled_parameter(at, "{'name': 'd', 'in': 'query'}") &&
           spelled_parameter(at, "{'name': 'd', 'in': 'query'}");
}

SPELLING(spell_null_too)
{
    struct json_object *schema = tree_member(spelled_media(at), "schema");
    const char *reference = tree_text_of(schema, "$ref");

    schema = reference == NULL ? schema : tree_at(at->root, reference + 1);
    if (tree_text_of(schema, "type") == NULL)
        return false;
    struct json_object *types = json_object_new_array();
    json_object_array_add(types, json_object_get(tree_member(schema, "type")));
    json_object_array_add(types, json_object_new_string("null"));
    json_object_object_add(schema, "type", types);
    return true;
}

SPELLING(spell_nullable)
{
    struct json_object *schema = tree_member(spelled_media(at), "schema");

    if (tree_text_of(schema, "type") == NULL || strcmp(tree_text_of(at->root, "openapi"), "2.0") == 0)
        return false; /* the whole file is of a version that is refused, which is not to be taken back */
    json_object_object_add(at->root, "openapi", json_object_new_string("3.0.4"));
    json_object_object_add(schema, "nullable", json_object_new_boolean(true));
    return true;
}

SPELLING(spell_html_too)
{
    struct json_object *content = spelled_content(at);

    if (content != NULL)
        json_object_object_add(content, "text/html", spelled_json("{'schema': {'type': 'string'}}"));
    return content != NULL;
}

SPELLING(spell_schema_chain)
{
    struct json_object *media = spelled_media(at);

    if (!tree_has(media, "schema"))
        return false;
    json_object_object_add(media, "schema",
                           spelled_chain(at, "schemas", json_object_get(tree_member(media, "schema"))));
    return true;
}

SPELLING(spell_response_chain)
{
    const char *key;
    struct json_object *response = spelled_success(at, &key);

    return response != NULL &&
           spelled_response(at, spelled_chain(at, "responses", json_object_get(response)));
}

SPELLING(refuse_circle)
{
    return spelled_schema(at, "{'$ref': '#/components/schemas/circle'}") &&
           json_object_object_add(spelled_under(spelled_under(at->root, "components"), "schemas"), "circle",
                                  spelled_json("{'$ref': '#/components/schemas/circle'}")) == 0;
}

SPELLING(refuse_many)
{
    return spelled_schema(at, "{'$ref': '#/components/schemas/many'}") &&
           json_object_object_add(spelled_under(spelled_under(at->root, "components"), "schemas"), "many",
                                  spelled_json("{'anyOf': [{'$ref': '#/components/schemas/many'},"
                                               " {'$ref': '#/components/schemas/many'}]}")) == 0;
}

SPELLING(spell_parameter_chain)
{
    struct json_object *list = tree_member(at->operation, "parameters");

    if (list == NULL || json_object_array_length(list) == 0)
        return false;
    struct json_object *first = json_object_get(json_object_array_get_idx(list, 0));
    json_object_array_put_idx(list, 0, spelled_chain(at, "parameters", first));
    return true;
}

SPELLING(spell_of_path)
{
    if (json_object_object_length(at->item) != 1 || !tree_has(at->operation, "parameters"))
        return false;
    json_object_object_add(at->item, "parameters", json_object_get(tree_member(at->operation, "parameters")));
    json_object_object_del(at->operation, "parameters");
    return true;
}

SPELLING(spell_overridden)
{
    struct json_object *list = tree_member(at->operation, "parameters");

    if (list == NULL || json_object_object_length(at->item) != 1)
        return false;
    json_object_object_add(at->item, "parameters", json_object_get(list));
    return true;
}

SPELLING(spell_path_chain)
{
    struct json_object *paths = tree_member(at->root, "paths");

    if (tree_has(at->item, "$ref"))
        return false;
    CLEANUP(memory_release) char *path = memory_text(at->path);
    json_object_object_add(paths, path, spelled_chain(at, "pathItems", json_object_get(at->item)));
    return true;
}

SPELLING(spell_body)
{
    struct json_object *content = tree_member(tree_member(at->operation, "requestBody"), "content");

    if (!tree_has(content, "application/json"))
        return false;
    spelled_rename(content, "application/json", "Application/Json; charset=utf-8");
    json_object_object_add(content, "application/xml", json_object_new_object());
    return true;
}

SPELLING(refuse_body)
{
    struct json_object *content = tree_member(tree_member(at->operation, "requestBody"), "content");

    if (!tree_has(content, "application/json"))
        return false;
    spelled_rename(content, "application/json", "application/xml");
    return true;
}

SPELLING(refuse_servers)
{
    json_object_object_add(at->operation, "servers", spelled_json("[{'url': 'https://elsewhere.invalid'}]"));
    return true;
}

SPELLING(refuse_tags)
{
    json_object_object_del(at->operation, "tags");
    return true;
}

SPELLING(refuse_repeat)
{
    json_object_object_add(at->operation, "x-repeat", json_object_new_string("often"));
    return true;
}

SPELLING(refuse_template)
{
    CLEANUP(memory_release) char *path = memory_text(at->path);
    char longer[512];

    snprintf(longer, sizeof longer, "%s/{other}", path);
    spelled_rename(tree_member(at->root, "paths"), path, longer);
    return true;
}

SPELLING(refuse_version)
{
    json_object_object_add(at->root, "openapi", json_object_new_string("2.0"));
    return true;
}

static const struct spelling {
    const char *name;
    bool refused;
    bool (*apply)(const struct spelled *at); /* false: there is nothing of this kind to spell otherwise */
} spellings[] = {
    {"a charset", false, spell_charset},
    {"blanks before the charset", false, spell_blank},
    {"another case", false, spell_case},
    {"a +json suffix", false, spell_suffix},
    {"any media type", false, spell_any},
    {"2XX", false, spell_range},
    {"default", false, spell_default},
    {"allOf", false, spell_all},
    {"oneOf", false, spell_one},
    {"anyOf with null", false, spell_any_of},
    {"a list of types", false, spell_null_too},
    {"nullable in 3.0", false, spell_nullable},
    {"HTML as well", false, spell_html_too},
    {"a schema behind two $refs", false, spell_schema_chain},
    {"a response behind two $refs", false, spell_response_chain},
    {"a parameter behind two $refs", false, spell_parameter_chain},
    {"a path item behind two $refs", false, spell_path_chain},
    {"parameters of the path item", false, spell_of_path},
    {"parameters of both", false, spell_overridden},
    {"an optional cookie", false, spell_cookie},
    {"Accept as a parameter", false, spell_accept},
    {"Authorization as a parameter", false, spell_bearer},
    {"a body of several types", false, spell_body},
    {"2xx", true, refuse_lower_range},
    {"20", true, refuse_status},
    {"only XML", true, refuse_xml},
    {"two types at once", true, refuse_both},
    {"no value is allowed", true, refuse_nothing},
    {"an unknown type", true, refuse_type},
    {"an unknown type in a list", true, refuse_types},
    {"$dynamicRef", true, refuse_dynamic},
    {"allOf of nothing", true, refuse_empty_all},
    {"a schema that is none", true, refuse_schema},
    {"a schema that is null", true, refuse_null_schema},
    {"a schema that is nowhere", true, refuse_nowhere},
    {"an anchor", true, refuse_anchor},
    {"another file", true, refuse_file},
    {"a response that is nowhere", true, refuse_response},
    {"a response that is null", true, refuse_null},
    {"a content that is a list", true, refuse_content},
    {"a circle", true, refuse_circle},
    {"two to the power of many", true, refuse_many},
    {"a required cookie", true, refuse_cookie},
    {"another style", true, refuse_style},
    {"an unknown place", true, refuse_place},
    {"no place in the path", true, refuse_no_place},
    {"a parameter that is nowhere", true, refuse_lost},
    {"a parameter that is null", true, refuse_no_parameter},
    {"a parameter twice", true, refuse_twice},
    {"a body that is XML", true, refuse_body},
    {"servers of its own", true, refuse_servers},
    {"no tag", true, refuse_tags},
    {"an unknown x-repeat", true, refuse_repeat},
    {"a place in the path without parameter", true, refuse_template},
    {"OpenAPI 2.0", true, refuse_version},
};

/* The operation of this id in the tree; false when none stands there. */
static inline bool spelled_find(struct json_object *root, const char *id, struct spelled *at)
{
    TREE_EACH(tree_member(root, "paths"), path, item)
    {
        TREE_EACH(item, method, operation)
        {
            (void)method;
            if (tree_text_of(operation, "operationId") != NULL &&
                strcmp(tree_text_of(operation, "operationId"), id) == 0) {
                *at = (struct spelled){root, item, operation, path};
                return true;
            }
        }
    }
    return false;
}

static inline bool spelled_same_parameters(const struct operation *one, const struct operation *other)
{
    size_t found = 0;

    for (size_t i = 0; i < one->parameter_count; i++)
        for (size_t j = 0; j < other->parameter_count; j++) {
            const struct operation_parameter *a = &one->parameters[i], *b = &other->parameters[j];
            found += strcmp(a->name, b->name) == 0 && a->place == b->place && a->required == b->required &&
                     a->by_worker == b->by_worker && a->foreign == b->foreign;
        }
    return found == one->parameter_count && found == other->parameter_count;
}

/* Whether the worker would do the same with both: the call, and what it takes for a success of the first. */
static inline bool spelled_same(const struct operation *one, const struct operation *other)
{
    bool bodies = (one->content_type == NULL) == (other->content_type == NULL) &&
                  (one->content_type == NULL || strncasecmp(one->content_type, other->content_type, 16) == 0);

    for (size_t i = 0; i < one->reply_count; i++)
        if (one->replies[i].status >= 200 && one->replies[i].status <= 299 &&
            operation_reply_type(other, one->replies[i].status) != one->replies[i].type)
            return false;
    return bodies && strcmp(one->method, other->method) == 0 && strcmp(one->path, other->path) == 0 &&
           strcmp(one->tag, other->tag) == 0 && one->repeat == other->repeat &&
           one->evidence == other->evidence && one->reference_unique == other->reference_unique &&
           one->token == other->token && one->body_required == other->body_required &&
           spelled_same_parameters(one, other);
}

#endif
