/*
 * The tokens that whc-worker listen gives to BT: opaque, and kept nowhere. Whoever has the key can tell whether one is
 * good, so any listener checks any token:
 *
 *     v1.<end, in seconds since 1970>.<nonce>.<HMAC-SHA-256 of all that stands before the last dot>
 *
 * No JWT: nobody but us looks inside, and a field that names an algorithm is a hole.
 */
#ifndef LISTEN_ACCESS_TOKEN_H
#define LISTEN_ACCESS_TOKEN_H

#include "secret.h"

#include <stdint.h>

enum { ACCESS_TOKEN_SIZE = 160 };

enum access_token_state { ACCESS_TOKEN_GOOD, ACCESS_TOKEN_EXPIRED, ACCESS_TOKEN_WRONG };

/* A new token that holds until `end_s`, by the wall clock. */
void access_token_make(const struct secret *key, int64_t end_s, char token[ACCESS_TOKEN_SIZE]);

/* Whether one of the two keys made it; `previous` may hold nothing. Takes as long for wrong ones of the same length. */
enum access_token_state access_token_check(const char *token, const struct secret *key,
                                           const struct secret *previous, int64_t now_s);

#endif
