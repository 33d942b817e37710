/*
 * Values into a schema by name: the rules of Avro's "Schema Resolution", done here because Avro-C copies enum indexes,
 * knows no defaults and ignores aliases.
 *
 * Every failure is FAULT_INPUT, "site.postcode: text expected, got a number": a user reads it as a reason. Values
 * are not repeated.
 */
#ifndef CODEC_PROJECTION_H
#define CODEC_PROJECTION_H

#include "schema.h"
#include "value_path.h"

struct json_object;
struct avro_value;

enum projection_mode {
    PROJECTION_STRICT, /* requests: what people submit */
    /*
     * Results built from BT's replies. Also taken: a number where text is expected and text that is a number, one object
     * for a list of one, an unknown symbol where the enum has a default, null or nothing where the field has a default
     * or may be null; unknown members are left out.
     */
    PROJECTION_LENIENT,
};

/*
 * Checks plain JSON (datum.h) against a schema. *out is owned by the caller and has every field, in the schema's
 * order, defaults filled in and logical types in their one spelling; null may be a null pointer.
 */
MUST_USE bool projection_conform(const struct schema_node *node, struct json_object *tree,
                                 enum projection_mode mode, struct json_object **out, struct fault *why);

/* The branch of a union that plain JSON counts as. */
MUST_USE bool projection_branch(const struct schema_node *node, struct json_object *tree, size_t *branch,
                                struct fault *why);

/*
 * Plain JSON, as the reader has it, of a value of Avro-C that was read with the writer's schema. Beyond the
 * specification: timestamps in millis and micros are converted, decimals may differ in precision but not in scale.
 */
MUST_USE bool projection_read(const struct avro_value *value, const struct schema_node *writer,
                              const struct schema_node *reader, struct json_object **tree, struct fault *why);

#endif
