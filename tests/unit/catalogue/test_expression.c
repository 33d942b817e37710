/* Runtime expressions: what they name, and what is refused. */
#include "template.h"

#include "given_scope.h"

static const char world[] =
    "{'inputs': {'number': '0163', 'none': null, 'site': {'postcode': 'AB1', 'a/b': 1, 'm~n': 2, '': 3, 'x y': 9},"
    " 'list': [10, {'k': 'v'}], 'flag': true},"
    " 'steps': {'create': {'orderId': 'O1', 'items': [{'id': 7}], 'nothing': null}},"
    " 'outputs': {'found': ['x']}, 'status': 200,"
    " 'request': {'method': 'GET', 'url': '/x?y=1', 'header': {'X-A': 'h'}, 'query': {'q': '1'}, 'path': {'id': 5},"
    "             'body': {'b': 1}},"
    " 'headers': {'retry-after': '30'}, 'body': {'code': 60, 'list': [1, 2], 'deep': {'er': null}},"
    " 'message': {'code': 61}}";

static const struct {
    const char *text, *want; /* want null: it does not parse */
} cases[] = {
    {"$inputs.number", "'0163'"},
    {"$inputs.flag", "true"},
    {"$inputs.none", "null"},
    {"$inputs.absent", "null"},
    {"$inputs.none.deeper", "null"},
    {"$inputs.number.deeper", "null"},
    {"$inputs.site.postcode", "'AB1'"},
    {"$inputs.site#/postcode", "'AB1'"},
    {"$inputs.site#", "{'postcode': 'AB1', 'a/b': 1, 'm~n': 2, '': 3, 'x y': 9}"},
    {"$inputs.site#/a~1b", "1"},
    {"$inputs.site#/m~0n", "2"},
    {"$inputs.site#/", "3"},
    {"$inputs.site#/x y", "9"},
    {"$inputs.list#/0", "10"},
    {"$inputs.list#/00", "null"},
    {"$inputs.list#/2", "null"},
    {"$inputs.list#/-1", "null"},
    {"$inputs.list#/-", "null"},
    {"$inputs.list#/99999999999999999999", "null"},
    {"$inputs.list[1].k", "'v'"},
    {"$inputs.list#/1/k", "'v'"},
    {"$steps.create.outputs.orderId", "'O1'"},
    {"$steps.create.outputs.items#/0/id", "7"},
    {"$steps.create.outputs.nothing", "null"},
    {"$steps.skipped.outputs.any", "null"},
    {"$outputs.found#/0", "'x'"},
    {"$statusCode", "200"},
    {"$method", "'GET'"},
    {"$url", "'/x?y=1'"},
    {"$request.header.x-a", "'h'"},
    {"$request.query.q", "'1'"},
    {"$request.path.id", "5"},
    {"$request.body#/b", "1"},
    {"$response.header.Retry-After", "'30'"},
    {"$response.header.absent", "null"},
    {"$response.body", "{'code': 60, 'list': [1, 2], 'deep': {'er': null}}"},
    {"$response.body#/code", "60"},
    {"$response.body#/deep/er", "null"},
    {"$message.payload#/code", "61"},
    {"$message.payload", "{'code': 61}"},
    {"$message.header.retry-after", "'30'"},
    {"", NULL},
    {"inputs.x", NULL},
    {"$", NULL},
    {"$inputs", NULL},
    {"$inputs.", NULL},
    {"$inputs.x y", NULL},
    {"$inputs.site#postcode", NULL},
    {"$inputs.site#/a~2b", NULL},
    {"$inputs.list[x]", NULL},
    {"$inputs.list[1", NULL},
    {"$inputs.list[]", NULL},
    {"$inputs.site..x", NULL},
    {"$steps.create", NULL},
    {"$steps.create.inputs.x", NULL},
    {"$steps.create.outputs.", NULL},
    {"$statusCodes", NULL},
    {"$response.header.", NULL},
    {"$response.bodyx", NULL},
    {"$response.query.x", NULL},
    {"$workflows.x.outputs.y", NULL},
    {"$sourceDescriptions.bt.url", NULL},
    {"$components.x", NULL},
    {"$self", NULL},
    {"$each", NULL}, /* only inside an x-each */
    {"$position", NULL},
    {"$site.name", NULL},
    {"$inputs.number}", NULL},
};

