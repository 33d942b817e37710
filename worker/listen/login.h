/*
 * What BT shows when it asks for a token: RFC 6749, section 4.4, with the client's id and secret by HTTP Basic
 * (section 2.3.1) or in the form.
 */
#ifndef LISTEN_LOGIN_H
#define LISTEN_LOGIN_H

#include "listen_settings.h"

#include <stddef.h>

enum login {
    LOGIN_GOOD,
    LOGIN_WRONG,   /* invalid_client: unknown or wrong, which takes the same time and gets the same answer */
    LOGIN_INVALID, /* invalid_request: it is not such a form */
    LOGIN_UNSUPPORTED, /* unsupported_grant_type */
};

struct login_ask {
    const char *authorization, *content_type; /* headers; null: none */
    const char *body;
    size_t length;
};

enum login login_check(const struct listen_settings *settings, const struct login_ask *ask);

#endif
