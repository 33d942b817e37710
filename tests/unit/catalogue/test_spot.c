/* Where a mistake stands: file and JSON pointer. */
#include "given_scope.h"

static void pointers(void)
{
    struct problems problems = {0};
    struct spot spot;

    spot_init(&spot, "f.json", &problems);
    spot_problem(&spot, "", "whole");
    size_t one = spot_enter(&spot, "a/b~c"), two = spot_enter_item(&spot, 12);
    spot_problem(&spot, "do %d", "bad %d", 7);
    spot_leave(&spot, two);
    spot_leave(&spot, one);
    spot_problem(&spot, "", "whole again");
    given_same("root", problems.list[0].where, "f.json#");
    given_same("inside", problems.list[1].where, "f.json#/a~1b~0c/12");
    given_same("what", problems.list[1].what, "bad 7");
    given_same("a remedy is no format", problems.list[1].remedy, "do %d");
    given_same("out again", problems.list[2].where, "f.json#");
    spot_release(&spot);
    problems_release(&problems);
}

static void members(void)
{
    CLEANUP(tree_release)
    struct json_object *tree = given_tree("{'t': 'x', 'n': 1, 'x-own': 1, 'l': [1], 'other': 2}");
    struct problems problems = {0};
    struct spot spot;

    spot_init(&spot, "f", &problems);
    given_same("text", spot_text(&spot, tree, "t"), "x");
    CU_ASSERT_EQUAL(spot_length(&spot, tree_member(tree, "l")), 1);
    CU_ASSERT_EQUAL(spot_length(&spot, NULL), 0);
    CU_ASSERT_EQUAL(problems.count, 0);
    CU_ASSERT_PTR_NULL(spot_text(&spot, tree, "n"));
    CU_ASSERT_PTR_NULL(spot_text(&spot, tree, "absent"));
    CU_ASSERT_EQUAL(spot_length(&spot, tree), 0);
    CU_ASSERT_EQUAL(problems.count, 3);
    spot_known_members(&spot, tree, (const char *const[]){"t", "n", "l", NULL});
    CU_ASSERT_EQUAL(problems.count, 4);
    given_problem("unknown", &problems, "f#", "'other' is not known here");
    spot_release(&spot);
    problems_release(&problems);
}

CU_TestInfo test_spot[] = {{"pointers", pointers}, {"members", members}, CU_TEST_INFO_NULL};
