/* What error replies say, in the shapes that occur. */
#include "said.h"

#include "../codec/given.h"

static const struct {
    const char *body, *code, *words;
} cases[] = {
    {"{'code': '05'}", "05", ""},
    {"{'code': 5}", "5", ""},
    {"{'code': 1.5}", "", ""},
    {"{'code': null}", "", ""},
    {"{}", "", ""},
    {"[]", "", ""},
    {"'x'", "", ""},
    {"null", "", ""},
    {"{'code': {}}", "", ""},
    {"{'code': -1}", "-1", ""},
    {"{'code': '28', 'reason': 'Invalid value', 'message': 'The value is wrong'}", "28",
     ": Invalid value: The value is wrong"},
    {"{'code': '28', 'reason': 'Invalid value', 'message': 'Invalid value'}", "28", ": Invalid value"},
    {"{'fault': {'faultstring': 'Gateway fault'}}", "", ": Gateway fault"},
    {"{'type': 'about:blank', 'title': 'Forbidden', 'detail': 'Not this site', 'status': 422}", "",
     ": Forbidden: Not this site"},
    {"{'error': 'invalid_scope', 'error_description': 'No such scope'}", "",
     ": invalid_scope: No such scope"},
    {"{'errors': [{'code': 'E1', 'message': 'first'}, {'message': 'second'}]}", "E1", ": first"},
    {"{'title': 'Bad', 'errors': [{'detail': 'first'}]}", "", ": Bad: first"},
    {"{'errors': ['first', 'second']}", "", ": first"},
    {"{'errors': {}}", "", ""},
    {"[{'code': '60', 'reason': 'Not found'}, {'reason': 'second'}]", "60", ": Not found"},
    {"[null]", "", ""},
};

static void bodies(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(tree_release) struct json_object *body = given_tree(cases[i].body);
        CLEANUP(buffer_release) struct buffer words = {0};
        char code[BT_CODE_SIZE];
        buffer_init(&words, 400);
        said_code(body, code);
        said_words(body, &words);
        given_same(cases[i].body, code, cases[i].code);
        given_same(cases[i].body, buffer_text(&words), cases[i].words);
    }
}

/* 149 letters and one of two bytes: it goes as a whole. */
static void between_characters(void)
{
    CLEANUP(tree_release) struct json_object *body = json_object_new_object();
    CLEANUP(buffer_release) struct buffer words = {0};
    char text[153];

    memset(text, 'a', 149);
    memcpy(text + 149, "\xc3\xa9", 3);
    json_object_object_add(body, "message", json_object_new_string(text));
    buffer_init(&words, 400);
    said_words(body, &words);
    CU_ASSERT_EQUAL(words.length, 2 + 149);
}

static const struct {
    const char *page, *title;
} pages[] = {
    {"<html><head><title>403 Forbidden</title></head></html>", "403 Forbidden"},
    {"<TITLE lang=en>\n  Web   filter\t</TITLE>", "Web filter"},
    {"<title>never closed", "never closed"},
    {"<title", ""},
    {"no page", ""},
    {"", ""},
    {"<title></title>", ""},
    {"<title>\xff\x1b[1m</title>", "? [1m"},
};

static void titles(void)
{
    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        char title[20];
        said_title(pages[i].page, strlen(pages[i].page), title, sizeof title);
        given_same(pages[i].page, title, pages[i].title);
    }
}

CU_TestInfo test_said[] = {
    {"bodies", bodies}, {"between characters", between_characters}, {"titles", titles}, CU_TEST_INFO_NULL};
