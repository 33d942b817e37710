/* Reads one message of an AsyncAPI description: where in its payload stands what the worker has to know. */
#include "asyncapi_inside.h"

#include "memory.h"

#include <string.h>

enum { SCHEMAS_MAX = 1000 }; /* looked at for one pointer: references may lead in circles */

static const char payload_start[] = "$message.payload#";

/* The next token of a pointer, unescaped; *pointer moves behind it. */
static char *next_token(const char **pointer)
{
    size_t length = strcspn(*pointer + 1, "/");
    char *token = memory_text_of(*pointer + 1, length);
    char *to = token;

    for (const char *from = token; *from != '\0'; from++) {
        *to = *from;
        if (*from == '~') {
            from++;
            *to = *from == '1' ? '/' : '~';
        }
        to++;
    }
    *to = '\0';
    *pointer += 1 + length;
    return token;
}

static bool is_pointer(const char *text)
{
    if (text == NULL || *text != '/')
        return false;
    for (; *text != '\0'; text++)
        if (*text == '~' && text[1] != '0' && text[1] != '1')
            return false;
    return true;
}

static bool schema_at(struct json_object *root, struct json_object *schema, const char *pointer, int *left,
                      const char **only);

/* Whether one of the schemas of a list (allOf, anyOf, oneOf) describes it. */
static bool list_at(struct json_object *root, struct json_object *list, const char *pointer, int *left,
                    const char **only)
{
    bool described = false;

    for (size_t i = 0; json_object_is_type(list, json_type_array) && i < json_object_array_length(list); i++)
        described |= schema_at(root, json_object_array_get_idx(list, i), pointer, left, only);
    return described;
}

static bool schema_at(struct json_object *root, struct json_object *schema, const char *pointer, int *left,
                      const char **only)
{
    static const char *const lists[] = {"allOf", "anyOf", "oneOf"};
    bool described = *pointer == '\0', open = true;

    schema = asyncapi_resolve(root, schema);
    if (schema == NULL || --*left < 0)
        return false;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        const char *none = NULL; /* only allOf says what must be */
        described |= list_at(root, tree_member(schema, lists[i]), pointer, left, i == 0 ? only : &none);
        open &= !tree_has(schema, lists[i]);
    }
    if (*pointer == '\0') {
        const char *value = tree_text_of(schema, "const");
        *only = value != NULL ? value : *only;
        return true;
    }
    const char *rest = pointer;
    CLEANUP(memory_release) char *token = next_token(&rest);
    struct json_object *member = tree_member(tree_member(schema, "properties"), token);
    if (member == NULL && *token != '\0' && strspn(token, "0123456789") == strlen(token))
        member = tree_member(schema, "items");
    if (member != NULL)
        return schema_at(root, member, rest, left, only) || described;
    return described || (open && !tree_has(schema, "properties") && !tree_has(schema, "items"));
}

bool asyncapi_schema_at(struct json_object *root, struct json_object *schema, const char *pointer,
                        const char **only)
{
    int left = SCHEMAS_MAX;

    return schema_at(root, schema, pointer, &left, only);
}

char *asyncapi_pointer(struct json_object *root, struct json_object *schema, const char *what,
                       const char *pointer, struct json_cursor *cursor)
{
    const char *only = NULL;

    if (!is_pointer(pointer)) {
        json_cursor_problem(cursor, "a JSON pointer into the payload, such as \"/event/productOrder/id\"",
                            "'%s' is not a JSON pointer", what);
        return NULL;
    }
    if (!asyncapi_schema_at(root, schema, pointer, &only))
        json_cursor_problem(cursor, "correct the pointer, or add the member to the payload's schema",
                            "'%s' names %s, which the payload's schema does not have", what, pointer);
    return memory_text(pointer);
}

static char *pointer_member(struct json_object *root, struct json_object *schema, struct json_object *tree,
                            const char *member, struct json_cursor *cursor)
{
    return tree_has(tree, member) ? asyncapi_pointer(root, schema, member, tree_text_of(tree, member), cursor)
                                  : NULL;
}

