/*
 * Whether bytes are UTF-8 (RFC 3629). JSON and Avro text must be, but neither json-c nor Avro-C looks.
 */
#ifndef CODEC_UTF8_H
#define CODEC_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* No overlong forms, no surrogates, nothing above U+10FFFF. */
bool utf8_valid(const char *text, size_t length);

/* Makes the text valid in place: a character cut off at its end goes, any other wrong byte becomes '?'. */
void utf8_repair(char *text);

#endif
