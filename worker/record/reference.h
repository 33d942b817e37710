/*
 * References: what BT is given as `externalId` of a writing step.
 *
 * UUID version 8 of request id and step, so that every attempt, by whatever worker, carries the same one; the last two
 * bytes are the partition that owns the order, so that a notification finds it.
 */
#ifndef RECORD_REFERENCE_H
#define RECORD_REFERENCE_H

#include "uuid.h"

/* The reference of a step of a request in this partition (0 to 65535). */
void reference_make(const char *request_id, const char *step, int32_t partition, char text[UUID_TEXT_SIZE]);

/* The partition in a reference of ours; -1 when the text is not a UUID. */
int32_t reference_partition(const char *text);

#endif
