/* The subset of JSONPath, and what of the rest is refused. */
#include "jsonpath.h"

#include "../codec/given.h"

static const char world[] =
    "{'a': [{'n': 1, 't': 'x'}, {'n': 2, 't': 'X', 'z': null}, {'n': '3'}], 'o': {'p': 5, 'q': {'p': 6}}, 'k l': 1,"
    " 's': 'it s', 'e': [], 'b': true}";

static const struct {
    const char *path, *want; /* null: refused */
} cases[] = {
    {"$", NULL}, /* filled below: the whole */
    {"$.b", "[true]"},
    {"$.absent", "[]"},
    {"$.a[0].n", "[1]"},
    {"$.a[-1].n", "['3']"},
    {"$.a[3]", "[]"},
    {"$.a[-4]", "[]"},
    {"$.a[*].n", "[1, 2, '3']"},
    {"$.a.*.n", "[1, 2, '3']"},
    {"$.o.*", "[5, {'p': 6}]"},
    {"$['k l']", "[1]"},
    {"$[\"k l\"]", "[1]"},
    {"$['o']['p']", "[5]"},
    {"$.o[0]", "[]"},
    {"$.a['n']", "[]"},
    {"$.b[*]", "[]"},
    {"$.a[?@.z]", "[{'n': 2, 't': 'X', 'z': null}]"}, /* there, though null */
    {"$.a[?(@.z)]", "[{'n': 2, 't': 'X', 'z': null}]"},
    {"$.a[?!@.t]", "[{'n': '3'}]"},
    {"$.a[?@.t == 'x']", "[{'n': 1, 't': 'x'}]"}, /* with case */
    {"$.a[?@.t != 'x'].n", "[2, '3']"},
    {"$.a[?@.n == 3]", "[]"}, /* text is not a number here */
    {"$.a[?@.n > 1].n", "[2]"},
    {"$.a[?@.n >= 1].n", "[1, 2]"},
    {"$.a[?@.n < 2].n", "[1]"},
    {"$.a[?@.n <= '3'].n", "['3']"},
    {"$.a[?@.t < 'a'].t", "['X']"},
    {"$.a[?@.n == 1 && @.t == 'x'].n", "[1]"},
    {"$.a[?@.n == 1 || @.n == 2].n", "[1, 2]"},
    {"$.a[?(@.n == 1 || @.n == 2) && @.t == 'X'].n", "[2]"},
    {"$.a[?!(@.n == 1)].n", "[2, '3']"},
    {"$.a[?@.z == null].n", "[2]"},        /* absent is not null: RFC 9535 */
    {"$.a[?@.x == @.y].n", "[1, 2, '3']"}, /* nothing equals nothing */
    {"$.o[?@.p == 6]", "[{'p': 6}]"},
    {"$[?@ == true]", "[true]"},
    {"$.a[? @.n == 1 ].n", "[1]"},
    {"$.a[?@.n == 1.0].n", "[1]"},
    {"$.a[?@.t == \"x\"].n", "[1]"},
    {"$.e[*]", "[]"},
    {"", NULL},
    {"a", NULL},
    {"$.", NULL},
    {"$..a", NULL},
    {"$.a[0:1]", NULL},
    {"$.a[0,1]", NULL},
    {"$.a[", NULL},
    {"$.a[]", NULL},
    {"$.a[x]", NULL},
    {"$.a['x]", NULL},
    {"$.a[?]", NULL},
    {"$.a[?@.n == ]", NULL},
    {"$.a[?@.n = 1]", NULL},
    {"$.a[?length(@.n) == 1]", NULL},
    {"$.a[?$.b]", NULL},
    {"$.a[?1]", NULL},
    {"$.a[?(@.n]", NULL},
    {" $", NULL}, /* RFC 9535: white space between the parts only */
    {"$ ", NULL},
    {"$.a ", NULL},
    {"$. a", NULL},
    {"$ .a [ 0 ] .n", "[1]"},
    {"$.a\v[0]", NULL},
    {"$.1", NULL},
    {"$.a[?@.1]", NULL},
    {"$['\\u006b\\u0020\\u006C']", "[1]"},
    {"$[\"k\\u0020l\"]", "[1]"},
    {"$['k\\/l']", "[]"},
    {"$['it\\'s']", "[]"},
    {"$[\"it\\'s\"]", NULL}, /* only the quote itself is escaped */
    {"$['it\\\"s']", NULL},
    {"$['a\\x']", NULL},
    {"$['a\\u00g0']", NULL},
    {"$['a\\u'0041']", NULL},
    {"$['a\\u\\n']", NULL},
    {"$['a\\u00']", NULL},
    {"$['\\ud800']", NULL},
    {"$['\\udc00']", NULL},
    {"$['\\ud800\\u0041']", NULL},
    {"$['\\u0000']", NULL},
    {"$['a\nb']", NULL},
    {"$.a[00]", NULL},
    {"$.a[-0]", NULL},
    {"$.a[+1]", NULL},
    {"$.a[1e0]", NULL},
    {"$.a[9007199254740991]", "[]"},
    {"$.a[9007199254740992]", NULL},
    {"$.a[-99999999999999999999]", NULL},
    {"$.a[?!@.n == 1]", NULL},
    {"$.a[?!!@.n]", NULL},
    {"$.a[?! @.t].n", "['3']"},
    {"$.a[?@.* == 1]", NULL},
    {"$[?@[*] == 1]", NULL},
    {"$[?1 == @[?@.n]]", NULL},
    {"$.a[?@.n == 1 == 1]", NULL},
    {"$.a[?@.n == 01]", NULL},
    {"$.a[?@.n == +1]", NULL},
    {"$.a[?@.n == 1.]", NULL},
    {"$.a[?@.n == .1]", NULL},
    {"$.a[?@.n == 1e]", NULL},
    {"$.a[?@.n == 10e-1].n", "[1]"},
    {"$.a[?@.n == -0]", "[]"},
    {"$.a[?@.n == nulls]", NULL},
    {"$.a[?@.n == True]", NULL},
    {"$.a[?true]", NULL},
    {"$.a[?@.n=='1'&&@.t]", "[]"},
    {"$.a[?null == @.z].n", "[2]"},
    {"$.a[?1 == 1].n", "[1, 2, '3']"},
    {"$.a[?@.n == nan]", NULL},
    {"$.a[?@.n == 0x1]", NULL},
    {"$.a b", NULL},
    {"$ extra", NULL},
};

