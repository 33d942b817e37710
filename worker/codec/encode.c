/* Encodes plain JSON as Avro bytes. It is brought into shape first, so that filling Avro-C's value is simple. */
#include "datum.h"

#include "invariant.h"
#include "memory.h"
#include "projection.h"
#include "scalar.h"
#include "schema_inside.h"
#include "tree.h"

#include <avro.h>
#include <string.h>

static bool fill(avro_value_t *value, const struct schema_node *node, struct json_object *tree,
                 struct fault *why);

/* Avro-C fails only where it finds no memory, or where the value is not of the node's schema. */
static bool done(int error, struct fault *why)
{
    return error == 0 || fault_set(why, FAULT_LOCAL, "Avro-C does not take a value");
}

static bool fill_integer(avro_value_t *value, const struct schema_node *node, struct json_object *tree,
                         struct fault *why)
{
    int64_t number = 0;

    if (scalar_is_text(node))
        TRY(scalar_to_integer(node, json_object_get_string(tree), NULL, &number, why));
    else
        number = json_object_get_int64(tree);
    return done(node->kind == SCHEMA_INT ? avro_value_set_int(value, (int32_t)number)
                                         : avro_value_set_long(value, number),
                why);
}

static bool fill_bytes(avro_value_t *value, const struct schema_node *node, struct json_object *tree,
                       struct fault *why)
{
    CLEANUP(buffer_release) struct buffer bytes = {0};

    buffer_init(&bytes, INT32_MAX);
    buffer_add(&bytes, "", 0); /* Avro-C copies from a pointer even where there is nothing to copy */
    TRY(scalar_to_bytes(node, json_object_get_string(tree), (size_t)json_object_get_string_len(tree), NULL,
                        &bytes, why));
    return done(node->kind == SCHEMA_BYTES ? avro_value_set_bytes(value, bytes.data, bytes.length)
                                           : avro_value_set_fixed(value, bytes.data, bytes.length),
                why);
}

static int symbol_index(const struct schema_node *node, const char *symbol)
{
    for (size_t i = 0; i < node->symbol_count; i++)
        if (strcmp(node->symbols[i], symbol) == 0)
            return (int)i;
    return -1;
}

static bool fill_items(avro_value_t *value, const struct schema_node *node, struct json_object *tree,
                       struct fault *why)
{
    for (size_t i = 0; i < json_object_array_length(tree); i++) {
        avro_value_t child;
        TRY(done(avro_value_append(value, &child, NULL), why));
        TRY(fill(&child, node->items, json_object_array_get_idx(tree, i), why));
    }
    return true;
}

static bool fill_values(avro_value_t *value, const struct schema_node *node, struct json_object *tree,
                        struct fault *why)
{
    TREE_EACH(tree, key, member)
    {
        avro_value_t child;
        TRY(done(avro_value_add(value, key, &child, NULL, NULL), why));
        TRY(fill(&child, node->items, member, why));
    }
    return true;
}

static bool misshapen(struct fault *why)
{
    return fault_set(why, FAULT_INPUT, "the value does not have the shape of its schema");
}

/* A shaped object has all the fields, in the schema's order. */
static bool fill_fields(avro_value_t *value, const struct schema_node *node, struct json_object *tree,
                        struct fault *why)
{
    size_t index = 0;

    if ((size_t)json_object_object_length(tree) != node->field_count)
        return misshapen(why);
    TREE_EACH(tree, name, member)
    {
        avro_value_t child;
        if (strcmp(name, node->fields[index].name) != 0)
            return misshapen(why);
        TRY(done(avro_value_get_by_index(value, index, &child, NULL), why));
        TRY(fill(&child, node->fields[index].type, member, why));
        index++;
    }
    return true;
}

static bool fill_union(avro_value_t *value, const struct schema_node *node, struct json_object *tree,
                       struct fault *why)
{
    avro_value_t child;
    size_t branch = 0;

    TRY(projection_branch(node, tree, &branch, why));
    REQUIRE(branch < node->branch_count);
    TRY(done(avro_value_set_branch(value, (int)branch, &child), why));
    return fill(&child, node->branches[branch], tree, why);
}

