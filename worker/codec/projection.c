/* Turns a value of Avro-C, as the writer wrote it, into plain JSON as the reader's schema has it. */
#include "projection.h"

#include "invariant.h"
#include "memory.h"
#include "scalar.h"
#include "tree.h"
#include "tree_build.h"

#include <avro.h>
#include <string.h>

static bool project(const avro_value_t *value, const struct schema_node *writer,
                    const struct schema_node *reader, const struct value_path *at, struct json_object **tree,
                    struct fault *why);

static bool mismatch(const struct schema_node *writer, const struct schema_node *reader,
                     const struct value_path *at, struct fault *why)
{
    return value_path_fault(at, why, "written as %s, which cannot be read as %s",
                            writer->name != NULL ? writer->name : schema_kind_name(writer->kind),
                            reader->name != NULL ? reader->name : schema_kind_name(reader->kind));
}

static const char *last_name(const char *full)
{
    const char *dot = strrchr(full, '.');

    return dot == NULL ? full : dot + 1;
}

/* The specification compares names without their namespaces, and the reader's aliases stand for its name. */
static bool names_match(const struct schema_node *writer, const struct schema_node *reader)
{
    if (writer == reader || strcmp(last_name(writer->name), last_name(reader->name)) == 0)
        return true;
    for (size_t i = 0; i < reader->alias_count; i++)
        if (strcmp(reader->aliases[i], writer->name) == 0)
            return true;
    return false;
}

static bool promotable(enum schema_kind from, enum schema_kind to)
{
    switch (to) {
    case SCHEMA_LONG:
        return from == SCHEMA_INT;
    case SCHEMA_FLOAT:
        return from == SCHEMA_INT || from == SCHEMA_LONG;
    case SCHEMA_DOUBLE:
        return from == SCHEMA_INT || from == SCHEMA_LONG || from == SCHEMA_FLOAT;
    case SCHEMA_STRING:
        return from == SCHEMA_BYTES;
    case SCHEMA_BYTES:
        return from == SCHEMA_STRING;
    case SCHEMA_NULL:
    case SCHEMA_BOOLEAN:
    case SCHEMA_INT:
    case SCHEMA_RECORD:
    case SCHEMA_ENUM:
    case SCHEMA_ARRAY:
    case SCHEMA_MAP:
    case SCHEMA_UNION:
    case SCHEMA_FIXED:
        return false;
    }
    return false;
}

/* The reader's branch for what is not a union: the same type, else one of a matching name, else a promotion. */
static const struct schema_node *branch_for(const struct schema_node *writer,
                                            const struct schema_node *reader)
{
    const struct schema_node *named = NULL, *promoted = NULL;

    for (size_t i = 0; i < reader->branch_count; i++) {
        const struct schema_node *branch = reader->branches[i];
        if (branch->kind == writer->kind && (branch->name == NULL || strcmp(branch->name, writer->name) == 0))
            return branch;
        if (named == NULL && branch->kind == writer->kind && names_match(writer, branch))
            named = branch;
        if (promoted == NULL && promotable(writer->kind, branch->kind))
            promoted = branch;
    }
    return named != NULL ? named : promoted;
}

static bool to_unit(const struct schema_node *writer, const struct schema_node *reader, int64_t *value)
{
    bool from_micros = writer->logical == SCHEMA_LOGICAL_TIMESTAMP_MICROS;
    bool from_millis = writer->logical == SCHEMA_LOGICAL_TIMESTAMP_MILLIS;

    if (from_micros && reader->logical == SCHEMA_LOGICAL_TIMESTAMP_MILLIS)
        *value = *value / 1000 - (*value % 1000 < 0 ? 1 : 0);
    if (from_millis && reader->logical == SCHEMA_LOGICAL_TIMESTAMP_MICROS)
        return !__builtin_mul_overflow(*value, 1000, value);
    return true;
}

static bool project_integer(const avro_value_t *value, const struct schema_node *writer,
                            const struct schema_node *reader, const struct value_path *at,
                            struct json_object **tree, struct fault *why)
{
    int64_t number = 0;
    int32_t small = 0;

