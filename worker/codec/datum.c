/* Decodes Avro bytes: scanned, read by Avro-C with the writer's schema, then projected to the reader's. */
#include "datum.h"

#include "invariant.h"
#include "projection.h"
#include "scan.h"
#include "schema_inside.h"

#include <avro.h>

const struct datum_limits datum_limits_usual = {.bytes_max = 4 << 20, .values_max = 200000, .depth_max = 64};
const struct datum_limits datum_limits_own = {
    .bytes_max = 1 << 30, .values_max = 100000000, .depth_max = 128};

bool datum_decode(const struct schema *writer, const void *bytes, size_t length, const struct schema *reader,
                  const struct datum_limits *limits, struct json_object **tree, struct fault *why)
{
    struct json_object *made = NULL;
    avro_value_t value;

    REQUIRE(writer->maker != NULL);
    TRY(scan_datum(writer->root, bytes, length, limits, NULL, why));
    if (avro_generic_value_new(writer->maker, &value) != 0)
        return fault_set(why, FAULT_LOCAL, "Avro-C makes no value");
    avro_reader_t in = avro_reader_memory(bytes, (int64_t)length);
    int error = avro_value_read(in, &value);
    avro_reader_free(in);
    bool good = error == 0 ? projection_read(&value, writer->root, reader->root, &made, why)
                           : fault_set(why, FAULT_INPUT, "Avro-C cannot read the datum");
    avro_value_decref(&value);
    if (good)
        *tree = made;
    return good;
}

bool datum_read_leaves(const struct schema *schema, const void *bytes, size_t length,
                       const struct datum_limits *limits, struct datum_leaf leaves[], size_t count,
                       struct fault *why)
{
    const struct schema_node *root = schema->root;
    const struct scan_wanted wanted = {.leaves = leaves};

    if (root->kind != SCHEMA_RECORD || root->field_count != count)
        return fault_set(why, FAULT_LOCAL, "'%s' does not have %zu fields", schema_name(schema), count);
    return scan_datum(root, bytes, length, limits, &wanted, why);
}

bool datum_read_items(const struct schema *schema, const void *bytes, size_t length, size_t count,
                      datum_item_fn *each, void *context, struct fault *why)
{
    const struct schema_node *root = schema->root;
    struct datum_leaf leaves[DATUM_ITEM_FIELDS];
    const struct scan_wanted wanted = {leaves, each, context};

    REQUIRE(count <= DATUM_ITEM_FIELDS);
    if (root->kind != SCHEMA_ARRAY || root->items->kind != SCHEMA_RECORD || root->items->field_count != count)
        return fault_set(why, FAULT_LOCAL, "it is no list of records of %zu fields", count);
    return scan_datum(root, bytes, length, &datum_limits_own, &wanted, why);
}
