/*
 * Defaults: from the JSON that Avro writes in a schema (bytes as text of code points up to 255, moments as numbers) to
 * the plain JSON that the rest of the program knows. A union takes the first of its branches that fits, as the
 * specification has it since 1.12; before that it was the first branch only.
 */
#include "schema_inside.h"

#include "memory.h"
#include "scalar.h"
#include "tree.h"
#include "tree_build.h"

#include <math.h>
#include <string.h>

enum { DEPTH_MAX = 64 };

static bool preset(const struct schema_node *node, struct json_object *written, const struct value_path *at,
                   unsigned depth, struct json_object **plain, struct fault *why);

static bool preset_number(const struct schema_node *node, struct json_object *written,
                          const struct value_path *at, struct json_object **plain, struct fault *why)
{
    bool whole = json_object_is_type(written, json_type_int);

    if (!whole && !json_object_is_type(written, json_type_double))
        return value_path_fault(at, why, "a number expected");
    if (node->kind == SCHEMA_FLOAT || node->kind == SCHEMA_DOUBLE)
        return scalar_of_number(node, json_object_get_double(written), at, plain, why);
    int64_t value = json_object_get_int64(written);
    if (!whole || (node->kind == SCHEMA_INT && (value < INT32_MIN || value > INT32_MAX)))
        return value_path_fault(at, why, "a whole number expected that fits in %s",
                                schema_kind_name(node->kind));
    return scalar_of_integer(node, value, at, plain, why);
}

/* Each code point, up to 255, is a byte; json-c holds them as UTF-8. */
static bool preset_bytes(const struct schema_node *node, const char *text, size_t length,
                         const struct value_path *at, struct json_object **plain, struct fault *why)
{
    CLEANUP(buffer_release) struct buffer bytes = {0};

    buffer_init(&bytes, SCHEMA_FIXED_MAX);
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)text[i];
        if (byte >= 0x80) {
            if ((byte != 0xc2 && byte != 0xc3) || i + 1 == length)
                return value_path_fault(at, why, "characters up to 255 expected, each one a byte");
            byte = (uint8_t)((byte & 3) << 6 | ((uint8_t)text[++i] & 0x3f));
        }
        buffer_add_byte(&bytes, byte);
    }
    if (bytes.full || (node->kind == SCHEMA_FIXED && bytes.length != node->size))
        return value_path_fault(at, why, "%zu bytes expected", node->size);
    return scalar_of_bytes(node, buffer_text(&bytes), bytes.length, at, plain, why);
}

static bool preset_text(const struct schema_node *node, struct json_object *written,
                        const struct value_path *at, struct json_object **plain, struct fault *why)
{
    const char *text = tree_text(written);

    if (text == NULL)
        return value_path_fault(at, why, "text expected");
    size_t length = (size_t)json_object_get_string_len(written);
    if (node->kind == SCHEMA_STRING)
        return scalar_of_text(node, text, length, at, plain, why);
    if (node->kind != SCHEMA_ENUM)
        return preset_bytes(node, text, length, at, plain, why);
    for (size_t i = 0; i < node->symbol_count; i++) {
        if (strcmp(node->symbols[i], text) == 0) {
            *plain = json_object_new_string(text);
            return true;
        }
    }
    return value_path_fault(at, why, "a symbol of %s expected", node->name);
}

static bool preset_record(const struct schema_node *node, struct json_object *written,
                          const struct value_path *at, unsigned depth, struct json_object **plain,
                          struct fault *why)
{
    CLEANUP(tree_release) struct json_object *made = json_object_new_object();

