/* The tables of allowed values, and the check of one value against them. */
#include "rules.h"

#include "memory.h"
#include "tree.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Characters of UTF-8 text: every byte that continues none. */
static int64_t characters_in(const char *text, size_t length)
{
    int64_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

static bool text_holds(const struct rule *rule, const char *value, size_t length)
{
    int64_t count = characters_in(value, length);

    if (count < rule->min || (rule->max > 0 && count > rule->max))
        return false;
    return rule->characters == NULL || strspn(value, rule->characters) == length;
}

static bool number_holds(const struct rule *rule, const char *value, size_t length)
{
    size_t zero = value[0] == '0';

    (void)rule;
    return value[zero] >= '1' && length - zero >= 9 && length - zero <= 10 && strspn(value, DIGITS) == length;
}

static bool postcode_holds(const struct rule *rule, const char *value, size_t length)
{
    size_t area = strspn(value, LETTERS);

    (void)rule;
    if (area < 1 || area > 2 || length < area + 4)
        return false;
    const char *inward = value + length - 3;
    size_t outward = length - 3;
    if (outward > 0 && isspace((unsigned char)value[outward - 1]))
        outward--;
    size_t district = outward - area;
    return district >= 1 && district <= 2 && isdigit((unsigned char)value[area]) &&
           (district == 1 || isalnum((unsigned char)value[area + 1])) && isdigit((unsigned char)inward[0]) &&
           strspn(inward + 1, LETTERS) == 2;
}

static bool choice_holds(const struct rule *rule, const char *value, size_t length)
{
    (void)length;
    for (const char *const *choice = rule->choices; *choice != NULL; choice++)
        if (strcmp(*choice, value) == 0)
            return true;
    return false;
}

static bool boolean_holds(const struct rule *rule, const char *value, size_t length)
{
    (void)rule;
    (void)length;
    return strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
}

static bool integer_holds(const struct rule *rule, const char *value, size_t length)
{
    size_t sign = value[0] == '-';

    if (length == sign || strspn(value + sign, DIGITS) != length - sign)
        return false;
    errno = 0;
    long long number = strtoll(value, NULL, 10);
    return errno == 0 && number >= rule->min && number <= rule->max;
}

static bool prefix_holds(const struct rule *rule, const char *value, size_t length)
{
    (void)rule;
    return value[0] == '0' && length >= 5 && length <= 11 && strspn(value, DIGITS) == length;
}

static bool area_holds(const struct rule *rule, const char *value, size_t length)
{
    size_t outward = strspn(value, LETTERS DIGITS);

    (void)rule;
    return outward >= 2 && outward <= 4 && value[outward] == ' ' && outward + 1 < length &&
           strspn(value + outward + 1, LETTERS DIGITS) == length - outward - 1;
}

static bool (*const holds[])(const struct rule *rule, const char *value, size_t length) = {
    [RULE_TEXT] = text_holds,     [RULE_NUMBER] = number_holds,   [RULE_POSTCODE] = postcode_holds,
    [RULE_CHOICE] = choice_holds, [RULE_BOOLEAN] = boolean_holds, [RULE_INTEGER] = integer_holds,
    [RULE_PREFIX] = prefix_holds, [RULE_AREA] = area_holds,
};

bool rule_holds(const struct rule *rule, const char *value)
{
    return holds[rule->kind](rule, value, strlen(value));
}

/* JSON's null is a null pointer. */
static bool element_is(struct json_object *value, enum member_kind kind)
{
    static const enum json_type types[] = {
        [MEMBER_TEXT] = json_type_string, [MEMBER_OBJECT] = json_type_object,
        [MEMBER_LIST] = json_type_array,  [MEMBER_NUMBERS] = json_type_array,
        [MEMBER_INTEGER] = json_type_int, [MEMBER_BOOLEAN] = json_type_boolean,
    };

    if (kind == MEMBER_TEXT_OR_NULL)
        return value == NULL || json_object_is_type(value, json_type_string);
    if (kind == MEMBER_SCALAR)
        return !json_object_is_type(value, json_type_object) && !json_object_is_type(value, json_type_array);
    return json_object_is_type(value, types[kind]);
}

static bool within(const struct rule *rule, int64_t value)
{
    return value >= rule->min && (rule->max == 0 || value <= rule->max);
}

static enum members_verdict numbers_check(const struct member *member, struct json_object *list)
{
    static const struct rule number = {.kind = RULE_NUMBER};
    size_t count = json_object_array_length(list);

    if (!within(&member->rule, (int64_t)count))
        return MEMBERS_BAD;
    for (size_t i = 0; i < count; i++) {
        const char *text = tree_text(json_object_array_get_idx(list, i));
        if (text == NULL || !rule_holds(&number, text))
            return MEMBERS_BAD;
    }
    return MEMBERS_GOOD;
}

static enum members_verdict list_check(const struct member *member, struct json_object *list)
{
    size_t count = json_object_array_length(list);

    if (!within(&member->rule, (int64_t)count))
        return MEMBERS_BAD;
    for (size_t i = 0; i < count; i++) {
        enum members_verdict verdict = members_check(member->members, json_object_array_get_idx(list, i));
        if (verdict != MEMBERS_GOOD)
            return verdict;
    }
    return MEMBERS_GOOD;
}

static enum members_verdict member_check(const struct member *member, struct json_object *value)
{
    if (!element_is(value, member->kind))
        return MEMBERS_BAD;
    switch (member->kind) {
    case MEMBER_TEXT:
        return holds[member->rule.kind](&member->rule, json_object_get_string(value),
                                        (size_t)json_object_get_string_len(value))
                   ? MEMBERS_GOOD
                   : MEMBERS_BAD;
    case MEMBER_OBJECT:
        return members_check(member->members, value);
    case MEMBER_LIST:
        return list_check(member, value);
    case MEMBER_NUMBERS:
        return numbers_check(member, value);
    case MEMBER_INTEGER:
        return within(&member->rule, json_object_get_int64(value)) ? MEMBERS_GOOD : MEMBERS_BAD;
    case MEMBER_BOOLEAN:
    case MEMBER_TEXT_OR_NULL:
    case MEMBER_SCALAR:
        return MEMBERS_GOOD;
    }
    return MEMBERS_BAD;
}

enum members_verdict members_check(const struct member *members, struct json_object *tree)
{
    if (!json_object_is_type(tree, json_type_object))
        return MEMBERS_BAD;
    for (const struct member *member = members; member->name != NULL; member++)
        if (member->required && !tree_has(tree, member->name))
            return MEMBERS_MISSING;
    for (const struct member *member = members; member->name != NULL; member++) {
        if (!tree_has(tree, member->name))
            continue;
        enum members_verdict verdict = member_check(member, tree_member(tree, member->name));
        if (verdict != MEMBERS_GOOD)
            return verdict;
    }
    return MEMBERS_GOOD;
}
