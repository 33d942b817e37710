/* SHA-256 by OpenSSL, printed as hexadecimal text. */
#include "digest.h"

#include "invariant.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

void digest_print(const void *bytes, size_t length, char text[DIGEST_TEXT_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    if (EVP_Digest(bytes, length, digest, &size, EVP_sha256(), NULL) != 1)
        abort();
    REQUIRE(2 * size + 1 == DIGEST_TEXT_SIZE);
    for (unsigned i = 0; i < size && 2 * i + 2 < DIGEST_TEXT_SIZE; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
}
