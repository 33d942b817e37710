/* References inside the description, and which outermost types a schema allows. See openapi_inside.h. */
#include "openapi_inside.h"

#include "invariant.h"
#include "memory.h"
#include "names.h"

#include <string.h>
#include <strings.h>

enum { HOPS_MAX = 32, DEPTH_MAX = 32, SCHEMAS_MAX = 2000 };

struct walk {
    const struct openapi_reader *reader;
    unsigned seen; /* schemas so far: a few lines can name each other billions of times */
};

static int hex_digit(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = digit == '\0' ? NULL : strchr(digits, digit | 0x20);

    return found == NULL ? -1 : (int)(found - digits);
}

/* A fragment of a URI is percent-encoded, the JSON pointer in it has ~0 and ~1 besides (RFC 6901 section 6). */
static char *decoded(const char *fragment)
{
    char *text = memory_text(fragment), *to = text;

    for (const char *at = text; *at != '\0'; at++) {
        REQUIRE(to <= at); /* decoded in its own place */
        int high = *at == '%' ? hex_digit(at[1]) : -1, low = high < 0 ? -1 : hex_digit(at[2]);
        if (low >= 0)
            at += 2;
        *to++ = low >= 0 ? (char)(high * 16 + low) : *at;
    }
    *to = '\0';
    return text;
}

static struct json_object *target_of(const struct openapi_reader *reader, const char *reference)
{
    if (reference[0] != '#' || (reference[1] != '\0' && reference[1] != '/'))
        return NULL;
    CLEANUP(memory_release) char *pointer = decoded(reference + 1);
    return tree_at(reader->root, pointer);
}

/* Where this tree's own $ref leads; null, with a mistake recorded, when it leads nowhere. */
static struct json_object *follow(const struct openapi_reader *reader, struct json_object *tree)
{
    const char *reference = tree_text_of(tree, "$ref");
    struct json_object *target = reference == NULL ? NULL : target_of(reader, reference);

    if (target == NULL)
        json_cursor_problem(reader->cursor, "a pointer inside this file, as #/components/parameters/x",
                            "the $ref leads nowhere");
    return target;
}

struct json_object *openapi_resolve(const struct openapi_reader *reader, struct json_object *tree)
{
    for (int hops = 0; tree_has(tree, "$ref"); hops++) {
        if (hops == HOPS_MAX)
            json_cursor_problem(reader->cursor, "a $ref that ends at what it names",
                                "the $ref leads in a circle");
        tree = hops == HOPS_MAX ? NULL : follow(reader, tree);
    }
    return tree;
}

static enum reply_type types_of(struct walk *walk, struct json_object *schema, unsigned depth);

static enum reply_type type_named(const struct openapi_reader *reader, const char *name)
{
    static const char *const names[] = {"null",   "boolean", "integer", "number",
                                        "string", "array",   "object",  NULL};
    static const enum reply_type types[] = {REPLY_NULL, REPLY_BOOLEAN, REPLY_NUMBER, REPLY_NUMBER,
                                            REPLY_TEXT, REPLY_LIST,    REPLY_OBJECT};
    NAMES_COMPLETE(names, COUNT_OF(types)); /* and the null */
    int index = names_find(names, name);

    if (index >= 0)
        return types[index];
    json_cursor_problem(reader->cursor, "null, boolean, integer, number, string, array or object",
                        "'type' names no type of JSON Schema");
    return REPLY_JSON;
}

static enum reply_type types_by_type(const struct openapi_reader *reader, struct json_object *schema)
{
    struct json_object *type = tree_member(schema, "type");
    enum reply_type types = 0;

    if (!tree_has(schema, "type"))
        return REPLY_JSON;
    if (!json_object_is_type(type, json_type_array))
        types = type_named(reader, tree_text(type));
    else
        for (size_t i = 0; i < json_object_array_length(type); i++)
            types |= type_named(reader, tree_text(json_object_array_get_idx(type, i)));
    if (reader->old && json_object_get_boolean(tree_member(schema, "nullable")))
        types |= REPLY_NULL;
    return types;
}

enum reply_type reply_type_of(const struct json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_null:
        return REPLY_NULL;
    case json_type_boolean:
        return REPLY_BOOLEAN;
    case json_type_int:
    case json_type_double:
        return REPLY_NUMBER;
    case json_type_string:
        return REPLY_TEXT;
    case json_type_array:
        return REPLY_LIST;
    case json_type_object:
        break;
    }
    return REPLY_OBJECT;
}

