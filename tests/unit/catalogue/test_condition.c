/* Simple conditions: every rule of schemas/README.md, "Expressions and criteria". */
#include "condition.h"

#include "given_scope.h"

static const char world[] =
    "{'inputs': {'t': 'Abc', 'n': 7, 'nt': '7', 'nz': '007', 'd': 1.5, 'b': true, 'f': false,"
    " 'none': null, 'o': {'k': 1}, 'l': [1, 2], 'bt': 'true', 'quote': 'it s'},"
    " 'status': 404, 'body': {'code': 60}}";

static const struct {
    const char *text;
    bool want;
} cases[] = {
    /* equality */
    {"$inputs.t == 'aBC'", true},
    {"$inputs.t == 'abd'", false},
    {"$inputs.t != 'aBC'", false},
    {"$inputs.n == 7", true},
    {"$inputs.n == 7.0", true},
    {"$inputs.n == '7'", true},
    {"$inputs.nt == 7", true},
    {"$inputs.nz == 7", true},
    {"$inputs.nz == '7'", false}, /* text and text */
    {"$inputs.d == 1.5", true},
    {"$inputs.d == 15e-1", true},
    {"$inputs.n == -7", false},
    {"$inputs.t == 7", false},
    {"$inputs.none == null", true},
    {"$inputs.absent == null", true},
    {"null == null", true},
    {"$inputs.n == null", false},
    {"$inputs.f == null", false},
    {"'' == null", false},
    {"0 == null", false},
    {"$inputs.none != null", false},
    {"$inputs.n != null", true},
    {"$inputs.b == true", true},
    {"$inputs.b == 'true'", false}, /* a boolean equals only booleans */
    {"$inputs.bt == true", false},
    {"$inputs.b == 1", false},
    {"$inputs.o == $inputs.o", true},
    {"$inputs.l == $inputs.o", false},
    {"$inputs.l#/0 == 1", true},
    {"$inputs.quote == 'it s'", true},
    {"'it''s' == 'IT''S'", true},
    {"'' == ''", true},
    /* order */
    {"$inputs.n < 8", true},
    {"$inputs.n < 7", false},
    {"$inputs.n <= 7", true},
    {"$inputs.n > 6.5", true},
    {"$inputs.n >= 7", true},
    {"$inputs.nt < 10", true},
    {"$inputs.nt < '10'", true}, /* both are numbers as text */
    {"'b' > 'A'", true},
    {"'a' < 'B'", true},
    {"'abc' <= 'ABC'", true},
    {"'10' < '9x'", true}, /* one is not a number: compared as texts */
    {"$inputs.t < 5", false},
    {"$inputs.t >= 5", false},
    {"$inputs.none < 5", false},
    {"$inputs.none >= 5", false},
    {"5 > $inputs.absent", false},
    {"null <= null", false},
    {"$inputs.b < 2", false},
    {"$inputs.o < $inputs.o", false},
    /* no answer is false, and no more than that */
    {"$inputs.none > 5 || true", true},
    {"!($inputs.none > 5)", true},
    {"($inputs.none > 5) == false", true},
    /* operators */
    {"true", true},
    {"false", false},
    {"!false", true},
    {"!!true", true},
    {"! $inputs.f", true},
    {"!$inputs.n", true}, /* only true is true */
    {"$inputs.n", false},
    {"'true'", false},
    {"$inputs.b", true},
    {"$inputs.none", false},
    {"true && false", false},
    {"true || false && false", true}, /* && before || */
    {"(true || false) && false", false},
    {"!true == false", true}, /* ! before comparisons */
    {"!(true == false)", true},
    {"1 == 1 && 2 == 2", true},
    {"1==1&&2==2", true},
    {" ( ( 1 == 1 ) ) ", true},
    {"$statusCode == 404 && $response.body#/code == 60", true},
    {"$statusCode==404||$statusCode==200", true},
    {"$inputs.l[1] == 2", true},
    {"(1 == 1) == true", true},
    {"1 == 1\n&& 2 == 2", true},
};

static void answers(void)
{
    CLEANUP(tree_release) struct json_object *tree = given_tree(world);
    struct scope scope = given_scope(tree);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct condition *condition = NULL;
        struct fault why = {.text = ""};
        if (!condition_parse(cases[i].text, &given_no_names, &condition, &why)) {
            printf("\n  %s: %s", cases[i].text, why.text);
            CU_FAIL("case above");
            continue;
        }
        if (condition_holds(condition, &scope) != cases[i].want) {
            printf("\n  %s: want %d", cases[i].text, cases[i].want);
            CU_FAIL("case above");
        }
        condition_free(condition);
    }
}

static const char *const refused[] = {
    "",           " ",         "==",         "1 ==",      "== 1",      "1 == 2 == 3",
    "1 = 1",      "1 & 1",     "true and 1", "(true",     "true)",     "'open",
    "\"double\"", "abc",       "$",          "$nothing",  "true true", "1 === 1",
    "nan == nan", "inf > 1",   "0x10 == 16", "1 == -inf", "truex",     "$inputs.a $inputs.b",
    "!",          "1 < 2 < 3", "5x",         "()",
};

static void refusals(void)
{
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct condition *condition = NULL;
        struct fault why = {.text = ""};
        if (condition_parse(refused[i], &given_no_names, &condition, &why)) {
            printf("\n  '%s' is accepted", refused[i]);
            CU_FAIL("case above");
            condition_free(condition);
        }
        CU_ASSERT(why.kind == FAULT_INPUT && *why.text != '\0');
    }
}

/* Neither nesting nor length may end the stack. */
static void bounds(void)
{
    static const char *const parts[] = {"(", "!", "1&&", "1||"};

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        CLEANUP(buffer_release) struct buffer text;
        struct condition *condition = NULL;
        struct fault why;
        buffer_init(&text, 1 << 20);
        for (unsigned count = 0; count < 100000; count++)
            buffer_add_text(&text, parts[i]);
        buffer_add_text(&text, "1");
        CU_ASSERT_FALSE(condition_parse(buffer_text(&text), &given_no_names, &condition, &why));
    }
}

CU_TestInfo test_condition[] = {
    {"answers", answers}, {"refusals", refusals}, {"bounds", bounds}, CU_TEST_INFO_NULL};
