/*
 * One HTTP request as the sandbox sees it: target, decoded arguments, headers, body. Knows no HTTP library.
 */
#ifndef SANDBOX_REQUEST_H
#define SANDBOX_REQUEST_H

#include "buffer.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ARGUMENTS_MAX = 32,
    HEADERS_MAX = 40,
    CAPTURES_MAX = 2,
    CAPTURE_SIZE = 256,
    BODY_MAX = 10 << 20, /* bytes; BT says 10 MB of a sibling API */
};

struct argument {
    const char *name;
    const char *value;
};

struct request {
    const char *method;
    char *target; /* path and query as they came */
    char *path;   /* as it came, without the query */
    char *decoded;
    struct argument query[ARGUMENTS_MAX]; /* decoded; those beyond the last are dropped */
    size_t query_count;
    struct argument headers[HEADERS_MAX]; /* borrowed from the HTTP library */
    size_t header_count;
    char captures[CAPTURES_MAX][CAPTURE_SIZE]; /* decoded values of the {names} in the operation's path */
    struct buffer body;
    struct json_object *tree; /* the body, where the operation wants JSON and got it */
    char *reference;          /* of a request that writes: under what it is counted (references.h) */
    int64_t hidden_ms;        /* what it changes is hidden from look-ups so long */
    uint64_t after_event;     /* the reply waits until this event was posted (events.h); 0: it does not */
    bool accepted;            /* set by the operation: its effect took place */
    char *own_headers;        /* of a copy: what `headers` points into */
};

void request_init(struct request *request, const char *method, const char *target);
void request_release(struct request *request);

/* A copy that outlives the connection. `copy` is not initialised before; release it. */
void request_copy(struct request *copy, const struct request *request);

/* The value of the header or the query argument; null when there is none. Borrowed. */
const char *request_header(const struct request *request, const char *name);
const char *request_query(const struct request *request, const char *name);

/* How often the query has the argument. */
size_t request_query_times(const struct request *request, const char *name);

/*
 * Splits `text` (changed in place: the results point into it) at '&' and '=' and decodes. A coded NUL and a '%' that
 * codes nothing stay as they are.
 */
size_t arguments_split(char *text, struct argument arguments[ARGUMENTS_MAX]);

/* Decodes %xx in place, and '+' to a blank where `plus`. */
void percent_decode(char *text, bool plus);

#endif
