/* See openapi.h. */
#include "openapi.h"

#include "memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *const repeat_names[] = {"safe", "repeatable", "lookup", "never", NULL};
static const char *const evidence_names[] = {"documented", "observed", "proposed", NULL};
static const char *const place_names[] = {"path", "query", "header", NULL};
static const char *const meaning_names[] = {"",        "token-expired", "throttled", "blocked",
                                            "refused", "unavailable",   NULL};
static const char *const methods[] = {"get", "put", "post", "delete", "patch", "head", "options", NULL};

int name_in(const char *text, const char *const names[])
{
    for (int i = 0; text != NULL && names[i] != NULL; i++)
        if (strcmp(text, names[i]) == 0)
            return i;
    return -1;
}

/* An enum's member of the file; the first name stands for it when it is missing or wrong. */
static int read_choice(struct spot *spot, struct json_object *tree, const char *member,
                       const char *const names[])
{
    const char *text = tree_text_of(tree, member);
    int choice = name_in(text, names);

    if (choice >= 0 && *text != '\0')
        return choice;
    CLEANUP(buffer_release) struct buffer remedy = {0};
    buffer_init(&remedy, 200);
    for (int i = 0; names[i] != NULL; i++)
        if (*names[i] != '\0')
            buffer_print(&remedy, "%s%s", remedy.length > 0 ? ", " : "one of: ", names[i]);
    spot_problem(spot, buffer_text(&remedy), text == NULL ? "'%s' is missing" : "'%s' has an unknown value",
                 member);
    return 0;
}

/* Follows {"$ref": "#/..."} once. */
static struct json_object *resolve(struct json_object *root, struct json_object *tree, struct spot *spot)
{
    const char *reference = tree_text_of(tree, "$ref");

    if (reference == NULL)
        return tree;
    struct json_object *target = reference[0] == '#' ? tree_at(root, reference + 1) : NULL;
    if (target == NULL)
        spot_problem(spot, "a pointer inside this file, as #/components/parameters/x",
                     "the $ref leads nowhere");
    return target;
}

static void read_parameter(struct json_object *tree, struct spot *spot, struct operation *operation)
{
    const char *name = spot_text(spot, tree, "name");
    int place = read_choice(spot, tree, "in", place_names);

    if (name == NULL)
        return;
    operation->parameters =
        memory_resize(operation->parameters, operation->parameter_count + 1, sizeof *operation->parameters);
    operation->parameters[operation->parameter_count++] = (struct operation_parameter){
        .name = memory_text(name),
        .place = (enum parameter_place)place,
        .required = json_object_get_boolean(tree_member(tree, "required")),
        .by_worker = json_object_get_boolean(tree_member(tree, "x-worker-header")),
    };
}

static void read_parameters(struct json_object *root, struct json_object *list, struct spot *spot,
                            struct operation *operation)
{
    size_t mark = spot_enter(spot, "parameters");

    for (size_t i = 0, count = spot_length(spot, list); i < count; i++) {
        size_t item = spot_enter_item(spot, i);
        struct json_object *parameter = resolve(root, json_object_array_get_idx(list, i), spot);
        if (parameter != NULL)
            read_parameter(parameter, spot, operation);
        spot_leave(spot, item);
    }
    spot_leave(spot, mark);
}

static void read_body(struct json_object *root, struct json_object *tree, struct spot *spot,
                      struct operation *operation)
{
    struct json_object *body = resolve(root, tree, spot);

    TREE_EACH(tree_member(body, "content"), type, media)
    {
        (void)media;
        if (operation->content_type == NULL)
            operation->content_type = memory_text(type);
    }
    operation->body_required = json_object_get_boolean(tree_member(body, "required"));
}

static enum reply_type outermost(struct json_object *root, struct json_object *schema)
{
    const char *reference = tree_text_of(schema, "$ref");

    if (reference != NULL)
        schema = reference[0] == '#' ? tree_at(root, reference + 1) : NULL;
    const char *type = tree_text_of(schema, "type");
    if (type != NULL && strcmp(type, "array") == 0)
        return REPLY_LIST;
    return type != NULL && strcmp(type, "object") == 0 ? REPLY_OBJECT : REPLY_JSON;
}

/* Which statuses promise JSON, and of which outermost type. */
static void read_responses(struct json_object *root, struct json_object *tree, struct spot *spot,
                           struct operation *operation)
{
    size_t mark = spot_enter(spot, "responses");

