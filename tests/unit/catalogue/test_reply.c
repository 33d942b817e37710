/* Bodies of replies against what the description promises. */
#include "reply.h"

#include "given_scope.h"

static struct operation_reply promises[] = {{200, REPLY_OBJECT, false},
                                            {201, REPLY_LIST, false},
                                            {202, REPLY_OBJECT, false},
                                            {203, REPLY_JSON, false},
                                            {400, REPLY_OBJECT, false}};
static const struct operation operation = {
    .id = NULL, .replies = promises, .reply_count = COUNT_OF(promises)};

static const struct {
    const char *name;
    int status;
    const char *text, *want, *unreadable;
} cases[] = {
    {"object", 200, "{'a': 1}", "{'a': 1}", ""},
    {"list where an object is due", 200, "[1]", "[1]", "type"},
    {"text where an object is due", 200, "'x'", "'x'", "type"},
    {"null where an object is due", 200, "null", "null", "type"},
    {"HTML", 200, "<html>", "null", "json"},
    {"half a body", 200, "{'a': ", "null", "json"},
    {"two values", 200, "{} {}", "null", "json"},
    {"empty success", 200, "", "null", "json"},
    {"only blanks", 200, "  ", "null", "json"},
    {"list", 201, "[1]", "[1]", ""},
    {"one object is a list of one", 201, "{'a': 1}", "[{'a': 1}]", ""},
    {"text where a list is due", 201, "'x'", "'x'", "type"},
    {"empty 202", 202, "", "null", ""},
    {"empty 204", 204, "", "null", ""},
    {"any JSON", 203, "5", "5", ""},
    {"no JSON where any is due", 203, "x", "null", "json"},
    {"error of another type", 400, "[]", "[]", "type"},
    {"error that is HTML", 400, "<html>", "null", "json"},
    {"empty error", 400, "", "null", ""},
    {"nothing promised, JSON", 500, "{'code': '05'}", "{'code': '05'}", ""},
    {"nothing promised, HTML", 502, "<html>", "null", ""},
    {"nothing promised, HTML, success", 299, "<html>", "null", ""},
    {"as many values as there may be", 200, "{'a': [1, 2, 3, 4, 5, 6]}", "{'a': [1, 2, 3, 4, 5, 6]}", ""},
    {"too many values", 200, "{'a': [1, 2, 3, 4, 5, 6, 7]}", "null", "size"},
    {"a member twice", 200, "{'a': {'b': 1, 'c': 2, 'b': null}}", "null", "twice"},
    {"a member twice, in other words", 200, "[{'a': 1}, {'a': 1, '\\u0061': 2}]", "null", "twice"},
    {"a member twice, nothing promised", 299, "{'a': 1, 'a': 1}", "null", "twice"},
    {"a name in two objects", 200, "{'a': {'a': 1}}", "{'a': {'a': 1}}", ""},
    {"too many values, nothing promised", 299, "[1, 2, 3, 4, 5, 6, 7, 8]", "null", "size"},
};

static void bodies(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(memory_release) char *text = memory_text(cases[i].text);
        const char *unreadable = NULL;
        for (char *at = text; *at != '\0'; at++)
            *at = *at == '\'' ? '"' : *at;
        CLEANUP(tree_release)
        struct json_object *body =
            reply_read(&operation, cases[i].status, text, strlen(text), 8, &unreadable);
        given_same_tree(cases[i].name, body, cases[i].want);
        given_same(cases[i].name, unreadable, cases[i].unreadable);
    }
}

CU_TestInfo test_reply[] = {{"bodies", bodies}, CU_TEST_INFO_NULL};
