/*
 * Numbers by their digits: compared exactly, however long they are, and never by way of a double.
 *
 * A JSON number that was read keeps the text it was written as; a double that was computed is the shortest text that
 * reads as the same double.
 */
#ifndef CODEC_NUMERAL_H
#define CODEC_NUMERAL_H

#include "tree.h"

/* Not to be copied: `digits` may point into it. */
struct numeral {
    bool negative;
    const char *digits; /* from the first that is not a zero on; points are skipped; "" for zero */
    size_t length;
    int64_t power; /* the value is 0.digits times ten to this */
    char own[32];  /* where the digits are when nobody else keeps them */
};

/* Reads a number as JSON writes it (RFC 8259 section 6). False: it is not a number. `text` must outlive *numeral. */
MUST_USE bool numeral_read_json(const char *text, size_t length, struct numeral *numeral);

/* Reads a number as ids and amounts are written: digits, perhaps a sign '-', decimals, zeros in front; no exponent. */
MUST_USE bool numeral_read_plain(const char *text, size_t length, struct numeral *numeral);

/* The number that a JSON value is; false: it is not a number (a text never is). The value must outlive *numeral. */
MUST_USE bool numeral_of(struct json_object *value, struct numeral *numeral);

/* Below 0, 0 or above 0, as strcmp(). */
int numeral_compare(const struct numeral *one, const struct numeral *other);

#endif
