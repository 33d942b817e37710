/*
 * SHA-256 (FIPS 180-4) as text, to name bytes that are not kept.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

enum { DIGEST_TEXT_SIZE = 65 };

/* The digest of the bytes in lower-case hexadecimal; ends the process when libcrypto cannot. */
void digest_print(const void *bytes, size_t length, char text[DIGEST_TEXT_SIZE]);

#endif
