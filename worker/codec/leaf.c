/* See leaf.h. */
#include "leaf.h"

#include "base64.h"
#include "decimal.h"
#include "number.h"
#include "tree.h"
#include "utf8.h"
#include "uuid.h"
#include "when.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_MAX = 1 << 26 };

bool leaf_is_text(const struct schema_node *node)
{
    return node->logical == SCHEMA_LOGICAL_DATE || node->logical == SCHEMA_LOGICAL_TIMESTAMP_MILLIS ||
           node->logical == SCHEMA_LOGICAL_TIMESTAMP_MICROS;
}

static bool text(struct json_object **tree, const char *value)
{
    *tree = json_object_new_string(value);
    return true;
}

/* Rounds down, as when.h does. */
static int64_t millis_of(int64_t micros)
{
    return micros / 1000 - (micros % 1000 < 0 ? 1 : 0);
}

bool leaf_of_integer(const struct schema_node *node, int64_t value, const struct place *at,
                     struct json_object **tree, struct fault *why)
{
    char printed[WHEN_TEXT_SIZE];

    if (node->logical == SCHEMA_LOGICAL_DATE && when_valid_date((int32_t)value))
        when_print_date((int32_t)value, printed);
    else if (node->logical == SCHEMA_LOGICAL_TIMESTAMP_MILLIS && when_valid(value))
        when_print(value, printed);
    else if (node->logical == SCHEMA_LOGICAL_TIMESTAMP_MICROS && when_valid(millis_of(value)))
        when_print_micros(value, printed);
    else if (leaf_is_text(node))
        return place_fault(at, why, "a moment outside the years 1 to 9999");
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
    if (strpbrk(printed, ".e") == NULL)
        memcpy(printed + strlen(printed), ".0", 3);
}

bool leaf_of_number(const struct schema_node *node, double value, const struct place *at,
                    struct json_object **tree, struct fault *why)
{
    char printed[32];

    if (!isfinite(value))
        return place_fault(at, why, "a number that JSON does not have: infinite, or none");
    print_number(node->kind == SCHEMA_FLOAT, value, printed);
    *tree = json_object_new_double_s(value, printed);
    return true;
}

bool leaf_of_text(const struct schema_node *node, const char *value, size_t length, const struct place *at,
                  struct json_object **tree, struct fault *why)
{
    char printed[UUID_TEXT_SIZE]; /* longer than NUMBER_TEXT_SIZE */
    struct fault inner;
    struct uuid uuid;

    if (memchr(value, '\0', length) != NULL)
        return place_fault(at, why, "the text has a NUL character");
    if (!utf8_valid(value, length))
        return place_fault(at, why, "the text is not UTF-8");
    if (node->logical == SCHEMA_LOGICAL_UUID) {
        if (!uuid_parse(value, &uuid, &inner))
            return place_fault(at, why, "%s", inner.text);
        uuid_print(uuid, printed);
        return text(tree, printed);
    }
    if (node->logical == SCHEMA_LOGICAL_UK_NUMBER) {
        if (!number_national(value, printed, &inner))
            return place_fault(at, why, "%s", inner.text);
        return text(tree, printed);
    }
    *tree = json_object_new_string_len(value, (int)length);
    return true;
}

bool leaf_of_bytes(const struct schema_node *node, const void *bytes, size_t length, const struct place *at,
                   struct json_object **tree, struct fault *why)
{
    char printed[DECIMAL_TEXT_SIZE];
    struct buffer encoded;
    struct fault inner;

    if (node->logical == SCHEMA_LOGICAL_DECIMAL) {
        if (!decimal_print(bytes, length, node->precision, node->scale, printed, &inner))
            return place_fault(at, why, "%s", inner.text);
        return text(tree, printed);
    }
    buffer_init(&encoded, BYTES_MAX);
    base64_write(bytes, length, &encoded);
    bool fits = !encoded.full;
    if (fits)
        *tree = json_object_new_string_len(buffer_text(&encoded), (int)encoded.length);
    buffer_release(&encoded);
    return fits || place_fault(at, why, "more bytes than a record may hold");
}

bool leaf_to_integer(const struct schema_node *node, const char *value, const struct place *at,
                     int64_t *number, struct fault *why)
{
    struct fault inner;
    int32_t days = 0;
    bool good;

    if (node->logical == SCHEMA_LOGICAL_DATE)
        good = when_parse_date(value, &days, &inner);
    else if (node->logical == SCHEMA_LOGICAL_TIMESTAMP_MILLIS)
        good = when_parse(value, number, &inner);
    else
        good = when_parse_micros(value, number, &inner);
    if (!good)
        return place_fault(at, why, "%s", inner.text);
    if (node->logical == SCHEMA_LOGICAL_DATE)
        *number = days;
    return true;
}

bool leaf_to_bytes(const struct schema_node *node, const char *value, size_t length, const struct place *at,
                   struct buffer *out, struct fault *why)
{
    uint8_t bytes[DECIMAL_BYTES_MAX];
    size_t start = out->length, count = 0;
    struct fault inner;

    if (node->logical == SCHEMA_LOGICAL_DECIMAL) {
        if (!decimal_parse(value, node->precision, node->scale, bytes, &count, &inner))
            return place_fault(at, why, "%s", inner.text);
        for (size_t i = count; node->kind == SCHEMA_FIXED && i < node->size; i++)
            buffer_add_byte(out, bytes[0] >= 0x80 ? 0xff : 0);
        buffer_add(out, bytes, count);
    } else if (!base64_read(value, length, out, &inner)) {
        return place_fault(at, why, "%s", inner.text);
    }
    if (node->kind == SCHEMA_FIXED && out->length - start != node->size)
        return place_fault(at, why, "%zu bytes expected, got %zu", node->size, out->length - start);
    return true;
}
