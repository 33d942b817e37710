/* Compiles a payload into templates, and fills it in for one order. */
#include "payload.h"

#include "invariant.h"
#include "memory.h"
#include "tree_build.h"

#include <ctype.h>
#include <string.h>

enum { EACH_DEPTH_MAX = 16, ITEMS_MAX = 100000 };

enum payload_kind {
    PAYLOAD_LITERAL,
    PAYLOAD_TEMPLATE,
    PAYLOAD_OBJECT,
    PAYLOAD_LIST,
    PAYLOAD_EACH,
    PAYLOAD_FIRST
};

struct payload {
    enum payload_kind kind;
    struct json_object *literal;
    struct template *template; /* of PAYLOAD_EACH: what is gone through */
    char *each_name;
    char **names; /* of an object's members */
    struct payload **parts;
    size_t count;
};

static struct payload *read_value(struct json_object *tree, struct json_cursor *cursor,
                                  const struct naming *naming, unsigned depth);

void *payload_free(struct payload *payload)
{
    if (payload == NULL)
        return NULL;
    for (size_t i = 0; i < payload->count; i++) {
        if (payload->names != NULL)
            memory_free(payload->names[i]);
        payload_free(payload->parts[i]);
    }
    memory_free(payload->names);
    memory_free(payload->parts);
    memory_free(payload->each_name);
    template_free(payload->template);
    json_object_put(payload->literal);
    return memory_free(payload);
}

static void add_part(struct payload *payload, const char *name, struct payload *part)
{
    payload->parts = memory_resize(payload->parts, payload->count + 1, sizeof(struct payload *));
    payload->parts[payload->count] = part;
    if (name != NULL) {
        payload->names = memory_resize(payload->names, payload->count + 1, sizeof(char *));
        payload->names[payload->count] = memory_text(name);
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

/* --- evaluation --- */

/* Not empty in the file, and came out empty: left out in turn. */
static bool is_emptied(const struct payload *part, struct json_object *value)
{
    if (part->count == 0)
        return false;
    return json_object_is_type(value, json_type_object)  ? json_object_object_length(value) == 0
           : json_object_is_type(value, json_type_array) ? json_object_array_length(value) == 0
                                                         : false;
}

/* A null that is written in the file stays, everywhere. */
static bool is_pair_without_value(const struct payload *part, struct json_object *value)
{
    for (size_t i = 0; part->kind == PAYLOAD_OBJECT && i < part->count; i++)
        if (strcmp(part->names[i], "value") == 0)
            return part->parts[i]->kind != PAYLOAD_LITERAL && tree_member(value, "value") == NULL;
    return false;
}

static void splice(struct json_object *list, struct json_object *items)
{
    for (size_t i = 0; i < json_object_array_length(items); i++)
        json_object_array_add(list, json_object_get(json_object_array_get_idx(items, i)));
}

/* Adds what one list element or one turn of an x-each gives. */
static void add_element(const struct payload *part, const struct scope *scope, struct json_object *list)
{
    if (json_object_array_length(list) >= ITEMS_MAX)
        return;
    struct json_object *value = payload_value(part, scope);
    bool literal_null = part->kind == PAYLOAD_LITERAL && value == NULL;
    if (part->kind == PAYLOAD_EACH) {
        splice(list, value);
    } else if ((value != NULL || literal_null) && !is_pair_without_value(part, value) &&
               !is_emptied(part, value)) {
        json_object_array_add(list, value);
        return;
    }
    json_object_put(value);
}

static void add_turn(const struct payload *body, const struct scope *scope, struct json_object *list)
{
    if (body->kind != PAYLOAD_LIST) {
        add_element(body, scope, list);
        return;
    }
    for (size_t i = 0; i < body->count; i++)
        add_element(body->parts[i], scope, list);
}

static struct json_object *each_value(const struct payload *payload, const struct scope *scope)
{
    CLEANUP(tree_release) struct json_object *over = template_value(payload->template, scope);
    struct json_object *list = json_object_new_array();
    struct each each = {.name = payload->each_name, .outer = scope->each};
    struct scope inner = *scope;
    bool is_list = json_object_is_type(over, json_type_array);
    size_t count = is_list ? json_object_array_length(over) : over != NULL;

    inner.each = &each;
    for (size_t i = 0; i < count; i++) {
        each.item = is_list ? json_object_array_get_idx(over, i) : over;
        each.position = (unsigned)i + 1;
        add_turn(payload->parts[0], &inner, list);
    }
    return list;
}

static struct json_object *object_value(const struct payload *payload, const struct scope *scope)
{
    struct json_object *object = json_object_new_object();

    for (size_t i = 0; i < payload->count; i++) {
        const struct payload *part = payload->parts[i];
        struct json_object *value = payload_value(part, scope);
        if (is_emptied(part, value) || (value == NULL && part->kind != PAYLOAD_LITERAL))
            json_object_put(value);
        else
            tree_add(object, payload->names[i], value);
    }
    return object;
}

static struct json_object *first_value(const struct payload *payload, const struct scope *scope)
{
    struct json_object *value = NULL;

    for (size_t i = 0; i < payload->count && value == NULL; i++)
        value = payload_value(payload->parts[i], scope);
    return value;
}

struct json_object *payload_value(const struct payload *payload, const struct scope *scope)
{
    struct json_object *list;

    REQUIRE(payload->kind != PAYLOAD_EACH || payload->count == 1);
    switch (payload->kind) {
    case PAYLOAD_LITERAL:
        return json_object_get(payload->literal);
    case PAYLOAD_TEMPLATE:
        return template_value(payload->template, scope);
    case PAYLOAD_OBJECT:
        return object_value(payload, scope);
    case PAYLOAD_EACH:
        return each_value(payload, scope);
    case PAYLOAD_FIRST:
        return first_value(payload, scope);
    case PAYLOAD_LIST:
        list = json_object_new_array();
        for (size_t i = 0; i < payload->count; i++)
            add_element(payload->parts[i], scope, list);
        return list;
    }
    return NULL;
}
