/* Reads media types, request bodies and responses of an OpenAPI operation. See openapi_inside.h. */
#include "openapi_inside.h"

#include "memory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* How well a media type stands for the JSON that we ask for and send; the best of an operation counts. */
enum media_rank { MEDIA_FOREIGN, MEDIA_RANGE, MEDIA_SUFFIX, MEDIA_JSON };

/* RFC 9110 section 8.3: names without regard to case, parameters after a semicolon, blanks around it. */
static enum media_rank rank_of(const char *type)
{
    static const char suffix[] = "+json";
    size_t length;

    type += strspn(type, " \t");
    length = strcspn(type, "; \t");
    if (length == strlen("application/json") && strncasecmp(type, "application/json", length) == 0)
        return MEDIA_JSON;
    if (length > strlen(suffix) && strncasecmp(type + length - strlen(suffix), suffix, strlen(suffix)) == 0)
        return MEDIA_SUFFIX; /* RFC 6839: application/problem+json */
    if ((length == 3 && strncmp(type, "*/*", 3) == 0) ||
        (length == strlen("application/*") && strncasecmp(type, "application/*", length) == 0))
        return MEDIA_RANGE;
    return MEDIA_FOREIGN;
}

/* The `content` of a response or body that must be an object. */
static struct json_object *content_of(const struct openapi_reader *reader, struct json_object *declared)
{
    struct json_object *tree = openapi_resolve(reader, declared), *content = tree_member(tree, "content");
    bool odd = tree_has(tree, "content") && !json_object_is_type(content, json_type_object);

    if (odd || !json_object_is_type(declared, json_type_object))
        json_cursor_problem(reader->cursor, "{\"content\": {\"application/json\": {...}}}",
                            odd ? "'content' is not an object" : "this is not an object");
    return content;
}

/* The best rank in a `content`; *mixed (may be null): it has something else than JSON too. */
static enum media_rank best_of(struct json_object *content, bool *mixed)
{
    enum media_rank best = MEDIA_FOREIGN;

    TREE_EACH(content, type, media)
    {
        enum media_rank rank = rank_of(type);
        (void)media;
        best = rank > best ? rank : best;
        if (mixed != NULL && rank == MEDIA_FOREIGN)
            *mixed = true;
    }
    return best;
}

static enum reply_type media_types(const struct openapi_reader *reader, struct json_object *media)
{
    media = openapi_resolve(reader, media);
    size_t mark = json_cursor_enter(reader->cursor, "schema");
    struct json_object *schema = tree_member(media, "schema");

    if (schema == NULL && (media == NULL || tree_has(media, "schema")))
        json_cursor_problem(reader->cursor, "{\"type\": \"object\"}", "this is not a schema");
    enum reply_type types = openapi_schema_types(reader, schema);
    json_cursor_leave(reader->cursor, mark);
    return types;
}

/* The types of a reply of this content; REPLY_ANYTHING where it promises no JSON. */
static enum reply_type content_types(const struct openapi_reader *reader, struct json_object *content,
                                     bool *mixed)
{
    enum media_rank best = best_of(content, mixed);
    enum reply_type types = REPLY_ANYTHING;
    size_t content_mark = json_cursor_enter(reader->cursor, "content");

    TREE_EACH(content, type, media)
    {
        if (best == MEDIA_FOREIGN || rank_of(type) != best)
            continue;
        size_t mark = json_cursor_enter(reader->cursor, type);
        enum reply_type one = media_types(reader, media);
        if (types != REPLY_ANYTHING && one != types)
            json_cursor_problem(reader->cursor, "one of them is enough",
                                "two media types for JSON have schemas of different types");
        types = one;
        json_cursor_leave(reader->cursor, mark);
    }
    json_cursor_leave(reader->cursor, content_mark);
    return types;
}

/* "200" is 200, "2XX" is 2, "default" is 0; -1: none of these. */
static int status_named(const char *key)
{
    if (strcmp(key, "default") == 0)
        return REPLY_DEFAULT;
    if (strlen(key) != 3 || key[0] < '1' || key[0] > '5')
        return -1;
    if (strcmp(key + 1, "XX") == 0)
        return key[0] - '0';
    return strspn(key, "0123456789") == 3 ? (int)strtol(key, NULL, 10) : -1;
}

