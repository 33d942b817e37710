/* Where a mistake stands: file and JSON pointer. */
#include "given_scope.h"

static void pointers(void)
{
    struct problems problems = {0};
    struct json_cursor cursor;

    json_cursor_init(&cursor, "f.json", &problems);
    json_cursor_problem(&cursor, "", "whole");
    size_t one = json_cursor_enter(&cursor, "a/b~c"), two = json_cursor_enter_item(&cursor, 12);
    json_cursor_problem(&cursor, "do %d", "bad %d", 7);
    json_cursor_leave(&cursor, two);
    json_cursor_leave(&cursor, one);
    json_cursor_problem(&cursor, "", "whole again");
    given_same("root", problems.list[0].where, "f.json#");
    given_same("inside", problems.list[1].where, "f.json#/a~1b~0c/12");
    given_same("what", problems.list[1].what, "bad 7");
    given_same("a remedy is no format", problems.list[1].remedy, "do %d");
    given_same("out again", problems.list[2].where, "f.json#");
    json_cursor_release(&cursor);
    problems_release(&problems);
}

static void members(void)
{
    CLEANUP(tree_release)
    struct json_object *tree = given_tree("{'t': 'x', 'n': 1, 'x-own': 1, 'l': [1], 'other': 2}");
    struct problems problems = {0};
    struct json_cursor cursor;

    json_cursor_init(&cursor, "f", &problems);
    given_same("text", json_cursor_text(&cursor, tree, "t"), "x");
    CU_ASSERT_EQUAL(json_cursor_length(&cursor, tree_member(tree, "l")), 1);
    CU_ASSERT_EQUAL(json_cursor_length(&cursor, NULL), 0);
    CU_ASSERT_EQUAL(problems.count, 0);
    CU_ASSERT_PTR_NULL(json_cursor_text(&cursor, tree, "n"));
    CU_ASSERT_PTR_NULL(json_cursor_text(&cursor, tree, "absent"));
    CU_ASSERT_EQUAL(json_cursor_length(&cursor, tree), 0);
    CU_ASSERT_EQUAL(problems.count, 3);
    json_cursor_known_members(&cursor, tree, (const char *const[]){"t", "n", "l", NULL});
    CU_ASSERT_EQUAL(problems.count, 4);
    given_problem("unknown", &problems, "f#", "'other' is not known here");
    json_cursor_release(&cursor);
    problems_release(&problems);
}

CU_TestInfo test_json_cursor[] = {{"pointers", pointers}, {"members", members}, CU_TEST_INFO_NULL};
