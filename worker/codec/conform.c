/* Brings plain JSON into the shape of a schema, or says what does not fit. */
#include "projection.h"

#include "invariant.h"
#include "memory.h"
#include "scalar.h"
#include "tree.h"
#include "tree_build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct conform {
    enum projection_mode mode;
    struct fault *why;
};

static bool conform(struct conform *with, const struct schema_node *node, struct json_object *tree,
                    const struct value_path *at, struct json_object **out);

static const char *got(struct json_object *tree)
{
    switch (json_object_get_type(tree)) {
    case json_type_null:
        return "null";
    case json_type_boolean:
        return "true or false";
    case json_type_int:
    case json_type_double:
        return "a number";
    case json_type_object:
        return "an object";
    case json_type_array:
        return "a list";
    case json_type_string:
        return "text";
    }
    return "something else";
}

static bool expected(struct conform *with, const char *what, struct json_object *tree,
                     const struct value_path *at)
{
    return value_path_fault(at, with->why, "%s expected, got %s", what, got(tree));
}

static bool is_number(struct json_object *tree)
{
    return json_object_is_type(tree, json_type_int) || json_object_is_type(tree, json_type_double);
}

/* The text of a text; of a number too where we are lenient. Null otherwise. */
static const char *text_of(struct conform *with, struct json_object *tree, size_t *length)
{
    const char *text = tree_text(tree);

    if (text == NULL && with->mode == PROJECTION_LENIENT && is_number(tree))
        text = json_object_get_string(tree);
    if (text != NULL)
        *length = json_object_is_type(tree, json_type_string) ? (size_t)json_object_get_string_len(tree)
                                                              : strlen(text);
    return text;
}

/* Decimal notation only: strtod() alone would take "inf", "0x10" and leading space. */
static bool text_is_number(const char *text, double *value)
{
    char *end;

    if (*text == '\0' || strspn(text, "0123456789+-.eE") != strlen(text))
        return false;
    *value = strtod(text, &end);
    return *end == '\0';
}

static bool text_is_integer(const char *text, int64_t *value)
{
    char *end;

    if (*text == '\0' || strspn(text, "0123456789-") != strlen(text))
        return false;
    errno = 0;
    *value = strtoll(text, &end, 10);
    return *end == '\0' && errno == 0;
}

/* A number of more than 64 bits, which tree.h keeps as a text. */
static bool is_wide(struct json_object *tree)
{
    const char *text = tree_text(tree);

    return text != NULL && strlen(text) > 18 && text[strspn(text, "-0123456789")] == '\0';
}

/* Whole numbers also as 5.0: JSON has only one kind of number. */
static bool integer_of(struct conform *with, struct json_object *tree, int64_t *value)
{
    if (json_object_is_type(tree, json_type_int)) {
        *value = json_object_get_int64(tree);
        return *value != INT64_MAX || json_object_get_uint64(tree) == (uint64_t)INT64_MAX;
    }
    if (json_object_is_type(tree, json_type_double)) {
        double number = json_object_get_double(tree);
        bool whole = number >= -9007199254740992.0 && number <= 9007199254740992.0;
        *value = whole ? (int64_t)number : 0;
        return whole && !((double)*value < number) && !((double)*value > number);
    }
    const char *text = with->mode == PROJECTION_LENIENT ? tree_text(tree) : NULL;
    return text != NULL && text_is_integer(text, value);
}

/* BT puts blanks around some of its date-times. Owned by the caller. */
static char *without_blanks(const char *text)
{
    size_t start = strspn(text, " \t\r\n"), length = strlen(text);

    while (length > start && strchr(" \t\r\n", text[length - 1]) != NULL)
        length--;
    return memory_text_of(text + start, length - start);
}

static bool conform_integer(struct conform *with, const struct schema_node *node, struct json_object *tree,
                            const struct value_path *at, struct json_object **out)
{
    int64_t value = 0;

    if (scalar_is_text(node)) {
        const char *text = tree_text(tree);
        if (text == NULL)
            return expected(with, node->kind == SCHEMA_INT ? "a date" : "a moment", tree, at);
        CLEANUP(memory_release)
        char *trimmed = with->mode == PROJECTION_LENIENT ? without_blanks(text) : NULL;
        TRY(scalar_to_integer(node, trimmed != NULL ? trimmed : text, at, &value, with->why));
    } else {
        if (!integer_of(with, tree, &value))
            return is_number(tree) ? value_path_fault(at, with->why, "a whole number expected")
                   : is_wide(tree) ? value_path_fault(at, with->why, "a number of at most 64 bits expected")
                                   : expected(with, "a whole number", tree, at);
        if (node->kind == SCHEMA_INT && (value < INT32_MIN || value > INT32_MAX))
            return value_path_fault(at, with->why, "a number of at most 32 bits expected");
    }
    return scalar_of_integer(node, value, at, out, with->why);
}

