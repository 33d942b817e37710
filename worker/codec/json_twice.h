/*
 * Member names that occur twice in one object: RFC 8259 leaves open which counts, and json-c takes the last without a
 * word. In files that people write that is a mistake.
 */
#ifndef CODEC_JSON_TWICE_H
#define CODEC_JSON_TWICE_H

#include "buffer.h"

#include <stddef.h>

/* Whether there is one in a text that tree_read() takes; then the JSON pointer of the second is added to `pointer`. */
bool json_twice_name(const char *text, size_t length, struct buffer *pointer);

#endif
