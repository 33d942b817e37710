/* Settings of whc-worker listen, where BT posts its notifications. A part of struct settings. */
#ifndef SETTINGS_LISTEN_SETTINGS_H
#define SETTINGS_LISTEN_SETTINGS_H

#include "secret.h"

#include <stdint.h>

struct listen_settings {
    char *address, *admin_address, *certificate_file, *key_file;
    int64_t port, admin_port;
    int64_t behind_proxy; /* a gateway speaks TLS for it */
    int64_t request_max_bytes, request_max_values;
    int64_t rate; /* notifications per second */
    int64_t token_lifetime_ms;
    struct secret token_key, token_key_previous;
    char *client_id, *client_id_previous; /* "": none */
    struct secret client_secret, client_secret_previous;
};

#endif
