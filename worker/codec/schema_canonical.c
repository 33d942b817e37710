/* Parsing Canonical Form and CRC-64-AVRO (Avro specification, "Parsing Canonical Form for Schemas"). */
#include "schema_inside.h"

#include "invariant.h"
#include "memory.h"

#include <string.h>

/* Also the fingerprint of an empty text. */
#define CRC64_EMPTY UINT64_C(0xc15d213aa4d7a795)

/* How a canonical form names logical types; the specification leaves them out. */
enum form {
    FORM_SPECIFIED,
    FORM_GO,   /* github.com/hamba/avro: {"type":"string","logicalType":"uuid"} */
    FORM_RUST, /* apache-avro: {"type":"string"}, an object where a logical type was */
};

struct writer {
    enum form form;
    bool *seen; /* by node number */
    struct buffer *out;
};

/* The logical types that those libraries know, besides decimal; they ignore any other. */
static const struct {
    const char *name;
    enum schema_kind kind;
    bool go, rust;
} foreign[] = {
    {"uuid", SCHEMA_STRING, true, true},
    {"uuid", SCHEMA_BYTES, false, true},
    {"big-decimal", SCHEMA_BYTES, false, true},
    {"date", SCHEMA_INT, true, true},
    {"time-millis", SCHEMA_INT, true, true},
    {"time-micros", SCHEMA_LONG, true, true},
    {"timestamp-millis", SCHEMA_LONG, true, true},
    {"timestamp-micros", SCHEMA_LONG, true, true},
    {"timestamp-nanos", SCHEMA_LONG, false, true},
    {"local-timestamp-millis", SCHEMA_LONG, true, true},
    {"local-timestamp-micros", SCHEMA_LONG, true, true},
    {"local-timestamp-nanos", SCHEMA_LONG, false, true},
};
enum { DURATION_SIZE = 12 };

static bool has_foreign(const struct schema_node *node, enum form form)
{
    if (form == FORM_SPECIFIED || node->logical_text == NULL)
        return false;
    if (node->logical == SCHEMA_LOGICAL_DECIMAL)
        return true;
    if (node->kind == SCHEMA_FIXED)
        return form == FORM_GO && node->size == DURATION_SIZE && strcmp(node->logical_text, "duration") == 0;
    for (size_t i = 0; i < COUNT_OF(foreign); i++)
        if (foreign[i].kind == node->kind && strcmp(foreign[i].name, node->logical_text) == 0)
            return form == FORM_GO ? foreign[i].go : foreign[i].rust;
    return false;
}

/* Go leaves a scale of 0 out, Rust writes it. */
static void write_foreign(const struct writer *writer, const struct schema_node *node)
{
    if (!has_foreign(node, writer->form))
        return;
    if (writer->form == FORM_GO)
        buffer_print(writer->out, ",\"logicalType\":\"%s\"", node->logical_text);
    if (node->logical != SCHEMA_LOGICAL_DECIMAL)
        return;
    buffer_print(writer->out, ",\"precision\":%u", node->precision);
    if (node->scale > 0 || writer->form == FORM_RUST)
        buffer_print(writer->out, ",\"scale\":%u", node->scale);
}

static void write_node(const struct writer *writer, const struct schema_node *node);

static void write_fields(const struct writer *writer, const struct schema_node *node)
{
    buffer_add_text(writer->out, ",\"fields\":[");
    for (size_t i = 0; i < node->field_count; i++) {
        buffer_print(writer->out, "%s{\"name\":\"%s\",\"type\":", i == 0 ? "" : ",", node->fields[i].name);
        write_node(writer, node->fields[i].type);
        buffer_add_text(writer->out, "}");
    }
    buffer_add_text(writer->out, "]}");
}

static void write_symbols(const struct writer *writer, const struct schema_node *node)
{
    buffer_add_text(writer->out, ",\"symbols\":[");
    for (size_t i = 0; i < node->symbol_count; i++)
        buffer_print(writer->out, "%s\"%s\"", i == 0 ? "" : ",", node->symbols[i]);
    buffer_add_text(writer->out, "]}");
}

static void write_named(const struct writer *writer, const struct schema_node *node)
{
    if (writer->seen[node->number]) {
        buffer_print(writer->out, "\"%s\"", node->name);
        return;
    }
    writer->seen[node->number] = true;
    buffer_print(writer->out, "{\"name\":\"%s\",\"type\":\"%s\"", node->name, schema_kind_name(node->kind));
    if (node->kind == SCHEMA_RECORD)
        write_fields(writer, node);
    else if (node->kind == SCHEMA_ENUM)
        write_symbols(writer, node);
    else {
        buffer_print(writer->out, ",\"size\":%zu", node->size);
        write_foreign(writer, node);
        buffer_add_text(writer->out, "}");
    }
}

static void write_node(const struct writer *writer, const struct schema_node *node)
{
    if (node->name != NULL) {
        write_named(writer, node);
    } else if (node->kind == SCHEMA_UNION) {
        for (size_t i = 0; i < node->branch_count; i++) {
            buffer_add_text(writer->out, i == 0 ? "[" : ",");
            write_node(writer, node->branches[i]);
        }
        buffer_add_text(writer->out, "]");
    } else if (node->items != NULL) {
        bool array = node->kind == SCHEMA_ARRAY;
        buffer_add_text(writer->out,
                        array ? "{\"type\":\"array\",\"items\":" : "{\"type\":\"map\",\"values\":");
        write_node(writer, node->items);
        buffer_add_text(writer->out, "}");
    } else if (has_foreign(node, writer->form)) {
        buffer_print(writer->out, "{\"type\":\"%s\"", schema_kind_name(node->kind));
        write_foreign(writer, node);
        buffer_add_text(writer->out, "}");
    } else {
        buffer_print(writer->out, "\"%s\"", schema_kind_name(node->kind));
    }
}

static uint64_t crc64(const char *text, size_t length)
{
    uint64_t crc = CRC64_EMPTY;

    for (size_t i = 0; i < length; i++) {
        crc ^= (uint8_t)text[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (CRC64_EMPTY & (0 - (crc & 1)));
    }
    return crc;
}

static uint64_t canonize(const struct schema *schema, enum form form, char **canonical)
{
    CLEANUP(memory_release) bool *seen = memory_new(schema->node_count, sizeof *seen);
    struct buffer text;
    const struct writer writer = {form, seen, &text};

    buffer_init(&text, (size_t)SCHEMA_TEXT_MAX * 64);
    write_node(&writer, schema->root);
    REQUIRE(text.length > 0);
    uint64_t fingerprint = crc64(buffer_text(&text), text.length);
    *canonical = buffer_take(&text, NULL);
    return fingerprint;
}

void schema_canonize(struct schema *schema)
{
    CLEANUP(memory_release) char *go = NULL, *rust = NULL;

    schema->fingerprint = canonize(schema, FORM_SPECIFIED, &schema->canonical);
    schema->fingerprint_go = canonize(schema, FORM_GO, &go);
    schema->fingerprint_rust = canonize(schema, FORM_RUST, &rust);
}

bool schema_has_fingerprint(const struct schema *schema, uint64_t fingerprint)
{
    return schema->fingerprint == fingerprint || schema->fingerprint_go == fingerprint ||
           schema->fingerprint_rust == fingerprint;
}
