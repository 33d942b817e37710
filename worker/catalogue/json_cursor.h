/*
 * Where in a JSON file the reader stands, so that each mistake names file and JSON pointer.
 *
 * The readers of the catalogue go on after a mistake, to collect all of them; what they return after one is only good
 * for finding more.
 */
#ifndef CATALOGUE_JSON_CURSOR_H
#define CATALOGUE_JSON_CURSOR_H

#include "problems.h"
#include "tree.h"

struct json_cursor {
    const char *file;      /* borrowed */
    struct buffer pointer; /* RFC 6901 */
    struct problems *problems;
};

/*
 * Reads a file of at most `ceiling` bytes, and a JSON value in one. False: a mistake is recorded, with `remedy`. A
 * member whose name occurs twice is a mistake, too, and the rest is read all the same.
 */
MUST_USE bool json_cursor_load_text(const char *path, size_t ceiling, struct buffer *text,
                                    struct problems *problems);
MUST_USE bool json_cursor_load_tree(const char *path, size_t ceiling, const char *remedy,
                                    struct json_object **tree, struct problems *problems);

void json_cursor_init(struct json_cursor *cursor, const char *file, struct problems *problems);
void json_cursor_release(struct json_cursor *cursor);

/* Steps into a member or item; give the result to json_cursor_leave to step out again. */
size_t json_cursor_enter(struct json_cursor *cursor, const char *member);
size_t json_cursor_enter_item(struct json_cursor *cursor, size_t index);
void json_cursor_leave(struct json_cursor *cursor, size_t mark);

/* Records a mistake here: what is wrong, and what would be right ("" when that is plain). */
void json_cursor_problem(struct json_cursor *cursor, const char *remedy, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The member's text; records a mistake and gives null when it is missing or not a text. Borrowed. */
const char *json_cursor_text(struct json_cursor *cursor, struct json_object *tree, const char *member);

/* How many items the list has; 0 when it is null, and, with a mistake recorded, when it is not a list. */
size_t json_cursor_length(struct json_cursor *cursor, struct json_object *list);

/* Records a mistake for each member that is neither in `known` (null-terminated) nor starts with "x-". */
void json_cursor_known_members(struct json_cursor *cursor, struct json_object *tree,
                               const char *const known[]);

#endif
