/* Parses JSON paths by the grammar of RFC 9535. jsonpath_find.c evaluates them. */
#include "jsonpath_inside.h"

#include "invariant.h"
#include "memory.h"
#include "numeral.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32, OPERANDS_MAX = 1000, TEXT_MAX_BYTES = 65536, INDEX_DIGITS_MAX = 16 };

static const int64_t index_max = 9007199254740991; /* section 2.1: I-JSON */

struct ledger_reader {
    const char *at;
    unsigned depth, operands;
};

static bool read_filter(struct ledger_reader *reader, struct filter **out, struct fault *why);

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

static void skip_space(struct ledger_reader *reader)
{
    reader->at += strspn(reader->at, " \t\r\n");
}

static bool accept(struct ledger_reader *reader, const char *token)
{
    skip_space(reader);
    if (strncmp(reader->at, token, strlen(token)) != 0)
        return false;
    reader->at += strlen(token);
    return true;
}

static bool is_name_first(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

static bool is_name(char c)
{
    return is_name_first(c) || (c >= '0' && c <= '9');
}

static bool read_hex4(const char *at, unsigned *unit)
{
    char digits[5] = "";

    memcpy(digits, at, strnlen(at, 4));
    *unit = (unsigned)strtoul(digits, NULL, 16);
    return strspn(digits, "0123456789abcdefABCDEF") == 4;
}

static void add_utf8(unsigned point, struct buffer *out)
{
    if (point < 0x80) {
        buffer_add_byte(out, (uint8_t)point);
        return;
    }
    if (point < 0x800) {
        buffer_add_byte(out, (uint8_t)(0xc0 | point >> 6));
    } else if (point < 0x10000) {
        buffer_add_byte(out, (uint8_t)(0xe0 | point >> 12));
        buffer_add_byte(out, (uint8_t)(0x80 | (point >> 6 & 0x3f)));
    } else {
        buffer_add_byte(out, (uint8_t)(0xf0 | point >> 18));
        buffer_add_byte(out, (uint8_t)(0x80 | (point >> 12 & 0x3f)));
        buffer_add_byte(out, (uint8_t)(0x80 | (point >> 6 & 0x3f)));
    }
    buffer_add_byte(out, (uint8_t)(0x80 | (point & 0x3f)));
}

/* After "\u": four digits, of a surrogate pair eight with a "\u" between. */
static bool read_unicode(struct ledger_reader *reader, struct buffer *out)
{
    unsigned high, low;

    if (!read_hex4(reader->at, &high))
        return false;
    reader->at += 4;
    if (high < 0xd800 || high > 0xdfff) {
        add_utf8(high, out);
        return true;
    }
    if (high > 0xdbff || reader->at[0] != '\\' || reader->at[1] != 'u' || !read_hex4(reader->at + 2, &low) ||
        low < 0xdc00 || low > 0xdfff)
        return false;
    reader->at += 6;
    add_utf8(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), out);
    return true;
}

/* After a backslash. */
static bool read_escape(struct ledger_reader *reader, char quote, struct buffer *out, struct fault *why)
{
    static const char letters[] = "bfnrt/\\", bytes[] = "\b\f\n\r\t/\\";
    _Static_assert(sizeof letters == sizeof bytes, "a byte for each letter");
    const char *letter = strchr(letters, *reader->at);

    if (*reader->at == 'u') {
        reader->at++;
        return read_unicode(reader, out) ||
               fault_set(why, FAULT_INPUT,
                         "\\u is followed by four hexadecimal digits, a pair of surrogates by "
                         "another \\u and four, not by '%.10s'",
                         reader->at);
    }
    if (*reader->at == quote)
        buffer_add_byte(out, (uint8_t)quote);
    else if (*reader->at != '\0' && letter != NULL)
        buffer_add_byte(out, (uint8_t)bytes[letter - letters]);
    else
        return fault_set(
            why, FAULT_INPUT,
            "in quotes a backslash is followed by b, f, n, r, t, /, \\, the quote or uXXXX, not '%.10s'",
            reader->at);
    reader->at++;
    return true;
}

static bool read_quoted(struct ledger_reader *reader, struct buffer *content, struct fault *why)
{
    char quote = *reader->at++;

    buffer_init(content, TEXT_MAX_BYTES);
    while (*reader->at != quote) {
        if (*reader->at == '\0')
            return fault_set(why, FAULT_INPUT, "a text in quotes is not closed");
        if ((unsigned char)*reader->at < ' ')
            return fault_set(why, FAULT_INPUT,
                             "a control character stands in quotes: write it as \\n or \\uXXXX");
        if (*reader->at != '\\') {
            buffer_add_byte(content, (uint8_t)*reader->at++);
            continue;
        }
        reader->at++;
        TRY(read_escape(reader, quote, content, why));
    }
    reader->at++;
    return buffer_check(content, "a text in a JSONPath", why);
}

