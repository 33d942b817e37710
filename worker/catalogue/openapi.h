/*
 * What BT offers: the operations, servers and the gateway's answers of an OpenAPI description, 3.1 or 3.0.
 *
 * Only what the worker acts on is kept. `x-evidence` says how we know an operation, `x-repeat` and `x-reference-unique`
 * what a repeat of it means (PROMISE.md section 2), `x-gateway` what an answer of the gateway means whatever the
 * operation.
 */
#ifndef CATALOGUE_OPENAPI_H
#define CATALOGUE_OPENAPI_H

#include "operation.h"

enum gateway_meaning {
    GATEWAY_NOTHING,
    GATEWAY_TOKEN_EXPIRED,
    GATEWAY_THROTTLED,
    GATEWAY_BLOCKED,     /* for an hour, after repeated throttling */
    GATEWAY_REFUSED,     /* the account or its credentials */
    GATEWAY_UNAVAILABLE, /* only for the pace */
};

struct gateway_row {
    char *api, *code; /* "*": any */
    int status;
    enum gateway_meaning means;
};

struct openapi_server {
    char *url;
    bool production; /* x-production */
};

struct openapi {
    struct operation *operations;
    size_t operation_count;
    char **tags; /* the APIs */
    size_t tag_count;
    struct openapi_server *servers; /* the first is the default */
    size_t server_count;
    char *token_scheme,
        *token_url; /* the security scheme with a client-credentials flow; null: there is none */
    struct gateway_row *gateway;
    size_t gateway_count;
};

/* Reads the description; mistakes outside of the operations go to the cursor. Release it in any case. */
void openapi_read(struct json_object *tree, struct json_cursor *cursor, struct openapi *openapi);
void openapi_release(struct openapi *openapi);

/* The operation of this id, null when there is none. */
const struct operation *openapi_operation(const struct openapi *openapi, const char *id);

/* What the answer means at the gateway; a row that names the API wins, then one that names the code. */
enum gateway_meaning openapi_gateway(const struct openapi *openapi, const char *api, int status,
                                     const char *code);

extern const char *const repeat_names[]; /* by enum repeat_class, null after the last */

#endif
