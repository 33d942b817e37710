/* The life of a schema and the library of types that schemas share. */
#include "schema_inside.h"

#include "invariant.h"
#include "memory.h"
#include "tree.h"

#include <string.h>

struct schema_library {
    struct library_type {
        char *name, *text;
        size_t length;
    } * types;
    size_t count;
    bool foreign;
};

struct schema_library *schema_library_new(void)
{
    return memory_new(1, sizeof(struct schema_library));
}

struct schema_library *schema_library_new_foreign(void)
{
    struct schema_library *library = schema_library_new();

    library->foreign = true;
    return library;
}

struct schema_library *schema_library_free(struct schema_library *library)
{
    for (size_t i = 0; library != NULL && i < library->count; i++) {
        memory_free(library->types[i].name);
        memory_free(library->types[i].text);
    }
    if (library != NULL)
        memory_free(library->types);
    return memory_free(library);
}

static const struct library_type *library_type(const struct schema_library *library, const char *name)
{
    for (size_t i = 0; library != NULL && i < library->count; i++)
        if (strcmp(library->types[i].name, name) == 0)
            return &library->types[i];
    return NULL;
}

static bool read_text(const char *text, size_t length, bool foreign, struct json_object **tree,
                      struct fault *why)
{
    if (length > SCHEMA_TEXT_MAX)
        return fault_set(why, FAULT_INPUT, "a schema of more than %d bytes", SCHEMA_TEXT_MAX);
    return foreign ? tree_read_foreign(text, length, tree, why) : tree_read(text, length, tree, why);
}

/* Twice the same text is one type, in whatever layout; two different ones under one name are a mistake. */
static bool library_check_same(const struct library_type *type, bool foreign, struct json_object *tree,
                               struct fault *why)
{
    CLEANUP(tree_release) struct json_object *known = NULL;
    char quoted[VALUE_PATH_QUOTE_SIZE];

    TRY(read_text(type->text, type->length, foreign, &known, why));
    if (!tree_equal(known, tree))
        return fault_set(why, FAULT_INPUT, "two different types are named '%s'",
                         value_path_quote(type->name, quoted));
    return true;
}

bool schema_library_add(struct schema_library *library, const char *text, size_t length, const char **name,
                        struct fault *why)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;
    CLEANUP(memory_release) char *full = NULL;

    TRY(read_text(text, length, library->foreign, &tree, why));
    if (!schema_full_name(tree, "", library->foreign, &full))
        return fault_set(why, FAULT_INPUT, "#: a shared schema is a record, enum or fixed with a valid name");
    const struct library_type *known = library_type(library, full);
    if (known != NULL) {
        TRY(library_check_same(known, library->foreign, tree, why));
    } else {
        library->types = memory_resize(library->types, library->count + 1, sizeof *library->types);
        library->types[library->count++] =
            (struct library_type){.name = TAKE(full), .text = memory_text_of(text, length), .length = length};
        known = &library->types[library->count - 1];
    }
    if (name != NULL)
        *name = known->name;
    return true;
}

bool schema_library_find(const struct schema_library *library, const char *name, struct json_object **tree,
                         struct fault *why)
{
    const struct library_type *type = library_type(library, name);

    *tree = NULL;
    return type == NULL || read_text(type->text, type->length, library->foreign, tree, why);
}

bool schema_library_has(const struct schema_library *library, const char *name)
{
    return library_type(library, name) != NULL;
}

static bool parse(const char *text, size_t length, const struct schema_library *library, bool foreign,
                  struct schema **schema, struct fault *why)
{
    CLEANUP(schema_release) struct schema *parsed = memory_new(1, sizeof *parsed);
    struct json_object *tree;

    TRY(read_text(text, length, foreign, &tree, why));
    parsed->text = memory_text_of(text, length);
    TRY(schema_compile(parsed, tree, library, foreign, why));
    TRY(schema_check_shape(parsed, why));
    schema_canonize(parsed);
    TRY(schema_build(parsed, why));
    REQUIRE(parsed->root != NULL && parsed->maker != NULL && parsed->canonical != NULL);
    REQUIRE(parsed->named_count <= parsed->node_count);
    *schema = TAKE(parsed);
    return true;
}

bool schema_parse(const char *text, size_t length, const struct schema_library *library,
                  struct schema **schema, struct fault *why)
{
    return parse(text, length, library, false, schema, why);
}

bool schema_parse_foreign(const char *text, size_t length, const struct schema_library *library,
                          struct schema **schema, struct fault *why)
{
    return parse(text, length, library, true, schema, why);
}

static void free_node(struct schema_node *node)
{
    for (size_t i = 0; i < node->field_count; i++) {
        memory_free(node->fields[i].aliases);
        json_object_put(node->fields[i].field_default);
    }
    for (size_t i = 0; i < node->alias_count; i++)
        memory_free(node->aliases[i]);
    memory_free(node->aliases);
    memory_free(node->fields);
    memory_free(node->branches);
    memory_free(node->symbols);
    memory_free(node->name);
    memory_free(node);
}

struct schema *schema_free(struct schema *schema)
{
    if (schema == NULL)
        return NULL;
    schema_unbuild(schema);
    for (size_t i = 0; i < schema->node_count; i++)
        free_node(schema->nodes[i]);
    json_object_put(schema->tree);
    for (size_t i = 0; i < schema->reference_count; i++)
        memory_free(schema->references[i]);
    memory_free(schema->nodes);
    memory_free(schema->references);
    memory_free(schema->named);
    memory_free(schema->text);
    memory_free(schema->full_text);
    memory_free(schema->canonical);
    return memory_free(schema);
}

void schema_release(struct schema **schema)
{
    *schema = schema_free(*schema);
}

const struct schema_node *schema_root(const struct schema *schema)
{
    return schema->root;
}

const struct schema_node *schema_definition(const struct schema *schema, size_t index)
{
    return index < schema->named_count ? schema->named[index] : NULL;
}

const char *schema_name(const struct schema *schema)
{
    return schema->root->name != NULL ? schema->root->name : schema_kind_name(schema->root->kind);
}

const char *schema_text(const struct schema *schema)
{
    return schema->text;
}

const char *schema_full_text(const struct schema *schema)
{
    return schema->full_text;
}

const char *schema_canonical(const struct schema *schema)
{
    return schema->canonical;
}

uint64_t schema_fingerprint(const struct schema *schema)
{
    return schema->fingerprint;
}

size_t schema_reference_count(const struct schema *schema)
{
    return schema->reference_count;
}

const char *schema_reference(const struct schema *schema, size_t index)
{
    REQUIRE(index < schema->reference_count);
    return schema->references[index];
}
