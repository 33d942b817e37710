/* Writes JSON without a tree: texts, and values that there are as trees already. The bytes are those of tree_write(). */
#ifndef CODEC_JSON_WRITE_H
#define CODEC_JSON_WRITE_H

#include "buffer.h"

struct json_object;

/* A text in quotation marks; RFC 8259's short escapes, \u00xx for other control characters, all else as it is. */
void json_write_text(const char *text, size_t length, struct buffer *out);

/* Any value; null is null. */
void json_write_value(struct json_object *value, struct buffer *out);

#endif
