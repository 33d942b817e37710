/*
 * The subset of JSONPath (RFC 9535) that the catalogue uses: members, indexes, wildcards, and filters that compare or
 * test existence. Slices, unions, descendants (..), functions and `$` in filters are refused by name; whatever the RFC's
 * grammar does not allow is refused, too. As the RFC says, text compares with case, a comparison of unlike kinds is
 * false, and numbers compare by their value.
 */
#ifndef CATALOGUE_JSONPATH_H
#define CATALOGUE_JSONPATH_H

#include "tree.h"

struct jsonpath;

MUST_USE bool jsonpath_parse(const char *text, struct jsonpath **path, struct fault *why);
void *jsonpath_free(struct jsonpath *path);

/* A new list of the nodes found, in the RFC's order; owned by the caller, empty when there are none. */
struct json_object *jsonpath_nodes(const struct jsonpath *path, struct json_object *root);

/*
 * Adds to `out`, the path as far as it is made, a value that stands for itself: escaped inside quotes. Elsewhere it must
 * be a number, true, false or null, else it gives false.
 */
bool jsonpath_embed(const char *value, size_t length, struct buffer *out);

#endif
