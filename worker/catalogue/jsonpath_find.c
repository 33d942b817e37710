/* Evaluates a JSON path: which values of a document it selects. */
#include "jsonpath_inside.h"

#include "memory.h"
#include "numeral.h"

#include <string.h>

enum { NODES_MAX = 100000 };

static void find(const struct segment *segments, size_t count, struct json_object *node,
                 struct json_object *found);

/* By code points, which is by bytes in UTF-8; a text may hold zero bytes. */
static int compare_texts(struct json_object *one, struct json_object *other)
{
    size_t length = (size_t)json_object_get_string_len(one);
    size_t other_length = (size_t)json_object_get_string_len(other);
    int order = memcmp(json_object_get_string(one), json_object_get_string(other),
                       length < other_length ? length : other_length);

    return order != 0 ? order : (length > other_length) - (length < other_length);
}

static bool compare(const char *operator, struct json_object * one, bool one_there, struct json_object *other,
                    bool other_there)
{
    bool equal = one_there == other_there && (!one_there || tree_equal(one, other));
    struct numeral number, other_number;
    int order;

    if (operator[1] == '=' &&(operator[0] == '=' || operator[0] == '!'))
        return equal == (operator[0] == '=');
    if (tree_text(one) != NULL && tree_text(other) != NULL)
        order = compare_texts(one, other);
    else if (numeral_of(one, &number) && numeral_of(other, &other_number))
        order = numeral_compare(&number, &other_number);
    else
        return equal && operator[1] == '=';
    return (operator[0] == '<' ? order < 0 : order> 0) || (operator[1] == '=' && equal);
}

/* A path used as a value stands for the node it finds, one at most. */
static struct json_object *operand_value(const struct operand *operand, struct json_object *node, bool *there)
{
    *there = true;
    if (operand->path == NULL)
        return json_object_get(operand->literal);
    CLEANUP(tree_release) struct json_object *found = json_object_new_array();
    find(operand->path->segments, operand->path->count, node, found);
    *there = json_object_array_length(found) == 1;
    return *there ? json_object_get(json_object_array_get_idx(found, 0)) : NULL;
}

static bool passes(const struct filter *filter, struct json_object *node)
{
    switch (filter->kind) {
    case FILTER_OR:
        return passes(filter->left, node) || passes(filter->right, node);
    case FILTER_AND:
        return passes(filter->left, node) && (filter->right == NULL || passes(filter->right, node));
    case FILTER_NOT:
        return !passes(filter->left, node);
    case FILTER_EXISTS: {
        CLEANUP(tree_release) struct json_object *found = json_object_new_array();
        find(filter->one.path->segments, filter->one.path->count, node, found);
        return json_object_array_length(found) > 0;
    }
    case FILTER_COMPARE: {
        bool one_there, other_there;
        CLEANUP(tree_release) struct json_object *one = operand_value(&filter->one, node, &one_there);
        CLEANUP(tree_release) struct json_object *other = operand_value(&filter->other, node, &other_there);
        return compare(filter->operator, one, one_there, other, other_there);
    }
    }
    return false;
}

static void find_index(const struct segment *segments, size_t count, struct json_object *node,
                       struct json_object *found)
{
    if (!json_object_is_type(node, json_type_array))
        return;
    int64_t length = (int64_t)json_object_array_length(node);
    int64_t index = segments->index < 0 ? length + segments->index : segments->index;
    if (index >= 0 && index < length)
        find(segments + 1, count - 1, json_object_array_get_idx(node, (size_t)index), found);
}

static void find_children(const struct segment *segments, size_t count, struct json_object *node,
                          struct json_object *found)
{
    TREE_EACH(node, name, value)
    if (segments->kind == SEGMENT_ALL || passes(segments->filter, value))
        find(segments + 1, count - 1, value, found);
    for (size_t i = 0; json_object_is_type(node, json_type_array) && i < json_object_array_length(node);
         i++) {
        struct json_object *item = json_object_array_get_idx(node, i);
        if (segments->kind == SEGMENT_ALL || passes(segments->filter, item))
            find(segments + 1, count - 1, item, found);
    }
}

static void find(const struct segment *segments, size_t count, struct json_object *node,
                 struct json_object *found)
{
    if (json_object_array_length(found) >= NODES_MAX)
        return;
    if (count == 0)
        json_object_array_add(found, json_object_get(node));
    else if (segments->kind == SEGMENT_MEMBER && tree_has(node, segments->member))
        find(segments + 1, count - 1, tree_member(node, segments->member), found);
    else if (segments->kind == SEGMENT_INDEX)
        find_index(segments, count, node, found);
    else if (segments->kind != SEGMENT_MEMBER)
        find_children(segments, count, node, found);
}

struct json_object *jsonpath_nodes(const struct jsonpath *path, struct json_object *root)
{
    struct json_object *found = json_object_new_array();

    find(path->segments, path->count, root, found);
    return found;
}
