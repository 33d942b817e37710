/*
 * Where in a value or a file something is wrong: a chain of names and indexes that lives on the stack of the walk
 * and costs nothing until it is printed.
 *
 * Names may come from outside: what is not printable ASCII is shown as '?', and a long name is cut.
 */
#ifndef CODEC_VALUE_PATH_H
#define CODEC_VALUE_PATH_H

#include "buffer.h"

/* One step down. A null pointer to a place is the root. */
struct value_path {
    const struct value_path *up;
    const char *name; /* null: the item `index` of a list */
    size_t index;
};

enum { VALUE_PATH_QUOTE_SIZE = 48 };

/* Adds "site.lines[2].number"; nothing for the root. */
void value_path_print(const struct value_path *place, struct buffer *out);

/* Adds "/fields/0/type" (RFC 6901 without escapes, since schema files have no such names); nothing for the root. */
void value_path_pointer(const struct value_path *place, struct buffer *out);

/* FAULT_INPUT "site.postcode: <message>"; the message alone at the root. Always false. */
bool value_path_fault(const struct value_path *place, struct fault *why, const char *format, ...)
    PRINTF_LIKE(3, 4);

#ifdef __clang_analyzer__ /* as fault_set */
#define value_path_fault(...) (value_path_fault(__VA_ARGS__), false)
#endif

/* The text made fit for a sentence: printable, at most 44 characters and "..."; gives `quoted` back. */
const char *value_path_quote(const char *text, char quoted[VALUE_PATH_QUOTE_SIZE]);

#endif
