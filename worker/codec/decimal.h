/*
 * Avro's decimal (specification, "Logical Types"): an unscaled whole number as big-endian two's complement, and the
 * exact text "12.50" it stands for. Never a double, since money passes here.
 *
 * Up to 38 digits, so that 128 bits hold every value.
 */
#ifndef CODEC_DECIMAL_H
#define CODEC_DECIMAL_H

#include "fault.h"

#include <stddef.h>
#include <stdint.h>

enum { DECIMAL_PRECISION_MAX = 38, DECIMAL_BYTES_MAX = 16, DECIMAL_TEXT_SIZE = 48 };

/* Writes the text with exactly `scale` digits after the point. FAULT_INPUT: no bytes, or more than `precision` digits. */
MUST_USE bool decimal_print(const uint8_t *bytes, size_t length, unsigned precision, unsigned scale,
                            char text[DECIMAL_TEXT_SIZE], struct fault *why);

/*
 * Reads "12.5", "-0.05" or "12"; missing digits after the point are zeros, further ones must be zeros. Writes the
 * fewest bytes that hold the number. FAULT_INPUT: no number, or more than `precision` digits or `scale` decimals.
 */
MUST_USE bool decimal_parse(const char *text, unsigned precision, unsigned scale,
                            uint8_t bytes[DECIMAL_BYTES_MAX], size_t *length, struct fault *why);

#endif
