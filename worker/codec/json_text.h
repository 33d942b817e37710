/*
 * A look at a JSON text before json-c sees it.
 *
 * json-c 0.16 and 0.18 differ in what they take beside RFC 8259 (numbers as -01 and 1., single quotes, control
 * characters, NaN), cut a member's name at a NUL, and clamp integers of more than 64 bits. So the text is walked first:
 * the grammar is the RFC's to the letter, the values are counted, and such integers become texts with the same digits.
 */
#ifndef CODEC_JSON_TEXT_H
#define CODEC_JSON_TEXT_H

#include "buffer.h"

struct json_limits {
    size_t values_max; /* of all kinds */
    unsigned depth_max;
    bool foreign; /* NaN and Infinity may stand for numbers, and a number may be beyond a double */
};

struct json_text {
    const char *at; /* without a byte order mark; borrowed from the text given, or from `rewritten` */
    size_t length;
    struct buffer rewritten;
};

/*
 * Checks the text and gives what json-c may read. FAULT_INPUT: no JSON; the sentence names line and column, and never
 * repeats the content. FAULT_EXHAUSTED: more values than the limit. Release `text` after a success.
 */
MUST_USE bool json_text_check(const char *bytes, size_t length, const struct json_limits *limits,
                              struct json_text *text, struct fault *why);
void json_text_release(struct json_text *text);

#endif
