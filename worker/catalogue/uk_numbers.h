/*
 * UK telephone numbers inside a JSON value, in one form: BT writes the same number with its zero, without, and as a JSON
 * number (schemas/README.md), and a criterion compares texts.
 */
#ifndef CATALOGUE_UK_NUMBERS_H
#define CATALOGUE_UK_NUMBERS_H

#include "number.h"
#include "tree.h"

/*
 * A copy of the value in which each member of one of these names (null-terminated), at any depth, has its number in
 * this form. One that is not a number is left out: a path does not find it. Owned; null for null.
 */
struct json_object *uk_numbers_in(struct json_object *value, char *const names[], enum number_form form);

#endif
