/*
 * Mistakes in configuration or catalogue, collected so that a person sees all of them at once.
 *
 * One problem is one line: where (a file and line, or a file and JSON pointer), what is wrong, what would be right.
 */
#ifndef BASE_PROBLEMS_H
#define BASE_PROBLEMS_H

#include "fault.h"

#include <stddef.h>

struct problem {
    char *where;  /* "schemas/get-order/workflow.arazzo.json#/workflows/0/steps/1" */
    char *what;   /* "operation 'getOrdr' does not exist" */
    char *remedy; /* "name one of: getOrder, ..."; may be empty */
};

struct problems {
    struct problem *list;
    size_t count;
};

/* All zero is empty. Release it. */
void problems_release(struct problems *problems);

/* Adds one; the texts are copied. `where` and `remedy` may be "" but not null. */
void problems_add(struct problems *problems, const char *where, const char *remedy, const char *format, ...)
    PRINTF_LIKE(4, 5);

#endif
