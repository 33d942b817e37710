/*
 * One operation of the OpenAPI description, as openapi.h reads it; constant after.
 *
 * What is not understood in it is kept as its mistakes, to be reported only where a workflow uses it: a description has
 * many operations that nobody here calls.
 */
#ifndef CATALOGUE_OPERATION_H
#define CATALOGUE_OPERATION_H

#include "json_cursor.h"

/*
 * In order of strictness: a step may state a stricter one than its operation. Repeatable is what RFC 9110 section 9.2.2
 * calls idempotent.
 */
enum repeat_class { REPEAT_SAFE, REPEAT_REPEATABLE, REPEAT_LOOKUP, REPEAT_NEVER };
enum evidence_mark { EVIDENCE_DOCUMENTED, EVIDENCE_OBSERVED, EVIDENCE_PROPOSED };
enum parameter_in { PARAMETER_IN_PATH, PARAMETER_IN_QUERY, PARAMETER_IN_HEADER };

struct operation_parameter {
    char *name;
    enum parameter_in place;
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

/* What a reply of this status must be: by its status, else its range, else `default`; else REPLY_ANYTHING. */
enum reply_type operation_reply_type(const struct operation *operation, int status);

/* Whether a successful reply can show a member of this name. */
bool operation_shows(const struct operation *operation, const char *name);

/* The one type of a value. */
enum reply_type reply_type_of(const struct json_object *value);

#endif
