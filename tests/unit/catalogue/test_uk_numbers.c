/* UK numbers inside JSON, in one form. */
#include "uk_numbers.h"

#include "buffer.h"

#include "given_catalogue.h"

static const struct {
    const char *value, *national, *e164;
} cases[] = {
    {"{'number': '01632 960000'}", "{'number':'01632960000'}", "{'number':'+441632960000'}"},
    {"[{'number': 1632960000}, {'number': '+44 1632 960001'}]",
     "[{'number':'01632960000'},{'number':'01632960001'}]",
     "[{'number':'+441632960000'},{'number':'+441632960001'}]"},
    {"{'a': {'number': 'later', 'other': '1632960000'}}", "{'a':{'other':'1632960000'}}",
     "{'a':{'other':'1632960000'}}"},
    {"{'number': null, 'a': null}", "{'a':null}", "{'a':null}"},
    {"{'number': [1632960000]}", "{}", "{}"},
    {"[null, 1, 'number', true]", "[null,1,'number',true]", "[null,1,'number',true]"},
    {"'01632960000'", "'01632960000'", "'01632960000'"},
};

static void check(const char *value, enum number_form form, const char *expected)
{
    static char number[] = "number";
    char *const names[] = {number, NULL};
    CLEANUP(tree_release) struct json_object *given = given_tree(value);
    CLEANUP(tree_release) struct json_object *made = uk_numbers_in(given, names, form);
    CLEANUP(tree_release) struct json_object *wanted = given_tree(expected);

    if (!json_object_equal(made, wanted)) {
        printf("\n  %s: %s", value, json_object_to_json_string(made));
        CU_FAIL("case above");
    }
}

static void forms(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        check(cases[i].value, NUMBER_NATIONAL, cases[i].national);
        check(cases[i].value, NUMBER_E164, cases[i].e164);
    }
}

CU_TestInfo test_uk_numbers[] = {{"forms", forms}, CU_TEST_INFO_NULL};
