/* Computes a step's reference, and reads the partition out of one. */
#include "reference.h"

void reference_make(const char *request_id, const char *step, int32_t partition, char text[UUID_TEXT_SIZE])
{
    struct uuid uuid = uuid_of((const char *[]){"reference", request_id, step}, 3);

    uuid.bytes[14] = (uint8_t)(partition >> 8);
    uuid.bytes[15] = (uint8_t)partition;
    uuid_print(uuid, text);
}

int32_t reference_partition(const char *text)
{
    struct uuid uuid;
    struct fault unused;

    return uuid_parse(text, &uuid, &unused) ? uuid.bytes[14] << 8 | uuid.bytes[15] : -1;
}
