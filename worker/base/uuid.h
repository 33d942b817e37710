/*
 * UUIDs (RFC 9562): random ones (version 4) for tracking, and ones computed from text (version 8) for everything
 * that must come out the same after a crash.
 */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include "fault.h"

#include <stddef.h>
#include <stdint.h>

enum { UUID_TEXT_SIZE = 37 }; /* 36 characters and a NUL */

struct uuid {
    uint8_t bytes[16];
};

/* A random UUID, version 4. Ends the process when the kernel gives no random bytes. */
struct uuid uuid_random(void);

/*
 * Version 8 from the SHA-256 of the `count` texts, each preceded by its length, so that ("ab","c") and ("a","bc")
 * differ. The same texts always give the same UUID: outcome ids and BT references rest on it.
 */
struct uuid uuid_of(const char *const texts[], size_t count);

/* Writes lower-case text with hyphens and a NUL. */
void uuid_print(struct uuid uuid, char text[UUID_TEXT_SIZE]);

/* Reads the 36-character form, either case. Fails with FAULT_INPUT; the text of the fault does not repeat the input. */
MUST_USE bool uuid_parse(const char *text, struct uuid *uuid, struct fault *why);

#endif
