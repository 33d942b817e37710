/* See jsonpath.h. */
#include "jsonpath.h"

#include "memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32, OPERANDS_MAX = 1000, NODES_MAX = 100000 };

enum segment_kind { SEGMENT_MEMBER, SEGMENT_INDEX, SEGMENT_ALL, SEGMENT_FILTER };
enum filter_kind { FILTER_OR, FILTER_AND, FILTER_NOT, FILTER_EXISTS, FILTER_COMPARE };

struct operand {
    struct jsonpath *path; /* from @; null: the literal */
    struct json_object *literal;
};

struct filter {
    enum filter_kind kind;
    struct filter *left, *right;
    char operator[3];
    struct operand one, other;
};

struct segment {
    enum segment_kind kind;
    char *member;
    int64_t index; /* below 0: from the end */
    struct filter *filter;
};

struct jsonpath {
    struct segment *segments;
    size_t count;
};

struct reader {
    const char *at;
    unsigned depth, operands;
};

static bool read_filter(struct reader *reader, struct filter **out, struct fault *why);

static void *filter_free(struct filter *filter)
{
    if (filter == NULL)
        return NULL;
    filter_free(filter->left);
    filter_free(filter->right);
    jsonpath_free(filter->one.path);
    jsonpath_free(filter->other.path);
    json_object_put(filter->one.literal);
    json_object_put(filter->other.literal);
    return memory_free(filter);
}

void *jsonpath_free(struct jsonpath *path)
{
    if (path == NULL)
        return NULL;
    for (size_t i = 0; i < path->count; i++) {
        memory_free(path->segments[i].member);
        filter_free(path->segments[i].filter);
    }
    memory_free(path->segments);
    return memory_free(path);
}

static void skip_space(struct reader *reader)
{
    while (isspace((unsigned char)*reader->at))
        reader->at++;
}

static bool accept(struct reader *reader, const char *token)
{
    skip_space(reader);
    if (strncmp(reader->at, token, strlen(token)) != 0)
        return false;
    reader->at += strlen(token);
    return true;
}

static bool read_quoted(struct reader *reader, char **text, struct fault *why)
{
    CLEANUP(buffer_release) struct buffer content = {0};
    char quote = *reader->at++;

    buffer_init(&content, 65536);
    for (; *reader->at != quote; reader->at++) {
        if (*reader->at == '\0')
            return fault_set(why, FAULT_INPUT, "a text in quotes is not closed");
        if (*reader->at == '\\' && reader->at[1] != '\0')
            reader->at++;
        buffer_add_byte(&content, (uint8_t)*reader->at);
    }
    reader->at++;
    TRY(buffer_check(&content, "a text in a JSONPath", why));
    *text = buffer_take(&content, NULL);
    return true;
}

static bool read_member_name(struct reader *reader, struct segment *segment, struct fault *why)
{
    size_t length = 0;

    if (*reader->at == '.')
        return fault_set(why, FAULT_INPUT, "descendants (..) are not in the worker's JSONPath");
    if (*reader->at == '*') {
        reader->at++;
        segment->kind = SEGMENT_ALL;
        return true;
    }
    while (isalnum((unsigned char)reader->at[length]) || reader->at[length] == '_' ||
           reader->at[length] & 0x80)
        length++;
    if (length == 0)
        return fault_set(why, FAULT_INPUT, "a member's name is missing at '%.20s'", reader->at);
    segment->kind = SEGMENT_MEMBER;
    segment->member = memory_text_of(reader->at, length);
    reader->at += length;
    return true;
}

static bool read_bracket(struct reader *reader, struct segment *segment, struct fault *why)
{
    skip_space(reader);
    if (*reader->at == '\'' || *reader->at == '"') {
        segment->kind = SEGMENT_MEMBER;
        TRY(read_quoted(reader, &segment->member, why));
    } else if (accept(reader, "*")) {
        segment->kind = SEGMENT_ALL;
    } else if (accept(reader, "?")) {
        segment->kind = SEGMENT_FILTER;
        TRY(read_filter(reader, &segment->filter, why));
    } else {
        char *end;
        segment->kind = SEGMENT_INDEX;
        segment->index = strtoll(reader->at, &end, 10);
        if (end == reader->at)
            return fault_set(why, FAULT_INPUT,
                             "[...] holds a name in quotes, an index, * or ?filter, not '%.20s'", reader->at);
        reader->at = end;
    }
    if (!accept(reader, "]"))
        return fault_set(why, FAULT_INPUT,
                         "a ']' is missing at '%.20s' (slices and unions are not in the worker's JSONPath)",
                         reader->at);
    return true;
}

/* The segments behind `$` or `@`. */
static bool read_segments(struct reader *reader, struct jsonpath **out, struct fault *why)
{
    struct jsonpath *path = memory_new(1, sizeof *path);
    bool read = ++reader->depth <= DEPTH_MAX || fault_set(why, FAULT_INPUT, "the path nests too deep");

    while (read && (*reader->at == '.' || *reader->at == '[')) {
        struct segment segment = {0};
        bool dot = *reader->at++ == '.';
        read = dot ? read_member_name(reader, &segment, why) : read_bracket(reader, &segment, why);
        path->segments = memory_resize(path->segments, path->count + 1, sizeof *path->segments);
        path->segments[path->count++] = segment;
    }
    reader->depth--;
    if (!read) {
        jsonpath_free(path);
        return false;
    }
    *out = path;
    return true;
}

