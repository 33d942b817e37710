/* Parsing Canonical Form and CRC-64-AVRO (Avro specification, "Parsing Canonical Form for Schemas"). */
#include "schema_inside.h"

#include "memory.h"

/* Also the fingerprint of an empty text. */
#define CRC64_EMPTY UINT64_C(0xc15d213aa4d7a795)

static void write_node(const struct schema_node *node, bool *seen, struct buffer *out);

static void write_fields(const struct schema_node *node, bool *seen, struct buffer *out)
{
    buffer_add_text(out, ",\"fields\":[");
    for (size_t i = 0; i < node->field_count; i++) {
        buffer_print(out, "%s{\"name\":\"%s\",\"type\":", i == 0 ? "" : ",", node->fields[i].name);
        write_node(node->fields[i].type, seen, out);
        buffer_add_text(out, "}");
    }
    buffer_add_text(out, "]}");
}

static void write_symbols(const struct schema_node *node, struct buffer *out)
{
    buffer_add_text(out, ",\"symbols\":[");
    for (size_t i = 0; i < node->symbol_count; i++)
        buffer_print(out, "%s\"%s\"", i == 0 ? "" : ",", node->symbols[i]);
    buffer_add_text(out, "]}");
}

static void write_named(const struct schema_node *node, bool *seen, struct buffer *out)
{
    if (seen[node->number]) {
        buffer_print(out, "\"%s\"", node->name);
        return;
    }
    seen[node->number] = true;
    buffer_print(out, "{\"name\":\"%s\",\"type\":\"%s\"", node->name, schema_kind_name(node->kind));
    if (node->kind == SCHEMA_RECORD)
        write_fields(node, seen, out);
    else if (node->kind == SCHEMA_ENUM)
        write_symbols(node, out);
    else
        buffer_print(out, ",\"size\":%zu}", node->size);
}

static void write_node(const struct schema_node *node, bool *seen, struct buffer *out)
{
    if (node->name != NULL) {
        write_named(node, seen, out);
    } else if (node->kind == SCHEMA_UNION) {
        for (size_t i = 0; i < node->branch_count; i++) {
            buffer_add_text(out, i == 0 ? "[" : ",");
            write_node(node->branches[i], seen, out);
        }
        buffer_add_text(out, "]");
    } else if (node->items != NULL) {
        bool array = node->kind == SCHEMA_ARRAY;
        buffer_add_text(out, array ? "{\"type\":\"array\",\"items\":" : "{\"type\":\"map\",\"values\":");
        write_node(node->items, seen, out);
        buffer_add_text(out, "}");
    } else {
        buffer_print(out, "\"%s\"", schema_kind_name(node->kind));
    }
}

uint64_t schema_crc64(const char *text, size_t length)
{
    uint64_t crc = CRC64_EMPTY;

    for (size_t i = 0; i < length; i++) {
        crc ^= (uint8_t)text[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (CRC64_EMPTY & (0 - (crc & 1)));
    }
    return crc;
}

void schema_canonize(struct schema *schema)
{
    CLEANUP(memory_release) bool *seen = memory_new(schema->node_count, sizeof *seen);
    struct buffer text;

    buffer_init(&text, (size_t)SCHEMA_TEXT_MAX * 64);
    write_node(schema->root, seen, &text);
    schema->fingerprint = schema_crc64(buffer_text(&text), text.length);
    schema->canonical = buffer_take(&text, NULL);
}