static bool read_member_name(struct ledger_reader *reader, struct segment *segment, struct fault *why)
{
    size_t length = 0;

    if (*reader->at == '.')
        return fault_set(why, FAULT_INPUT, "descendants (..) are not in the worker's JSONPath");
    if (*reader->at == '*') {
        reader->at++;
        segment->kind = SEGMENT_ALL;
        return true;
    }
    while (length == 0 ? is_name_first(*reader->at) : is_name(reader->at[length]))
        length++;
    if (length == 0)
        return fault_set(why, FAULT_INPUT, "a member's name is missing at '%.20s' (other names: ['name'])",
                         reader->at);
    segment->kind = SEGMENT_MEMBER;
    segment->member = memory_text_of(reader->at, length);
    reader->at += length;
    return true;
}

static bool read_quoted_member(struct ledger_reader *reader, struct segment *segment, struct fault *why)
{
    CLEANUP(buffer_release) struct buffer name = {0};

    segment->kind = SEGMENT_MEMBER;
    TRY(read_quoted(reader, &name, why));
    if (strlen(buffer_text(&name)) != name.length)
        return fault_set(why, FAULT_INPUT, "a member's name with \\u0000 is never there");
    segment->member = buffer_take(&name, NULL);
    return true;
}

static bool read_index(struct ledger_reader *reader, struct segment *segment, struct fault *why)
{
    const char *digits = reader->at + (*reader->at == '-');
    size_t count = strspn(digits, "0123456789");

    segment->kind = SEGMENT_INDEX;
    if (count == 0)
        return fault_set(why, FAULT_INPUT,
                         "[...] holds a name in quotes, an index, * or ?filter, not '%.20s'", reader->at);
    if (*digits == '0' && (count > 1 || digits != reader->at))
        return fault_set(why, FAULT_INPUT, "an index has no zeros in front, and none is -0, at '%.20s'",
                         reader->at);
    segment->index = count > INDEX_DIGITS_MAX ? INT64_MAX : strtoll(reader->at, NULL, 10);
    if (segment->index > index_max || segment->index < -index_max)
        return fault_set(why, FAULT_INPUT, "the index '%.24s' is beyond 2^53 - 1", reader->at);
    reader->at = digits + count;
    return true;
}

static bool read_bracket(struct ledger_reader *reader, struct segment *segment, struct fault *why)
{
    skip_space(reader);
    if (*reader->at == '\'' || *reader->at == '"') {
        TRY(read_quoted_member(reader, segment, why));
    } else if (accept(reader, "*")) {
        segment->kind = SEGMENT_ALL;
    } else if (accept(reader, "?")) {
        segment->kind = SEGMENT_FILTER;
        TRY(read_filter(reader, &segment->filter, why));
    } else {
        TRY(read_index(reader, segment, why));
    }
    if (!accept(reader, "]"))
        return fault_set(why, FAULT_INPUT,
                         "a ']' is missing at '%.20s' (slices and unions are not in the worker's JSONPath)",
                         reader->at);
    return true;
}

