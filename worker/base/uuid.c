/* UUIDs of versions 4 and 8: made, read and printed. */
#include "uuid.h"

#include "invariant.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static struct uuid stamp(struct uuid uuid, uint8_t version)
{
    uuid.bytes[6] = (uint8_t)((uuid.bytes[6] & 0x0f) | (version << 4));
    uuid.bytes[8] = (uint8_t)((uuid.bytes[8] & 0x3f) | 0x80);
    return uuid;
}

struct uuid uuid_random(void)
{
    struct uuid uuid;

    if (getrandom(uuid.bytes, sizeof uuid.bytes, 0) != (ssize_t)sizeof uuid.bytes)
        abort();
    return stamp(uuid, 4);
}

struct uuid uuid_of(const char *const texts[], size_t count)
{
    REQUIRE(count > 0); /* of no text all would be the same */
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
        abort();
    for (size_t i = 0; i < count; i++) {
        uint64_t length = strlen(texts[i]);
        unsigned char prefix[8];
        for (int byte = 0; byte < 8; byte++)
            prefix[byte] = (unsigned char)(length >> (56 - 8 * byte));
        EVP_DigestUpdate(context, prefix, sizeof prefix);
        EVP_DigestUpdate(context, texts[i], (size_t)length);
    }
    EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);

    struct uuid uuid;
    memcpy(uuid.bytes, digest, sizeof uuid.bytes);
    return stamp(uuid, 8);
}

void uuid_print(struct uuid uuid, char text[UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    char *at = text;

    for (size_t i = 0; i < sizeof uuid.bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = digits[uuid.bytes[i] >> 4];
        *at++ = digits[uuid.bytes[i] & 0xf];
    }
    REQUIRE(at == text + UUID_TEXT_SIZE - 1);
    *at = '\0';
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool uuid_parse(const char *text, struct uuid *uuid, struct fault *why)
{
    struct uuid parsed = {{0}};
    size_t digit = 0;

    if (strlen(text) != UUID_TEXT_SIZE - 1)
        return fault_set(why, FAULT_INPUT, "a UUID has 36 characters, this has %zu", strlen(text));
    for (size_t i = 0; i < UUID_TEXT_SIZE - 1; i++) {
        bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        int value = hyphen ? 0 : nibble(text[i]);
        if (hyphen ? text[i] != '-' : value < 0)
            return fault_set(why, FAULT_INPUT, "character %zu of the UUID is wrong", i + 1);
        if (hyphen)
            continue;
        parsed.bytes[digit / 2] = (uint8_t)(parsed.bytes[digit / 2] << 4 | value);
        digit++;
    }
    *uuid = parsed;
    return true;
}