static enum reply_type types_by_values(struct json_object *schema)
{
    struct json_object *list = tree_member(schema, "enum");
    enum reply_type types = 0;

    if (tree_has(schema, "const"))
        return reply_type_of(tree_member(schema, "const"));
    if (!json_object_is_type(list, json_type_array))
        return REPLY_JSON;
    for (size_t i = 0; i < json_object_array_length(list); i++)
        types |= reply_type_of(json_object_array_get_idx(list, i));
    return types;
}

/* allOf: what all allow; oneOf and anyOf: what any allows. */
static enum reply_type types_by_parts(struct walk *walk, struct json_object *schema, const char *member,
                                      unsigned depth)
{
    struct json_object *list = tree_member(schema, member);
    bool all = strcmp(member, "allOf") == 0;
    enum reply_type types = all ? REPLY_JSON : 0;

    if (!tree_has(schema, member))
        return REPLY_JSON;
    if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) == 0) {
        json_cursor_problem(walk->reader->cursor, "a list of schemas", "'%s' is not a list", member);
        return REPLY_JSON;
    }
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        enum reply_type one = types_of(walk, json_object_array_get_idx(list, i), depth + 1);
        types = all ? types & one : types | one;
    }
    return types;
}

/* if, then and else: one of the last two holds, and a missing one allows everything. */
static enum reply_type types_by_condition(struct walk *walk, struct json_object *schema, unsigned depth)
{
    if (!tree_has(schema, "if") || !tree_has(schema, "then") || !tree_has(schema, "else"))
        return REPLY_JSON;
    return types_of(walk, tree_member(schema, "then"), depth + 1) |
           types_of(walk, tree_member(schema, "else"), depth + 1);
}

/* Strictly, members say nothing of a value that is not an object; but nobody who lists them means a text. */
static enum reply_type types_meant(struct json_object *schema)
{
    enum reply_type types = 0;

    if (tree_has(schema, "properties") || tree_has(schema, "additionalProperties") ||
        tree_has(schema, "required"))
        types |= REPLY_OBJECT;
    if (tree_has(schema, "items") || tree_has(schema, "prefixItems"))
        types |= REPLY_LIST;
    return types == 0 ? REPLY_JSON : types;
}

static enum reply_type types_of_object(struct walk *walk, struct json_object *schema, unsigned depth)
{
    enum reply_type types = REPLY_JSON;

    if (tree_has(schema, "$ref")) {
        struct json_object *target = follow(walk->reader, schema);
        types = target == NULL ? REPLY_JSON : types_of(walk, target, depth + 1);
        if (walk->reader->old)
            return types;
    }
    types &= types_by_type(walk->reader, schema) & types_by_values(schema);
    types &= types_by_parts(walk, schema, "allOf", depth) & types_by_parts(walk, schema, "oneOf", depth) &
             types_by_parts(walk, schema, "anyOf", depth) & types_by_condition(walk, schema, depth);
    if (tree_has(schema, "$dynamicRef") || tree_has(schema, "$recursiveRef"))
        json_cursor_problem(walk->reader->cursor, "a $ref to a pointer inside this file",
                            "a schema by $dynamicRef is not understood");
    return types == REPLY_JSON ? types_meant(schema) : types;
}

static enum reply_type types_of(struct walk *walk, struct json_object *schema, unsigned depth)
{
    walk->seen = depth > DEPTH_MAX ? SCHEMAS_MAX : walk->seen;
    if (++walk->seen > SCHEMAS_MAX)
        return REPLY_JSON;
    if (json_object_is_type(schema, json_type_boolean))
        return json_object_get_boolean(schema) ? REPLY_JSON : 0;
    if (json_object_is_type(schema, json_type_object))
        return types_of_object(walk, schema, depth);
    json_cursor_problem(walk->reader->cursor, "{\"type\": \"object\"}", "this is not a schema");
    return REPLY_JSON;
}

enum reply_type openapi_schema_types(const struct openapi_reader *reader, struct json_object *schema)
{
    struct walk walk = {.reader = reader};

    if (schema == NULL)
        return REPLY_JSON;
    enum reply_type types = types_of(&walk, schema, 0);
    if (walk.seen > SCHEMAS_MAX)
        json_cursor_problem(reader->cursor, "a schema with a plain type",
                            "the schema is too large, or contains itself");
    else if (types == 0)
        json_cursor_problem(reader->cursor, "a type that all parts of the schema allow",
                            "the schema allows no value");
    /* Null beside something else: what a step can read is the something else. */
    return types == REPLY_NULL || types == REPLY_JSON ? types : types & ~(unsigned)REPLY_NULL;
}
