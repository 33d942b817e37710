/* Compiles a payload into templates. */
#include "payload_inside.h"

#include "invariant.h"
#include "json_write.h"
#include "memory.h"
#include "tree_build.h"

#include <ctype.h>
#include <string.h>

enum { EACH_DEPTH_MAX = 16 };

static struct payload *read_value(struct json_object *tree, struct json_cursor *cursor,
                                  const struct naming *naming, unsigned depth);

void *payload_free(struct payload *payload)
{
    if (payload == NULL)
        return NULL;
    for (size_t i = 0; i < payload->count; i++) {
        if (payload->names != NULL) {
            memory_free(payload->names[i]);
            memory_free(payload->keys[i]);
        }
        payload_free(payload->parts[i]);
    }
    memory_free(payload->names);
    memory_free(payload->keys);
    memory_free(payload->parts);
    memory_free(payload->each_name);
    template_free(payload->template);
    json_object_put(payload->literal);
    return memory_free(payload);
}

static char *key_of(const char *name)
{
    struct buffer key;

    buffer_init(&key, strlen(name) * 6 + 5);
    buffer_add_byte(&key, ',');
    json_write_text(name, strlen(name), &key);
    buffer_add_byte(&key, ':');
    REQUIRE(!key.full);
    return buffer_take(&key, NULL);
}

static void add_part(struct payload *payload, const char *name, struct payload *part)
{
    payload->parts = memory_resize(payload->parts, payload->count + 1, sizeof(struct payload *));
    payload->parts[payload->count] = part;
    if (name != NULL) {
        payload->names = memory_resize(payload->names, payload->count + 1, sizeof(char *));
        payload->names[payload->count] = memory_text(name);
        payload->keys = memory_resize(payload->keys, payload->count + 1, sizeof(char *));
        payload->keys[payload->count] = key_of(name);
    }
    payload->count++;
    REQUIRE((payload->names != NULL) == (payload->kind == PAYLOAD_OBJECT));
}

static void read_template(struct payload *payload, const char *text, struct json_cursor *cursor,
                          const struct naming *naming)
{
    struct fault why;

    payload->kind = PAYLOAD_TEMPLATE;
    if (!template_parse(text, naming, &payload->template, &why))
        json_cursor_problem(cursor, "", "%s", why.text);
}

/* Words that mean something to Arazzo or to us. */
static const char *const reserved[] = {
    "inputs",    "steps",   "outputs", "statusCode", "method", "url",      "request",
    "response",  "message", "self",    "workflows",  "each",   "position", "sourceDescriptions",
    "components"};

static void check_each_name(const char *name, const struct naming *naming, struct json_cursor *cursor)
{
    for (size_t i = 0; i < COUNT_OF(reserved); i++)
        if (strcmp(name, reserved[i]) == 0)
            json_cursor_problem(cursor, "another name", "x-as '%s' is a word of Arazzo", name);
    for (const struct each_naming *each = naming->each; each != NULL; each = each->outer)
        if (each->name != NULL && strcmp(each->name, name) == 0)
            json_cursor_problem(cursor, "another name",
                                "x-as '%s' is already used by an x-each around this one", name);
    for (const char *at = name; *at != '\0' || at == name; at++) {
        if (isalnum((unsigned char)*at) || *at == '_' || *at == '-')
            continue;
        json_cursor_problem(cursor, "letters, digits, '_' and '-'", "x-as is not a valid name");
        return;
    }
}

static unsigned levels(const struct naming *naming)
{
    unsigned count = 0;

    for (const struct each_naming *each = naming->each; each != NULL; each = each->outer)
        count++;
    return count;
}

