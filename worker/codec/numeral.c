/* Numbers as digits and a power of ten: parsed, compared and normalised. */
#include "numeral.h"

#include "invariant.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POWER_MAX = 1000000000 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(const char *text, size_t length)
{
    size_t count = 0;

    while (count < length && is_digit(text[count]))
        count++;
    return count;
}

/* The part after 'e'; *used: how much of the text it was. An absurdly large exponent is cut to the bound. */
static bool read_exponent(const char *text, size_t length, int64_t *exponent, size_t *used)
{
    bool negative = length > 0 && text[0] == '-';
    size_t sign = negative || (length > 0 && text[0] == '+') ? 1 : 0;
    size_t count = count_digits(text + sign, length - sign);

    *exponent = 0;
    for (size_t i = 0; i < count && *exponent < POWER_MAX; i++)
        *exponent = *exponent * 10 + (text[sign + i] - '0');
    *exponent = negative ? -*exponent : *exponent;
    *used = sign + count;
    return count > 0;
}

/* The digits between `text` and `end`, one point among them perhaps; `whole` of them stand before it. */
static void keep_digits(const char *text, const char *end, size_t whole, int64_t exponent,
                        struct numeral *numeral)
{
    int64_t power = (int64_t)whole + exponent;

    while (text < end && (*text == '0' || *text == '.'))
        power -= *text++ == '0';
    while (end > text && (end[-1] == '0' || end[-1] == '.'))
        end--; /* after the point they say nothing, before it the power says it */
    numeral->digits = text;
    numeral->length = (size_t)(end - text);
    numeral->power = numeral->length == 0 ? 0 : power;
    numeral->negative = numeral->negative && numeral->length > 0;
    REQUIRE(text <= end && (numeral->length == 0 || (*text != '0' && end[-1] != '0'))); /* as compared */
}

static bool read(const char *text, size_t length, bool json, struct numeral *numeral)
{
    const char *at = text, *end = text + length;
    int64_t exponent = 0;

    numeral->negative = at < end && *at == '-';
    at += numeral->negative ? 1 : 0;
    const char *start = at;
    size_t whole = count_digits(at, (size_t)(end - at));
    if (whole == 0 || (json && whole > 1 && *at == '0'))
        return false;
    at += whole;
    if (at < end && *at == '.') {
        size_t decimals = count_digits(at + 1, (size_t)(end - at - 1));
        if (decimals == 0)
            return false;
        at += 1 + decimals;
    }
    const char *behind = at;
    if (json && at < end && (*at == 'e' || *at == 'E')) {
        size_t used;
        if (!read_exponent(at + 1, (size_t)(end - at - 1), &exponent, &used))
            return false;
        at += 1 + used;
    }
    if (at != end)
        return false;
    keep_digits(start, behind, whole, exponent, numeral);
    return true;
}

bool numeral_read_json(const char *text, size_t length, struct numeral *numeral)
{
    return read(text, length, true, numeral);
}

bool numeral_read_plain(const char *text, size_t length, struct numeral *numeral)
{
    return read(text, length, false, numeral);
}

bool numeral_of(struct json_object *value, struct numeral *numeral)
{
    bool whole = json_object_is_type(value, json_type_int);

    if (!whole && !json_object_is_type(value, json_type_double))
        return false;
    const char *written = json_object_get_userdata(value);
    if (!whole && written != NULL)
        return numeral_read_json(written, strlen(written), numeral);
    if (!whole) {
        double number = json_object_get_double(value);
        for (int digits = 15; digits <= 17; digits++) {
            snprintf(numeral->own, sizeof numeral->own, "%.*g", digits, number);
            double again = strtod(numeral->own, NULL);
            if (!(again < number) && !(again > number))
                break;
        }
    } else if (json_object_get_int64(value) == INT64_MAX) { /* clamped, perhaps */
        snprintf(numeral->own, sizeof numeral->own, "%" PRIu64, json_object_get_uint64(value));
    } else {
        snprintf(numeral->own, sizeof numeral->own, "%" PRId64, json_object_get_int64(value));
    }
    return numeral_read_json(numeral->own, strlen(numeral->own), numeral);
}

/* The digits only; what is missing at the end is zeros, and none ends with one. */
static int compare_digits(const struct numeral *one, const struct numeral *other)
{
    size_t a = 0, b = 0;

    for (;; a++, b++) {
        a += a < one->length && one->digits[a] == '.';
        b += b < other->length && other->digits[b] == '.';
        if (a == one->length || b == other->length)
            return (a < one->length) - (b < other->length);
        if (one->digits[a] != other->digits[b])
            return one->digits[a] < other->digits[b] ? -1 : 1;
    }
}

int numeral_compare(const struct numeral *one, const struct numeral *other)
{
    int sign = one->negative ? -1 : 1;

    if (one->negative != other->negative)
        return sign;
    if (one->length == 0 || other->length == 0)
        return sign * ((one->length > 0) - (other->length > 0));
    if (one->power != other->power)
        return one->power < other->power ? -sign : sign;
    return sign * compare_digits(one, other);
}
