/*
 * Avro binary data to plain JSON and back (Avro specification, "Binary Encoding").
 *
 * Plain JSON means: records are objects, unions are the bare value (null or T), logical types are text (scalar.h),
 * bytes are base64, and members that are null are there. Where a union has several types besides null, the first one
 * that the JSON fits counts.
 *
 * Bytes are read with the schema they were written with, by Avro-C, and then put by name into the reader's schema by
 * us (projection.h). One thread at a time: Avro-C's error text belongs to the process.
 */
#ifndef CODEC_DATUM_H
#define CODEC_DATUM_H

#include "buffer.h"
#include "schema.h"

struct json_object;

struct datum_limits {
    size_t bytes_max;
    size_t values_max;  /* of all kinds, also those that take no bytes */
    unsigned depth_max; /* values inside values */
};

/* 4 MiB, 200,000 values, 64 levels. */
extern const struct datum_limits datum_limits_usual;

/* For what a worker wrote: that is as large as Kafka takes, whatever the settings of whoever reads it. */
extern const struct datum_limits datum_limits_own;

/*
 * Decodes; `limits` null: the usual ones. *tree is owned by the caller and rests on neither schema. Fails with
 * FAULT_INPUT, and the text names the field: a datum that is damaged or beyond the limits, or that the reader's schema
 * cannot take. Text with a NUL character or broken UTF-8, and numbers that JSON does not have, are refused.
 */
MUST_USE bool datum_decode(const struct schema *writer, const void *bytes, size_t length,
                           const struct schema *reader, const struct datum_limits *limits,
                           struct json_object **tree, struct fault *why);

/*
 * A field without a tree: integers, truth values and the index of a symbol are numbers; text and bytes are borrowed. Of a
 * record, an array or a map it is the encoded value, for datum_decode() by a schema of its own.
 */
struct datum_leaf {
    int64_t number;
    const char *bytes; /* null: the field is null, or a number; no NUL after them */
    size_t length;
};

/*
 * Decodes a record of `count` fields: leaves[i] is field i in the schema's order; what they point to lies in `bytes`. Far
 * cheaper than datum_decode(), for records of our own. Fails like it; FAULT_LOCAL: the schema has another number of
 * fields.
 */
MUST_USE bool datum_read_leaves(const struct schema *schema, const void *bytes, size_t length,
                                const struct datum_limits *limits, struct datum_leaf leaves[], size_t count,
                                struct fault *why);

/* One item of a list; its leaves are borrowed until the function returns. */
typedef void datum_item_fn(void *context, const struct datum_leaf leaves[]);

enum { DATUM_ITEM_FIELDS = 8 };

/*
 * The same for a list of our own, of records of `count` fields, at most DATUM_ITEM_FIELDS: `each` is called with one
 * after the other, of a damaged list with those before the damage.
 */
MUST_USE bool datum_read_items(const struct schema *schema, const void *bytes, size_t length, size_t count,
                               datum_item_fn *each, void *context, struct fault *why);

/*
 * Adds the datum of plain JSON that conforms strictly (projection_conform), with defaults filled in. FAULT_INPUT names
 * the field; FAULT_EXHAUSTED: it does not fit into `out`.
 */
MUST_USE bool datum_encode(const struct schema *schema, struct json_object *tree, struct buffer *out,
                           struct fault *why);

/*
 * The same without the work of bringing it into shape, for plain JSON that has it: made by projection_conform(), or built
 * with every field, in the schema's order. FAULT_INPUT when it has not, and `out` is as it was.
 */
MUST_USE bool datum_encode_shaped(const struct schema *schema, struct json_object *tree, struct buffer *out,
                                  struct fault *why);

#endif
