/*
 * HMAC-SHA256 (RFC 2104) as text, and comparing what nobody may guess bit by bit.
 */
#ifndef BASE_MAC_H
#define BASE_MAC_H

#include <stdbool.h>
#include <stddef.h>

enum { MAC_TEXT_SIZE = 65 };

/* The code of the text under the key in lower-case hexadecimal; ends the process when libcrypto cannot. */
void mac_print(const char *key, const char *text, char out[MAC_TEXT_SIZE]);

/* Compares bytes in a time that does not show where they differ. */
bool mac_same(const void *one, const void *other, size_t length);

#endif