static bool conform_number(struct conform *with, const struct schema_node *node, struct json_object *tree,
                           const struct value_path *at, struct json_object **out)
{
    const char *text = with->mode == PROJECTION_LENIENT ? tree_text(tree) : NULL;
    double value;

    if (text == NULL && !is_number(tree))
        return expected(with, "a number", tree, at);
    if (text == NULL)
        value = json_object_get_double(tree);
    else if (!text_is_number(text, &value))
        return expected(with, "a number", tree, at);
    return scalar_of_number(node, node->kind == SCHEMA_FLOAT ? (double)(float)value : value, at, out,
                            with->why);
}

static bool conform_bytes(struct conform *with, const struct schema_node *node, struct json_object *tree,
                          const struct value_path *at, struct json_object **out)
{
    CLEANUP(buffer_release) struct buffer bytes = {.ceiling = INT32_MAX};
    size_t length = 0;
    const char *text = text_of(with, tree, &length);

    if (text == NULL)
        return expected(with, node->logical == SCHEMA_LOGICAL_DECIMAL ? "a decimal as text" : "base64 text",
                        tree, at);
    TRY(scalar_to_bytes(node, text, length, at, &bytes, with->why));
    return scalar_of_bytes(node, buffer_text(&bytes), bytes.length, at, out, with->why);
}

static bool conform_text(struct conform *with, const struct schema_node *node, struct json_object *tree,
                         const struct value_path *at, struct json_object **out)
{
    size_t length = 0;
    const char *text = text_of(with, tree, &length);

    if (text == NULL)
        return expected(with, "text", tree, at);
    return scalar_of_text(node, text, length, at, out, with->why);
}

static bool conform_enum(struct conform *with, const struct schema_node *node, struct json_object *tree,
                         const struct value_path *at, struct json_object **out)
{
    const char *text = tree_text(tree);
    REQUIRE(node->symbol_default < (int)node->symbol_count);
    int found = with->mode == PROJECTION_LENIENT ? node->symbol_default : -1;

    if (text == NULL)
        return expected(with, "text", tree, at);
    for (size_t i = 0; i < node->symbol_count; i++)
        if (strcmp(node->symbols[i], text) == 0)
            found = (int)i;
    if (found < 0)
        return value_path_fault(at, with->why, "not one of the symbols of %.100s", node->name);
    *out = json_object_new_string(node->symbols[found]);
    return true;
}

static bool conform_list(struct conform *with, const struct schema_node *node, struct json_object *tree,
                         const struct value_path *at, struct json_object **out)
{
    CLEANUP(tree_release) struct json_object *made = NULL;
    bool single = with->mode == PROJECTION_LENIENT && json_object_is_type(tree, json_type_object);

    if (!single && !json_object_is_type(tree, json_type_array))
        return expected(with, "a list", tree, at);
    made = json_object_new_array();
    size_t count = single ? 1 : json_object_array_length(tree);
    for (size_t i = 0; i < count; i++) {
        struct value_path here = {.up = at, .index = i};
        struct json_object *item = NULL;
        TRY(conform(with, node->items, single ? tree : json_object_array_get_idx(tree, i), &here, &item));
        json_object_array_add(made, item);
    }
    *out = TAKE(made);
    return true;
}

static bool conform_map(struct conform *with, const struct schema_node *node, struct json_object *tree,
                        const struct value_path *at, struct json_object **out)
{
    CLEANUP(tree_release) struct json_object *made = NULL;

    if (!json_object_is_type(tree, json_type_object))
        return expected(with, "an object", tree, at);
    made = json_object_new_object();
    TREE_EACH(tree, key, value)
    {
        struct value_path here = {.up = at, .name = key};
        struct json_object *member = NULL;
        TRY(conform(with, node->items, value, &here, &member));
        tree_add(made, key, member);
    }
    *out = TAKE(made);
    return true;
}

static bool conform_field(struct conform *with, const struct schema_field *field, struct json_object *tree,
                          const struct value_path *at, struct json_object **out)
{
    struct json_object *value = NULL;
    bool there = json_object_object_get_ex(tree, field->name, &value);
    bool lenient = with->mode == PROJECTION_LENIENT;

    if (field->has_default && (!there || (lenient && value == NULL))) {
        if (field->field_default != NULL)
            json_object_deep_copy(field->field_default, out, NULL);
        return true;
    }
    if (!there && !(lenient && schema_nullable(field->type)))
        return value_path_fault(at, with->why, "missing");
    return conform(with, field->type, value, at, out);
}

static bool no_others(struct conform *with, const struct schema_node *node, struct json_object *tree,
                      const struct value_path *at)
{
    char quoted[VALUE_PATH_QUOTE_SIZE];

    TREE_EACH(tree, name, value)
    {
        (void)value;
        if (schema_field(node, name) == NULL)
            return value_path_fault(at, with->why, "member '%s' is not known here",
                                    value_path_quote(name, quoted));
    }
    return true;
}

