/* Criterion Objects: the three kinds, embedded values, refusals by name. */
#include "criterion.h"

#include "given_scope.h"

static const struct {
    const char *criterion;
    bool want;
} cases[] = {
    {"{'condition': '1 == 1'}", true},
    {"{'condition': '1 == 2', 'type': 'simple'}", false},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': 'a.c'}", true},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': '^abc$'}", false},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': '\\\\d\\\\d$'}", true},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': '[\\\\d]{2}'}", true},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': '^\\\\D+\\\\s\\\\w'}", true},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': 'ABC'}", false},
    {"{'context': '$response.body#/n', 'type': 'regex', 'condition': '^42$'}", true},
    {"{'context': '$response.body#/absent', 'type': 'regex', 'condition': '.*'}", false},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': '^abc {$inputs.x} 12$'}", true},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': '^{$inputs.x}'}",
     false}, /* its dot is a dot */
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': 'a{$inputs.none}'}", false},
    {"{'context': '$response.body', 'type': 'jsonpath', 'condition': '$.items[0]'}", true},
    {"{'context': '$response.body', 'type': 'jsonpath', 'condition': '$.items[2]'}", false},
    {"{'context': '$response.body#/items', 'type': 'jsonpath', 'condition': '$[?@.ok == false]'}", true},
    {"{'context': '$response.body#/absent', 'type': 'jsonpath', 'condition': '$'}", false},
    {"{'context': '$response.body', 'type': {'type': 'jsonpath', 'version': 'rfc9535'}, 'condition': '$.t'}",
     true},
    {"{'context': '$response.body#/items', 'type': 'jsonpath', 'condition': '$[?@.id == `{$inputs.x}`]'}",
     true},
    {"{'context': '$response.body#/items', 'type': 'jsonpath', 'condition': '$[?@.id == `{$inputs.path}`]'}",
     false},
    {"{'context': '$response.body#/items', 'type': 'jsonpath', 'condition': '$[?@.id == `{$inputs.quote}`]'}",
     false},
    {"{'context': '$response.body#/quotes', 'type': 'jsonpath', 'condition': '$[?@ == `{$inputs.quote}`]'}",
     true},
    {"{'context': '$response.body#/quotes', 'type': 'jsonpath', 'condition': '$[?@ == {$inputs.quote}]'}",
     false},
    {"{'context': '$inputs.quote', 'type': 'regex', 'condition': '^{$inputs.quote}$'}", true},
    {"{'context': '$inputs.quote', 'type': 'regex', 'condition': '^{$inputs.quote}+$'}", true},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': '^[^7]{{$inputs.n}} 12$'}", true},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': '[a-z .]{{$inputs.n},}'}", true},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': '[a-z .]{1,{$inputs.x}}'}", false},
    {"{'context': '$response.body', 'type': 'jsonpath', 'condition': '$[?@ > {$inputs.n}]'}", true},
    {"{'context': '$response.body#/items', 'type': 'jsonpath', 'condition': '$[*]', 'x-count': 2}", true},
    {"{'context': '$response.body#/items', 'type': 'jsonpath', 'condition': '$[*]', 'x-count': 0}", false},
    {"{'context': '$response.body#/items', 'type': 'jsonpath', 'condition': '$[5]', 'x-count': 0}", true},
    {"{'context': '$response.body#/none', 'type': 'jsonpath', 'condition': '$[*]', 'x-count': 0}", false},
    {"{'context': '$response.body#/items', 'type': 'jsonpath', 'condition': '$[*]', 'x-count': '$inputs.two'}",
     true},
    {"{'context': '$response.body#/items', 'type': 'jsonpath', 'condition': '$[5]', 'x-count': '$inputs.none'}",
     false},
    {"{'context': '$response.body#/items', 'type': 'jsonpath', 'condition': '$[?@.id == `{$each}`]',"
     " 'x-each': '$inputs.ids'}",
     true},
    {"{'context': '$response.body#/items', 'type': 'jsonpath', 'condition': '$[?@.id == `{$each}`]',"
     " 'x-each': '$inputs.more'}",
     false},
    {"{'condition': '$each != null && $position <= 3', 'x-each': '$inputs.more'}", true},
    {"{'condition': '1 == 1', 'x-each': '$inputs.nobody'}", false}, /* not of an empty list */
    {"{'condition': '1 == 1', 'x-each': '$inputs.none'}", false},
    {"{'context': '$response.body#/held', 'type': 'jsonpath', 'condition': '$[?@.number == `01632960000`]',"
     " 'x-uk-numbers': ['number'], 'x-count': 2}",
     true},
    {"{'context': '$response.body#/held', 'type': 'jsonpath', 'condition': '$[?@.number]', 'x-uk-numbers': ['number'],"
     " 'x-count': 2}",
     true},
    {"{'context': '$response.body#/held', 'type': 'jsonpath', 'condition': '$[?@.number == `01632960000`]'}",
     false},
};

