/* Values without parts: Avro's numbers, texts and bytes to plain JSON and back. */
#include "scalar.h"

#include "base64.h"
#include "decimal.h"
#include "invariant.h"
#include "number.h"
#include "timestamp.h"
#include "tree.h"
#include "utf8.h"
#include "uuid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_MAX = 1 << 26 };

_Static_assert((int)UUID_TEXT_SIZE >= (int)NUMBER_TEXT_SIZE, "one room for both");

bool scalar_is_text(const struct schema_node *node)
{
    return node->logical == SCHEMA_LOGICAL_DATE || node->logical == SCHEMA_LOGICAL_TIMESTAMP_MILLIS ||
           node->logical == SCHEMA_LOGICAL_TIMESTAMP_MICROS;
}

static bool text(struct json_object **tree, const char *value)
{
    *tree = json_object_new_string(value);
    return true;
}

/* Rounds down, as timestamp.h does. */
static int64_t millis_of(int64_t micros)
{
    return micros / 1000 - (micros % 1000 < 0 ? 1 : 0);
}

bool scalar_of_integer(const struct schema_node *node, int64_t value, const struct value_path *at,
                       struct json_object **tree, struct fault *why)
{
    char printed[TIMESTAMP_TEXT_SIZE];

    if (node->logical == SCHEMA_LOGICAL_DATE && timestamp_valid_date((int32_t)value))
        timestamp_print_date((int32_t)value, printed);
    else if (node->logical == SCHEMA_LOGICAL_TIMESTAMP_MILLIS && timestamp_valid(value))
        timestamp_print(value, printed);
    else if (node->logical == SCHEMA_LOGICAL_TIMESTAMP_MICROS && timestamp_valid(millis_of(value)))
        timestamp_print_micros(value, printed);
    else if (scalar_is_text(node))
        return value_path_fault(at, why, "a moment outside the years 1 to 9999");
    else {
        *tree = json_object_new_int64(value);
        return true;
    }
    return text(tree, printed);
}

/* The shortest text that reads back as the same number, and that no reader takes for a whole one. */
static void print_number(bool single, double value, char printed[32])
{
    int first = single ? 6 : 15, last = single ? 9 : 17;

    for (int digits = first; digits <= last; digits++) {
        snprintf(printed, 32, "%.*g", digits, value);
        double back = single ? (double)strtof(printed, NULL) : strtod(printed, NULL);
        if (!(back < value) && !(back > value))
            break;
    }
    REQUIRE(strlen(printed) + sizeof ".0" <= 32);
    if (strpbrk(printed, ".e") == NULL)
        memcpy(printed + strlen(printed), ".0", 3);
}

bool scalar_of_number(const struct schema_node *node, double value, const struct value_path *at,
                      struct json_object **tree, struct fault *why)
{
    char printed[32];

    if (!isfinite(value))
        return value_path_fault(at, why, "a number that JSON does not have: infinite, or not a number");
    print_number(node->kind == SCHEMA_FLOAT, value, printed);
    *tree = json_object_new_double_s(value, printed);
    return true;
}

bool scalar_of_text(const struct schema_node *node, const char *value, size_t length,
                    const struct value_path *at, struct json_object **tree, struct fault *why)
{
    char printed[UUID_TEXT_SIZE];
    struct fault inner;
    struct uuid uuid;

    if (memchr(value, '\0', length) != NULL)
        return value_path_fault(at, why, "the text has a NUL character");
    if (!utf8_valid(value, length))
        return value_path_fault(at, why, "the text is not UTF-8");
    if (node->logical == SCHEMA_LOGICAL_UUID) {
        if (!uuid_parse(value, &uuid, &inner))
            return value_path_fault(at, why, "%s", inner.text);
        uuid_print(uuid, printed);
        return text(tree, printed);
    }
    if (node->logical == SCHEMA_LOGICAL_UK_NUMBER) {
        if (!number_national(value, printed, &inner))
            return value_path_fault(at, why, "%s", inner.text);
        return text(tree, printed);
    }
    *tree = json_object_new_string_len(value, (int)length);
    return true;
}

bool scalar_of_bytes(const struct schema_node *node, const void *bytes, size_t length,
                     const struct value_path *at, struct json_object **tree, struct fault *why)
{
    char printed[DECIMAL_TEXT_SIZE];
    struct buffer encoded;
    struct fault inner;

    if (node->logical == SCHEMA_LOGICAL_DECIMAL) {
        if (!decimal_print(bytes, length, node->precision, node->scale, printed, &inner))
            return value_path_fault(at, why, "%s", inner.text);
        return text(tree, printed);
    }
    buffer_init(&encoded, BYTES_MAX);
    base64_write(bytes, length, &encoded);
    bool fits = !encoded.full;
    if (fits)
        *tree = json_object_new_string_len(buffer_text(&encoded), (int)encoded.length);
    buffer_release(&encoded);
    return fits || value_path_fault(at, why, "more bytes than a record may hold");
}

bool scalar_to_integer(const struct schema_node *node, const char *value, const struct value_path *at,
                       int64_t *number, struct fault *why)
{
    struct fault inner;
    int32_t days = 0;
    bool good;

    REQUIRE(scalar_is_text(node));
    if (node->logical == SCHEMA_LOGICAL_DATE)
        good = timestamp_parse_date(value, &days, &inner);
    else if (node->logical == SCHEMA_LOGICAL_TIMESTAMP_MILLIS)
        good = timestamp_parse(value, number, &inner);
    else
        good = timestamp_parse_micros(value, number, &inner);
    if (!good)
        return value_path_fault(at, why, "%s", inner.text);
    if (node->logical == SCHEMA_LOGICAL_DATE)
        *number = days;
    return true;
}

bool scalar_to_bytes(const struct schema_node *node, const char *value, size_t length,
                     const struct value_path *at, struct buffer *out, struct fault *why)
{
    uint8_t bytes[DECIMAL_BYTES_MAX];
    size_t start = out->length, count = 0;
    struct fault inner;

    if (node->logical == SCHEMA_LOGICAL_DECIMAL) {
        if (!decimal_parse(value, node->precision, node->scale, bytes, &count, &inner))
            return value_path_fault(at, why, "%s", inner.text);
        for (size_t i = count; node->kind == SCHEMA_FIXED && i < node->size; i++)
            buffer_add_byte(out, bytes[0] >= 0x80 ? 0xff : 0);
        buffer_add(out, bytes, count);
    } else if (!base64_read(value, length, out, &inner)) {
        return value_path_fault(at, why, "%s", inner.text);
    }
    if (node->kind == SCHEMA_FIXED && out->length - start != node->size)
        return value_path_fault(at, why, "%zu bytes expected, got %zu", node->size, out->length - start);
    return true;
}
