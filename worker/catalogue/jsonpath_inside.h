/* What jsonpath.c reads and jsonpath_find.c follows; for nobody else. */
#ifndef CATALOGUE_JSONPATH_INSIDE_H
#define CATALOGUE_JSONPATH_INSIDE_H

#include "jsonpath.h"

enum segment_kind { SEGMENT_MEMBER, SEGMENT_INDEX, SEGMENT_ALL, SEGMENT_FILTER };
enum filter_kind { FILTER_OR, FILTER_AND, FILTER_NOT, FILTER_EXISTS, FILTER_COMPARE };

struct operand {
    struct jsonpath *path; /* from @; null: the literal */
    struct json_object *literal;
};

struct filter {
    enum filter_kind kind;
    struct filter *left, *right;
    char operator[3];
    struct operand one, other;
};

struct segment {
    enum segment_kind kind;
    char *member;
    int64_t index; /* below 0: from the end */
    struct filter *filter;
};

struct jsonpath {
    struct segment *segments;
    size_t count;
};

#endif