static void hold(const char *text, bool want, const struct scope *scope)
{
    CLEANUP(memory_release) char *written = memory_text(text);
    struct problems problems = {0};
    struct criteria criteria = {0};
    struct json_cursor cursor;

    for (char *at = written; *at != '\0'; at++)
        if (*at == '`')
            *at = '~'; /* stands for a quote inside the JSON text */
    CLEANUP(tree_release) struct json_object *tree = given_tree(written);
    const char *condition = tree_text_of(tree, "condition");
    CLEANUP(memory_release) char *quoted = memory_text(condition);
    for (char *at = quoted; *at != '\0'; at++)
        if (*at == '~')
            *at = '\'';
    json_object_object_add(tree, "condition", json_object_new_string(quoted));
    json_cursor_init(&cursor, "f", &problems);
    criteria_add(tree, &cursor, &given_no_names, &criteria);
    given_no_problem(text, &problems);
    if (problems.count == 0 && criteria_hold(&criteria, scope) != want) {
        printf("\n  %s: want %d", text, want);
        CU_FAIL("case above");
    }
    criteria_release(&criteria);
    json_cursor_release(&cursor);
    problems_release(&problems);
}

static void kinds(void)
{
    CLEANUP(tree_release)
    struct json_object *tree = given_tree(
        "{'inputs': {'x': 'a.c', 'none': null, 'n': 7, 'path': 'A', 'two': '2', 'ids': ['a.c', 'b'], 'more': ['b', 'c'],"
        " 'nobody': []}, 'body': {'t': 'abc a.c 12', 'n': 42, 'held': [{'number': 1632960000},"
        " {'number': '+441632960000'}, {'number': 'later'}, null], 'items': [{'id': 'a.c', "
        "'ok': true}, {'id': 'b', 'ok': false}]}}");

    json_object_object_add(tree_member(tree, "inputs"), "quote", json_object_new_string("x' || 'b' == 'b"));
    json_object_object_add(tree_member(tree, "body"), "quotes", json_object_new_array());
    json_object_array_add(tree_at(tree, "/body/quotes"), json_object_get(tree_at(tree, "/inputs/quote")));
    struct scope scope = given_scope(tree);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        hold(cases[i].criterion, cases[i].want, &scope);
}

/* With "~" for a backslash inside a JSON text, "`" for a single quote in a condition, and the context as it stands. */
static const struct {
    const char *type, *context, *condition;
    int want; /* -1: refused at start */
} exact[] = {
    {"regex", "'ABC-1'", "^[~w-]+$", 1},
    {"regex", "'abc.def'", "^[~w.]+$", 1},
    {"regex", "'w~~.'", "^[~w.]+$", 0},
    {"regex", "' '", "^[~s]$", 1},
    {"regex", "'x'", "^[~D]$", 1},
    {"regex", "'line1~nline2'", "^[~s~S]+$", 1},
    {"regex", "'a~nb'", "a~nb", 1},
    {"regex", "'\u00e9'", "^.$", 1},
    {"regex", "'\U0001f600'", "^.$", 1},
    {"regex", "'\u00e9'", "^~w$", 0},
    {"regex", "'abc1'", "^[[:alpha:]~d]+$", 1},
    {"regex", "'ok'", "^(?:ok|ready)$", 1},
    {"regex", "'ok~n'", "^ok$", 0},
    {"regex", "'a~nb'", "^a.b$", 0},
    {"regex", "'a~u0000b'", "^a~x00b$", 1},
    {"regex", "'aXb'", "(?i)x", 1},
    {"regex", "'ab'", "a(?!b)", 0},
    {"regex", "'x'", "~C", -1},
    {"regex", "'x'", "~u0041", -1},
    {"jsonpath", "{'items': [{'codes': ['A', 'B']}]}", "$.items[?@.codes[*] == `A`]", -1},
    {"jsonpath", "{'items': [{'codes': ['A', 'B']}]}", "$.items[?@.codes[?@ == `A`]]", 1},
    {"jsonpath", "{'items': [{'n': 1}]}", "$.items[?!@.n == 1]", -1},
    {"jsonpath", "{'items': [{'n': 1}]}", "$.items[?!(@.n == 1)]", 0},
    {"jsonpath", "{'a~nb': 1}", "$[`a~nb`]", 1},
    {"jsonpath", "{'\u00e9': 1}", "$[`~u00e9`]", 1},
    {"jsonpath", "{'\U0001f600': 1}", "$[`~ud83D~uDe00`]", 1},
    {"jsonpath", "[1, 2]", "$[01]", -1},
    {"jsonpath", "{'id': 9007199254740992}", "$[?@ == 9007199254740993]", 0},
    {"jsonpath", "{'id': 9007199254740993}", "$[?@ > 9007199254740992]", 1},
    {"simple", "{'id': 9007199254740992}", "$response.body#/id == `9007199254740993`", 0},
    {"simple", "{'id': 9007199254740992}", "$response.body#/id == 9007199254740993", 0},
    {"simple", "{'id': 9007199254740993}", "$response.body#/id > 9007199254740992", 1},
    {"simple", "{'a': 123456789012345678}", "$response.body#/a == 123456789012345679", 0},
    {"simple", "{'a': [123456789012345678]}", "$response.body#/a == $response.body#/a", 1},
    {"simple", "{'a': 18446744073709551615}", "$response.body#/a == `18446744073709551615`", 1},
    {"simple", "{'a': 18446744073709551615}", "$response.body#/a == 9223372036854775807", 0},
    {"simple", "{'a': 3}", "$response.body#/a == `3`", 1},
    {"simple", "{'a': 3.0}", "$response.body#/a == `3`", 1},
    {"simple", "{'a': '1e3'}", "$response.body#/a == 1000", 0},
    {"simple", "{'a': 1000}", "$response.body#/a == `1e3`", 0},
    {"simple", "{'a': 1e3}", "$response.body#/a == 1000", 1},
    {"simple", "{'a': 1000}", "$response.body#/a == 1e3", 1},
    {"simple", "{'a': '+5'}", "$response.body#/a == 5", 0},
    {"simple", "{'a': 5}", "$response.body#/a == 05", -1},
    {"simple", "{'a': 5}", "$response.body#/a == 5.", -1},
};

