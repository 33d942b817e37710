/* Steps through the bytes of a datum by its schema, and checks every length and index before Avro-C relies on them. */
#include "scan.h"

#include "invariant.h"
#include "utf8.h"
#include "value_path.h"

#include <string.h>

struct scan {
    const uint8_t *at, *end;
    const struct scan_wanted *wanted; /* null: no leaves are */
    struct datum_leaf *leaf;          /* the one that is read */
    size_t values_left;
    unsigned depth_left;
    unsigned depth_wanted; /* what is left within the record whose leaves are wanted */
    const struct datum_limits *limits;
    struct fault *why;
};

static bool scan_node(struct scan *scan, const struct schema_node *node, const struct value_path *at);

static size_t left(const struct scan *scan)
{
    return (size_t)(scan->end - scan->at);
}

static bool take(struct scan *scan, int64_t count, const struct value_path *at)
{
    if (count < 0 || (uint64_t)count > left(scan))
        return value_path_fault(at, scan->why, "%lld bytes announced, %zu are left", (long long)count,
                                left(scan));
    scan->at += count;
    return true;
}

/* A zigzag number of at most `bits` bits. */
static bool take_number(struct scan *scan, unsigned bits, const struct value_path *at, int64_t *number)
{
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte;

    do {
        if (scan->at == scan->end)
            return value_path_fault(at, scan->why, "the datum ends inside a number");
        byte = *scan->at++;
        if (shift > 63 || (shift == 63 && byte > 1))
            return value_path_fault(at, scan->why, "a number of more than 64 bits");
        value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while ((byte & 0x80) != 0);
    if (bits == 32 && value > UINT32_MAX)
        return value_path_fault(at, scan->why, "a number of more than 32 bits");
    *number = (int64_t)(value >> 1 ^ (0 - (value & 1)));
    return true;
}

static bool take_sized(struct scan *scan, const struct value_path *at)
{
    int64_t length;

    TRY(take_number(scan, 64, at, &length));
    TRY(take(scan, length, at));
    if (scan->leaf != NULL)
        *scan->leaf = (struct datum_leaf){.bytes = (const char *)scan->at - length, .length = (size_t)length};
    return true;
}

static bool take_integer(struct scan *scan, unsigned bits, const struct value_path *at)
{
    int64_t number;

    TRY(take_number(scan, bits, at, &number));
    if (scan->leaf != NULL)
        *scan->leaf = (struct datum_leaf){.number = number};
    return true;
}

static bool take_index(struct scan *scan, size_t count, const char *what, const struct value_path *at,
                       size_t *index)
{
    int64_t number;

    TRY(take_number(scan, 64, at, &number));
    if (number < 0 || (uint64_t)number >= count)
        return value_path_fault(at, scan->why, "%s %lld of %zu", what, (long long)number, count);
    *index = (size_t)number;
    return true;
}

static bool take_symbol(struct scan *scan, const struct schema_node *node, const struct value_path *at)
{
    size_t index;

    TRY(take_index(scan, node->symbol_count, "symbol", at, &index));
    if (scan->leaf != NULL)
        *scan->leaf = (struct datum_leaf){.number = (int64_t)index};
    return true;
}

/* One byte; Avro-C takes anything but 0 and 1 for a mistake. */
static bool take_truth(struct scan *scan, const struct value_path *at)
{
    TRY(take(scan, 1, at));
    if (scan->at[-1] > 1)
        return value_path_fault(at, scan->why, "a truth value that is neither 0 nor 1");
    if (scan->leaf != NULL)
        *scan->leaf = (struct datum_leaf){.number = scan->at[-1]};
    return true;
}

static bool is_text(const char *bytes, size_t length)
{
    return memchr(bytes, '\0', length) == NULL && utf8_valid(bytes, length);
}

static bool take_key(struct scan *scan, const struct value_path *at)
{
    const char *start;
    int64_t length;

    TRY(take_number(scan, 64, at, &length));
    start = (const char *)scan->at;
    TRY(take(scan, length, at));
    if (!is_text(start, (size_t)length))
        return value_path_fault(at, scan->why, "a key that is not a text");
    return true;
}

/* The head of a block: how many items, and where it must end if it says so. */
static bool take_block(struct scan *scan, const struct value_path *at, uint64_t *count, const uint8_t **end)
{
    int64_t number, size;

    *end = NULL;
    TRY(take_number(scan, 64, at, &number));
    if (number < 0) {
        TRY(take_number(scan, 64, at, &size));
        if (size < 0 || (uint64_t)size > left(scan))
            return value_path_fault(at, scan->why, "a block of %lld bytes announced, %zu are left",
                                    (long long)size, left(scan));
        *end = scan->at + size;
    }
    *count = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    if (*count > scan->values_left)
        return value_path_fault(at, scan->why, "more than %zu values in the datum", scan->limits->values_max);
    return true;
}

static bool scan_items(struct scan *scan, const struct schema_node *node, const struct value_path *at)
{
    bool wanted =
        scan->wanted != NULL && scan->wanted->each != NULL && scan->depth_left == scan->depth_wanted + 1;
    struct value_path here = {.up = at};
    const uint8_t *end;
    uint64_t count = 0;

    for (;;) {
        TRY(take_block(scan, at, &count, &end));
        if (count == 0)
            return end == NULL || value_path_fault(at, scan->why, "a block of no items with a size");
        for (uint64_t i = 0; i < count; i++, here.index++) {
            if (node->kind == SCHEMA_MAP)
                TRY(take_key(scan, at));
            TRY(scan_node(scan, node->items, &here));
            if (wanted)
                scan->wanted->each(scan->wanted->context, scan->wanted->leaves);
        }
        if (end != NULL && scan->at != end)
            return value_path_fault(at, scan->why, "a block is not as long as it says");
    }
}

/* A field of the root that is wanted: a value, or the bytes of what has values of its own. */
static bool scan_leaf(struct scan *scan, const struct schema_node *node, const struct value_path *at,
                      struct datum_leaf *leaf)
{
    const struct schema_node *present = schema_present(node);
    bool is_whole =
        present->kind == SCHEMA_RECORD || present->kind == SCHEMA_ARRAY || present->kind == SCHEMA_MAP;
    size_t index;

    *leaf = (struct datum_leaf){.bytes = NULL};
    scan->leaf = is_whole ? NULL : leaf;
    if (!is_whole) {
        TRY(scan_node(scan, node, at));
        return present->kind != SCHEMA_STRING || leaf->bytes == NULL || is_text(leaf->bytes, leaf->length) ||
               value_path_fault(at, scan->why, "it is not a text");
    }
    if (node->kind == SCHEMA_UNION) {
        TRY(take_index(scan, node->branch_count, "branch", at, &index));
        node = node->branches[index];
    }
    const uint8_t *start = scan->at;
    TRY(scan_node(scan, node, at));
    if (node->kind != SCHEMA_NULL)
        *leaf = (struct datum_leaf){.bytes = (const char *)start, .length = (size_t)(scan->at - start)};
    return true;
}

static bool scan_fields(struct scan *scan, const struct schema_node *node, const struct value_path *at)
{
    bool wanted = scan->wanted != NULL && scan->depth_left == scan->depth_wanted;

    for (size_t i = 0; i < node->field_count; i++) {
        struct value_path here = {.up = at, .name = node->fields[i].name};
        if (wanted)
            TRY(scan_leaf(scan, node->fields[i].type, &here, &scan->wanted->leaves[i]));
        else
            TRY(scan_node(scan, node->fields[i].type, &here));
    }
    return true;
}

static bool scan_value(struct scan *scan, const struct schema_node *node, const struct value_path *at)
{
    size_t index;

    switch (node->kind) {
    case SCHEMA_NULL:
        return true;
    case SCHEMA_BOOLEAN:
        return take_truth(scan, at);
    case SCHEMA_INT:
        return take_integer(scan, 32, at);
    case SCHEMA_LONG:
        return take_integer(scan, 64, at);
    case SCHEMA_FLOAT:
        return take(scan, 4, at);
    case SCHEMA_DOUBLE:
        return take(scan, 8, at);
    case SCHEMA_BYTES:
    case SCHEMA_STRING:
        return take_sized(scan, at);
    case SCHEMA_FIXED:
        return take(scan, (int64_t)node->size, at);
    case SCHEMA_ENUM:
        return take_symbol(scan, node, at);
    case SCHEMA_UNION:
        TRY(take_index(scan, node->branch_count, "branch", at, &index));
        return scan_node(scan, node->branches[index], at);
    case SCHEMA_ARRAY:
    case SCHEMA_MAP:
        return scan_items(scan, node, at);
    case SCHEMA_RECORD:
        return scan_fields(scan, node, at);
    }
    return false;
}

static bool scan_node(struct scan *scan, const struct schema_node *node, const struct value_path *at)
{
    if (scan->values_left == 0)
        return value_path_fault(at, scan->why, "more than %zu values in the datum", scan->limits->values_max);
    if (scan->depth_left == 0)
        return value_path_fault(at, scan->why, "values nested deeper than %u", scan->limits->depth_max);
    scan->values_left--;
    scan->depth_left--;
    bool good = scan_value(scan, node, at);
    REQUIRE(scan->at <= scan->end); /* Avro-C believes what was let through here */
    scan->depth_left++;
    return good;
}

bool scan_datum(const struct schema_node *root, const void *bytes, size_t length,
                const struct datum_limits *limits, const struct scan_wanted *wanted, struct fault *why)
{
    if (limits == NULL)
        limits = &datum_limits_usual;
    struct scan scan = {.at = bytes,
                        .end = (const uint8_t *)bytes + length,
                        .wanted = wanted,
                        .values_left = limits->values_max,
                        .depth_left = limits->depth_max,
                        .depth_wanted = limits->depth_max - (wanted != NULL && wanted->each != NULL ? 2 : 1),
                        .limits = limits,
                        .why = why};

    if (length > limits->bytes_max)
        return fault_set(why, FAULT_INPUT, "a datum of %zu bytes, more than %zu", length, limits->bytes_max);
    TRY(scan_node(&scan, root, NULL));
    if (scan.at != scan.end)
        return fault_set(why, FAULT_INPUT, "%zu bytes follow the datum", left(&scan));
    return true;
}
