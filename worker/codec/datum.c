/* Decodes Avro bytes: scanned, read by Avro-C with the writer's schema, then projected to the reader's. */
#include "datum.h"

#include "invariant.h"
#include "projection.h"
#include "scan.h"
#include "schema_inside.h"
#include "utf8.h"

#include <avro.h>
#include <string.h>

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

static bool is_text(const struct datum_leaf *leaf)
{
    return memchr(leaf->bytes, '\0', leaf->length) == NULL && utf8_valid(leaf->bytes, leaf->length);
}

bool datum_read_leaves(const struct schema *schema, const void *bytes, size_t length,
                       const struct datum_limits *limits, struct datum_leaf leaves[], size_t count,
                       struct fault *why)
{
    const struct schema_node *root = schema->root;

    if (root->kind != SCHEMA_RECORD || root->field_count != count)
        return fault_set(why, FAULT_LOCAL, "'%s' does not have %zu fields", schema_name(schema), count);
    memset(leaves, 0, count * sizeof *leaves);
    TRY(scan_datum(root, bytes, length, limits, leaves, why));
    for (size_t i = 0; i < count; i++)
        if (leaves[i].bytes != NULL && schema_present(root->fields[i].type)->kind == SCHEMA_STRING &&
            !is_text(&leaves[i]))
            return fault_set(why, FAULT_INPUT, "%s: it is not a text", root->fields[i].name);
    return true;
}
