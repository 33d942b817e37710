/* Makes and checks the tokens of whc-worker listen. */
#include "access_token.h"

#include "mac.h"
#include "uuid.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void access_token_make(const struct secret *key, int64_t end_s, char token[ACCESS_TOKEN_SIZE])
{
    char nonce[UUID_TEXT_SIZE], code[MAC_TEXT_SIZE], start[ACCESS_TOKEN_SIZE];

    uuid_print(uuid_random(), nonce);
    snprintf(start, sizeof start, "v1.%" PRId64 ".%s", end_s, nonce);
    mac_print(key->hidden, start, code);
    snprintf(token, ACCESS_TOKEN_SIZE, "%.80s.%.64s", start, code);
}

/* Whether the key made the code of this start. */
static bool made_by(const struct secret *key, const char *start, const char *code)
{
    char wanted[MAC_TEXT_SIZE];

    if (key->hidden == NULL)
        return false;
    mac_print(key->hidden, start, wanted);
    return mac_same(wanted, code, MAC_TEXT_SIZE - 1);
}

enum access_token_state access_token_check(const char *token, const struct secret *key,
                                           const struct secret *previous, int64_t now_s)
{
    char start[ACCESS_TOKEN_SIZE];
    const char *dot = strrchr(token, '.');

    if (strncmp(token, "v1.", 3) != 0 || dot == NULL || strlen(dot + 1) != MAC_TEXT_SIZE - 1 ||
        (size_t)(dot - token) >= sizeof start)
        return ACCESS_TOKEN_WRONG;
    memcpy(start, token, (size_t)(dot - token));
    start[dot - token] = '\0';
    bool now = made_by(key, start, dot + 1), before = made_by(previous, start, dot + 1);
    if (!now && !before)
        return ACCESS_TOKEN_WRONG;
    return strtoll(start + 3, NULL, 10) > now_s ? ACCESS_TOKEN_GOOD : ACCESS_TOKEN_EXPIRED;
}