    if (!json_object_is_type(written, json_type_object))
        return value_path_fault(at, why, "an object expected");
    for (size_t i = 0; i < node->field_count; i++) {
        const struct schema_field *field = &node->fields[i];
        struct value_path here = {.up = at, .name = field->name};
        struct json_object *value = NULL;

        if (!tree_has(written, field->name) && !field->has_default)
            return value_path_fault(&here, why, "missing");
        if (tree_has(written, field->name))
            TRY(preset(field->type, tree_member(written, field->name), &here, depth + 1, &value, why));
        else if (field->field_default !=
                 NULL) /* compiled already, or null, or not a default that this one may rest on */
            json_object_deep_copy(field->field_default, &value, NULL);
        else if (!schema_nullable(field->type))
            return value_path_fault(&here, why, "missing, and its own default stands later in the text");
        tree_add(made, field->name, value);
    }
    *plain = TAKE(made);
    return true;
}

static bool preset_list(const struct schema_node *node, struct json_object *written,
                        const struct value_path *at, unsigned depth, struct json_object **plain,
                        struct fault *why)
{
    CLEANUP(tree_release) struct json_object *made = json_object_new_array();

    if (!json_object_is_type(written, json_type_array))
        return value_path_fault(at, why, "a list expected");
    for (size_t i = 0; i < json_object_array_length(written); i++) {
        struct value_path here = {.up = at, .index = i};
        struct json_object *value = NULL;
        TRY(preset(node->items, json_object_array_get_idx(written, i), &here, depth + 1, &value, why));
        json_object_array_add(made, value);
    }
    *plain = TAKE(made);
    return true;
}

static bool preset_map(const struct schema_node *node, struct json_object *written,
                       const struct value_path *at, unsigned depth, struct json_object **plain,
                       struct fault *why)
{
    CLEANUP(tree_release) struct json_object *made = json_object_new_object();

    if (!json_object_is_type(written, json_type_object))
        return value_path_fault(at, why, "an object expected");
    TREE_EACH(written, key, member)
    {
        struct value_path here = {.up = at, .name = key};
        struct json_object *value = NULL;
        TRY(preset(node->items, member, &here, depth + 1, &value, why));
        tree_add(made, key, value);
    }
    *plain = TAKE(made);
    return true;
}

static bool preset_union(const struct schema_node *node, struct json_object *written,
                         const struct value_path *at, unsigned depth, struct json_object **plain,
                         struct fault *why)
{
    struct fault first;

    for (size_t i = 0; i < node->branch_count; i++)
        if (preset(node->branches[i], written, at, depth + 1, plain, i == 0 ? &first : why))
            return true;
    *why = first;
    return false;
}

static bool preset(const struct schema_node *node, struct json_object *written, const struct value_path *at,
                   unsigned depth, struct json_object **plain, struct fault *why)
{
    if (depth > DEPTH_MAX)
        return value_path_fault(at, why, "nested deeper than %d", DEPTH_MAX);
    switch (node->kind) {
    case SCHEMA_NULL:
        *plain = NULL;
        return written == NULL || value_path_fault(at, why, "null expected");
    case SCHEMA_BOOLEAN:
        if (!json_object_is_type(written, json_type_boolean))
            return value_path_fault(at, why, "true or false expected");
        *plain = json_object_new_boolean(json_object_get_boolean(written));
        return true;
    case SCHEMA_INT:
    case SCHEMA_LONG:
    case SCHEMA_FLOAT:
    case SCHEMA_DOUBLE:
        return preset_number(node, written, at, plain, why);
    case SCHEMA_BYTES:
    case SCHEMA_STRING:
    case SCHEMA_ENUM:
    case SCHEMA_FIXED:
        return preset_text(node, written, at, plain, why);
    case SCHEMA_RECORD:
        return preset_record(node, written, at, depth, plain, why);
    case SCHEMA_ARRAY:
        return preset_list(node, written, at, depth, plain, why);
    case SCHEMA_MAP:
        return preset_map(node, written, at, depth, plain, why);
    case SCHEMA_UNION:
        return preset_union(node, written, at, depth, plain, why);
    }
    return false;
}

bool schema_default(const struct schema_node *node, struct json_object *written, struct json_object **plain,
                    struct fault *why)
{
    return preset(node, written, NULL, 0, plain, why);
}