static void values(void)
{
    CLEANUP(tree_release) struct json_object *tree = given_tree(world);
    struct scope scope = given_scope(tree);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct template *template = NULL;
        struct fault why = {.text = ""};
        bool parsed =
            template_parse(*cases[i].text == '$' ? cases[i].text : "$", &given_no_names, &template, &why);
        if (parsed != (cases[i].want != NULL)) {
            printf("\n  %s: parsed %d %s", cases[i].text, parsed, why.text);
            CU_FAIL("case above");
        }
        CU_ASSERT(parsed || (why.kind == FAULT_INPUT && *why.text != '\0'));
        CLEANUP(tree_release) struct json_object *value = parsed ? template_value(template, &scope) : NULL;
        if (parsed && cases[i].want != NULL)
            given_same_tree(cases[i].text, value, cases[i].want);
        template_free(template);
    }
}

static void not_there(void)
{
    struct scope nothing = {0};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct template *template = NULL;
        struct fault why;
        if (cases[i].want == NULL || !template_parse(cases[i].text, &given_no_names, &template, &why))
            continue;
        CU_ASSERT_PTR_NULL(template_value(template, &nothing));
        template_free(template);
    }
}

/* In a condition an expression ends where an operator or white space begins. */
static const struct {
    const char *text, *rest;
} ends[] = {
    {"$inputs.a==1", "==1"},
    {"$inputs.a#/b/c >= 2", " >= 2"},
    {"$inputs.a#/b)", ")"},
    {"$inputs.a#/b&&true", "&&true"},
    {"$inputs.a#/b\n== 1", "\n== 1"},
    {"$statusCode<300", "<300"},
    {"$inputs.a#/b-c_d.e", ""},
    {"$inputs.a!= null", "!= null"},
    {"$response.header.A-b.c == 1", " == 1"},
};

static void in_conditions(void)
{
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct expression *expression = NULL;
        const char *end = "";
        struct fault why;
        CU_ASSERT(expression_parse(ends[i].text, true, &given_no_names, &expression, &end, &why));
        given_same(ends[i].text, end, ends[i].rest);
        expression_free(expression);
    }
}

static void inside_each(void)
{
    CLEANUP(tree_release)
    struct json_object *site = given_tree("{'name': 'S'}"), *user = given_tree("{'name': 'U'}");
    struct naming naming = {.each = &(const struct each_naming){.name = "site"}};
    struct each outer = {"site", site, 2, NULL}, inner = {NULL, user, 3, &outer};
    struct scope scope = {.each = &inner};
    static const struct {
        const char *text, *want;
    } items[] = {{"$each.name", "'U'"},      {"$site.name", "'S'"},
                 {"$each", "{'name': 'U'}"}, {"{$position}", "'2.3'"},
                 {"S{$position}", "'S2.3'"}, {"$site#/name", "'S'"},
                 {"$each.absent", "null"},   {"{$site.name}-{$each.name}", "'S-U'"}};

    for (size_t i = 0; i < COUNT_OF(items); i++) {
        struct template *template = NULL;
        struct fault why = {.text = ""};
        CU_ASSERT_FATAL(template_parse(items[i].text, &naming, &template, &why));
        CLEANUP(tree_release) struct json_object *value = template_value(template, &scope);
        given_same_tree(items[i].text, value, items[i].want);
        template_free(template);
    }
    struct template *template = NULL;
    struct fault why;
    CU_ASSERT_FALSE(template_parse("$user.name", &naming, &template, &why));
}

CU_TestInfo test_expression[] = {{"values", values},
                                 {"what is not there is null", not_there},
                                 {"in conditions", in_conditions},
                                 {"inside x-each", inside_each},
                                 CU_TEST_INFO_NULL};