    if (writer->kind == SCHEMA_INT) {
        avro_value_get_int(value, &small);
        number = small;
    } else {
        avro_value_get_long(value, &number);
    }
    if (reader->kind == SCHEMA_FLOAT)
        return scalar_of_number(reader, (double)(float)number, at, tree, why);
    if (reader->kind == SCHEMA_DOUBLE)
        return scalar_of_number(reader, (double)number, at, tree, why);
    if (!to_unit(writer, reader, &number))
        return value_path_fault(at, why, "a moment outside the years 1 to 9999");
    return scalar_of_integer(reader, number, at, tree, why);
}

static bool project_number(const avro_value_t *value, const struct schema_node *writer,
                           const struct schema_node *reader, const struct value_path *at,
                           struct json_object **tree, struct fault *why)
{
    double number = 0;
    float single = 0;

    if (writer->kind == SCHEMA_FLOAT) {
        avro_value_get_float(value, &single);
        number = (double)single;
    } else {
        avro_value_get_double(value, &number);
    }
    return scalar_of_number(reader, number, at, tree, why);
}

/* Strings, bytes and fixed. */
static bool project_bytes(const avro_value_t *value, const struct schema_node *writer,
                          const struct schema_node *reader, const struct value_path *at,
                          struct json_object **tree, struct fault *why)
{
    const void *bytes = NULL;
    const char *text = NULL;
    size_t length = 0;

    if (writer->kind == SCHEMA_STRING) {
        avro_value_get_string(value, &text, &length);
        bytes = text;
        length -= length > 0 ? 1 : 0; /* Avro-C counts the NUL */
    } else if (writer->kind == SCHEMA_BYTES) {
        avro_value_get_bytes(value, &bytes, &length);
    } else {
        avro_value_get_fixed(value, &bytes, &length);
    }
    if (bytes == NULL)
        bytes = "";
    if (writer->logical == SCHEMA_LOGICAL_DECIMAL && reader->logical == SCHEMA_LOGICAL_DECIMAL &&
        writer->scale != reader->scale)
        return value_path_fault(at, why, "written with %u decimals, %u expected", writer->scale,
                                reader->scale);
    if (reader->kind != SCHEMA_STRING)
        return scalar_of_bytes(reader, bytes, length, at, tree, why);
    if (writer->kind == SCHEMA_STRING)
        return scalar_of_text(reader, bytes, length, at, tree, why);
    CLEANUP(memory_release) char *copy = memory_text_of(bytes, length); /* bytes have no NUL after them */
    return scalar_of_text(reader, copy, length, at, tree, why);
}

static bool project_enum(const avro_value_t *value, const struct schema_node *writer,
                         const struct schema_node *reader, const struct value_path *at,
                         struct json_object **tree, struct fault *why)
{
    int index = 0, found = reader->symbol_default;

    avro_value_get_enum(value, &index);
    REQUIRE(index >= 0 && (size_t)index < writer->symbol_count); /* scan.c has looked */
    const char *symbol = writer->symbols[index];
    for (size_t i = 0; i < reader->symbol_count; i++)
        if (strcmp(reader->symbols[i], symbol) == 0)
            found = (int)i;
    if (found < 0)
        return value_path_fault(at, why, "symbol %.40s is unknown to the reader, and %.100s has no default",
                                symbol, reader->name);
    *tree = json_object_new_string(reader->symbols[found]);
    return true;
}

static bool project_items(const avro_value_t *value, const struct schema_node *writer,
                          const struct schema_node *reader, const struct value_path *at,
                          struct json_object **tree, struct fault *why)
{
    bool map = reader->kind == SCHEMA_MAP;
    size_t count = 0;

    avro_value_get_size(value, &count);
    CLEANUP(tree_release)
    struct json_object *made = map ? json_object_new_object() : json_object_new_array_ext((int)(count + 1));
    for (size_t i = 0; i < count; i++) {
        const char *key = NULL;
        struct json_object *item = NULL;
        avro_value_t child;

        avro_value_get_by_index(value, i, &child, &key);
        struct value_path here = {.up = at, .name = map ? key : NULL, .index = i};
        TRY(project(&child, writer->items, reader->items, &here, &item, why));
        if (map)
            tree_add(made, key, item);
        else
            json_object_array_add(made, item);
    }
    *tree = TAKE(made);
    return true;
}

/* The writer's field of this name; most often it stands where the last one was found, plus one. */
static size_t find_field(const struct schema_node *writer, const char *name, size_t hint)
{
    for (size_t i = 0; i < writer->field_count; i++) {
        size_t index = hint + i < writer->field_count ? hint + i : hint + i - writer->field_count;
        if (strcmp(writer->fields[index].name, name) == 0)
            return index;
    }
    return SIZE_MAX;
}

