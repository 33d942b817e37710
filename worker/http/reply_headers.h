/* What is kept of a reply's headers while they come, line by line; for transfer.c. */
#ifndef HTTP_REPLY_HEADERS_H
#define HTTP_REPLY_HEADERS_H

#include "tree.h"

enum { REPLY_HEADERS_MAX_BYTES = 65536 };

/* All zero: none has come yet. */
struct reply_headers {
    char retry_after[64], date[64], location[256]; /* perhaps cut; "" none */
    struct json_object *tree; /* {"lower-case name": "value"}; null: none came, or not wanted */
    size_t length;            /* of all lines, those of interim replies too */
    unsigned codings;         /* compressions of the body */
};

/* Whether a new reply begins with this line: 100, then the real one. */
bool reply_headers_begin(const char *line, size_t length);

/*
 * Takes a line, its end included; the tree only where it is wanted. False: the reply cannot be taken, its headers are too
 * large or its body is compressed more than once.
 */
bool reply_headers_take(struct reply_headers *headers, const char *line, size_t length, bool want_tree);

/* Forgets all, the length too. */
void reply_headers_reset(struct reply_headers *headers);

#endif
