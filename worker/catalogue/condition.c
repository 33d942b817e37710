/* Parses a simple condition by recursive descent; the depth is bounded, so that no file can exhaust the stack. */
#include "condition.h"

#include "invariant.h"
#include "memory.h"
#include "names.h"
#include "numeral.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 64, NODES_MAX = 1000, TEXT_MAX_BYTES = 65536 };

enum kind { KIND_OR, KIND_AND, KIND_NOT, KIND_COMPARE, KIND_EXPRESSION, KIND_LITERAL };
enum comparison { LESS_EQUAL, GREATER_EQUAL, EQUAL, NOT_EQUAL, LESS, GREATER };

/* Longer ones first, so that "<=" is not read as "<". */
static const char *const comparisons[] = {[LESS_EQUAL] = "<=", [GREATER_EQUAL] = ">=", [EQUAL] = "==",
                                          [NOT_EQUAL] = "!=",  [LESS] = "<",           [GREATER] = ">"};
NAMES_COMPLETE(comparisons, GREATER);

struct condition {
    enum kind kind;
    enum comparison comparison;
    struct condition *left, *right;
    struct expression *expression;
    struct json_object *literal;
};

struct ledger_reader {
    const char *at;
    const struct naming *naming;
    unsigned depth, operands;
};

static bool read_or(struct ledger_reader *reader, struct condition **out, struct fault *why);

void *condition_free(struct condition *condition)
{
    if (condition == NULL)
        return NULL;
    condition_free(condition->left);
    condition_free(condition->right);
    expression_free(condition->expression);
    json_object_put(condition->literal);
    return memory_free(condition);
}

static struct condition *node(enum kind kind, struct condition *left, struct condition *right)
{
    struct condition *condition = memory_new(1, sizeof *condition);

    REQUIRE((kind == KIND_OR || kind == KIND_AND || kind == KIND_COMPARE) == (right != NULL));
    REQUIRE((kind == KIND_EXPRESSION || kind == KIND_LITERAL) == (left == NULL));
    condition->kind = kind;
    condition->left = left;
    condition->right = right;
    return condition;
}

static bool accept(struct ledger_reader *reader, const char *token)
{
    while (isspace((unsigned char)*reader->at))
        reader->at++;
    if (strncmp(reader->at, token, strlen(token)) != 0)
        return false;
    reader->at += strlen(token);
    return true;
}

static bool is_word_end(char c)
{
    return !isalnum((unsigned char)c) && c != '_';
}

static bool read_string(struct ledger_reader *reader, struct json_object **literal, struct fault *why)
{
    CLEANUP(buffer_release) struct buffer text = {0};

    buffer_init(&text, TEXT_MAX_BYTES);
    for (;; reader->at++) {
        if (*reader->at == '\0')
            return fault_set(why, FAULT_INPUT, "a text in single quotes is not closed");
        if (*reader->at == '\'' && *++reader->at != '\'')
            break;
        buffer_add_byte(&text, (uint8_t)*reader->at);
    }
    TRY(buffer_check(&text, "a text in a condition", why));
    *literal = json_object_new_string_len(buffer_text(&text), (int)text.length);
    return true;
}

static bool read_word(struct ledger_reader *reader, struct json_object **literal, struct fault *why)
{
    static const char *const words[] = {"null", "false", "true"};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t length = strlen(words[i]);
        if (strncmp(reader->at, words[i], length) == 0 && is_word_end(reader->at[length])) {
            reader->at += length;
            *literal = i == 0 ? NULL : json_object_new_boolean(i == 2);
            return true;
        }
    }
    struct numeral numeral;
    size_t length = strspn(reader->at, "+-.0123456789eE");
    if (!is_word_end(reader->at[length]) || !numeral_read_json(reader->at, length, &numeral))
        return fault_set(
            why, FAULT_INPUT,
            "expected a runtime expression, 'text', a number as JSON writes it, true, false or null at '%.20s'",
            reader->at);
    CLEANUP(memory_release) char *text = memory_text_of(reader->at, length);
    *literal = json_object_new_double_s(strtod(text, NULL), text);
    reader->at += length;
    return true;
}

static bool read_operand(struct ledger_reader *reader, struct condition **out, struct fault *why)
{
    if (++reader->operands > NODES_MAX) /* a long chain nests, too */
        return fault_set(why, FAULT_INPUT, "the condition has more than %d operands", NODES_MAX);
    if (accept(reader, "(")) {
        TRY(read_or(reader, out, why));
        if (accept(reader, ")"))
            return true;
        *out = condition_free(*out);
        return fault_set(why, FAULT_INPUT, "a ')' is missing at '%.20s'", reader->at);
    }
    if (accept(reader, "$")) {
        struct expression *expression;
        TRY(expression_parse(reader->at - 1, true, reader->naming, &expression, &reader->at, why));
        *out = node(KIND_EXPRESSION, NULL, NULL);
        (*out)->expression = expression;
        return true;
    }
    struct json_object *literal = NULL;
    if (accept(reader, "'"))
        TRY(read_string(reader, &literal, why));
    else
        TRY(read_word(reader, &literal, why));
    *out = node(KIND_LITERAL, NULL, NULL);
    (*out)->literal = literal;
    return true;
}

/* `!` binds before comparisons. */
static bool read_not(struct ledger_reader *reader, struct condition **out, struct fault *why)
{
    struct condition *inner;
    bool read;

    if (++reader->depth > DEPTH_MAX)
        return fault_set(why, FAULT_INPUT, "the condition nests deeper than %d", DEPTH_MAX);
    if (accept(reader, "!")) {
        read = read_not(reader, &inner, why);
        if (read)
            *out = node(KIND_NOT, inner, NULL);
    } else {
        read = read_operand(reader, out, why);
    }
    reader->depth--;
    return read;
}

