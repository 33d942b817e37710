/* Avro decimals from text and to text, in 128-bit integers. */
#include "decimal.h"

#include "invariant.h"

#include <string.h>

typedef unsigned __int128 unsigned_wide;

_Static_assert(sizeof(unsigned_wide) == DECIMAL_BYTES_MAX, "the bytes are those of one number");
_Static_assert(DECIMAL_TEXT_SIZE > DECIMAL_PRECISION_MAX + sizeof "-0.", "the longest number fits");

static unsigned_wide power_of_ten(unsigned exponent)
{
    unsigned_wide power = 1;

    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* Leading bytes that only repeat the sign say nothing; a fixed may have many. */
static void skip_sign(const uint8_t **bytes, size_t *length)
{
    while (*length > 1 &&
           (((*bytes)[0] == 0 && (*bytes)[1] < 0x80) || ((*bytes)[0] == 0xff && (*bytes)[1] >= 0x80))) {
        (*bytes)++;
        (*length)--;
    }
}

/* The digits of `value`, at least `scale` + 1 of them, with the point in its place. */
static void print_digits(unsigned_wide value, unsigned scale, char *text)
{
    char reversed[DECIMAL_TEXT_SIZE];
    size_t count = 0;

    for (unsigned digit = 0; value > 0 || digit <= scale; digit++) {
        if (digit == scale && scale > 0)
            reversed[count++] = '.';
        reversed[count++] = (char)('0' + (int)(value % 10));
        value /= 10;
    }
    REQUIRE(count < sizeof reversed);
    while (count > 0)
        *text++ = reversed[--count];
    *text = '\0';
}

bool decimal_print(const uint8_t *bytes, size_t length, unsigned precision, unsigned scale,
                   char text[DECIMAL_TEXT_SIZE], struct fault *why)
{
    REQUIRE(precision >= 1 && precision <= DECIMAL_PRECISION_MAX && scale <= precision);
    if (length == 0)
        return fault_set(why, FAULT_INPUT, "a decimal has at least one byte");
    bool negative = bytes[0] >= 0x80;
    skip_sign(&bytes, &length);
    if (length > DECIMAL_BYTES_MAX)
        return fault_set(why, FAULT_INPUT, "a decimal of more than %u digits", precision);

    unsigned_wide value = negative ? ~(unsigned_wide)0 : 0;
    for (size_t i = 0; i < length; i++)
        value = value << 8 | bytes[i];
    unsigned_wide magnitude = negative ? ~value + 1 : value;
    if (magnitude >= power_of_ten(precision))
        return fault_set(why, FAULT_INPUT, "a decimal of more than %u digits", precision);
    if (negative)
        *text++ = '-';
    print_digits(magnitude, scale, text);
    return true;
}

/* Digits of the whole part and then of the fraction, as one number of `scale` decimals. */
static bool read_digits(const char *text, unsigned precision, unsigned scale, unsigned_wide *value,
                        struct fault *why)
{
    unsigned_wide limit = power_of_ten(precision), sum = 0;
    unsigned decimals = 0;
    bool point = false, any = false;

    for (; *text != '\0'; text++) {
        if (*text == '.' && !point && any) {
            point = true;
            continue;
        }
        if (*text < '0' || *text > '9')
            return fault_set(why, FAULT_INPUT, "a decimal number like 12.50 expected");
        any = true;
        if (point && decimals == scale) {
            if (*text != '0')
                return fault_set(why, FAULT_INPUT, "more than %u digits after the point", scale);
            continue;
        }
        decimals += point ? 1 : 0;
        sum = sum * 10 + (unsigned)(*text - '0');
        if (sum >= limit)
            return fault_set(why, FAULT_INPUT, "more than %u digits", precision);
    }
    if (!any || (point && text[-1] == '.'))
        return fault_set(why, FAULT_INPUT, "a decimal number like 12.50 expected");
    for (; decimals < scale; decimals++) {
        sum *= 10;
        if (sum >= limit)
            return fault_set(why, FAULT_INPUT, "more than %u digits", precision);
    }
    *value = sum;
    return true;
}

bool decimal_parse(const char *text, unsigned precision, unsigned scale, uint8_t bytes[DECIMAL_BYTES_MAX],
                   size_t *length, struct fault *why)
{
    REQUIRE(precision >= 1 && precision <= DECIMAL_PRECISION_MAX && scale <= precision);
    unsigned_wide value = 0;
    bool negative = *text == '-';

    TRY(read_digits(text + (negative ? 1 : 0), precision, scale, &value, why));
    if (negative)
        value = ~value + 1;

    uint8_t all[DECIMAL_BYTES_MAX];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)(value >> (8 * (sizeof all - 1 - i)));
    const uint8_t *start = all;
    size_t count = sizeof all;
    skip_sign(&start, &count);
    memcpy(bytes, start, count);
    *length = count;
    return true;
}