static struct json_object *given_backslashes(char *text)
{
    for (char *at = text; *at != '\0'; at++)
        if (*at == '~')
            *at = '\\';
    CLEANUP(memory_release) char *doubled = memory_new(strlen(text) * 2 + 1, 1);
    for (char *from = text, *to = doubled; *from != '\0'; from++) {
        *to++ = *from;
        if (*from == '\\')
            *to++ = *from;
    }
    return given_tree(doubled);
}

static void exactly(void)
{
    for (size_t i = 0; i < COUNT_OF(exact); i++) {
        CLEANUP(tree_release) struct json_object *tree = json_object_new_object(), *body = NULL;
        CLEANUP(memory_release) char *context = memory_text(exact[i].context);
        CLEANUP(memory_release) char *condition = memory_text(exact[i].condition);
        struct problems problems = {0};
        struct criteria criteria = {0};
        struct json_cursor cursor;
        for (char *at = context; *at != '\0'; at++)
            *at = *at == '~' ? '\\' : *at;
        for (char *at = condition; *at != '\0'; at++)
            *at = *at == '~' ? '\\' : *at == '`' ? '\'' : *at;
        body = given_tree(context);
        json_object_object_add(tree, "type", json_object_new_string(exact[i].type));
        json_object_object_add(tree, "context", json_object_new_string("$response.body"));
        json_object_object_add(tree, "condition", json_object_new_string(condition));
        json_cursor_init(&cursor, "f", &problems);
        criteria_add(tree, &cursor, &given_no_names, &criteria);
        int got = problems.count > 0 ? -1 : criteria_hold(&criteria, &(struct scope){.body = body});
        if (got != exact[i].want) {
            printf("\n  %s %s of %s: %d", exact[i].type, exact[i].condition, exact[i].context, got);
            CU_FAIL("case above");
        }
        criteria_release(&criteria);
        json_cursor_release(&cursor);
        problems_release(&problems);
    }
}