static char *reference_at(struct json_object *root, struct json_object *schema, struct json_object *tree,
                          struct json_cursor *cursor)
{
    size_t length = sizeof payload_start - 1;

    if (!tree_has(tree, "correlationId"))
        return NULL;
    const char *location =
        tree_text_of(asyncapi_resolve(root, tree_member(tree, "correlationId")), "location");
    if (location == NULL || strncmp(location, payload_start, length) != 0) {
        json_cursor_problem(cursor, "\"location\": \"$message.payload#/...\"",
                            "the correlationId does not say where in the payload the reference stands");
        return NULL;
    }
    return asyncapi_pointer(root, schema, "correlationId", location + length, cursor);
}

static struct json_object *resolved_member(struct json_object *root, struct json_object *tree,
                                           const char *member, struct json_cursor *cursor)
{
    struct json_object *value = asyncapi_resolve(root, tree_member(tree, member));

    if (value == NULL && tree_member(tree, member) != NULL)
        json_cursor_problem(cursor, "{\"$ref\": \"#/components/...\"}",
                            "the reference of '%s' leads to nothing in this file", member);
    return value;
}

/* The JSON Schema of the payload; null: there is none, or it is of another language, such as Avro. */
static struct json_object *payload_schema(struct json_object *root, struct json_object *tree,
                                          struct json_cursor *cursor)
{
    struct json_object *payload = resolved_member(root, tree, "payload", cursor);
    const char *format = tree_text_of(payload, "schemaFormat");

    if (format == NULL)
        return payload;
    bool json = strncmp(format, "application/vnd.aai.asyncapi", 28) == 0 ||
                strncmp(format, "application/schema+json", 23) == 0;
    return json ? asyncapi_resolve(root, tree_member(payload, "schema")) : NULL;
}

struct event_message *asyncapi_message_read(struct json_object *root, struct json_object *tree,
                                            const char *name, struct json_cursor *cursor)
{
    struct json_object *schema = payload_schema(root, tree, cursor);
    const char *given = tree_text_of(tree, "name"), *type = NULL;

    if (schema == NULL)
        return NULL;
    struct event_message *message = memory_new(1, sizeof *message);
    message->name = memory_text(given != NULL ? given : name);
    message->place = memory_text(buffer_text(&cursor->pointer));
    message->reference_at = reference_at(root, schema, tree, cursor);
    message->order_id_at = pointer_member(root, schema, tree, "x-order-id", cursor);
    message->event_id_at = pointer_member(root, schema, tree, "x-event-id", cursor);
    message->event_time_at = pointer_member(root, schema, tree, "x-event-time", cursor);
    message->type_at = pointer_member(root, schema, tree, "x-event-type", cursor);
    if (message->type_at == NULL)
        message->type_at = memory_text("/eventType");
    (void)asyncapi_schema_at(root, schema, message->type_at, &type);
    message->type = memory_text(type);
    asyncapi_states_read(root, schema, resolved_member(root, tree, "x-states", cursor), cursor, message);
    return message;
}

void *asyncapi_message_free(struct event_message *message)
{
    asyncapi_states_release(message);
    memory_free(message->name);
    memory_free(message->type);
    memory_free(message->reference_at);
    memory_free(message->order_id_at);
    memory_free(message->event_id_at);
    memory_free(message->event_time_at);
    memory_free(message->type_at);
    memory_free(message->place);
    return memory_free(message);
}

const struct event_message *event_channel_message(const struct event_channel *channel,
                                                  struct json_object *payload)
{
    const struct event_message *rest = NULL;

    for (size_t i = 0; i < channel->message_count; i++) {
        const struct event_message *message = channel->messages[i];
        const char *type = tree_text(tree_at(payload, message->type_at));
        if (message->type == NULL)
            rest = message;
        else if (type != NULL && strcmp(type, message->type) == 0)
            return message;
    }
    return rest;
}