static void read_each(struct payload *payload, struct json_object *tree, struct json_cursor *cursor,
                      const struct naming *naming, unsigned depth)
{
    static const char *const known[] = {"value", NULL};
    const char *over = json_cursor_text(cursor, tree, "x-each"), *as = tree_text_of(tree, "x-as");
    struct each_naming each = {.name = as, .outer = naming->each};
    struct naming inner = *naming;
    struct fault why;

    payload->kind = PAYLOAD_EACH;
    json_cursor_known_members(cursor, tree, known);
    if (levels(naming) >= EACH_DEPTH_MAX || depth > TREE_DEPTH_MAX) {
        json_cursor_problem(cursor, "", "x-each nests deeper than %d", EACH_DEPTH_MAX);
        return;
    }
    if (as != NULL)
        check_each_name(as, naming, cursor);
    payload->each_name = memory_text(as);
    if (over != NULL && !template_parse(over, naming, &payload->template, &why))
        json_cursor_problem(cursor, "", "%s", why.text);
    each.over = payload->template != NULL ? template_expression(payload->template) : NULL;
    inner.each = &each;
    if (!tree_has(tree, "value"))
        json_cursor_problem(cursor, "", "x-each has no 'value'");
    size_t mark = json_cursor_enter(cursor, "value");
    add_part(payload, NULL, read_value(tree_member(tree, "value"), cursor, &inner, depth + 1));
    json_cursor_leave(cursor, mark);
}

static void read_list(struct payload *payload, struct json_object *list, struct json_cursor *cursor,
                      const struct naming *naming, unsigned depth)
{
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        size_t mark = json_cursor_enter_item(cursor, i);
        add_part(payload, NULL, read_value(json_object_array_get_idx(list, i), cursor, naming, depth + 1));
        json_cursor_leave(cursor, mark);
    }
}

static void read_first(struct payload *payload, struct json_object *tree, struct json_cursor *cursor,
                       const struct naming *naming, unsigned depth)
{
    static const char *const known[] = {NULL};
    struct json_object *list = tree_member(tree, "x-first");

    payload->kind = PAYLOAD_FIRST;
    json_cursor_known_members(cursor, tree, known);
    size_t mark = json_cursor_enter(cursor, "x-first");
    if (json_object_is_type(list, json_type_array) && json_object_array_length(list) > 0)
        read_list(payload, list, cursor, naming, depth);
    else
        json_cursor_problem(cursor, "a list of values, of which the first that is not null counts",
                            "x-first is no list, or an empty one");
    json_cursor_leave(cursor, mark);
}

static struct payload *read_value(struct json_object *tree, struct json_cursor *cursor,
                                  const struct naming *naming, unsigned depth)
{
    struct payload *payload = memory_new(1, sizeof *payload);

    if (tree_has(tree, "context") && tree_has(tree, "selector"))
        json_cursor_problem(cursor, "write an expression", "selector objects are not run by this worker");
    if (tree_text(tree) != NULL) {
        read_template(payload, tree_text(tree), cursor, naming);
    } else if (tree_has(tree, "x-each")) {
        read_each(payload, tree, cursor, naming, depth);
    } else if (tree_has(tree, "x-first")) {
        read_first(payload, tree, cursor, naming, depth);
    } else if (json_object_is_type(tree, json_type_object)) {
        payload->kind = PAYLOAD_OBJECT;
        TREE_EACH(tree, name, value)
        {
            size_t mark = json_cursor_enter(cursor, name);
            add_part(payload, name, read_value(value, cursor, naming, depth + 1));
            json_cursor_leave(cursor, mark);
        }
    } else if (json_object_is_type(tree, json_type_array)) {
        payload->kind = PAYLOAD_LIST;
        read_list(payload, tree, cursor, naming, depth);
    } else {
        payload->literal = json_object_get(tree);
    }
    return payload;
}

struct payload *payload_read(struct json_object *tree, struct json_cursor *cursor,
                             const struct naming *naming)
{
    return read_value(tree, cursor, naming, 0);
}

const struct expression *payload_expression(const struct payload *payload)
{
    return payload->kind == PAYLOAD_TEMPLATE && payload->template != NULL
               ? template_expression(payload->template)
               : NULL;
}
