/*
 * Why an outcome is what it is: a kind that programs can go by, a code, and a sentence for people.
 */
#ifndef RECORD_REASON_H
#define RECORD_REASON_H

#include "fault.h"

/* schemas/common/ReasonKind.avsc, same names; REASON_NONE: it completed in the ordinary way. */
enum reason_kind {
    REASON_NONE,
    REASON_CONTRACT,
    REASON_NOT_SERVED,
    REASON_EXPIRED,
    REASON_REFUSED,
    REASON_UNAVAILABLE,
    REASON_BAD_REPLY,
    REASON_TIMEOUT,
    REASON_IN_DOUBT,
    REASON_NOT_SENT,
    REASON_DECISION,
    REASON_REPORTED,
};

struct reason {
    enum reason_kind kind;
    char code[100];
    char text[400];
};

/*
 * Fills in all three; longer texts are cut, within a character never. The arguments may point into *reason.
 */
void reason_set(struct reason *reason, enum reason_kind kind, const char *code, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* Its symbol in the schema. */
const char *reason_kind_name(enum reason_kind kind);

#endif
