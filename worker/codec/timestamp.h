/*
 * Moments and days, as text and as numbers.
 *
 * Text is RFC 3339, always written in UTC. Reading also takes what BT sends (schemas/README.md): 1 to 9 digits
 * of fraction or none, offsets "Z", "+00:00", "+0000" and "+00", a space for the T. Digits finer than the result
 * are cut. Only the years 1 to 9999 exist here, in the Gregorian calendar; a leap second counts as the next second.
 */
#ifndef CODEC_TIMESTAMP_H
#define CODEC_TIMESTAMP_H

#include "fault.h"

#include <stdint.h>

enum { TIMESTAMP_TEXT_SIZE = 32 };

/* Milliseconds or microseconds since 1970-01-01T00:00:00Z. Fail with FAULT_INPUT; the text is not repeated. */
MUST_USE bool timestamp_parse(const char *text, int64_t *ms, struct fault *why);
MUST_USE bool timestamp_parse_micros(const char *text, int64_t *us, struct fault *why);

/* "2026-03-02T10:00:00.000Z", or six digits. A moment outside the years above is written as the nearest in them. */
void timestamp_print(int64_t ms, char text[TIMESTAMP_TEXT_SIZE]);
void timestamp_print_micros(int64_t us, char text[TIMESTAMP_TEXT_SIZE]);

/* Whether the moment is in the years above, so that printing it loses nothing. */
bool timestamp_valid(int64_t ms);

/* "2026-03-02" and days since 1970-01-01, as above. */
MUST_USE bool timestamp_parse_date(const char *text, int32_t *days, struct fault *why);
void timestamp_print_date(int32_t days, char text[TIMESTAMP_TEXT_SIZE]);
bool timestamp_valid_date(int32_t days);

#endif
