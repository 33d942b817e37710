/*
 * What values may look like: the schemas of bt-whc.openapi.json for parameters and body members, as tables.
 */
#ifndef SANDBOX_RULES_H
#define SANDBOX_RULES_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rule_kind {
    RULE_TEXT,     /* `min` to `max` characters (max 0: no bound), of `characters` unless null */
    RULE_NUMBER,   /* a UK number: ^0?[1-9][0-9]{8,9}$ */
    RULE_POSTCODE, /* ^[A-Za-z]{1,2}[0-9][0-9A-Za-z]?\s?[0-9][A-Za-z]{2}$ */
    RULE_CHOICE,   /* one of `choices`, which end with null */
    RULE_BOOLEAN,
    RULE_INTEGER, /* `min` to `max` */
    RULE_PREFIX,  /* the beginning of a UK number: ^0[0-9]{4,10}$ */
    RULE_AREA,    /* a postcode for reservations: ^[a-zA-Z0-9]{2,4}[ ][a-zA-Z0-9]+$ */
};

#define DIGITS "0123456789"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LETTERS CAPITALS "abcdefghijklmnopqrstuvwxyz"
#define WORD LETTERS DIGITS "_"

struct rule {
    enum rule_kind kind;
    int64_t min;
    int64_t max;
    const char *characters;
    const char *const *choices;
};

bool rule_holds(const struct rule *rule, const char *value);

enum member_kind {
    MEMBER_TEXT,
    MEMBER_OBJECT,
    MEMBER_LIST,
    MEMBER_NUMBERS, /* a list of UK numbers */
    MEMBER_INTEGER,
    MEMBER_BOOLEAN,
    MEMBER_TEXT_OR_NULL,
    MEMBER_SCALAR, /* text, number, true, false or null */
};

/* A member of a JSON body. An object's or list element's own members come in `members`, ended by a null name. */
struct member {
    const char *name;
    enum member_kind kind;
    bool required;
    struct rule rule;             /* of text; min and max of a list's length or an integer's value */
    const struct member *members; /* of an object, and of each element of a list */
};

enum members_verdict { MEMBERS_GOOD, MEMBERS_MISSING, MEMBERS_BAD };

/* Missing members are named before bad ones on each level. `members` ends with a null name. */
enum members_verdict members_check(const struct member *members, struct json_object *tree);

#endif