static bool read_comparison(struct ledger_reader *reader, struct condition **out, struct fault *why)
{
    struct condition *left, *right;

    TRY(read_not(reader, &left, why));
    for (size_t i = 0; i < COUNT_OF(comparisons); i++) {
        if (!accept(reader, comparisons[i]))
            continue;
        if (!read_not(reader, &right, why)) {
            condition_free(left);
            return false;
        }
        left = node(KIND_COMPARE, left, right);
        left->comparison = (enum comparison)i;
        break;
    }
    *out = left;
    return true;
}

static bool read_and(struct ledger_reader *reader, struct condition **out, struct fault *why)
{
    struct condition *left, *right;

    TRY(read_comparison(reader, &left, why));
    while (accept(reader, "&&")) {
        if (!read_comparison(reader, &right, why)) {
            condition_free(left);
            return false;
        }
        left = node(KIND_AND, left, right);
    }
    *out = left;
    return true;
}

static bool read_or(struct ledger_reader *reader, struct condition **out, struct fault *why)
{
    struct condition *left, *right;

    TRY(read_and(reader, &left, why));
    while (accept(reader, "||")) {
        if (!read_and(reader, &right, why)) {
            condition_free(left);
            return false;
        }
        left = node(KIND_OR, left, right);
    }
    *out = left;
    return true;
}

bool condition_parse(const char *text, const struct naming *naming, struct condition **out, struct fault *why)
{
    struct ledger_reader reader = {.at = text, .naming = naming};
    struct condition *condition;

    TRY(read_or(&reader, &condition, why));
    REQUIRE(reader.depth == 0);
    accept(&reader, "");
    if (*reader.at != '\0') {
        condition_free(condition);
        return fault_set(why, FAULT_INPUT, "the condition should end at '%.20s'", reader.at);
    }
    *out = condition;
    return true;
}

/* --- evaluation --- */

/* Text is a number when it is digits, perhaps with a sign '-' and decimals: "1e3" is more likely an id. */
static bool as_number(struct json_object *value, struct numeral *numeral)
{
    const char *text = tree_text(value);

    return text != NULL ? numeral_read_plain(text, (size_t)json_object_get_string_len(value), numeral)
                        : numeral_of(value, numeral);
}

static bool equal(struct json_object *left, struct json_object *right)
{
    const char *left_text = tree_text(left), *right_text = tree_text(right);
    struct numeral a, b;

    if (left_text != NULL && right_text != NULL)
        return json_object_get_string_len(left) == json_object_get_string_len(right) &&
               strcasecmp(left_text, right_text) == 0;
    if (as_number(left, &a) && as_number(right, &b))
        return numeral_compare(&a, &b) == 0;
    return tree_equal(left, right);
}

static bool ordered(enum comparison comparison, struct json_object *left, struct json_object *right)
{
    const char *left_text = tree_text(left), *right_text = tree_text(right);
    struct numeral a, b;
    int order;

    if (as_number(left, &a) && as_number(right, &b))
        order = numeral_compare(&a, &b);
    else if (left_text != NULL && right_text != NULL)
        order = strcasecmp(left_text, right_text);
    else
        return false;
    return comparison == LESS         ? order < 0
           : comparison == LESS_EQUAL ? order <= 0
           : comparison == GREATER    ? order > 0
                                      : order >= 0;
}

static bool evaluate(const struct condition *condition, const struct scope *scope);

/* The value of an operand. One that is a condition itself, as a group in parentheses, counts as true or false. */
static struct json_object *operand(const struct condition *condition, const struct scope *scope)
{
    switch (condition->kind) {
    case KIND_EXPRESSION:
        return expression_value(condition->expression, scope);
    case KIND_LITERAL:
        return json_object_get(condition->literal);
    case KIND_OR:
    case KIND_AND:
    case KIND_NOT:
    case KIND_COMPARE:
        break;
    }
    return json_object_new_boolean(evaluate(condition, scope));
}

static bool compare(const struct condition *condition, const struct scope *scope)
{
    CLEANUP(tree_release) struct json_object *left = operand(condition->left, scope);
    CLEANUP(tree_release) struct json_object *right = operand(condition->right, scope);

    if (condition->comparison == EQUAL || condition->comparison == NOT_EQUAL)
        return equal(left, right) == (condition->comparison == EQUAL);
    return ordered(condition->comparison, left, right);
}

static bool is_true(const struct condition *condition, const struct scope *scope)
{
    CLEANUP(tree_release) struct json_object *value = operand(condition, scope);

    return json_object_is_type(value, json_type_boolean) && json_object_get_boolean(value);
}

static bool evaluate(const struct condition *condition, const struct scope *scope)
{
    switch (condition->kind) {
    case KIND_OR:
        return evaluate(condition->left, scope) || evaluate(condition->right, scope);
    case KIND_AND:
        return evaluate(condition->left, scope) && evaluate(condition->right, scope);
    case KIND_NOT:
        return !evaluate(condition->left, scope);
    case KIND_COMPARE:
        return compare(condition, scope);
    case KIND_EXPRESSION:
    case KIND_LITERAL:
        return is_true(condition, scope);
    }
    return false;
}

bool condition_holds(const struct condition *condition, const struct scope *scope)
{
    return evaluate(condition, scope);
}
