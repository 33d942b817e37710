/*
 * How a Kafka record says which schema its Avro datum was written with.
 *
 *   Confluent v0        00, 4-byte big-endian schema id, datum (Confluent, "Wire format")
 *   Confluent v1        header __value_schema_id: 01, 16-byte schema GUID; or 00, 4-byte id; the value is the datum
 *   Avro single-object  C3 01, 8-byte little-endian CRC-64-AVRO fingerprint, datum (Avro specification)
 *
 * The header wins over the first bytes of the value: a bare datum may begin with anything.
 */
#ifndef CODEC_FRAMING_H
#define CODEC_FRAMING_H

#include "buffer.h"
#include "uuid.h"

#define FRAMING_HEADER "__value_schema_id"

enum { FRAMING_HEADER_SIZE_MAX = 17 };

enum framing {
    FRAMING_CONFLUENT_V0,
    FRAMING_CONFLUENT_V1,
    FRAMING_SINGLE_OBJECT,
};

struct frame {
    enum framing framing;
    bool in_header;       /* the schema is named by the header; always so for v1 */
    uint32_t id;          /* of FRAMING_CONFLUENT_V0 */
    struct uuid guid;     /* of FRAMING_CONFLUENT_V1 */
    uint64_t fingerprint; /* of FRAMING_SINGLE_OBJECT */
    size_t start;         /* where the datum begins in the value */
};

/*
 * Recognises the framing of a value; `header` is the value of the last FRAMING_HEADER header, null when there is none.
 * FAULT_INPUT: an empty value, a framing that is none of these, one that is cut short.
 */
MUST_USE bool framing_read(const void *value, size_t length, const void *header, size_t header_length,
                           struct frame *frame, struct fault *why);

/* Adds what stands before the datum: nothing when the header names the schema. */
void framing_write(const struct frame *frame, struct buffer *value);

/* The header's value and its length; 0 where there is no header. */
size_t framing_write_header(const struct frame *frame, uint8_t header[FRAMING_HEADER_SIZE_MAX]);

#endif