static size_t source_of(const struct schema_node *writer, const struct schema_field *field, size_t hint)
{
    size_t index = find_field(writer, field->name, hint);

    for (size_t i = 0; i < field->alias_count && index == SIZE_MAX; i++)
        index = find_field(writer, field->aliases[i], hint);
    return index;
}

static bool project_record(const avro_value_t *value, const struct schema_node *writer,
                           const struct schema_node *reader, const struct value_path *at,
                           struct json_object **tree, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *made = json_object_new_object();
    size_t hint = 0;

    for (size_t i = 0; i < reader->field_count; i++) {
        const struct schema_field *field = &reader->fields[i];
        struct value_path here = {.up = at, .name = field->name};
        struct json_object *member = NULL;
        size_t source = source_of(writer, field, hint);
        avro_value_t child;

        if (source != SIZE_MAX) {
            avro_value_get_by_index(value, source, &child, NULL);
            TRY(project(&child, writer->fields[source].type, field->type, &here, &member, why));
            hint = source + 1 < writer->field_count ? source + 1 : 0;
        } else if (!field->has_default) {
            return value_path_fault(&here, why, "missing in what was written, and it has no default");
        } else if (field->field_default != NULL) {
            json_object_deep_copy(field->field_default, &member, NULL);
        }
        json_object_object_add_ex(made, field->name, member, JSON_C_OBJECT_ADD_KEY_IS_NEW);
    }
    *tree = TAKE(made);
    return true;
}

/* The same kind on both sides, or a promotion between texts and numbers. */
static bool project_same(const avro_value_t *value, const struct schema_node *writer,
                         const struct schema_node *reader, const struct value_path *at,
                         struct json_object **tree, struct fault *why)
{
    int truth = 0;

    switch (writer->kind) {
    case SCHEMA_NULL:
        *tree = NULL;
        return true;
    case SCHEMA_BOOLEAN:
        avro_value_get_boolean(value, &truth);
        *tree = json_object_new_boolean(truth);
        return true;
    case SCHEMA_INT:
    case SCHEMA_LONG:
        return project_integer(value, writer, reader, at, tree, why);
    case SCHEMA_FLOAT:
    case SCHEMA_DOUBLE:
        return project_number(value, writer, reader, at, tree, why);
    case SCHEMA_BYTES:
    case SCHEMA_STRING:
    case SCHEMA_FIXED:
        return project_bytes(value, writer, reader, at, tree, why);
    case SCHEMA_ENUM:
        return project_enum(value, writer, reader, at, tree, why);
    case SCHEMA_ARRAY:
    case SCHEMA_MAP:
        return project_items(value, writer, reader, at, tree, why);
    case SCHEMA_RECORD:
        return project_record(value, writer, reader, at, tree, why);
    case SCHEMA_UNION:
        break;
    }
    return mismatch(writer, reader, at, why);
}

static bool project(const avro_value_t *value, const struct schema_node *writer,
                    const struct schema_node *reader, const struct value_path *at, struct json_object **tree,
                    struct fault *why)
{
    if (writer->kind == SCHEMA_UNION) {
        avro_value_t chosen = {0};
        int index = 0;
        avro_value_get_discriminant(value, &index);
        REQUIRE(index >= 0 && (size_t)index < writer->branch_count); /* scan.c has looked */
        avro_value_get_current_branch(value, &chosen);
        return project(&chosen, writer->branches[index], reader, at, tree, why);
    }
    if (reader->kind == SCHEMA_UNION) {
        const struct schema_node *branch = branch_for(writer, reader);
        if (branch == NULL)
            return mismatch(writer, reader, at, why);
        reader = branch;
    }
    bool fits = writer->kind == reader->kind ? writer->name == NULL || names_match(writer, reader)
                                             : promotable(writer->kind, reader->kind);
    if (!fits || (reader->kind == SCHEMA_FIXED && reader->size != writer->size))
        return mismatch(writer, reader, at, why);
    return project_same(value, writer, reader, at, tree, why);
}

bool projection_read(const struct avro_value *value, const struct schema_node *writer,
                     const struct schema_node *reader, struct json_object **tree, struct fault *why)
{
    return project(value, writer, reader, NULL, tree, why);
}
