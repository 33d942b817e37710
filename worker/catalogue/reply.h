/*
 * The body of a reply, read as the OpenAPI description promises it (schemas/README.md, "Readable").
 */
#ifndef CATALOGUE_REPLY_H
#define CATALOGUE_REPLY_H

#include "openapi.h"

/*
 * The body as JSON, owned by the caller; null for an empty body and for one that is not JSON. *unreadable says what is
 * wrong where JSON is promised: "json" it is not JSON, "type" it is of another outermost type; "size", promised or not:
 * it has more than `values_max` values; "twice", the same: an object in it has a member twice; "" when it is readable.
 * One object where a list is promised becomes a list of one.
 */
struct json_object *reply_read(const struct operation *operation, int status, const char *text, size_t length,
                               size_t values_max, const char **unreadable);

#endif
