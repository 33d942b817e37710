/* What payload.c compiles and payload_write.c fills in. */
#ifndef CATALOGUE_PAYLOAD_INSIDE_H
#define CATALOGUE_PAYLOAD_INSIDE_H

#include "payload.h"

enum { PAYLOAD_ITEMS_MAX = 100000 }; /* of a list that is filled in */

enum payload_kind {
    PAYLOAD_LITERAL,
    PAYLOAD_TEMPLATE,
    PAYLOAD_OBJECT,
    PAYLOAD_LIST,
    PAYLOAD_EACH,
    PAYLOAD_FIRST
};

struct payload {
    enum payload_kind kind;
    struct json_object *literal;
    struct template *template; /* of PAYLOAD_EACH: what is gone through */
    char *each_name;
    char **names; /* of an object's members */
    char **keys;  /* the same as they are written: ,"name": */
    struct payload **parts;
    size_t count;
};

#endif
