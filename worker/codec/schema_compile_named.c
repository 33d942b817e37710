/* Compiles records, enums and fixed types, and logical types. */
#include "schema_parser.h"

#include "decimal.h"
#include "memory.h"
#include "tree.h"

#include <stdlib.h>
#include <string.h>

static const char *doc_of(struct json_object *json)
{
    const char *doc = tree_text_of(json, "doc");

    return doc == NULL ? "" : doc;
}

/* The list in a member, which may be absent; its items are texts. */
static bool texts_of(struct schema_parser *parser, struct json_object *json, const char *member,
                     const struct value_path *at, struct json_object **list)
{
    struct value_path here = {.up = at, .name = member};

    *list = tree_member(json, member);
    if (*list == NULL)
        return true;
    if (!json_object_is_type(*list, json_type_array))
        return schema_fault(parser, &here, "a list expected");
    for (size_t i = 0; i < json_object_array_length(*list); i++)
        if (tree_text(json_object_array_get_idx(*list, i)) == NULL)
            return schema_fault(parser, &here, "a list of names expected");
    return true;
}

static char *space_of(const char *full)
{
    const char *dot = strrchr(full, '.');

    return dot == NULL ? memory_text("") : memory_text_of(full, (size_t)(dot - full));
}

static bool compile_aliases(struct schema_parser *parser, struct json_object *json, const char *space,
                            const struct value_path *at, struct schema_node *node)
{
    struct json_object *list;
    struct buffer full;

    if (parser->foreign)
        return true;
    TRY(texts_of(parser, json, "aliases", at, &list));
    size_t count = list == NULL ? 0 : json_object_array_length(list);
    node->aliases = memory_new(count, sizeof *node->aliases);
    for (size_t i = 0; i < count; i++) {
        const char *alias = tree_text(json_object_array_get_idx(list, i));
        buffer_init(&full, SCHEMA_TEXT_MAX);
        if (*space != '\0' && strchr(alias, '.') == NULL)
            buffer_print(&full, "%s.", space);
        buffer_add_text(&full, alias);
        node->aliases[node->alias_count++] = buffer_take(&full, NULL);
    }
    return true;
}

static void await_preset(struct schema_parser *parser, struct schema_field *field,
                         struct json_object *written, const struct value_path *at)
{
    struct value_path here = {.up = at, .name = "default"};
    struct buffer where;

    buffer_init(&where, 200);
    buffer_print(&where, "%.100s#", parser->inside == NULL ? "" : parser->inside);
    value_path_pointer(&here, &where);
    parser->field_defaults = memory_resize(parser->field_defaults, parser->field_default_count + 1,
                                           sizeof *parser->field_defaults);
    parser->field_defaults[parser->field_default_count++] =
        (struct field_default_due){.field = field, .written = written, .where = buffer_take(&where, NULL)};
}

/* What only a reader's field has. */
static bool compile_reading(struct schema_parser *parser, struct json_object *json,
                            const struct value_path *at, struct schema_field *field)
{
    struct json_object *aliases;

    if (parser->foreign)
        return true;
    TRY(texts_of(parser, json, "aliases", at, &aliases));
    size_t count = aliases == NULL ? 0 : json_object_array_length(aliases);
    field->aliases = memory_new(count, sizeof *field->aliases);
    for (size_t i = 0; i < count; i++)
        field->aliases[field->alias_count++] = tree_text(json_object_array_get_idx(aliases, i));
    field->has_default = tree_has(json, "default");
    return true;
}

static bool compile_field(struct schema_parser *parser, struct json_object *json, const char *space,
                          const struct value_path *at, struct schema_node *record)
{
    struct schema_field *field = &record->fields[record->field_count];
    const char *name = tree_text_of(json, "name");
    char quoted[VALUE_PATH_QUOTE_SIZE];

    if (name == NULL || !schema_valid_name(name))
        return schema_fault(parser, at, "a field needs a name of letters, digits and _");
    if (schema_field(record, name) != NULL)
        return schema_fault(parser, at, "the record has a field '%s' already",
                            value_path_quote(name, quoted));
    field->name = name;
    field->doc = doc_of(json);
    record->field_count++;
    TRY(compile_reading(parser, json, at, field));
    TRY(schema_compile_member(parser, json, "type", space, at, &field->type));
    if (field->has_default)
        await_preset(parser, field, tree_member(json, "default"), at);
    return true;
}