static void nodes(void)
{
    CLEANUP(tree_release) struct json_object *tree = given_tree(world);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct jsonpath *path = NULL;
        struct fault why = {.text = ""};
        bool whole = strcmp(cases[i].path, "$") == 0, parsed = jsonpath_parse(cases[i].path, &path, &why);
        if (parsed != (whole || cases[i].want != NULL)) {
            printf("\n  %s: parsed %d %s", cases[i].path, parsed, why.text);
            CU_FAIL("case above");
        }
        if (!parsed) {
            CU_ASSERT(why.kind == FAULT_INPUT && *why.text != '\0');
            continue;
        }
        CLEANUP(tree_release) struct json_object *found = jsonpath_nodes(path, tree);
        given_same_tree(cases[i].path, whole ? json_object_array_get_idx(found, 0) : found,
                        whole ? world : cases[i].want);
        jsonpath_free(path);
        jsonpath_free(NULL);
    }
}

static void bounds(void)
{
    static const struct {
        const char *start, *part, *end;
    } long_ones[] = {{"$[?", "(", "@.a"}, {"$[?", "!(", "@.a]"}, {"$[?", "@.a&&", "@.a]"}, {"$", "[?@", "]"}};

    for (size_t i = 0; i < COUNT_OF(long_ones); i++) {
        CLEANUP(buffer_release) struct buffer text;
        struct jsonpath *path = NULL;
        struct fault why;
        buffer_init(&text, 1 << 20);
        buffer_add_text(&text, long_ones[i].start);
        for (unsigned count = 0; count < 50000; count++)
            buffer_add_text(&text, long_ones[i].part);
        buffer_add_text(&text, long_ones[i].end);
        CU_ASSERT_FALSE(jsonpath_parse(buffer_text(&text), &path, &why));
    }
}

static const struct {
    const char *path, *value, *want; /* null: the value cannot stand there */
} embedded[] = {
    {"$[?@ == '", "it's \"a\\b\"\n", "$[?@ == 'it\\u0027s \\u0022a\\u005cb\\u0022\\u000a"},
    {"$[?@ == \"", "x", "$[?@ == \"x"},
    {"$['a\\'", "'", "$['a\\'\\u0027"},
    {"$['a'][?@ == ", "-1.5e3", "$['a'][?@ == -1.5e3"},
    {"$[?@ == ", "true", "$[?@ == true"},
    {"$[?@ == ", "null", "$[?@ == null"},
    {"$[?@ == ", "'x'", NULL},
    {"$[?@ == ", "1 || @", NULL},
    {"$.", "name", NULL},
    {"$[?@ == ", "", NULL},
};

static void embeds(void)
{
    for (size_t i = 0; i < COUNT_OF(embedded); i++) {
        CLEANUP(buffer_release) struct buffer out;
        buffer_init(&out, 1000);
        buffer_add_text(&out, embedded[i].path);
        bool done = jsonpath_embed(embedded[i].value, strlen(embedded[i].value), &out);
        CU_ASSERT_EQUAL(done, embedded[i].want != NULL);
        if (done && embedded[i].want != NULL)
            given_same(embedded[i].path, buffer_text(&out), embedded[i].want);
    }
}

CU_TestInfo test_jsonpath[] = {{"nodes", nodes}, {"embeds", embeds}, {"bounds", bounds}, CU_TEST_INFO_NULL};
