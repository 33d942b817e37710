/* HMAC by libcrypto. */
#include "mac.h"

#include "invariant.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

void mac_print(const char *key, const char *text, char out[MAC_TEXT_SIZE])
{
    unsigned char code[EVP_MAX_MD_SIZE];
    unsigned length = 0;

    REQUIRE(HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)text, strlen(text), code,
                 &length) != NULL &&
            length * 2 + 1 == MAC_TEXT_SIZE);
    for (unsigned i = 0; i < length; i++)
        snprintf(out + 2 * (size_t)i, 3, "%02x", code[i]);
}

bool mac_same(const void *one, const void *other, size_t length)
{
    return CRYPTO_memcmp(one, other, length) == 0;
}