/* Whether the JSON is of the kind that shaped values of the node have. */
static bool is_of_kind(const struct schema_node *node, struct json_object *tree)
{
    enum json_type type = json_object_get_type(tree);

    switch (node->kind) {
    case SCHEMA_NULL:
        return type == json_type_null;
    case SCHEMA_BOOLEAN:
        return type == json_type_boolean;
    case SCHEMA_INT:
    case SCHEMA_LONG:
        return type == (scalar_is_text(node) ? json_type_string : json_type_int);
    case SCHEMA_FLOAT:
    case SCHEMA_DOUBLE:
        return type == json_type_double || type == json_type_int;
    case SCHEMA_BYTES:
    case SCHEMA_FIXED:
    case SCHEMA_STRING:
        return type == json_type_string;
    case SCHEMA_ENUM:
        return type == json_type_string && symbol_index(node, json_object_get_string(tree)) >= 0;
    case SCHEMA_ARRAY:
        return type == json_type_array;
    case SCHEMA_MAP:
    case SCHEMA_RECORD:
        return type == json_type_object;
    case SCHEMA_UNION:
        return true;
    }
    return false;
}

static bool fill(avro_value_t *value, const struct schema_node *node, struct json_object *tree,
                 struct fault *why)
{
    if (!is_of_kind(node, tree))
        return misshapen(why);
    switch (node->kind) {
    case SCHEMA_NULL:
        return done(avro_value_set_null(value), why);
    case SCHEMA_BOOLEAN:
        return done(avro_value_set_boolean(value, json_object_get_boolean(tree)), why);
    case SCHEMA_INT:
    case SCHEMA_LONG:
        return fill_integer(value, node, tree, why);
    case SCHEMA_FLOAT:
        return done(avro_value_set_float(value, (float)json_object_get_double(tree)), why);
    case SCHEMA_DOUBLE:
        return done(avro_value_set_double(value, json_object_get_double(tree)), why);
    case SCHEMA_BYTES:
    case SCHEMA_FIXED:
        return fill_bytes(value, node, tree, why);
    case SCHEMA_STRING:
        return done(avro_value_set_string_len(value, json_object_get_string(tree),
                                              (size_t)json_object_get_string_len(tree) + 1),
                    why);
    case SCHEMA_ENUM:
        return done(avro_value_set_enum(value, symbol_index(node, json_object_get_string(tree))), why);
    case SCHEMA_ARRAY:
        return fill_items(value, node, tree, why);
    case SCHEMA_MAP:
        return fill_values(value, node, tree, why);
    case SCHEMA_RECORD:
        return fill_fields(value, node, tree, why);
    case SCHEMA_UNION:
        return fill_union(value, node, tree, why);
    }
    return false;
}

static bool write_value(avro_value_t *value, struct buffer *out, struct fault *why)
{
    size_t size = 0;

    TRY(done(avro_value_sizeof(value, &size), why));
    CLEANUP(memory_release) char *bytes = memory_new(size, 1);
    avro_writer_t writer = avro_writer_memory(bytes, (int64_t)size);
    int error = avro_value_write(writer, value);
    avro_writer_free(writer);
    TRY(done(error, why));
    buffer_add(out, bytes, size);
    return buffer_check(out, "the datum", why);
}

bool datum_encode_shaped(const struct schema *schema, struct json_object *tree, struct buffer *out,
                         struct fault *why)
{
    avro_value_t value;
    size_t before = out->length;

    REQUIRE(schema->maker != NULL);
    if (avro_generic_value_new(schema->maker, &value) != 0)
        return fault_set(why, FAULT_LOCAL, "Avro-C makes no value");
    bool good = fill(&value, schema->root, tree, why) && write_value(&value, out, why);
    avro_value_decref(&value);
    REQUIRE(good || out->length == before); /* the caller may try in another way */
    return good;
}

bool datum_encode(const struct schema *schema, struct json_object *tree, struct buffer *out,
                  struct fault *why)
{
    CLEANUP(tree_release) struct json_object *shaped = NULL;

    TRY(projection_conform(schema->root, tree, PROJECTION_STRICT, &shaped, why));
    return datum_encode_shaped(schema, shaped, out, why);
}
