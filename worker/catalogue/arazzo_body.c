/* Reads the body that a step sends. */
#include "arazzo_inside.h"
#include "memory.h"

#include <string.h>
#include <strings.h>

/* "application/json", "application/vnd.x+json; charset=utf-8". */
static bool is_json_type(const char *type)
{
    size_t length = strcspn(type, "; \t");

    return (length == 16 && strncasecmp(type, "application/json", 16) == 0) ||
           (length > 5 && strncasecmp(type + length - 5, "+json", 5) == 0);
}

static void read_content_type(struct arazzo_reader *reader, struct json_object *tree, struct step *step)
{
    size_t mark = json_cursor_enter(reader->cursor, "contentType");

    step->content_type = memory_text(json_cursor_text(reader->cursor, tree, "contentType"));
    if (step->content_type != NULL && !is_json_type(step->content_type))
        json_cursor_problem(reader->cursor, "\"application/json\", or leave it out",
                            "content type '%s' is not JSON, which is all that this worker sends",
                            step->content_type);
    json_cursor_leave(reader->cursor, mark);
}

/* Text is sent as a JSON string, or null where what it embeds is: hardly what is meant by it. */
static void check_payload(struct arazzo_reader *reader, struct json_object *payload)
{
    const char *text = tree_text(payload);

    if (payload == NULL)
        json_cursor_problem(reader->cursor, "a JSON object with expressions in it", "'payload' is missing");
    else if (text != NULL && text[0] != '$')
        json_cursor_problem(
            reader->cursor,
            "the JSON itself, with expressions in it: {\"name\": \"$inputs.name\"}; or one expression",
            "a payload that is text is not run by this worker");
}

void arazzo_body_read(struct arazzo_reader *reader, struct json_object *tree, struct step *step)
{
    static const char *const known[] = {"contentType", "payload", "replacements", NULL};

    if (tree == NULL)
        return;
    size_t mark = json_cursor_enter(reader->cursor, "requestBody");
    json_cursor_known_members(reader->cursor, tree, known);
    if (tree_has(tree, "replacements"))
        json_cursor_problem(reader->cursor, "write the value into the payload",
                            "payload replacements are not run by this worker");
    if (tree_has(tree, "contentType"))
        read_content_type(reader, tree, step);
    size_t inner = json_cursor_enter(reader->cursor, "payload");
    check_payload(reader, tree_member(tree, "payload"));
    step->body = payload_read(tree_member(tree, "payload"), reader->cursor, &reader->naming);
    json_cursor_leave(reader->cursor, inner);
    json_cursor_leave(reader->cursor, mark);
}
