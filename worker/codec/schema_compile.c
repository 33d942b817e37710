/*
 * From the JSON of a schema to its nodes.
 *
 * The text is read in its own order, since a name can be used only after its definition. A library type is put into the
 * tree where it is first used, so that in the end the tree is the full text.
 */
#include "schema_inside.h"

#include "invariant.h"
#include "memory.h"
#include "schema_parser.h"
#include "tree.h"
#include "tree_build.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool(schema_fault)(struct schema_parser *parser, const struct value_path *at, const char *format, ...)
{
    char message[sizeof parser->why->text];
    struct buffer pointer;
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    buffer_init(&pointer, 200);
    buffer_print(&pointer, "%.100s#", parser->inside == NULL ? "" : parser->inside);
    value_path_pointer(at, &pointer);
    fault_set(parser->why, FAULT_INPUT, "%s: %s", buffer_text(&pointer), message);
    buffer_release(&pointer);
    return false;
}

bool schema_new_node(struct schema_parser *parser, enum schema_kind kind, const struct value_path *at,
                     struct schema_node **node)
{
    struct schema *schema = parser->schema;

    REQUIRE(schema->node_count <= SCHEMA_NODES_MAX);
    if (schema->node_count == SCHEMA_NODES_MAX)
        return schema_fault(parser, at, "more than %d types", SCHEMA_NODES_MAX);
    if (schema->node_count % 64 == 0)
        schema->nodes = memory_resize(schema->nodes, schema->node_count + 64, sizeof(struct schema_node *));
    *node = memory_new(1, sizeof(struct schema_node));
    (*node)->kind = kind;
    (*node)->number = schema->node_count;
    (*node)->doc = "";
    (*node)->symbol_default = -1;
    schema->nodes[schema->node_count++] = *node;
    return true;
}

const struct schema_node *schema_named(const struct schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->named_count; i++)
        if (strcmp(schema->named[i]->name, name) == 0)
            return schema->named[i];
    return NULL;
}

static void add_reference(struct schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->reference_count; i++)
        if (strcmp(schema->references[i], name) == 0)
            return;
    schema->references = memory_resize(schema->references, schema->reference_count + 1, sizeof(char *));
    schema->references[schema->reference_count++] = memory_text(name);
}

/* Compiles the library's text of the type, which becomes *instead of the name. */
static bool bring_in(struct schema_parser *parser, const char *name, const struct value_path *at,
                     const struct schema_node **node, struct json_object **instead)
{
    CLEANUP(tree_release) struct json_object *tree = NULL, *none = NULL;
    const char *outer = parser->inside;
    char quoted[VALUE_PATH_QUOTE_SIZE];

    TRY(schema_library_find(parser->library, name, &tree, parser->why));
    if (tree == NULL)
        return schema_fault(parser, at, "unknown type '%s'", value_path_quote(name, quoted));
    parser->inside = name;
    TRY(schema_compile_type(parser, tree, "", NULL, node, &none));
    parser->inside = outer;
    *instead = TAKE(tree);
    return true;
}

static bool compile_name(struct schema_parser *parser, const char *name, const char *space,
                         const struct value_path *at, const struct schema_node **node,
                         struct json_object **instead)
{
    CLEANUP(buffer_release) struct buffer full = {0};

    buffer_init(&full, SCHEMA_TEXT_MAX);
    if (*space != '\0' && strchr(name, '.') == NULL)
        buffer_print(&full, "%s.", space);
    buffer_add_text(&full, name);

    const struct schema_node *known = schema_named(parser->schema, buffer_text(&full));
    bool own = parser->inside == NULL;
    if (known != NULL)
        *node = known;
    else
        TRY(bring_in(parser, buffer_text(&full), at, node, instead));
    if (own && (*node)->shared && schema_library_has(parser->library, buffer_text(&full)))
        add_reference(parser->schema, buffer_text(&full));
    return true;
}

static bool compile_union(struct schema_parser *parser, struct json_object *json, const char *space,
                          const struct value_path *at, const struct schema_node **node)
{
    struct schema_node *made;
    size_t count = json_object_array_length(json);

    TRY(schema_new_node(parser, SCHEMA_UNION, at, &made));
    if (count == 0)
        return schema_fault(parser, at, "a union of no types");
    made->branches = memory_new(count, sizeof *made->branches);
    for (size_t i = 0; i < count; i++) {
        struct value_path here = {.up = at, .index = i};
        struct json_object *instead = NULL;
        const struct schema_node *branch;

        TRY(schema_compile_type(parser, json_object_array_get_idx(json, i), space, &here, &branch, &instead));
        if (instead != NULL)
            json_object_array_put_idx(json, i, instead);
        if (branch->kind == SCHEMA_UNION)
            return schema_fault(parser, &here, "a union directly in a union");
        for (size_t j = 0; j < made->branch_count; j++)
            if (made->branches[j] == branch ||
                (branch->name == NULL && made->branches[j]->kind == branch->kind))
                return schema_fault(parser, &here, "the union has this type already");
        made->branches[made->branch_count++] = branch;
    }
    *node = made;
    return true;
}

