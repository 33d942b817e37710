/*
 * JSON texts to json-c trees and back, and the few ways the rest of the program looks into a tree.
 *
 * json-c's parser stops here. Text is JSON as RFC 8259 says, to the letter (json_text.h), and with bounds on its depth
 * and its values. An integer beyond 64 bits is a text of its digits; a number with a fraction keeps its digits too. A
 * tree has one owner; its counts are not thread-safe, so it never crosses to another thread.
 */
#ifndef CODEC_TREE_H
#define CODEC_TREE_H

#include "buffer.h"

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

enum { TREE_DEPTH_MAX = 64, TREE_VALUES_MAX = 400000 };

/*
 * Parses one JSON value. *tree is owned by the caller (json_object_put); a JSON null is a null pointer. Fails with
 * FAULT_INPUT, or FAULT_EXHAUSTED when there are more than TREE_VALUES_MAX values; the text names line and column and
 * never repeats the content.
 */
MUST_USE bool tree_read(const char *text, size_t length, struct json_object **tree, struct fault *why);

/* The same with another limit of values: they are counted before anything is made of them. */
MUST_USE bool tree_read_reply(const char *text, size_t length, size_t values_max, struct json_object **tree,
                              struct fault *why);

/* The same for a text that others make: NaN and Infinity may stand for numbers, as Python writes them. */
MUST_USE bool tree_read_foreign(const char *text, size_t length, struct json_object **tree,
                                struct fault *why);

/*
 * The same for what we have written ourselves: a value as deep as one may be, within a few levels of our own, and with
 * as many values as we wrote.
 */
MUST_USE bool tree_read_own(const char *text, size_t length, struct json_object **tree, struct fault *why);

/* Reads and parses a whole file of at most `ceiling` bytes; the fault names the path. */
MUST_USE bool tree_read_file(const char *path, size_t ceiling, struct json_object **tree, struct fault *why);

/* Reads a whole file of at most `ceiling` bytes into `content` (cleared first); the fault names the path. */
MUST_USE bool tree_load_file(const char *path, size_t ceiling, struct buffer *content, struct fault *why);

/* Adds the compact text of the tree (null: "null"), slashes not escaped. */
void tree_write(struct json_object *tree, struct buffer *out);

/* The member of an object; null when it is absent, null, or `tree` is not an object. Borrowed. */
struct json_object *tree_member(const struct json_object *tree, const char *name);

/* Whether the object has the member at all, even with the value null. */
bool tree_has(const struct json_object *tree, const char *name);

/* The text of a string, or of the member that is one; null when it is not a string. Borrowed. */
const char *tree_text(struct json_object *tree);
const char *tree_text_of(const struct json_object *tree, const char *member);

/* The member's time in milliseconds since 1970-01-01T00:00:00Z; 0: it is missing or none. */
int64_t tree_moment_of(const struct json_object *tree, const char *member);

/* The value at a JSON pointer (RFC 6901, "" is the whole, "/a/0" a part); null when nothing is there. Borrowed. */
struct json_object *tree_at(struct json_object *tree, const char *pointer);

/* Adds `key` to a JSON pointer, with ~ and / escaped. */
void tree_pointer_add(struct buffer *pointer, const char *key);

/* Same kind and same value, numbers by value, members in any order. */
bool tree_equal(const struct json_object *one, const struct json_object *other);

/* Roughly what the tree takes of the memory. */
size_t tree_weight(const struct json_object *tree);

/* Releases the tree when a CLEANUP variable leaves its scope. */
void tree_release(struct json_object **tree);

/* Walks the members of an object (nothing when it is none): TREE_EACH(tree, name, value) { ... } */
#define TREE_EACH(tree, name, value)                                                                         \
    for (struct lh_entry *entry_##name =                                                                     \
             json_object_is_type(tree, json_type_object) ? json_object_get_object(tree)->head : NULL;        \
         entry_##name != NULL; entry_##name = entry_##name->next)                                            \
        for (const char *name = (const char *)lh_entry_k(entry_##name), *once_##name = name;                 \
             once_##name != NULL; once_##name = NULL)                                                        \
            for (struct json_object *value = (struct json_object *)lh_entry_v(entry_##name);                 \
                 once_##name != NULL; once_##name = NULL)

#endif
