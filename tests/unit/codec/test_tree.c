/* JSON in and out: what is taken, what is refused and where, and characters beyond ASCII (json-c 0.18 refuses them in
   its strict mode by itself). */
#include "given.h"

static const struct {
    const char *text, *want; /* null: refused */
} cases[] = {
    {"null", "null"},
    {" true ", "true"},
    {"-5", "-5"},
    {"12", "12"},
    {"\"\\u00fc\"", "\"\xc3\xbc\""},
    {"\"\xc3\xbc\"", "\"\xc3\xbc\""},
    {"{\"\xc3\xbc\":[\"\xc3\xa9\",1]}", "{\"\xc3\xbc\":[\"\xc3\xa9\",1]}"},
    {"{\xc3\xbc: 1}", NULL},
    {"[\"\xc3\xbc\", 1\xc3\xbc]", NULL},
    {"\"\xc3\xbc", NULL},
    {"", NULL},
    {"{\"a\":1", NULL},
    {"{\"a\":1,}", NULL},
    {"[1] 2", NULL},
    {"[1] // no", NULL},
    {"NaN", NULL},
    {"{\"a\":[-Infinity]}", NULL},
    {"\"NaN\"", "\"NaN\""},
    {"1e999", NULL},
    {"-1E+999", NULL},
    {"1e-999", "1e-999"},
    {"9223372036854775807", "9223372036854775807"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"9223372036854775808", "\"9223372036854775808\""},
    {"-9223372036854775809", "\"-9223372036854775809\""},
    {"[18446744073709551615, 1, 18446744073709551616]",
     "[\"18446744073709551615\",1,\"18446744073709551616\"]"},
    {"{\"a\": 123456789012345678901234567890 }", "{\"a\":\"123456789012345678901234567890\"}"},
    {"1.10", "1.10"},
    {"[0.1e1, 1E5]", "[0.1e1,1E5]"},
    {"-01", NULL},
    {"00", NULL},
    {"1.", NULL},
    {"2.e3", NULL},
    {"-.123", NULL},
    {"+1", NULL},
    {"0x1", NULL},
    {"1e", NULL},
    {"-", NULL},
    {"{'a': 1}", NULL},
    {"['a']", NULL},
    {"\"a\tb\"", NULL},
    {"\"a\x7f\"", "\"a\x7f\""},
    {"\"\\x41\"", NULL},
    {"\"\\u00g0\"", NULL},
    {"\"\\u0000\"", "\"\\u0000\""},
    {"{\"a\\u0000b\": 1}", NULL},
    {"\xef\xbb\xbf{\"a\": 1}", "{\"a\":1}"},
    {"\xef\xbb\xbf", NULL},
    {"[\xef\xbb\xbf]", NULL},
    {"\v1", NULL},
    {"True", NULL},
    {"nul", NULL},
    {"{1: 2}", NULL},
    {"[1,,2]", NULL},
    {"[,1]", NULL},
    {"{\"a\" 1}", NULL},
    {"[1}", NULL},
    {"]", NULL},
    {"<html>", NULL},
};

static void texts(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(tree_release) struct json_object *tree = NULL;
        CLEANUP(buffer_release) struct buffer out = {0};
        struct fault why;

        buffer_init(&out, 1000);
        bool read = tree_read(cases[i].text, strlen(cases[i].text), &tree, &why);
        if (read)
            tree_write(tree, &out);
        if (read != (cases[i].want != NULL) || (read && strcmp(buffer_text(&out), cases[i].want) != 0)) {
            printf("\n  %s: %s", cases[i].text, read ? buffer_text(&out) : why.text);
            CU_FAIL("case above");
        }
        CU_ASSERT(read || why.kind == FAULT_INPUT);
    }
}

