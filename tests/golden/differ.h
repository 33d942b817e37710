/* What differs from an example, collected as text that a person reads. */
#ifndef GOLDEN_DIFFER_H
#define GOLDEN_DIFFER_H

#include "buffer.h"

struct json_object;

/* Adds a line. */
void differ_say(struct buffer *report, const char *format, ...) PRINTF_LIKE(2, 3);

/* Adds both values where they differ. */
void differ_text(struct buffer *report, const char *what, const char *got, const char *want);
void differ_tree(struct buffer *report, const char *what, struct json_object *got, struct json_object *want);

#endif
