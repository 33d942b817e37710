/*
 * One step of one order as an HTTP request: method, target, headers, body. A pure function of step and scope.
 *
 * What the worker itself fills in (Authorization, Accept, APIGW-Tracking-Header, traceparent) is not here: http/ and
 * run/ add it.
 */
#ifndef CATALOGUE_CALL_H
#define CATALOGUE_CALL_H

#include "arazzo.h"

enum { CALL_HEADERS_MAX = 16, CALL_TARGET_MAX = 16384, CALL_BODY_MAX = 10485760 };

struct call_header {
    char *name, *value;
};

struct call {
    const struct operation *operation; /* borrowed */
    char *target;                      /* path and query, percent-encoded, below the API's base URL */
    struct call_header headers[CALL_HEADERS_MAX];
    size_t header_count;
    char *body; /* null: none */
    size_t body_length;
    const char *content_type;  /* of the body; borrowed */
    struct json_object *parts; /* the request as expressions see it: scope.request; null where none looks */
};

/*
 * Renders the step over the scope. FAULT_INPUT when a path parameter is empty or a header would hold a control
 * character, FAULT_EXHAUSTED over the caps. Release it after success.
 */
MUST_USE bool call_render(const struct step *step, const struct scope *scope, struct call *call,
                          struct fault *why);
void call_release(struct call *call);

#endif
