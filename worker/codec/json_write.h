/* Writes JSON without a tree. Values that there are as trees already: tree_write(). */
#ifndef CODEC_JSON_WRITE_H
#define CODEC_JSON_WRITE_H

#include "buffer.h"

/* A text in quotation marks; RFC 8259's short escapes, \u00xx for other control characters, all else as it is. */
void json_write_text(const char *text, size_t length, struct buffer *out);

#endif
