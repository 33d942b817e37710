/*
 * What BT offers: the operations, servers and the gateway's answers of an OpenAPI description, 3.1 or 3.0.
 *
 * Only what the worker acts on is kept. What it does not understand in an operation is kept as its mistakes, to be
 * told only where a workflow uses it: a description has many operations that nobody here calls.
 * `x-evidence` says how we know an operation, `x-repeat` and
 * `x-reference-unique` what a repeat of it means (promise.md section 2), `x-gateway` what an answer of the gateway
 * means whatever the operation.
 */
#ifndef CATALOGUE_OPENAPI_H
#define CATALOGUE_OPENAPI_H

#include "spot.h"

/* Ordered: a step may state a stricter one than its operation. */
enum repeat_class { REPEAT_SAFE, REPEAT_REPEATABLE, REPEAT_LOOKUP, REPEAT_NEVER };
enum evidence_mark { EVIDENCE_DOCUMENTED, EVIDENCE_OBSERVED, EVIDENCE_PROPOSED };
enum parameter_place { PLACE_PATH, PLACE_QUERY, PLACE_HEADER };

enum gateway_meaning {
    GATEWAY_NOTHING,
    GATEWAY_TOKEN_EXPIRED,
    GATEWAY_THROTTLED,
    GATEWAY_BLOCKED,     /* for an hour, after repeated throttling */
    GATEWAY_REFUSED,     /* the account or its credentials */
    GATEWAY_UNAVAILABLE, /* only for the pace */
};

struct operation_parameter {
    char *name;
    enum parameter_place place;
    bool required;
    bool by_worker; /* x-worker-header: filled in by http/, never by a workflow */
    bool foreign;   /* in a style that the worker does not write */
};

/* What the description promises for a status: the outermost types of its JSON, as bits. */
enum reply_type {
    REPLY_ANYTHING = 0, /* not even JSON */
    REPLY_NULL = 1,
    REPLY_BOOLEAN = 2,
    REPLY_NUMBER = 4,
    REPLY_TEXT = 8,
    REPLY_LIST = 16,
    REPLY_OBJECT = 32,
    REPLY_JSON = 63,
};

enum { REPLY_DEFAULT = 0 };

struct operation_reply {
    int status; /* 200; 2 for 2XX; REPLY_DEFAULT */
    enum reply_type type;
    bool mixed; /* something else than JSON is possible too; of a success we ask for JSON */
};

struct operation {
    char *id, *method, *path, *tag;
    enum evidence_mark evidence;
    enum repeat_class repeat;
    bool reference_unique;
    bool token; /* its security names that scheme: it is sent the access token */
    struct operation_parameter *parameters;
    size_t parameter_count;
    struct operation_reply *replies;
    size_t reply_count;
    char **shown; /* members that a successful reply can show, at its outermost level */
    size_t shown_count;
    char *content_type; /* of the request body; null: it takes none that is JSON */
    bool body_required;
    struct problems misread; /* what is not understood in it */
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

/* Reads the description; mistakes outside of the operations go to the spot. Release it in any case. */
void openapi_read(struct json_object *tree, struct spot *spot, struct openapi *openapi);
void openapi_release(struct openapi *openapi);

/* The operation of this id, null when there is none. */
const struct operation *openapi_operation(const struct openapi *openapi, const char *id);

/* What the answer means at the gateway; a row that names the API wins, then one that names the code. */
enum gateway_meaning openapi_gateway(const struct openapi *openapi, const char *api, int status,
                                     const char *code);

/* What a reply of this status must be: by its status, else its range, else `default`; else REPLY_ANYTHING. */
enum reply_type operation_reply_type(const struct operation *operation, int status);

/* Whether a successful reply can show a member of this name. */
bool operation_shows(const struct operation *operation, const char *name);

/* The one type of a value. */
enum reply_type reply_type_of(const struct json_object *value);

/* Position of the text in a null-terminated list of names, or -1. Enums of the files are read with it. */
int name_in(const char *text, const char *const names[]);

extern const char *const repeat_names[]; /* by enum repeat_class, null behind the last */

#endif
