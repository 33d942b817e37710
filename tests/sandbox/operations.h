/*
 * The operations the sandbox serves: BT's (as in bt-whc.openapi.json), the registry's and its own control endpoint.
 */
#ifndef SANDBOX_OPERATIONS_H
#define SANDBOX_OPERATIONS_H

#include "reply.h"
#include "request.h"
#include "rules.h"

#include <stdbool.h>
#include <stddef.h>

struct sandbox;

/* Fills in the reply. All checks of the operation's family have passed. */
typedef void answer_fn(struct sandbox *sandbox, struct request *request, struct reply *reply);

/* Adds to `out` what the request is about (references.h). */
typedef void reference_fn(const struct request *request, struct buffer *out);

enum family { FAMILY_BT, FAMILY_TOKEN, FAMILY_REGISTRY, FAMILY_CONTROL };

enum place { IN_QUERY, IN_PATH, IN_HEADER };

struct parameter {
    const char *name;
    enum place place;
    bool required;
    struct rule rule;
};

struct operation {
    const char *id;
    const char *api; /* the tag; "registry" and "control" for ours */
    const char *method;
    const char *path; /* with {names}, at most CAPTURES_MAX */
    enum family family;
    answer_fn *answer;
    const struct parameter
        *parameters;           /* ended by a null name; may be null; path parameters in their order */
    const struct member *body; /* null: it has no body */
    reference_fn *reference;   /* of one that writes; null: it only reads */
};

/* Number of operations; each has an index below it. The index of "none of them" is the number itself. */
size_t operations_count(void);
const struct operation *operation_at(size_t index);
size_t operation_index(const struct operation *operation);

/*
 * The operation of the request, with its captures filled in; null when there is none, and then *allowed (at least
 * 64 bytes) lists the methods of the path, "" when the path is unknown.
 */
const struct operation *operation_find(struct request *request, char *allowed, size_t room);

#endif
