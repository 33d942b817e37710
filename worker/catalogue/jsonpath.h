/*
 * The subset of JSONPath (RFC 9535) that the catalogue uses: members, indexes, [*], and filters that compare or test
 * existence. Slices, unions, descendants (..) and functions are refused by name. As the RFC says, text compares with
 * case, and a comparison of unlike kinds is false.
 */
#ifndef CATALOGUE_JSONPATH_H
#define CATALOGUE_JSONPATH_H

#include "tree.h"

struct jsonpath;

MUST_USE bool jsonpath_parse(const char *text, struct jsonpath **path, struct fault *why);
void *jsonpath_free(struct jsonpath *path);

/* A new list of the nodes found, in the RFC's order; owned by the caller, empty when there are none. */
struct json_object *jsonpath_nodes(const struct jsonpath *path, struct json_object *root);

#endif
