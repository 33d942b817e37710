/*
 * Access tokens: who gets one, and whether a request's token is good.
 */
#ifndef SANDBOX_TOKENS_H
#define SANDBOX_TOKENS_H

#include "request.h"
#include "switches.h"

#include <stdint.h>

enum { TOKENS_MAX = 256, TOKEN_SIZE = 48 };

/* A ring: the oldest token is forgotten for a new one. */
struct tokens {
    struct {
        char text[TOKEN_SIZE];
        int64_t ends_ms;
    } ring[TOKENS_MAX];
    size_t issued;
};

/* 0 when the request's token is good, else BT's code: 40 none, 41 unknown, 42 expired. */
unsigned tokens_check(const struct tokens *tokens, const struct request *request, int64_t now_ms);

/* The request's token is no longer good, if it ever was. */
void tokens_expire(struct tokens *tokens, const struct request *request);

/* Whether the request has these Basic credentials: 0, or 40 none, 41 others. */
unsigned basic_check(const struct request *request, const char *user, const char *password);

#endif
