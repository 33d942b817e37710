/*
 * Values without parts: how Avro's numbers, texts and bytes stand in plain JSON, and back. One place for the rules of
 * the logical types, which decoding, conforming, encoding and defaults share.
 *
 *   uuid, uk-number   text, lower case; text, national form
 *   date              "2026-03-02"
 *   timestamp-*       "2026-03-02T10:00:00.000Z", or six digits for micros
 *   decimal           "12.50"
 *   bytes, fixed      base64
 *
 * All fail with FAULT_INPUT, "path: rule"; values are not repeated. `tree` is owned by the caller.
 */
#ifndef CODEC_SCALAR_H
#define CODEC_SCALAR_H

#include "schema.h"
#include "value_path.h"

struct json_object;

/* From what Avro holds to plain JSON; `node` is an int or long, a float or double, a string, bytes or fixed. */
MUST_USE bool scalar_of_integer(const struct schema_node *node, int64_t value, const struct value_path *at,
                                struct json_object **tree, struct fault *why);
MUST_USE bool scalar_of_number(const struct schema_node *node, double value, const struct value_path *at,
                               struct json_object **tree, struct fault *why);
MUST_USE bool scalar_of_text(const struct schema_node *node, const char *text, size_t length,
                             const struct value_path *at, struct json_object **tree, struct fault *why);
MUST_USE bool scalar_of_bytes(const struct schema_node *node, const void *bytes, size_t length,
                              const struct value_path *at, struct json_object **tree, struct fault *why);

/* Whether the plain JSON of an int or long is text: dates and timestamps. */
bool scalar_is_text(const struct schema_node *node);

/* From the text of a date or timestamp to the number. */
MUST_USE bool scalar_to_integer(const struct schema_node *node, const char *text, const struct value_path *at,
                                int64_t *value, struct fault *why);

/* From the text of bytes or fixed to the bytes, added to `out`; a decimal fixed is filled up to its size. */
MUST_USE bool scalar_to_bytes(const struct schema_node *node, const char *text, size_t length,
                              const struct value_path *at, struct buffer *out, struct fault *why);

#endif
