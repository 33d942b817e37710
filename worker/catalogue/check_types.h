/*
 * The Avro type that a runtime expression's value has, as far as the request's schema tells: of `$inputs`, and of `$each`
 * and x-as names that go over them.
 */
#ifndef CATALOGUE_CHECK_TYPES_H
#define CATALOGUE_CHECK_TYPES_H

#include "expression.h"
#include "schema_node.h"

enum type_known {
    TYPE_KNOWN,
    TYPE_UNKNOWN, /* what is in it is not described: a reply, a setting, a union of several types */
    TYPE_WRONG,   /* it leads nowhere: always null */
};

struct type_found {
    enum type_known known;
    const struct schema_node *type; /* TYPE_KNOWN: of the value; TYPE_WRONG: of what has no such part */
    const char *part;               /* TYPE_WRONG: the part that it lacks; borrowed from the expression */
};

/* Never fails. */
struct type_found check_type_of(const struct expression *expression, const struct schema_node *request);

/* Adds what stands there instead, as a remedy: "one of: a, b" for a record. */
void check_type_add_remedy(const struct schema_node *type, struct buffer *out);

#endif