static bool is_success(int status)
{
    return status == 2 || (status >= 200 && status <= 299);
}

static void read_response(const struct openapi_reader *reader, int status, struct json_object *declared,
                          struct operation *operation)
{
    bool mixed = false;
    struct json_object *content = content_of(reader, declared);
    enum reply_type types = content_types(reader, content, &mixed);

    if (is_success(status) || status == REPLY_DEFAULT)
        openapi_add_members(reader, content, operation);

    operation->replies =
        memory_resize(operation->replies, operation->reply_count + 1, sizeof *operation->replies);
    operation->replies[operation->reply_count++] =
        (struct operation_reply){.status = status, .type = types, .mixed = mixed};
}

/* A success must be declared, be it by `default`, and be JSON where it is anything. */
static void check_success(const struct openapi_reader *reader, const struct operation *operation)
{
    bool by_default = true, declared = false, foreign = false;

    for (size_t i = 0; i < operation->reply_count; i++)
        by_default = by_default && !is_success(operation->replies[i].status);
    for (size_t i = 0; i < operation->reply_count; i++) {
        const struct operation_reply *reply = &operation->replies[i];
        if (by_default ? reply->status != REPLY_DEFAULT : !is_success(reply->status))
            continue;
        declared = true;
        foreign = foreign || (reply->mixed && reply->type == REPLY_ANYTHING);
    }
    if (!declared)
        json_cursor_problem(reader->cursor, "\"200\": {...}, \"2XX\" or \"default\"",
                            "no response says what a success looks like");
    if (foreign)
        json_cursor_problem(reader->cursor, "\"content\": {\"application/json\": ...}",
                            "a success is not JSON, which is all that the worker reads");
}

void openapi_read_responses(const struct openapi_reader *reader, struct json_object *tree,
                            struct operation *operation)
{
    size_t mark = json_cursor_enter(reader->cursor, "responses");

    TREE_EACH(tree, key, declared)
    {
        size_t item = json_cursor_enter(reader->cursor, key);
        int status = status_named(key);
        if (status >= 0)
            read_response(reader, status, declared, operation);
        else if (strncmp(key, "x-", 2) != 0)
            json_cursor_problem(reader->cursor, "a status as 200, a range as 2XX, or default",
                                "'%s' is not a key of responses", key);
        json_cursor_leave(reader->cursor, item);
    }
    check_success(reader, operation);
    json_cursor_leave(reader->cursor, mark);
}

void openapi_read_body(const struct openapi_reader *reader, struct json_object *tree,
                       struct operation *operation)
{
    size_t mark = json_cursor_enter(reader->cursor, "requestBody");
    struct json_object *body = openapi_resolve(reader, tree), *content = content_of(reader, tree);
    enum media_rank best = best_of(content, NULL);

    TREE_EACH(content, type, media)
    {
        (void)media;
        if (best != MEDIA_FOREIGN && operation->content_type == NULL && rank_of(type) == best)
            operation->content_type = memory_text(best == MEDIA_RANGE ? "application/json" : type);
    }
    operation->body_required = json_object_get_boolean(tree_member(body, "required"));
    if (operation->content_type == NULL && operation->body_required)
        json_cursor_problem(reader->cursor, "\"content\": {\"application/json\": ...}",
                            "the body is not JSON, which is all that the worker writes");
    json_cursor_leave(reader->cursor, mark);
}

enum reply_type operation_reply_type(const struct operation *operation, int status)
{
    const int keys[] = {status, status / 100, REPLY_DEFAULT}; /* the most exact wins */

    for (size_t key = 0; key < COUNT_OF(keys); key++)
        for (size_t i = 0; i < operation->reply_count; i++)
            if (operation->replies[i].status == keys[key])
                return operation->replies[i].mixed && (status < 200 || status > 299)
                           ? REPLY_ANYTHING
                           : operation->replies[i].type;
    return REPLY_ANYTHING;
}
