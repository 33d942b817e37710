/*
 * Payloads: a JSON value whose texts are templates, compiled once, with x-each for lists and x-first for alternatives.
 *
 * What comes out null is left out, as schemas/README.md settles it: a member whose expression is null; a list element
 * whose expression is null; a list element that is an object with a member `value` that came out null (BT's name and
 * value pair); an object or list that is not empty in the file and comes out empty. A null that is written in the
 * file stays.
 */
#ifndef CATALOGUE_PAYLOAD_H
#define CATALOGUE_PAYLOAD_H

#include "json_cursor.h"
#include "template.h"

struct payload;

/* Compiles the value; mistakes go to the cursor. Never null. */
struct payload *payload_read(struct json_object *tree, struct json_cursor *cursor,
                             const struct naming *naming);
void *payload_free(struct payload *payload);

/* The one expression that the whole payload is, borrowed; null when it is anything else. */
const struct expression *payload_expression(const struct payload *payload);

/* Adds its JSON text for one order; false: the value is null, and nothing was added. */
bool payload_write(const struct payload *payload, const struct scope *scope, struct buffer *out);

/* The value, owned by the caller; null for null. */
struct json_object *payload_value(const struct payload *payload, const struct scope *scope);

#endif
