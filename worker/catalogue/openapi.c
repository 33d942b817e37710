/* Reads an OpenAPI description: its operations by operationId, its servers, and the gateway's answers. */
#include "openapi.h"

#include "memory.h"
#include "names.h"
#include "openapi_inside.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *const repeat_names[] = {"safe", "repeatable", "lookup", "never", NULL};
static const char *const evidence_names[] = {"documented", "observed", "proposed", NULL};
static const char *const meaning_names[] = {"",        "token-expired", "throttled", "blocked",
                                            "refused", "unavailable",   NULL};
NAMES_COMPLETE(repeat_names, REPEAT_NEVER + 1); /* and the null */
NAMES_COMPLETE(evidence_names, EVIDENCE_PROPOSED + 1);
NAMES_COMPLETE(meaning_names, GATEWAY_UNAVAILABLE + 1);
static const char *const methods[] = {"get", "put", "post", "delete", "patch", "head", "options", NULL};

/* An enum's member of the file; the first name stands for it when it is missing or wrong. */
static int read_choice(struct json_cursor *cursor, struct json_object *tree, const char *member,
                       const char *const names[])
{
    const char *text = tree_text_of(tree, member);
    int choice = names_find(names, text);

    if (choice >= 0 && *text != '\0')
        return choice;
    CLEANUP(buffer_release) struct buffer remedy = {0};
    buffer_init(&remedy, 200);
    for (int i = 0; names[i] != NULL; i++)
        if (*names[i] != '\0')
            buffer_print(&remedy, "%s%s", remedy.length > 0 ? ", " : "one of: ", names[i]);
    json_cursor_problem(cursor, buffer_text(&remedy),
                        text == NULL ? "'%s' is missing" : "'%s' has an unknown value", member);
    return 0;
}

static void read_tag(struct json_object *tags, struct json_cursor *cursor, struct openapi *openapi,
                     struct operation *operation)
{
    bool single = json_object_is_type(tags, json_type_array) && json_object_array_length(tags) == 1;
    const char *tag = single ? tree_text(json_object_array_get_idx(tags, 0)) : NULL;

    operation->tag = memory_text(tag == NULL ? "" : tag);
    if (tag == NULL) {
        json_cursor_problem(cursor, "\"tags\": [\"portability\"]",
                            "an operation has exactly one tag: its API");
        return;
    }
    for (size_t i = 0; i < openapi->tag_count; i++)
        if (strcmp(openapi->tags[i], operation->tag) == 0)
            return;
    openapi->tags = memory_resize(openapi->tags, openapi->tag_count + 1, sizeof(char *));
    openapi->tags[openapi->tag_count++] = memory_text(operation->tag);
}

static void read_operation(const struct openapi_reader *reader, struct json_object *tree,
                           struct openapi *openapi, struct operation *operation)
{
    operation->evidence = (enum evidence_mark)read_choice(reader->cursor, tree, "x-evidence", evidence_names);
    operation->repeat = (enum repeat_class)read_choice(reader->cursor, tree, "x-repeat", repeat_names);
    operation->reference_unique = json_object_get_boolean(tree_member(tree, "x-reference-unique"));
    for (char *at = operation->method; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    read_tag(tree_member(tree, "tags"), reader->cursor, openapi, operation);
    openapi_read_security(reader, tree, openapi, operation);
    openapi_read_parameters(reader, tree_member(tree, "parameters"), 0, operation);
    openapi_read_responses(reader, tree_member(tree, "responses"), operation);
    if (tree_has(tree, "requestBody"))
        openapi_read_body(reader, tree_member(tree, "requestBody"), operation);
}

/* An operation or path item with servers of its own would be called at the wrong place. */
static void refuse_servers(const struct openapi_reader *reader, struct json_object *tree)
{
    if (tree_has(tree, "servers"))
        json_cursor_problem(reader->cursor,
                            "leave it out, and set bt.<api>.base.url where the API is elsewhere",
                            "'servers' below the root are not followed");
}

/* What stands for the member in the path item: its own, or the one of the path item that its $ref names. */
static struct json_object *of_item(struct json_object *item, struct json_object *target, const char *member)
{
    return tree_has(item, member) ? tree_member(item, member) : tree_member(target, member);
}

static void read_method(struct openapi_reader *reader, const char *path, const char *method,
                        struct json_object *item, struct json_object *target, struct openapi *openapi)
{
    struct json_object *tree = of_item(item, target, method);
    const char *id = tree_text_of(tree, "operationId");
    struct problems *outer = reader->cursor->problems;
    size_t mark = json_cursor_enter(reader->cursor, method);