    TREE_EACH(tree, status, declared)
    {
        size_t item = spot_enter(spot, status);
        struct json_object *response = resolve(root, declared, spot);
        struct json_object *media = tree_member(tree_member(response, "content"), "application/json");
        operation->replies =
            memory_resize(operation->replies, operation->reply_count + 1, sizeof *operation->replies);
        operation->replies[operation->reply_count++] = (struct operation_reply){
            (int)strtol(status, NULL, 10),
            media == NULL ? REPLY_ANYTHING : outermost(root, tree_member(media, "schema"))};
        spot_leave(spot, item);
    }
    spot_leave(spot, mark);
}

static void read_tag(struct json_object *tags, struct spot *spot, struct openapi *openapi,
                     struct operation *operation)
{
    bool single = json_object_is_type(tags, json_type_array) && json_object_array_length(tags) == 1;

    operation->tag = memory_text(single ? tree_text(json_object_array_get_idx(tags, 0)) : NULL);
    if (operation->tag == NULL) {
        spot_problem(spot, "\"tags\": [\"portability\"]", "an operation has exactly one tag: its API");
        operation->tag = memory_text("");
    }
    for (size_t i = 0; i < openapi->tag_count; i++)
        if (strcmp(openapi->tags[i], operation->tag) == 0)
            return;
    openapi->tags = memory_resize(openapi->tags, openapi->tag_count + 1, sizeof(char *));
    openapi->tags[openapi->tag_count++] = memory_text(operation->tag);
}

