/*
 * JSON in one spelling, for digests: members sorted by their bytes, no white space. Numbers as json-c writes them.
 */
#ifndef CODEC_TREE_CANONICAL_H
#define CODEC_TREE_CANONICAL_H

#include "buffer.h"

struct json_object;

/* Adds the tree (null: "null"). */
void tree_canonical(struct json_object *tree, struct buffer *out);

#endif
