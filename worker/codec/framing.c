/* Reads and writes the three framings: Confluent's two and Avro's single-object encoding. */
#include "framing.h"

#include "invariant.h"

#include <string.h>

enum { ID_SIZE = 5, GUID_SIZE = 17, FINGERPRINT_SIZE = 10 };

_Static_assert((int)GUID_SIZE == (int)FRAMING_HEADER_SIZE_MAX, "the longest header");
_Static_assert(GUID_SIZE == 1 + sizeof(struct uuid), "a byte for the framing, and the GUID");
_Static_assert(ID_SIZE == 1 + sizeof(uint32_t), "a byte for the framing, and the id");
_Static_assert(FINGERPRINT_SIZE == 2 + sizeof(uint64_t), "two bytes for the framing, and the fingerprint");

static uint32_t read_id(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void write_id(uint32_t id, uint8_t bytes[ID_SIZE])
{
    bytes[0] = 0;
    for (unsigned i = 0; i < 4; i++)
        bytes[1 + i] = (uint8_t)(id >> (24 - 8 * i));
}

static bool read_header(const uint8_t *header, size_t length, struct frame *frame, struct fault *why)
{
    struct frame found = {.in_header = true};

    if (length == GUID_SIZE && header[0] == 1) {
        found.framing = FRAMING_CONFLUENT_V1;
        memcpy(found.guid.bytes, header + 1, sizeof found.guid.bytes);
    } else if (length == ID_SIZE && header[0] == 0) {
        found.framing = FRAMING_CONFLUENT_V0;
        found.id = read_id(header + 1);
    } else {
        return fault_set(why, FAULT_INPUT, "header '" FRAMING_HEADER "' of %zu bytes names no schema",
                         length);
    }
    *frame = found;
    return true;
}

static bool read_prefix(const uint8_t *value, size_t length, struct frame *frame, struct fault *why)
{
    struct frame found = {.framing = FRAMING_CONFLUENT_V0, .start = ID_SIZE};
    bool single = value[0] == 0xc3 && (length == 1 || value[1] == 0x01);

    if (value[0] != 0 && !single)
        return fault_set(
            why, FAULT_INPUT,
            "unknown framing: the value begins with byte %02x, not with 00 (Confluent) or C3 01 (Avro "
            "single-object), and no header '" FRAMING_HEADER "'",
            value[0]);
    if (single) {
        found.framing = FRAMING_SINGLE_OBJECT;
        found.start = FINGERPRINT_SIZE;
    }
    if (length < found.start)
        return fault_set(why, FAULT_INPUT, "the value ends after %zu bytes, inside the name of its schema",
                         length);
    if (single)
        for (unsigned i = 0; i < 8; i++)
            found.fingerprint |= (uint64_t)value[2 + i] << (8 * i);
    else
        found.id = read_id(value + 1);
    REQUIRE(found.start <= length);
    *frame = found;
    return true;
}

bool framing_read(const void *value, size_t length, const void *header, size_t header_length,
                  struct frame *frame, struct fault *why)
{
    if (value == NULL || length == 0)
        return fault_set(why, FAULT_INPUT, "the value is empty");
    if (header != NULL)
        return read_header(header, header_length, frame, why);
    return read_prefix(value, length, frame, why);
}

void framing_write(const struct frame *frame, struct buffer *value)
{
    uint8_t bytes[FINGERPRINT_SIZE] = {0xc3, 0x01};

    REQUIRE(frame->framing <= FRAMING_SINGLE_OBJECT);
    REQUIRE(!frame->in_header || frame->framing != FRAMING_SINGLE_OBJECT); /* nothing would name the schema */
    if (frame->in_header || frame->framing == FRAMING_CONFLUENT_V1)
        return;
    if (frame->framing == FRAMING_CONFLUENT_V0) {
        write_id(frame->id, bytes);
        buffer_add(value, bytes, ID_SIZE);
        return;
    }
    for (unsigned i = 0; i < 8; i++)
        bytes[2 + i] = (uint8_t)(frame->fingerprint >> (8 * i));
    buffer_add(value, bytes, FINGERPRINT_SIZE);
}

size_t framing_write_header(const struct frame *frame, uint8_t header[FRAMING_HEADER_SIZE_MAX])
{
    if (frame->framing == FRAMING_CONFLUENT_V1) {
        header[0] = 1;
        memcpy(header + 1, frame->guid.bytes, sizeof frame->guid.bytes);
        return GUID_SIZE;
    }
    if (!frame->in_header || frame->framing != FRAMING_CONFLUENT_V0)
        return 0;
    write_id(frame->id, header);
    return ID_SIZE;
}