    if (id != NULL && openapi_operation(openapi, id) != NULL) {
        json_cursor_problem(reader->cursor, "", "operationId '%s' is defined twice", id);
    } else if (id != NULL) { /* one without cannot be named, so nobody uses it */
        struct operation operation = {
            .id = memory_text(id), .method = memory_text(method), .path = memory_text(path)};
        reader->cursor->problems = &operation.misread;
        read_operation(reader, tree, openapi, &operation);
        refuse_servers(reader, tree);
        json_cursor_leave(reader->cursor, mark);
        openapi_read_parameters(reader, of_item(item, target, "parameters"), operation.parameter_count,
                                &operation);
        openapi_check_template(reader, &operation);
        refuse_servers(reader, item);
        refuse_servers(reader, target);
        openapi->operations =
            memory_resize(openapi->operations, openapi->operation_count + 1, sizeof *openapi->operations);
        openapi->operations[openapi->operation_count++] = operation;
        reader->cursor->problems = outer;
    }
    json_cursor_leave(reader->cursor, mark);
}

static void read_path(struct openapi_reader *reader, const char *path, struct json_object *item,
                      struct openapi *openapi)
{
    struct json_object *target = NULL;

    if (tree_has(item, "$ref")) {
        target = openapi_resolve(reader, item);
        TREE_EACH(item, member, value)
        {
            (void)value;
            if (strcmp(member, "$ref") != 0 && tree_has(target, member) && strcmp(member, "summary") != 0 &&
                strcmp(member, "description") != 0)
                json_cursor_problem(reader->cursor, "leave it in one of them",
                                    "'%s' is defined beside the $ref and in what it names", member);
        }
    }
    for (size_t i = 0; methods[i] != NULL; i++)
        if (tree_has(item, methods[i]) || tree_has(target, methods[i]))
            read_method(reader, path, methods[i], item, target, openapi);
}

static void read_paths(struct openapi_reader *reader, struct openapi *openapi)
{
    size_t paths_mark = json_cursor_enter(reader->cursor, "paths");

    TREE_EACH(tree_member(reader->root, "paths"), path, item)
    {
        size_t path_mark = json_cursor_enter(reader->cursor, path);
        read_path(reader, path, item, openapi);
        json_cursor_leave(reader->cursor, path_mark);
    }
    if (openapi->operation_count == 0)
        json_cursor_problem(reader->cursor, "", "there is no operation with an operationId under 'paths'");
    json_cursor_leave(reader->cursor, paths_mark);
}

/* The url with each {variable} replaced by its default, and without a slash at its end: paths begin with one. */
static char *server_url(struct json_object *server, const char *url, struct json_cursor *cursor)
{
    CLEANUP(buffer_release) struct buffer text = {0};
    char name[256];

    buffer_init(&text, 4096);
    while (*url != '\0') {
        size_t length = *url == '{' ? strcspn(url, "}") : 0;
        if (length == 0 || url[length] == '\0' || length > sizeof name) {
            buffer_add_byte(&text, (uint8_t)*url++);
            continue;
        }
        snprintf(name, sizeof name, "%.*s", (int)length - 1, url + 1);
        const char *value = tree_text_of(tree_member(tree_member(server, "variables"), name), "default");
        if (value == NULL)
            json_cursor_problem(cursor, "\"variables\": {\"x\": {\"default\": \"...\"}}",
                                "the server's {%s} is not a variable with a default", name);
        buffer_add_text(&text, value == NULL ? "" : value);
        url += length + 1;
    }
    while (text.length > 0 && text.data[text.length - 1] == '/')
        text.data[--text.length] = '\0';
    return memory_text(buffer_text(&text));
}

static void read_servers(struct json_object *list, struct json_cursor *cursor, struct openapi *openapi)
{
    size_t mark = json_cursor_enter(cursor, "servers"), count = json_cursor_length(cursor, list);

    if (count == 0)
        json_cursor_problem(cursor, "\"servers\": [{\"url\": \"https://...\"}]", "there is no server");
    openapi->servers = memory_new(count, sizeof *openapi->servers);
    for (size_t i = 0; i < count; i++) {
        struct json_object *server = json_object_array_get_idx(list, i);
        size_t item = json_cursor_enter_item(cursor, i);
        const char *url = json_cursor_text(cursor, server, "url");
        openapi->servers[openapi->server_count++] =
            (struct openapi_server){server_url(server, url == NULL ? "" : url, cursor),
                                    json_object_get_boolean(tree_member(server, "x-production"))};
        json_cursor_leave(cursor, item);
    }
    json_cursor_leave(cursor, mark);
}

static void read_gateway(struct json_object *list, struct json_cursor *cursor, struct openapi *openapi)
{
    size_t mark = json_cursor_enter(cursor, "x-gateway"), count = json_cursor_length(cursor, list);

    openapi->gateway = memory_new(count, sizeof *openapi->gateway);
    for (size_t i = 0; i < count; i++) {
        struct json_object *row = json_object_array_get_idx(list, i);
        size_t item = json_cursor_enter_item(cursor, i);
        const char *api = json_cursor_text(cursor, row, "api"), *code = json_cursor_text(cursor, row, "code");
        openapi->gateway[openapi->gateway_count++] =
            (struct gateway_row){memory_text(api == NULL ? "*" : api), memory_text(code == NULL ? "*" : code),
                                 json_object_get_int(tree_member(row, "status")),
                                 (enum gateway_meaning)read_choice(cursor, row, "means", meaning_names)};
        json_cursor_leave(cursor, item);
    }
    json_cursor_leave(cursor, mark);
}

void openapi_read(struct json_object *tree, struct json_cursor *cursor, struct openapi *openapi)
{
    const char *version = tree_text_of(tree, "openapi");
    struct openapi_reader reader = {tree, cursor, version != NULL && strncmp(version, "3.0.", 4) == 0};

    *openapi = (struct openapi){0};
    if (!reader.old && (version == NULL || strncmp(version, "3.1.", 4) != 0))
        json_cursor_problem(cursor, "\"openapi\": \"3.1.0\"",
                            "this is not an OpenAPI 3.1 or 3.0 description");
    read_servers(tree_member(tree, "servers"), cursor, openapi);
    openapi_read_schemes(&reader, openapi);
    read_gateway(tree_member(tree, "x-gateway"), cursor, openapi);
    read_paths(&reader, openapi);
}

static void release_operation(struct operation *operation)
{
    for (size_t i = 0; i < operation->parameter_count; i++)
        memory_free(operation->parameters[i].name);
    memory_free(operation->parameters);
    memory_free(operation->replies);
    for (size_t i = 0; i < operation->shown_count; i++)
        memory_free(operation->shown[i]);
    memory_free(operation->shown);
    memory_free(operation->id);
    memory_free(operation->method);
    memory_free(operation->path);
    memory_free(operation->tag);
    memory_free(operation->content_type);
    problems_release(&operation->misread);
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
    memory_free(openapi->token_scheme);
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
