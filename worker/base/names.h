/*
 * Tables of names: the words that files, records and people have for the members of an enum, in its order.
 */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stddef.h>

/* The place of the text in a list that ends with null; -1: it is not there, or null. */
int names_find(const char *const names[], const char *text);

/* Does not compile where a table without a null at its end lacks names for the last members of its enum. */
#define NAMES_COMPLETE(table, last)                                                                          \
    _Static_assert(sizeof(table) / sizeof *(table) == (size_t)(last) + 1, "a name for each member")

#endif