bool schema_compile_member(struct schema_parser *parser, struct json_object *json, const char *member,
                           const char *space, const struct value_path *at, const struct schema_node **node)
{
    struct value_path here = {.up = at, .name = member};
    struct json_object *instead = NULL;

    if (!tree_has(json, member))
        return schema_fault(parser, at, "'%s' is missing", member);
    TRY(schema_compile_type(parser, tree_member(json, member), space, &here, node, &instead));
    if (instead != NULL)
        tree_add(json, member, instead);
    return true;
}

static bool compile_object(struct schema_parser *parser, struct json_object *json, const char *space,
                           const struct value_path *at, const struct schema_node **node,
                           struct json_object **instead)
{
    const char *type = tree_text_of(json, "type");
    enum schema_kind kind = SCHEMA_NULL;
    struct schema_node *made;

    if (type == NULL) /* {"type": {...}} says no more than {...} */
        return schema_compile_member(parser, json, "type", space, at, node);
    bool array = strcmp(type, "array") == 0, map = strcmp(type, "map") == 0;
    if (!array && !map && !schema_primitive(type, &kind)) {
        if (strcmp(type, "record") == 0 || strcmp(type, "error") == 0 || strcmp(type, "enum") == 0 ||
            strcmp(type, "fixed") == 0)
            return schema_compile_named(parser, json, space, at, node);
        return compile_name(parser, type, space, at, node, instead);
    }
    TRY(schema_new_node(parser, array ? SCHEMA_ARRAY : map ? SCHEMA_MAP : kind, at, &made));
    if (array || map)
        TRY(schema_compile_member(parser, json, array ? "items" : "values", space, at, &made->items));
    else
        schema_compile_logical(json, made);
    *node = made;
    return true;
}

bool schema_compile_type(struct schema_parser *parser, struct json_object *json, const char *space,
                         const struct value_path *at, const struct schema_node **node,
                         struct json_object **instead)
{
    const char *name = tree_text(json);
    enum schema_kind kind;
    struct schema_node *made;
    bool good;

    if (parser->depth == SCHEMA_DEPTH_MAX)
        return schema_fault(parser, at, "types nested deeper than %d", SCHEMA_DEPTH_MAX);
    REQUIRE(parser->depth < SCHEMA_DEPTH_MAX);
    parser->depth++;
    if (name != NULL && schema_primitive(name, &kind)) {
        good = schema_new_node(parser, kind, at, &made);
        if (good)
            *node = made;
    } else if (name != NULL) {
        good = compile_name(parser, name, space, at, node, instead);
    } else if (json_object_is_type(json, json_type_array)) {
        good = compile_union(parser, json, space, at, node);
    } else if (json_object_is_type(json, json_type_object)) {
        good = compile_object(parser, json, space, at, node, instead);
    } else {
        good = schema_fault(parser, at, "a type is a name, an object or a list");
    }
    parser->depth--;
    return good;
}

static bool compile_presets(struct schema_parser *parser)
{
    for (size_t i = 0; i < parser->field_default_count; i++) {
        struct field_default_due *due = &parser->field_defaults[i];
        struct fault inner;

        if (!schema_default(due->field->type, due->written, &due->field->field_default, &inner))
            return fault_set(parser->why, FAULT_INPUT, "%s: the default does not fit: %s", due->where,
                             inner.text);
    }
    return true;
}

bool schema_compile(struct schema *schema, struct json_object *tree, const struct schema_library *library,
                    bool foreign, struct fault *why)
{
    struct schema_parser parser = {.schema = schema, .library = library, .foreign = foreign, .why = why};
    struct json_object *instead = NULL;
    struct buffer text;

    REQUIRE(schema->tree == NULL && schema->node_count == 0);
    schema->tree = tree;
    bool good = schema_compile_type(&parser, tree, "", NULL, &schema->root, &instead);
    if (instead != NULL) {
        json_object_put(schema->tree);
        schema->tree = instead;
    }
    REQUIRE(parser.depth == 0 && (!good || parser.inside == NULL));
    good = good && compile_presets(&parser);
    for (size_t i = 0; i < parser.field_default_count; i++)
        memory_free(parser.field_defaults[i].where);
    memory_free(parser.field_defaults);
    if (!good)
        return false;
    buffer_init(&text, (size_t)SCHEMA_TEXT_MAX * 16);
    tree_write(schema->tree, &text);
    good = buffer_check(&text, "the full text of the schema", why);
    schema->full_text = buffer_take(&text, NULL);
    return good;
}
