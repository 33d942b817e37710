/* JSON objects, member by member. The object owns what is added; a member of the same name is replaced. */
#ifndef CODEC_TREE_BUILD_H
#define CODEC_TREE_BUILD_H

#include "tree.h"

/* `name` and `text` are copied; null: a JSON null. */
void tree_add_text(struct json_object *tree, const char *name, const char *text);
void tree_add_integer(struct json_object *tree, const char *name, int64_t number);
void tree_add_number(struct json_object *tree, const char *name, double number);
void tree_add_boolean(struct json_object *tree, const char *name, bool value);

/* Milliseconds since 1970-01-01T00:00:00Z, as timestamp_print() writes them. */
void tree_add_moment(struct json_object *tree, const char *name, int64_t ms);

/* As tree_add_text(), of a text that may be missing: where it is null or empty there is no such member. */
void tree_add_known(struct json_object *tree, const char *name, const char *text);

/* Any value, taken over; null: a JSON null. */
void tree_add(struct json_object *tree, const char *name, struct json_object *value);

#endif