/* The segments after `$` or `@`. White space may stand before each, but not after the last. */
static bool read_segments(struct ledger_reader *reader, struct jsonpath **out, struct fault *why)
{
    struct jsonpath *path = memory_new(1, sizeof *path);
    bool read = ++reader->depth <= DEPTH_MAX || fault_set(why, FAULT_INPUT, "the path nests too deep");

    while (read) {
        struct segment segment = {0};
        const char *behind = reader->at;
        skip_space(reader);
        if (*reader->at != '.' && *reader->at != '[') {
            reader->at = behind;
            break;
        }
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

static bool read_text(struct ledger_reader *reader, struct operand *operand, struct fault *why)
{
    CLEANUP(buffer_release) struct buffer text = {0};

    TRY(read_quoted(reader, &text, why));
    operand->literal = json_object_new_string_len(buffer_text(&text), (int)text.length);
    return true;
}

static bool read_operand(struct ledger_reader *reader, struct operand *operand, struct fault *why)
{
    static const char *const words[] = {"null", "false", "true"};
    struct numeral numeral;

    skip_space(reader);
    if (accept(reader, "@"))
        return read_segments(reader, &operand->path, why);
    if (*reader->at == '\'' || *reader->at == '"')
        return read_text(reader, operand, why);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t length = strlen(words[i]);
        if (strncmp(reader->at, words[i], length) == 0 && !is_name(reader->at[length])) {
            reader->at += length;
            operand->literal = i == 0 ? NULL : json_object_new_boolean(i == 2);
            return true;
        }
    }
    size_t length = strspn(reader->at, "+-.0123456789eE");
    if (!numeral_read_json(reader->at, length, &numeral))
        return fault_set(why, FAULT_INPUT,
                         "a filter compares @ paths and literals, not '%.20s' (no functions, no $)",
                         reader->at);
    CLEANUP(memory_release) char *text = memory_text_of(reader->at, length);
    operand->literal = json_object_new_double_s(strtod(text, NULL), text);
    reader->at += length;
    return true;
}

/* Names and indexes only: what can be compared finds one node at most. */
static bool is_singular(const struct operand *operand)
{
    for (size_t i = 0; operand->path != NULL && i < operand->path->count; i++)
        if (operand->path->segments[i].kind == SEGMENT_ALL ||
            operand->path->segments[i].kind == SEGMENT_FILTER)
            return false;
    return true;
}

static bool read_comparison(struct ledger_reader *reader, struct filter *filter, struct fault *why)
{
    static const char *const operators[] = {"==", "!=", "<=", ">=", "<", ">"};

    TRY(read_operand(reader, &filter->one, why));
    filter->kind = FILTER_EXISTS;
    for (size_t i = 0; i < COUNT_OF(operators); i++) {
        if (!accept(reader, operators[i]))
            continue;
        filter->kind = FILTER_COMPARE;
        REQUIRE(strlen(operators[i]) < sizeof filter->operator);
        memcpy(filter->operator, operators[i], strlen(operators[i]));
        TRY(read_operand(reader, &filter->other, why));
        return (is_singular(&filter->one) && is_singular(&filter->other)) ||
               fault_set(
                   why, FAULT_INPUT,
                   "a path with * or a filter is compared: it can find several; put the comparison into its own "
                   "filter, as [?@.codes[?@ == 'A']]");
    }
    if (filter->one.path == NULL)
        return fault_set(why, FAULT_INPUT, "a literal alone is not a filter");
    return true;
}

/* What follows `!`: a group, or whether something is there. */
static bool read_negated(struct ledger_reader *reader, struct filter *filter, struct fault *why)
{
    if (filter->kind == FILTER_COMPARE || filter->kind == FILTER_NOT)
        return fault_set(why, FAULT_INPUT, "'!' stands before a path or (...): write !(...), before '%.20s'",
                         reader->at);
    return true;
}

static bool read_basic(struct ledger_reader *reader, struct filter **out, struct fault *why)
{
    struct filter *filter = memory_new(1, sizeof *filter);
    bool read;

    if (++reader->depth > DEPTH_MAX || ++reader->operands > OPERANDS_MAX) /* a long chain nests, too */
        read = fault_set(why, FAULT_INPUT, "the filter is too long or nests too deep");
    else if (accept(reader, "!")) {
        filter->kind = FILTER_NOT;
        read = read_basic(reader, &filter->left, why) && read_negated(reader, filter->left, why);
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

static bool read_chain(struct ledger_reader *reader, enum filter_kind kind, struct filter **out,
                       struct fault *why)
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

static bool read_filter(struct ledger_reader *reader, struct filter **out, struct fault *why)
{
    return read_chain(reader, FILTER_OR, out, why);
}

bool jsonpath_parse(const char *text, struct jsonpath **out, struct fault *why)
{
    struct ledger_reader reader = {.at = text};
    struct jsonpath *path;

    if (*reader.at++ != '$')
        return fault_set(why, FAULT_INPUT, "a JSONPath starts with '$'");
    TRY(read_segments(&reader, &path, why));
    REQUIRE(reader.depth == 0);
    if (*reader.at != '\0') {
        jsonpath_free(path);
        return fault_set(why, FAULT_INPUT, "the JSONPath should end at '%.20s'", reader.at);
    }
    *out = path;
    return true;
}

/* Whether the path so far ends inside quotes. */
static bool in_quotes(const char *path)
{
    char quote = '\0';

    for (; *path != '\0'; path++) {
        if (quote != '\0' && *path == '\\' && path[1] != '\0')
            path++;
        else if (quote == '\0' && (*path == '\'' || *path == '"'))
            quote = *path;
        else if (*path == quote)
            quote = '\0';
    }
    return quote != '\0';
}

bool jsonpath_embed(const char *value, size_t length, struct buffer *out)
{
    struct numeral numeral;

    if (!in_quotes(buffer_text(out))) {
        buffer_add(out, value, length);
        return numeral_read_json(value, length, &numeral) || strcmp(value, "true") == 0 ||
               strcmp(value, "false") == 0 || strcmp(value, "null") == 0;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)value[i];
        if (byte < ' ' || byte == '\\' || byte == '\'' || byte == '"')
            buffer_print(out, "\\u%04x", byte);
        else
            buffer_add_byte(out, byte);
    }
    return true;
}
