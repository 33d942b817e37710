/* AsyncAPI descriptions: what may be received by, and what is refused. */
#include "asyncapi.h"

#include "given_catalogue.h"

static const struct {
    const char *name, *text, *what; /* what: of the one problem; null: none */
} cases[] = {
    {"good",
     "{'asyncapi':'3.0.0','channels':{'c':{}},'operations':{'in':{'action':'receive','channel':{'$ref':"
     "'#/channels/c'}},'out':{'action':'send','channel':{'$ref':'#/channels/c'}}}}",
     NULL},
    {"version", "{'asyncapi':'2.6.0','operations':{}}", "this is not an AsyncAPI 3.0 description"},
    {"no action",
     "{'asyncapi':'3.0.0','channels':{'c':{}},'operations':{'in':{'channel':{'$ref':'#/channels/c'}}}}",
     "operation 'in' has no action"},
    {"no such channel",
     "{'asyncapi':'3.0.0','operations':{'in':{'action':'receive','channel':{'$ref':'#/channels/c'}}}}",
     "operation 'in' has no channel of this file"},
};

static void descriptions(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(tree_release) struct json_object *tree = given_tree(cases[i].text);
        struct asyncapi asyncapi;
        struct problems problems = {0};
        struct json_cursor cursor;

        json_cursor_init(&cursor, "f", &problems);
        asyncapi_read(tree, &cursor, &asyncapi);
        bool right = cases[i].what == NULL
                         ? problems.count == 0
                         : problems.count == 1 && strcmp(problems.list[0].what, cases[i].what) == 0;
        if (!right) {
            printf("\n  %s: %zu problems, %s", cases[i].name, problems.count,
                   problems.count > 0 ? problems.list[0].what : "");
            CU_FAIL("case above");
        }
        if (i == 0) {
            CU_ASSERT(asyncapi_receives(&asyncapi, "in"));
            CU_ASSERT_FALSE(asyncapi_receives(&asyncapi, "out"));
        }
        asyncapi_release(&asyncapi);
        json_cursor_release(&cursor);
        problems_release(&problems);
    }
}

CU_TestInfo test_asyncapi[] = {{"descriptions", descriptions}, CU_TEST_INFO_NULL};