static bool conform_record(struct conform *with, const struct schema_node *node, struct json_object *tree,
                           const struct value_path *at, struct json_object **out)
{
    CLEANUP(tree_release) struct json_object *made = NULL;

    if (!json_object_is_type(tree, json_type_object))
        return expected(with, "an object", tree, at);
    if (with->mode == PROJECTION_STRICT)
        TRY(no_others(with, node, tree, at));
    made = json_object_new_object();
    for (size_t i = 0; i < node->field_count; i++) {
        struct value_path here = {.up = at, .name = node->fields[i].name};
        struct json_object *member = NULL;
        TRY(conform_field(with, &node->fields[i], tree, &here, &member));
        json_object_object_add_ex(made, node->fields[i].name, member, JSON_C_OBJECT_ADD_KEY_IS_NEW);
    }
    *out = TAKE(made);
    return true;
}

/* Several types: the first that fits strictly, then the first that fits at all. */
static bool try_branches(struct conform *with, const struct schema_node *node, struct json_object *tree,
                         const struct value_path *at, size_t *branch, struct json_object **out)
{
    struct fault ignored;

    for (enum projection_mode mode = PROJECTION_STRICT; mode <= with->mode; mode++) {
        struct conform trial = {.mode = mode, .why = &ignored};
        for (size_t i = 0; i < node->branch_count; i++) {
            if (node->branches[i]->kind == SCHEMA_NULL || !conform(&trial, node->branches[i], tree, at, out))
                continue;
            *branch = i;
            return true;
        }
    }
    return value_path_fault(at, with->why, "fits none of the %zu types allowed here", node->branch_count);
}

static bool conform_union(struct conform *with, const struct schema_node *node, struct json_object *tree,
                          const struct value_path *at, size_t *branch, struct json_object **out)
{
    size_t others = 0, other = 0;

    for (size_t i = 0; i < node->branch_count; i++) {
        if (node->branches[i]->kind != SCHEMA_NULL) {
            others++;
            other = i;
        } else if (tree == NULL) {
            *branch = i;
            *out = NULL;
            return true;
        }
    }
    if (others != 1)
        return try_branches(with, node, tree, at, branch, out);
    *branch = other;
    return conform(with, node->branches[other], tree, at, out);
}

static bool conform(struct conform *with, const struct schema_node *node, struct json_object *tree,
                    const struct value_path *at, struct json_object **out)
{
    size_t branch;

    switch (node->kind) {
    case SCHEMA_NULL:
        *out = NULL;
        return tree == NULL || expected(with, "null", tree, at);
    case SCHEMA_BOOLEAN:
        if (!json_object_is_type(tree, json_type_boolean))
            return expected(with, "true or false", tree, at);
        *out = json_object_new_boolean(json_object_get_boolean(tree));
        return true;
    case SCHEMA_INT:
    case SCHEMA_LONG:
        return conform_integer(with, node, tree, at, out);
    case SCHEMA_FLOAT:
    case SCHEMA_DOUBLE:
        return conform_number(with, node, tree, at, out);
    case SCHEMA_BYTES:
    case SCHEMA_FIXED:
        return conform_bytes(with, node, tree, at, out);
    case SCHEMA_STRING:
        return conform_text(with, node, tree, at, out);
    case SCHEMA_ENUM:
        return conform_enum(with, node, tree, at, out);
    case SCHEMA_ARRAY:
        return conform_list(with, node, tree, at, out);
    case SCHEMA_MAP:
        return conform_map(with, node, tree, at, out);
    case SCHEMA_RECORD:
        return conform_record(with, node, tree, at, out);
    case SCHEMA_UNION:
        return conform_union(with, node, tree, at, &branch, out);
    }
    return false;
}

bool projection_conform(const struct schema_node *node, struct json_object *tree, enum projection_mode mode,
                        struct json_object **out, struct fault *why)
{
    struct conform with = {.mode = mode, .why = why};
    struct json_object *made = NULL;

    TRY(conform(&with, node, tree, NULL, &made));
    REQUIRE(node->kind != SCHEMA_RECORD || json_object_object_length(made) == (int)node->field_count);
    *out = made;
    return true;
}

bool projection_branch(const struct schema_node *node, struct json_object *tree, size_t *branch,
                       struct fault *why)
{
    struct conform with = {.mode = PROJECTION_STRICT, .why = why};
    CLEANUP(tree_release) struct json_object *made = NULL;

    REQUIRE(node->kind == SCHEMA_UNION && node->branch_count > 0);
    if (node->branch_count == 2 && schema_nullable(node)) { /* nothing to try: the usual case, and no copy */
        bool null_first = node->branches[0]->kind == SCHEMA_NULL;
        *branch = (tree == NULL) == null_first ? 0 : 1;
        return true;
    }
    return conform_union(&with, node, tree, NULL, branch, &made);
}
