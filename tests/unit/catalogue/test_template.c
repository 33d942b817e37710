/* Texts with expressions in them. */
#include "template.h"

#include "given_scope.h"

static const char world[] =
    "{'inputs': {'t': 'a b', 'n': 7, 'd': 1.5, 'b': true, 'none': null, 'o': {'k': [1, 'x/y']}}}";

static const struct {
    const char *text, *want; /* null: it does not parse */
    bool constant;
} cases[] = {
    {"", "''", true},
    {"plain", "'plain'", true},
    {"$inputs.n", "7", false},
    {"{$inputs.n}", "'7'", false},
    {"a{$inputs.t}b{$inputs.n}c", "'aa bb7c'", false},
    {"{$inputs.d}|{$inputs.b}", "'1.5|true'", false},
    {"{$inputs.o}", "'{\\'k\\':[1,\\'x/y\\']}'", false},
    {"x{$inputs.none}", "null", false},
    {"x{$inputs.absent}y", "null", false},
    {"{inputs.n}", "'{inputs.n}'", true},
    {"a $inputs.n", "'a $inputs.n'", true},
    {"{$inputs.n", NULL, false},
    {"{$inputs.n }", NULL, false},
    {"{$}", NULL, false},
    {"x{$nothing}", NULL, false},
    {"$inputs.n and more", NULL, false},
};

static void values(void)
{
    CLEANUP(tree_release) struct json_object *tree = given_tree(world);
    struct scope scope = given_scope(tree);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct template *template = NULL;
        struct fault why = {.text = ""};
        if (template_parse(cases[i].text, &given_no_names, &template, &why) != (cases[i].want != NULL)) {
            printf("\n  %s: %s", cases[i].text, why.text);
            CU_FAIL("case above");
        }
        if (template == NULL)
            continue;
        CU_ASSERT_EQUAL(template_is_constant(template), cases[i].constant);
        CLEANUP(tree_release) struct json_object *value = template_value(template, &scope);
        given_same_tree(cases[i].text, value, cases[i].want);
        template_free(template);
    }
}

static bool embed_in_angles(const char *value, size_t length, struct buffer *out)
{
    buffer_print(out, "<%.*s>", (int)length, value);
    return strcmp(value, "no") != 0;
}

static void filled(void)
{
    CLEANUP(tree_release) struct json_object *tree = given_tree("{'inputs': {'x': 'a.b*', 'no': 'no'}}");
    struct scope scope = given_scope(tree);
    struct template *template = NULL;
    struct fault why;

    CU_ASSERT_FATAL(template_parse_pattern("$.x{$inputs.x}.$", &given_no_names, &template, &why));
    CLEANUP(tree_release) struct json_object *value = template_filled(template, &scope, embed_in_angles);
    CLEANUP(tree_release) struct json_object *trial = template_filled(template, NULL, embed_in_angles);
    given_same("only what is embedded", tree_text(value), "$.x<a.b*>.$");
    given_same("without a scope", tree_text(trial), "$.x<1>.$");
    template_free(template);
    CU_ASSERT_FATAL(template_parse_pattern("{$inputs.no}", &given_no_names, &template, &why));
    CU_ASSERT_PTR_NULL(template_filled(template, &scope, embed_in_angles));
    template_free(template);
}

CU_TestInfo test_template[] = {{"values", values}, {"filled", filled}, CU_TEST_INFO_NULL};
