/* Objects built member by member say what they were given. */
#include "tree_build.h"

#include "given.h"

static void members(void)
{
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();
    CLEANUP(buffer_release) struct buffer text = {0};

    tree_add_text(tree, "text", "a");
    tree_add_text(tree, "none", NULL);
    tree_add_integer(tree, "integer", INT64_MIN);
    tree_add_number(tree, "number", 0.5);
    tree_add_boolean(tree, "boolean", true);
    tree_add_known(tree, "empty", "");
    tree_add_known(tree, "missing", NULL);
    tree_add_known(tree, "known", "b");
    tree_add(tree, "list", json_object_new_array());
    tree_add_text(tree, "text", "again");
    buffer_init(&text, 1000);
    tree_write(tree, &text);
    given_same("members", buffer_text(&text),
               "{\"text\":\"again\",\"none\":null,\"integer\":-9223372036854775808,\"number\":0.5,"
               "\"boolean\":true,\"known\":\"b\",\"list\":[]}");
}

CU_TestInfo test_tree_build[] = {{"members", members}, CU_TEST_INFO_NULL};
