/*
 * Where in a JSON file the reader stands, so that each mistake names file and JSON pointer.
 *
 * The readers of the catalogue go on behind a mistake, to collect all of them; what they return after one is only
 * good for finding more.
 */
#ifndef CATALOGUE_SPOT_H
#define CATALOGUE_SPOT_H

#include "problems.h"
#include "tree.h"

struct spot {
    const char *file;      /* borrowed */
    struct buffer pointer; /* RFC 6901 */
    struct problems *problems;
};

/*
 * Reads a file of at most `ceiling` bytes, and a JSON value in one. False: a mistake is recorded, with `remedy`. A member
 * whose name stands twice is a mistake, too, and the rest is read all the same.
 */
MUST_USE bool spot_load_text(const char *path, size_t ceiling, struct buffer *text,
                             struct problems *problems);
MUST_USE bool spot_load_tree(const char *path, size_t ceiling, const char *remedy, struct json_object **tree,
                             struct problems *problems);

void spot_init(struct spot *spot, const char *file, struct problems *problems);
void spot_release(struct spot *spot);

/* Steps into a member or item; give the result to spot_leave to step out again. */
size_t spot_enter(struct spot *spot, const char *member);
size_t spot_enter_item(struct spot *spot, size_t index);
void spot_leave(struct spot *spot, size_t mark);

/* Records a mistake here: what is wrong, and what would be right ("" when that is plain). */
void spot_problem(struct spot *spot, const char *remedy, const char *format, ...) PRINTF_LIKE(3, 4);

/* The member's text; records a mistake and gives null when it is missing or no text. Borrowed. */
const char *spot_text(struct spot *spot, struct json_object *tree, const char *member);

/* How many items the list has; 0 when it is null, and, with a mistake recorded, when it is no list. */
size_t spot_length(struct spot *spot, struct json_object *list);

/* Records a mistake for each member that is neither in `known` (null-terminated) nor starts with "x-". */
void spot_known_members(struct spot *spot, struct json_object *tree, const char *const known[]);

#endif
