/* Member names that occur twice in one object. */
#include "json_twice.h"

#include "given.h"

static const struct {
    const char *text, *pointer; /* null: none */
} cases[] = {
    {"5", NULL},
    {"\"a\"", NULL},
    {"{}", NULL},
    {"[]", NULL},
    {" { \"a\" : 1 , \"b\" : [ 1, {\"a\":2} ] } ", NULL},
    {"{\"a\":1,\"a\":1}", "/a"},
    {"\xef\xbb\xbf{\"a\":1,\"a\":1}", "/a"},
    {"{\"a\":1,\"b\":2,\"a\":3}", "/a"},
    {"{\"a\":{\"b\":[0,{\"c/d\":1,\"c/d\":2}]},\"a\":3}", "/a/b/1/c~1d"},
    {"[[{\"x\":{}},{\"x\":[],\"x\":null}]]", "/0/1/x"},
    {"{\"a\":\"x\\\"a\",\"b\":\"{\\\\\",\"c\":\"\"}", NULL},
    {"{\"a\\\"\":1,\"a\\u0022\":2}", "/a\""},
    {"{\"\\u0061b\":1,\"ab\":2}", "/ab"},
    {"{\"\":1,\"\":2}", "/"},
    {"{\"a\":1,\"A\":2}", NULL},
    {"{\"a\":-1.5e3,\"b\":true,\"c\":null,\"d\":false,\"b\":1}", "/b"},
};

static void names(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(tree_release) struct json_object *tree = NULL;
        CLEANUP(buffer_release) struct buffer pointer;
        struct fault why;
        buffer_init(&pointer, 1000);
        CU_ASSERT(tree_read(cases[i].text, strlen(cases[i].text), &tree, &why));
        bool twice = json_twice_name(cases[i].text, strlen(cases[i].text), &pointer);
        if (twice != (cases[i].pointer != NULL)) {
            printf("\n  %s: %d %s", cases[i].text, twice, buffer_text(&pointer));
            CU_FAIL("case above");
        } else if (cases[i].pointer != NULL) {
            given_same(cases[i].text, buffer_text(&pointer), cases[i].pointer);
        }
    }
}

/* Whatever the size, no algorithm is worse than n log n. */
static void many(void)
{
    CLEANUP(buffer_release) struct buffer text, pointer;

    buffer_init(&text, 1 << 22);
    buffer_init(&pointer, 1000);
    buffer_add_text(&text, "{");
    for (unsigned i = 0; i < 100000; i++)
        buffer_print(&text, "\"m%u\":%u,", i, i);
    buffer_add_text(&text, "\"m77777\":0}");
    CU_ASSERT(json_twice_name(buffer_text(&text), text.length, &pointer));
    given_same("the pointer", buffer_text(&pointer), "/m77777");
}

CU_TestInfo test_json_twice[] = {{"names", names}, {"many", many}, CU_TEST_INFO_NULL};