/* Line and column as a person counts; the content is not repeated. */
static void places(void)
{
    static const char text[] = "{\n  \"secret\": hush\n}";
    struct json_object *tree = NULL;
    struct fault why;

    CU_ASSERT_FALSE(tree_read(text, sizeof text - 1, &tree, &why));
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "line 2"));
    CU_ASSERT_PTR_NULL(strstr(why.text, "hush"));
}

static void depth(void)
{
    char text[2 * TREE_DEPTH_MAX + 10];
    struct json_object *tree = NULL;
    struct fault why;

    memset(text, '[', TREE_DEPTH_MAX);
    memset(text + TREE_DEPTH_MAX, ']', TREE_DEPTH_MAX);
    CU_ASSERT(tree_read(text, 2 * TREE_DEPTH_MAX, &tree, &why));
    json_object_put(tree);
    memset(text, '[', TREE_DEPTH_MAX + 5);
    memset(text + TREE_DEPTH_MAX + 5, ']', TREE_DEPTH_MAX + 5);
    CU_ASSERT_FALSE(tree_read(text, 2 * TREE_DEPTH_MAX + 10, &tree, &why));
}

static void pointers(void)
{
    CLEANUP(tree_release) struct json_object *tree = given_tree("{'a/b':{'~':[5]}}");
    CLEANUP(buffer_release) struct buffer pointer = {0};

    buffer_init(&pointer, 100);
    tree_pointer_add(&pointer, "a/b");
    tree_pointer_add(&pointer, "~");
    CU_ASSERT_STRING_EQUAL(buffer_text(&pointer), "/a~1b/~0");
    CU_ASSERT_EQUAL(json_object_get_int(tree_at(tree, "/a~1b/~0/0")), 5);
    CU_ASSERT_PTR_NULL(tree_at(tree, "/a~1b/~0/1"));
    CU_ASSERT_PTR_EQUAL(tree_at(tree, ""), tree);
}

/* R15: 3.9 MB of [{},{},...] took a second and a gigabyte; in quotes they are not values. */
static void very_many_values(void)
{
    struct json_object *tree = NULL;
    struct buffer text;
    struct fault why = {.text = ""};

    buffer_init(&text, 8 << 20);
    buffer_add_text(&text, "[{}");
    for (int i = 0; i < 1300000; i++)
        buffer_add_text(&text, ",{}");
    buffer_add_text(&text, "]");
    CU_ASSERT_FALSE(tree_read(buffer_text(&text), text.length, &tree, &why));
    given_same("many", why.text, "the JSON text has more than 400000 values");
    buffer_clear(&text);
    buffer_add_text(&text, "[\"\\\"");
    for (int i = 0; i < 500000; i++)
        buffer_add_text(&text, "{,");
    buffer_add_text(&text, "\"]");
    CU_ASSERT(tree_read(buffer_text(&text), text.length, &tree, &why));
    json_object_put(tree);
    buffer_release(&text);
}

/* Of the order of what json-c allocates; never less than the content. */
static void weight(void)
{
    static const struct {
        const char *text;
        size_t least, most;
    } weights[] = {{"null", 0, 0},
                   {"1", 40, 100},
                   {"'abcdefgh'", 48, 108},
                   {"[]", 200, 500},
                   {"{}", 600, 1000},
                   {"[1, 2, 3]", 400, 800},
                   {"{'a': null}", 600, 1100},
                   {"[{}, {}]", 1500, 2500},
                   {"{'a': {'b': 'c'}}", 1300, 2200}};

    for (size_t i = 0; i < COUNT_OF(weights); i++) {
        CLEANUP(tree_release) struct json_object *tree = given_tree(weights[i].text);
        size_t got = tree_weight(tree);
        if (got >= weights[i].least && got <= weights[i].most)
            continue;
        printf("\n  %s: %zu", weights[i].text, got);
        CU_FAIL("case above");
    }
}

CU_TestInfo test_tree[] = {{"weight", weight}, {"very many values", very_many_values},

                           {"texts", texts},   {"places", places},
                           {"depth", depth},   {"pointers", pointers},
                           CU_TEST_INFO_NULL};
