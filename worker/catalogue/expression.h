/*
 * Arazzo runtime expressions and texts with embedded ones, compiled once (Arazzo 1.1, "Runtime Expressions").
 *
 * `$inputs.x`, `$steps.s.outputs.o`, `$outputs.o` (of a look-up), `$statusCode`, `$method`, `$url`,
 * `$request.header|query|path|body`, `$response.header|body`, `$message.header|payload`, and inside x-each `$each`,
 * `$<x-as name>`, `$position`. A part of a value is named by a JSON pointer (`#/a/0`), or by dots and indexes
 * (`.a[0]`) as conditions and nested inputs write it. What is not there is null. A value keeps its kind; embedded in
 * text it becomes text.
 */
#ifndef CATALOGUE_EXPRESSION_H
#define CATALOGUE_EXPRESSION_H

#include "number.h"
#include "tree.h"

enum expression_root {
    ROOT_INPUTS,
    ROOT_STEPS,
    ROOT_OUTPUTS, /* of the look-up that has just run: the criteria `found` only */
    ROOT_STATUS_CODE,
    ROOT_METHOD,
    ROOT_URL,
    ROOT_REQUEST, /* name: header.x, query.x, path.x as "header", "query", "path"; part: the name */
    ROOT_REQUEST_BODY,
    ROOT_RESPONSE_HEADER, /* of a message too */
    ROOT_RESPONSE_BODY,   /* the payload of a message too, where a step receives one */
    ROOT_MESSAGE_PAYLOAD,
    ROOT_EACH,
    ROOT_POSITION,
};

/* One item of an x-each on the way to a value; they nest. */
struct each {
    const char *name; /* of x-as; null when it has none */
    struct json_object *item;
    unsigned position; /* from 1 */
    const struct each *outer;
};

/* What expressions are evaluated over. All trees are borrowed; null where there is nothing. */
struct scope {
    struct json_object *inputs;
    struct json_object *steps;   /* {"<stepId>": {"<output>": value}} */
    struct json_object *outputs; /* {"<output>": value} */
    struct json_object *request; /* {"method", "url", "header": {}, "query": {}, "path": {}, "body"} */
    int status;                  /* of the reply; 0: none */
    struct json_object *headers; /* of the reply or message, lower-case names */
    struct json_object *body;    /* of the reply, or the payload of a message that a step receives */
    struct json_object *message; /* its payload; null: it is a reply that came */
    const struct each *each;
};

struct expression {
    enum expression_root root;
    char *name;  /* input, step, header or x-as name; see the root */
    char *part;  /* output of a step, or the name of a request's part */
    char **path; /* the way into the value: members and indexes as text */
    size_t path_length;
    const struct expression
        *over; /* of ROOT_EACH: what its x-each goes over, borrowed; null: no single expression */
};

/* An x-each that is being read, around what is parsed; they nest. */
struct each_naming {
    const char *name;              /* of x-as; null when it has none */
    const struct expression *over; /* null: no single expression */
    const struct each_naming *outer;
};

/* What may be named while parsing, and who wants to know what is. */
struct naming {
    const struct each_naming *each; /* the innermost; null: not inside an x-each */
    enum number_form numbers;       /* x-number-form of the workflow: how its inputs show UK numbers */
    void (*seen)(void *context, const struct expression *expression); /* may be null */
    void *context;
};

/*
 * Parses the expression at the start of `text` and sets *end behind it. In a condition (`in_condition`) a pointer or
 * name ends at white space and operators; elsewhere the text must be one expression to its end.
 */
MUST_USE bool expression_parse(const char *text, bool in_condition, const struct naming *naming,
                               struct expression **expression, const char **end, struct fault *why);
void *expression_free(struct expression *expression);

/* Whether a part of a way can be the index of a list's item: digits, without one that leads as 0. */
bool expression_index(const char *part, size_t *index);

/* The value, owned by the caller (json_object_put), null when it is null or not there. */
struct json_object *expression_value(const struct expression *expression, const struct scope *scope);

#endif