static const struct {
    const char *criteria, *where, *what;
} refused[] = {
    {"{}", "f#", "criteria are a list"},
    {"[{}]", "f#/0", "'condition' is missing"},
    {"[{'condition': 5}]", "f#/0", "'condition' is missing"},
    {"[{'condition': '1 =='}]", "f#/0", "expected a runtime expression"},
    {"[{'condition': '1 == 1'}, {'condition': 'x', 'type': 'xpath', 'context': '$response.body'}]", "f#/1",
     "type 'xpath'"},
    {"[{'condition': 'x', 'type': 'regex'}]", "f#/0", "needs a context"},
    {"[{'condition': '(', 'type': 'regex', 'context': '$response.body'}]", "f#/0", "does not compile"},
    {"[{'condition': '(a+)+$', 'type': 'regex', 'context': '$response.body'}]", "f#/0", "takes too long"},
    {"[{'condition': '[{$inputs.x}]', 'type': 'regex', 'context': '$response.body'}]", "f#/0",
     "inside [...]"},
    {"[{'condition': '~Q{$inputs.x}~E', 'type': 'regex', 'context': '$response.body'}]", "f#/0",
     "inside [...]"},
    {"[{'condition': 'a~{$inputs.x}', 'type': 'regex', 'context': '$response.body'}]", "f#/0", "compile"},
    {"[{'condition': '(?{$inputs.x})', 'type': 'regex', 'context': '$response.body'}]", "f#/0", "compile"},
    {"[{'condition': '$.{$inputs.x}', 'type': 'jsonpath', 'context': '$response.body'}]", "f#/0",
     "name is missing"},
    {"[{'condition': '{$inputs.x}(', 'type': 'regex', 'context': '$response.body'}]", "f#/0",
     "does not compile"},
    {"[{'condition': '$..x', 'type': 'jsonpath', 'context': '$response.body'}]", "f#/0", "descendants"},
    {"[{'condition': '$[?@.x == {$inputs.x}', 'type': 'jsonpath', 'context': '$response.body'}]", "f#/0",
     "']'"},
    {"[{'condition': '$[?@.x == {$nothing}]', 'type': 'jsonpath', 'context': '$response.body'}]", "f#/0",
     "$nothing"},
    {"[{'condition': '$', 'type': 'jsonpath', 'context': '$response.body x'}]", "f#/0", "more than one"},
    {"[{'condition': '1 == 1', 'x-count': 1}]", "f#/0", "of type jsonpath"},
    {"[{'condition': '$', 'type': 'jsonpath', 'context': '$response.body', 'x-count': null}]", "f#/0",
     "x-count is"},
    {"[{'condition': '$', 'type': 'jsonpath', 'context': '$response.body', 'x-uk-numbers': 'number'}]",
     "f#/0", "a list of member names"},
    {"[{'condition': '1 == 1', 'x-each': [1]}]", "f#/0", "x-each is an expression"},
    {"[{'condition': '$each == 1'}]", "f#/0", "$each"},
    {"[{'condition': '1 == 1', 'extra': 1}]", "f#/0", "'extra'"},
};

static void refusals(void)
{
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        CLEANUP(memory_release) char *text = memory_text(refused[i].criteria);
        CLEANUP(tree_release) struct json_object *tree = given_backslashes(text);
        struct problems problems = {0};
        struct criteria criteria;
        struct json_cursor cursor;
        json_cursor_init(&cursor, "f", &problems);
        criteria_read(tree, &cursor, &given_no_names, &criteria);
        given_problem(refused[i].criteria, &problems, refused[i].where, refused[i].what);
        criteria_release(&criteria);
        json_cursor_release(&cursor);
        problems_release(&problems);
    }
}

static void lists(void)
{
    CLEANUP(tree_release)
    struct json_object *both = given_tree("[{'condition': '1 == 1'}, {'condition': '1 == 2'}]");
    struct problems problems = {0};
    struct criteria criteria;
    struct scope scope = {0};
    struct json_cursor cursor;

    json_cursor_init(&cursor, "f", &problems);
    criteria_read(NULL, &cursor, &given_no_names, &criteria);
    CU_ASSERT(criteria_hold(&criteria, &scope)); /* none: it holds */
    criteria_release(&criteria);
    criteria_read(both, &cursor, &given_no_names, &criteria);
    CU_ASSERT_FALSE(criteria_hold(&criteria, &scope)); /* all must hold */
    criteria_release(&criteria);
    json_cursor_release(&cursor);
    problems_release(&problems);
}

/* A hundred numbers in a list of BT without any of them: proven for a page, not for all that a reply can be. */
static void long_lists_for_each(void)
{
    static const size_t lengths[] = {1000, 33000};
    CLEANUP(tree_release)
    struct json_object *criterion =
        given_tree("[{'context': '$response.body', 'type': 'jsonpath', 'condition': '$[?@.n == {$each}]',"
                   " 'x-each': '$inputs.ids', 'x-count': 0}]");
    struct problems problems = {0};
    struct criteria criteria;
    struct json_cursor cursor;

    json_cursor_init(&cursor, "f", &problems);
    criteria_read(criterion, &cursor, &given_no_names, &criteria);
    given_no_problem("x-each", &problems);
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        CLEANUP(tree_release) struct json_object *tree = given_tree("{'inputs': {'ids': []}, 'body': []}");
        for (int id = 0; id < 100; id++)
            json_object_array_add(tree_at(tree, "/inputs/ids"), json_object_new_int(id));
        for (size_t n = 0; n < lengths[i]; n++)
            json_object_array_add(tree_member(tree, "body"), given_tree("{'n': 'x'}"));
        struct scope scope = given_scope(tree);
        CU_ASSERT_EQUAL(criteria_hold(&criteria, &scope), i == 0);
    }
    criteria_release(&criteria);
    json_cursor_release(&cursor);
    problems_release(&problems);
}

CU_TestInfo test_criterion[] = {{"long lists for each", long_lists_for_each},
                                {"kinds", kinds},
                                {"exactly", exactly},
                                {"refusals", refusals},
                                {"lists", lists},
                                CU_TEST_INFO_NULL};
