/*
 * Avro-C's own view of a schema, built from our nodes through its functions and not from text: its parser gets
 * empty namespaces wrong (AVRO-1902) and would know a name only if we spelled it its way. A record inside itself
 * becomes a link, as in its parser.
 */
#include "schema_inside.h"

#include "invariant.h"
#include "memory.h"

#include <avro.h>

struct builder {
    avro_schema_t *built; /* by node number; borrowed from `complete` or from the record under construction */
    bool *open;
    bool failed;
};

static avro_schema_t build(struct builder *builder, const struct schema_node *node);

static avro_schema_t build_record(struct builder *builder, const struct schema_node *node)
{
    avro_schema_t record = avro_schema_record("r", NULL);

    builder->built[node->number] = record;
    builder->open[node->number] = true;
    for (size_t i = 0; i < node->field_count; i++) {
        avro_schema_t type = build(builder, node->fields[i].type);
        if (avro_schema_record_field_append(record, node->fields[i].name, type) != 0)
            builder->failed = true;
        avro_schema_decref(type);
    }
    if (node->field_count == 0) { /* Avro-C has no lists of what takes no memory; a null takes no byte */
        avro_schema_t nothing = avro_schema_null();
        if (avro_schema_record_field_append(record, "nothing", nothing) != 0)
            builder->failed = true;
        avro_schema_decref(nothing);
    }
    builder->open[node->number] = false;
    return record;
}

static avro_schema_t build_enum(struct builder *builder, const struct schema_node *node)
{
    avro_schema_t made = avro_schema_enum("e");

    for (size_t i = 0; i < node->symbol_count; i++)
        if (avro_schema_enum_symbol_append(made, node->symbols[i]) != 0)
            builder->failed = true;
    return made;
}

static avro_schema_t build_items(struct builder *builder, const struct schema_node *node)
{
    avro_schema_t items = build(builder, node->items);
    avro_schema_t made = node->kind == SCHEMA_ARRAY ? avro_schema_array(items) : avro_schema_map(items);

    avro_schema_decref(items);
    return made;
}

static avro_schema_t build_union(struct builder *builder, const struct schema_node *node)
{
    avro_schema_t made = avro_schema_union();

    for (size_t i = 0; i < node->branch_count; i++) {
        avro_schema_t branch = build(builder, node->branches[i]);
        if (avro_schema_union_append(made, branch) != 0)
            builder->failed = true;
        avro_schema_decref(branch);
    }
    return made;
}

static avro_schema_t build_new(struct builder *builder, const struct schema_node *node)
{
    switch (node->kind) {
    case SCHEMA_NULL:
        return avro_schema_null();
    case SCHEMA_BOOLEAN:
        return avro_schema_boolean();
    case SCHEMA_INT:
        return avro_schema_int();
    case SCHEMA_LONG:
        return avro_schema_long();
    case SCHEMA_FLOAT:
        return avro_schema_float();
    case SCHEMA_DOUBLE:
        return avro_schema_double();
    case SCHEMA_BYTES:
        return avro_schema_bytes();
    case SCHEMA_STRING:
        return avro_schema_string();
    case SCHEMA_RECORD:
        return build_record(builder, node);
    case SCHEMA_ENUM:
        return build_enum(builder, node);
    case SCHEMA_ARRAY:
    case SCHEMA_MAP:
        return build_items(builder, node);
    case SCHEMA_UNION:
        return build_union(builder, node);
    case SCHEMA_FIXED:
        return avro_schema_fixed("f", (int64_t)node->size);
    }
    return NULL;
}

/* A reference of the caller's own. */
static avro_schema_t build(struct builder *builder, const struct schema_node *node)
{
    avro_schema_t known = builder->built[node->number];

    REQUIRE(!builder->open[node->number] || known != NULL);
    if (known != NULL)
        return builder->open[node->number] ? avro_schema_link(known) : avro_schema_incref(known);
    avro_schema_t made = build_new(builder, node);
    if (made == NULL)
        builder->failed = true;
    if (node->name != NULL)
        builder->built[node->number] = made;
    return made;
}

bool schema_build(struct schema *schema, struct fault *why)
{
    CLEANUP(memory_release) avro_schema_t *built = memory_new(schema->node_count, sizeof *built);
    CLEANUP(memory_release) bool *open = memory_new(schema->node_count, sizeof *open);
    struct builder builder = {.built = built, .open = open};

    schema->avro = build(&builder, schema->root);
    if (!builder.failed)
        schema->maker = avro_generic_class_from_schema(schema->avro);
    if (schema->maker == NULL)
        return fault_set(why, FAULT_LOCAL, "Avro-C refuses the schema");
    return true;
}

void schema_unbuild(struct schema *schema)
{
    if (schema->maker != NULL)
        avro_value_iface_decref(schema->maker);
    if (schema->avro != NULL)
        avro_schema_decref(schema->avro);
}
