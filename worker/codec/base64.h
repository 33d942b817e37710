/*
 * Base64 with padding and the ordinary alphabet (RFC 4648 section 4): how bytes stand in plain JSON.
 */
#ifndef CODEC_BASE64_H
#define CODEC_BASE64_H

#include "buffer.h"

/* Adds the text of the bytes. */
void base64_write(const void *bytes, size_t length, struct buffer *out);

/*
 * Adds the bytes of the text. Fails with FAULT_INPUT (`out` may then hold a part) unless it is exactly what
 * base64_write() writes: no line breaks, padding complete, unused bits zero. The fault does not repeat the text.
 */
MUST_USE bool base64_read(const char *text, size_t length, struct buffer *out, struct fault *why);

#endif
