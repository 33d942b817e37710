/*
 * Criterion Objects of Arazzo 1.1, compiled once: simple, regex and jsonpath. XPath is refused.
 *
 * A regex (pattern.h) may match anywhere, as the 1.1 examples anchor theirs. Embedded {$...} is put in, escaped, so that
 * it can only match itself, before the pattern or path is read. What cannot be evaluated fails.
 *
 * Three extensions, so that a look-up can prove an absence (PROMISE.md R17): `x-each` names a list, and the criterion
 * must hold for each of its items as $each (never for an empty one, nor where items times values of the context are more
 * than two million); `x-count` says how many nodes a jsonpath must
 * find, by a number or an expression; `x-uk-numbers` lists members of the context that are read as UK numbers.
 */
#ifndef CATALOGUE_CRITERION_H
#define CATALOGUE_CRITERION_H

#include "json_cursor.h"
#include "template.h"

struct criterion;

/* A list of criteria that must all hold; with none it holds. */
struct criteria {
    struct criterion **list;
    size_t count;
};

/* Compiles the list (null: none); mistakes go to the cursor. Release it in any case. */
void criteria_read(struct json_object *tree, struct json_cursor *cursor, const struct naming *naming,
                   struct criteria *criteria);
void criteria_release(struct criteria *criteria);

/* Adds one criterion (a Criterion Object). */
void criteria_add(struct json_object *tree, struct json_cursor *cursor, const struct naming *naming,
                  struct criteria *criteria);

bool criteria_hold(const struct criteria *criteria, const struct scope *scope);

#endif