static void read_operation(struct json_object *root, struct json_object *tree, const char *path,
                           const char *method, struct spot *spot, struct openapi *openapi)
{
    const char *id = spot_text(spot, tree, "operationId");

    if (id != NULL && openapi_operation(openapi, id) != NULL)
        spot_problem(spot, "", "operationId '%s' stands twice", id);
    openapi->operations =
        memory_resize(openapi->operations, openapi->operation_count + 1, sizeof *openapi->operations);
    struct operation *operation = &openapi->operations[openapi->operation_count++];
    *operation = (struct operation){
        .id = memory_text(id == NULL ? "" : id),
        .method = memory_text(method),
        .path = memory_text(path),
        .evidence = (enum evidence_mark)read_choice(spot, tree, "x-evidence", evidence_names),
        .repeat = (enum repeat_class)read_choice(spot, tree, "x-repeat", repeat_names),
        .reference_unique = json_object_get_boolean(tree_member(tree, "x-reference-unique")),
    };
    for (char *at = operation->method; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    read_tag(tree_member(tree, "tags"), spot, openapi, operation);
    read_parameters(root, tree_member(tree, "parameters"), spot, operation);
    read_responses(root, tree_member(tree, "responses"), spot, operation);
    if (tree_has(tree, "requestBody"))
        read_body(root, tree_member(tree, "requestBody"), spot, operation);
}

static void read_paths(struct json_object *root, struct spot *spot, struct openapi *openapi)
{
    size_t paths_mark = spot_enter(spot, "paths");

    TREE_EACH(tree_member(root, "paths"), path, item)
    {
        size_t path_mark = spot_enter(spot, path);
        TREE_EACH(item, method, operation)
        {
            size_t mark = spot_enter(spot, method);
            if (name_in(method, methods) >= 0)
                read_operation(root, operation, path, method, spot, openapi);
            spot_leave(spot, mark);
        }
        spot_leave(spot, path_mark);
    }
    if (openapi->operation_count == 0)
        spot_problem(spot, "", "there is no operation under 'paths'");
    spot_leave(spot, paths_mark);
}

static void read_servers(struct json_object *list, struct spot *spot, struct openapi *openapi)
{
    size_t mark = spot_enter(spot, "servers"), count = spot_length(spot, list);

    if (count == 0)
        spot_problem(spot, "\"servers\": [{\"url\": \"https://...\"}]", "there is no server");
    openapi->servers = memory_new(count, sizeof *openapi->servers);
    for (size_t i = 0; i < count; i++) {
        struct json_object *server = json_object_array_get_idx(list, i);
        const char *url = spot_text(spot, server, "url");
        openapi->servers[openapi->server_count++] =
            (struct openapi_server){memory_text(url == NULL ? "" : url),
                                    json_object_get_boolean(tree_member(server, "x-production"))};
    }
    spot_leave(spot, mark);
}

static void read_gateway(struct json_object *list, struct spot *spot, struct openapi *openapi)
{
    size_t mark = spot_enter(spot, "x-gateway"), count = spot_length(spot, list);

    openapi->gateway = memory_new(count, sizeof *openapi->gateway);
    for (size_t i = 0; i < count; i++) {
        struct json_object *row = json_object_array_get_idx(list, i);
        size_t item = spot_enter_item(spot, i);
        const char *api = spot_text(spot, row, "api"), *code = spot_text(spot, row, "code");
        openapi->gateway[openapi->gateway_count++] =
            (struct gateway_row){memory_text(api == NULL ? "*" : api), memory_text(code == NULL ? "*" : code),
                                 json_object_get_int(tree_member(row, "status")),
                                 (enum gateway_meaning)read_choice(spot, row, "means", meaning_names)};
        spot_leave(spot, item);
    }
    spot_leave(spot, mark);
}

/* The first client-credentials flow there is. */
static void read_token_url(struct json_object *root, struct openapi *openapi)
{
    TREE_EACH(tree_member(tree_member(root, "components"), "securitySchemes"), name, scheme)
    {
        struct json_object *flow = tree_member(tree_member(scheme, "flows"), "clientCredentials");
        (void)name;
        if (openapi->token_url == NULL)
            openapi->token_url = memory_text(tree_text_of(flow, "tokenUrl"));
    }
}

void openapi_read(struct json_object *tree, struct spot *spot, struct openapi *openapi)
{
    const char *version = tree_text_of(tree, "openapi");

    *openapi = (struct openapi){0};
    if (version == NULL || strncmp(version, "3.1.", 4) != 0)
        spot_problem(spot, "\"openapi\": \"3.1.0\"", "this is no OpenAPI 3.1 description");
    read_servers(tree_member(tree, "servers"), spot, openapi);
    read_token_url(tree, openapi);
    read_gateway(tree_member(tree, "x-gateway"), spot, openapi);
    read_paths(tree, spot, openapi);
}

static void release_operation(struct operation *operation)
{
    for (size_t i = 0; i < operation->parameter_count; i++)
        memory_free(operation->parameters[i].name);
    memory_free(operation->parameters);
    memory_free(operation->replies);
    memory_free(operation->id);
    memory_free(operation->method);
    memory_free(operation->path);
    memory_free(operation->tag);
    memory_free(operation->content_type);
}

void openapi_release(struct openapi *openapi)
{
    for (size_t i = 0; i < openapi->operation_count; i++)
        release_operation(&openapi->operations[i]);
    for (size_t i = 0; i < openapi->tag_count; i++)
        memory_free(openapi->tags[i]);
    for (size_t i = 0; i < openapi->server_count; i++)
        memory_free(openapi->servers[i].url);
    for (size_t i = 0; i < openapi->gateway_count; i++) {
        memory_free(openapi->gateway[i].api);
        memory_free(openapi->gateway[i].code);
    }
    memory_free(openapi->operations);
    memory_free(openapi->tags);
    memory_free(openapi->servers);
    memory_free(openapi->gateway);
    memory_free(openapi->token_url);
    *openapi = (struct openapi){0};
}

const struct operation *openapi_operation(const struct openapi *openapi, const char *id)
{
    for (size_t i = 0; i < openapi->operation_count; i++)
        if (strcmp(openapi->operations[i].id, id) == 0)
            return &openapi->operations[i];
    return NULL;
}

enum gateway_meaning openapi_gateway(const struct openapi *openapi, const char *api, int status,
                                     const char *code)
{
    enum gateway_meaning means = GATEWAY_NOTHING;
    int best = -1;

    for (size_t i = 0; i < openapi->gateway_count; i++) {
        const struct gateway_row *row = &openapi->gateway[i];
        bool any_api = strcmp(row->api, "*") == 0, any_code = strcmp(row->code, "*") == 0;
        int rank = (any_api ? 0 : 2) + (any_code ? 0 : 1);
        if (row->status == status && rank > best && (any_api || strcmp(row->api, api) == 0) &&
            (any_code || (code != NULL && strcmp(row->code, code) == 0))) {
            best = rank;
            means = row->means;
        }
    }
    return means;
}

enum reply_type operation_reply_type(const struct operation *operation, int status)
{
    for (size_t i = 0; i < operation->reply_count; i++)
        if (operation->replies[i].status == status)
            return operation->replies[i].type;
    return REPLY_ANYTHING;
}