static bool compile_record(struct schema_parser *parser, struct json_object *json, const char *space,
                           const struct value_path *at, struct schema_node *node)
{
    struct value_path list_place = {.up = at, .name = "fields"};
    struct json_object *list = tree_member(json, "fields");

    if (!json_object_is_type(list, json_type_array))
        return schema_fault(parser, at, "a record needs a list 'fields'");
    size_t count = json_object_array_length(list);
    if (count > SCHEMA_FIELDS_MAX)
        return schema_fault(parser, &list_place, "%zu fields, at most %d are taken", count,
                            SCHEMA_FIELDS_MAX);
    node->fields = memory_new(count, sizeof *node->fields);
    for (size_t i = 0; i < count; i++) {
        struct value_path here = {.up = &list_place, .index = i};
        TRY(compile_field(parser, json_object_array_get_idx(list, i), space, &here, node));
    }
    return true;
}

static int by_text(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* A name that occurs twice, null when there is none: sorted, since a schema of strangers may have very many. */
static const char *twice(const char *const names[], size_t count)
{
    CLEANUP(memory_release) const char **sorted = memory_new(count, sizeof *sorted);

    if (count > 0)
        memcpy(sorted, names, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_text);
    for (size_t i = 1; i < count; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            return sorted[i];
    return NULL;
}

static int symbol_of(const struct schema_node *node, const char *symbol)
{
    for (size_t i = 0; i < node->symbol_count; i++)
        if (strcmp(node->symbols[i], symbol) == 0)
            return (int)i;
    return -1;
}

static bool compile_enum(struct schema_parser *parser, struct json_object *json, const struct value_path *at,
                         struct schema_node *node)
{
    struct value_path here = {.up = at, .name = "symbols"};
    struct json_object *list;
    char quoted[VALUE_PATH_QUOTE_SIZE];

    TRY(texts_of(parser, json, "symbols", at, &list));
    if (list == NULL || json_object_array_length(list) == 0)
        return schema_fault(parser, at, "an enum needs a list 'symbols'");
    size_t count = json_object_array_length(list);
    if (count > SCHEMA_SYMBOLS_MAX)
        return schema_fault(parser, &here, "%zu symbols, at most %d are taken", count, SCHEMA_SYMBOLS_MAX);
    node->symbols = memory_new(count, sizeof *node->symbols);
    for (size_t i = 0; i < count; i++) {
        const char *symbol = tree_text(json_object_array_get_idx(list, i));
        if (symbol == NULL || (!parser->foreign && !schema_valid_name(symbol)))
            return schema_fault(parser, &here, "'%s' is not a valid symbol",
                                value_path_quote(symbol, quoted));
        node->symbols[node->symbol_count++] = symbol;
    }
    const char *again = twice(node->symbols, count);
    if (again != NULL)
        return schema_fault(parser, &here, "'%s' is defined twice", value_path_quote(again, quoted));
    if (parser->foreign || !tree_has(json, "default"))
        return true;
    const char *symbol = tree_text_of(json, "default");
    node->symbol_default = symbol == NULL ? -1 : symbol_of(node, symbol);
    if (node->symbol_default < 0)
        return schema_fault(parser, at, "the default of the enum is not one of its symbols");
    return true;
}

static bool compile_fixed(struct schema_parser *parser, struct json_object *json, const struct value_path *at,
                          struct schema_node *node)
{
    struct json_object *size = tree_member(json, "size");
    int64_t bytes = json_object_is_type(size, json_type_int) ? json_object_get_int64(size) : -1;

    if (bytes < 1 || bytes > SCHEMA_FIXED_MAX)
        return schema_fault(parser, at, "a fixed needs a 'size' of 1 to %d", SCHEMA_FIXED_MAX);
    node->size = (size_t)bytes;
    schema_compile_logical(json, node);
    return true;
}

bool schema_compile_named(struct schema_parser *parser, struct json_object *json, const char *space,
                          const struct value_path *at, const struct schema_node **node)
{
    struct schema *schema = parser->schema;
    const char *type = tree_text_of(json, "type");
    CLEANUP(memory_release) char *full = NULL, *own_space = NULL;
    struct schema_node *made;
    char quoted[VALUE_PATH_QUOTE_SIZE];

    if (!schema_full_name(json, space, parser->foreign, &full))
        return schema_fault(parser, at, "%s without a valid 'name'", type);
    if (schema_named(schema, full) != NULL)
        return schema_fault(parser, at, "type '%s' is defined twice", value_path_quote(full, quoted));
    if (schema->named_count == SCHEMA_NAMED_MAX)
        return schema_fault(parser, at, "more than %d named types", SCHEMA_NAMED_MAX);
    enum schema_kind kind = *type == 'f'                ? SCHEMA_FIXED
                            : strcmp(type, "enum") == 0 ? SCHEMA_ENUM
                                                        : SCHEMA_RECORD;
    TRY(schema_new_node(parser, kind, at, &made));
    made->name = memory_text(full);
    made->doc = doc_of(json);
    made->shared = parser->inside != NULL;
    schema->named = memory_resize(schema->named, schema->named_count + 1, sizeof *schema->named);
    schema->named[schema->named_count++] = made;
    *node = made;

    own_space = space_of(full);
    TRY(compile_aliases(parser, json, own_space, at, made));
    if (kind == SCHEMA_RECORD)
        return compile_record(parser, json, own_space, at, made);
    return kind == SCHEMA_ENUM ? compile_enum(parser, json, at, made) : compile_fixed(parser, json, at, made);
}

/* Whether `precision` digits fit in a fixed of `size` bytes. */
static bool digits_fit(int64_t precision, size_t size)
{
    static const uint8_t digits_max[] = {0, 2, 4, 6, 9, 11, 14, 16, 18, 21, 23, 26, 28, 31, 33, 36};

    return size >= COUNT_OF(digits_max) || precision <= digits_max[size];
}

static void compile_decimal(struct json_object *json, struct schema_node *node)
{
    int64_t precision = json_object_get_int64(tree_member(json, "precision"));
    int64_t scale = json_object_get_int64(tree_member(json, "scale"));

    if (precision < 1 || precision > DECIMAL_PRECISION_MAX || scale < 0 || scale > precision)
        return;
    if (node->kind == SCHEMA_FIXED && !digits_fit(precision, node->size))
        return;
    node->logical = SCHEMA_LOGICAL_DECIMAL;
    node->precision = (unsigned)precision;
    node->scale = (unsigned)scale;
}

void schema_compile_logical(struct json_object *json, struct schema_node *node)
{
    static const struct {
        const char *name;
        enum schema_kind kind;
        enum schema_logical logical;
    } known[] = {
        {"uuid", SCHEMA_STRING, SCHEMA_LOGICAL_UUID},
        {"uk-number", SCHEMA_STRING, SCHEMA_LOGICAL_UK_NUMBER},
        {"date", SCHEMA_INT, SCHEMA_LOGICAL_DATE},
        {"timestamp-millis", SCHEMA_LONG, SCHEMA_LOGICAL_TIMESTAMP_MILLIS},
        {"timestamp-micros", SCHEMA_LONG, SCHEMA_LOGICAL_TIMESTAMP_MICROS},
        {"decimal", SCHEMA_BYTES, SCHEMA_LOGICAL_DECIMAL},
        {"decimal", SCHEMA_FIXED, SCHEMA_LOGICAL_DECIMAL},
    };
    const char *name = tree_text_of(json, "logicalType");

    node->logical_text = name;
    for (size_t i = 0; name != NULL && i < COUNT_OF(known); i++) {
        if (known[i].kind != node->kind || strcmp(known[i].name, name) != 0)
            continue;
        if (known[i].logical == SCHEMA_LOGICAL_DECIMAL)
            compile_decimal(json, node);
        else
            node->logical = known[i].logical;
    }
}