static bool read_operand(struct reader *reader, struct operand *operand, struct fault *why)
{
    static const char *const words[] = {"null", "false", "true"};
    char *text, *end;

    skip_space(reader);
    if (accept(reader, "@"))
        return read_segments(reader, &operand->path, why);
    if (*reader->at == '\'' || *reader->at == '"') {
        TRY(read_quoted(reader, &text, why));
        operand->literal = json_object_new_string(text);
        memory_free(text);
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (accept(reader, words[i])) {
            operand->literal = i == 0 ? NULL : json_object_new_boolean(i == 2);
            return true;
        }
    }
    size_t span = strspn(reader->at, "+-.0123456789eE"); /* no "nan", "inf" or "0x1" */
    double number = strtod(reader->at, &end);
    if (end == reader->at || end > reader->at + span)
        return fault_set(why, FAULT_INPUT,
                         "a filter compares @ paths and literals, not '%.20s' (no functions, no $)",
                         reader->at);
    reader->at = end;
    operand->literal = json_object_new_double(number);
    return true;
}

static bool read_comparison(struct reader *reader, struct filter *filter, struct fault *why)
{
    static const char *const operators[] = {"==", "!=", "<=", ">=", "<", ">"};

    TRY(read_operand(reader, &filter->one, why));
    filter->kind = FILTER_EXISTS;
    for (size_t i = 0; i < COUNT_OF(operators); i++) {
        if (!accept(reader, operators[i]))
            continue;
        filter->kind = FILTER_COMPARE;
        memcpy(filter->operator, operators[i], strlen(operators[i]));
        return read_operand(reader, &filter->other, why);
    }
    if (filter->one.path == NULL)
        return fault_set(why, FAULT_INPUT, "a literal alone is no filter");
    return true;
}

static bool read_basic(struct reader *reader, struct filter **out, struct fault *why)
{
    struct filter *filter = memory_new(1, sizeof *filter);
    bool read;

    if (++reader->depth > DEPTH_MAX || ++reader->operands > OPERANDS_MAX) /* a long chain nests, too */
        read = fault_set(why, FAULT_INPUT, "the filter is too long or nests too deep");
    else if (accept(reader, "!")) {
        filter->kind = FILTER_NOT;
        read = read_basic(reader, &filter->left, why);
    } else if (accept(reader, "(")) {
        filter->kind = FILTER_AND; /* one side only: the group itself */
        read = read_filter(reader, &filter->left, why);
        if (read && !accept(reader, ")"))
            read = fault_set(why, FAULT_INPUT, "a ')' is missing at '%.20s'", reader->at);
    } else {
        read = read_comparison(reader, filter, why);
    }
    reader->depth--;
    if (!read) {
        filter_free(filter);
        return false;
    }
    *out = filter;
    return true;
}

static bool read_chain(struct reader *reader, enum filter_kind kind, struct filter **out, struct fault *why)
{
    struct filter *left, *right;

    TRY(kind == FILTER_OR ? read_chain(reader, FILTER_AND, &left, why) : read_basic(reader, &left, why));
    while (accept(reader, kind == FILTER_OR ? "||" : "&&")) {
        if (!(kind == FILTER_OR ? read_chain(reader, FILTER_AND, &right, why)
                                : read_basic(reader, &right, why))) {
            filter_free(left);
            return false;
        }
        struct filter *both = memory_new(1, sizeof *both);
        both->kind = kind;
        both->left = left;
        both->right = right;
        left = both;
    }
    *out = left;
    return true;
}

static bool read_filter(struct reader *reader, struct filter **out, struct fault *why)
{
    return read_chain(reader, FILTER_OR, out, why);
}

bool jsonpath_parse(const char *text, struct jsonpath **out, struct fault *why)
{
    struct reader reader = {.at = text};
    struct jsonpath *path;

    if (!accept(&reader, "$"))
        return fault_set(why, FAULT_INPUT, "a JSONPath starts with '$'");
    TRY(read_segments(&reader, &path, why));
    skip_space(&reader);
    if (*reader.at != '\0') {
        jsonpath_free(path);
        return fault_set(why, FAULT_INPUT, "the JSONPath should end at '%.20s'", reader.at);
    }
    *out = path;
    return true;
}

/* --- evaluation --- */

static void find(const struct segment *segments, size_t count, struct json_object *node,
                 struct json_object *found);

static bool compare(const char *operator, struct json_object * one, bool one_there, struct json_object *other,
                    bool other_there)
{
    bool equal = one_there == other_there && (!one_there || tree_equal(one, other));
    const char *text = tree_text(one), *other_text = tree_text(other);
    double order = 0;

    if (operator[1] == '=' &&(operator[0] == '=' || operator[0] == '!'))
        return equal == (operator[0] == '=');
    if (text != NULL && other_text != NULL)
        order = (double)strcmp(text, other_text);
    else if ((json_object_is_type(one, json_type_int) || json_object_is_type(one, json_type_double)) &&
             (json_object_is_type(other, json_type_int) || json_object_is_type(other, json_type_double)))
        order = json_object_get_double(one) - json_object_get_double(other);
    else
        return equal && operator[1] == '=';
    return (operator[0] == '<' ? order < 0 : order> 0) || (operator[1] == '=' && equal);
}

/* A path used as a value stands for its one node; with none or several there is no value. */
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
