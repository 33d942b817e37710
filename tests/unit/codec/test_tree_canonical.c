/* One spelling, whatever the order and the spaces of the file. */
#include "tree_canonical.h"

#include "given.h"

static void one_spelling(void)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"{'b': 1, 'a': {'d': [ ], 'c': null}}", "{'a':{'c':null,'d':[]},'b':1}"},
        {"{ 'a' : { 'c':null,'d':[]} ,'b':1}", "{'a':{'c':null,'d':[]},'b':1}"},
        {"['x', {'z': true, 'y': 'a/b'}, 2]", "['x',{'y':'a/b','z':true},2]"},
        {"{'': 1, 'B': 2, 'a': 3}", "{'':1,'B':2,'a':3}"},
        {"null", "null"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(tree_release) struct json_object *tree = given_tree(rows[i].text);
        CLEANUP(buffer_release) struct buffer got;
        char want[200];
        buffer_init(&got, 1000);
        tree_canonical(tree, &got);
        snprintf(want, sizeof want, "%s", rows[i].want);
        for (char *c = want; *c != '\0'; c++)
            *c = *c == '\'' ? '"' : *c;
        given_same(rows[i].text, buffer_text(&got), want);
    }
}

CU_TestInfo test_tree_canonical[] = {{"one spelling", one_spelling}, CU_TEST_INFO_NULL};
