/* JSON without a tree: byte for byte what json-c writes. */
#include "json_write.h"

#include "given.h"
#include "memory.h"
#include "tree.h"

static void as_a_tree(const char *text, size_t length)
{
    CLEANUP(tree_release) struct json_object *tree = json_object_new_string_len(text, (int)length);
    CLEANUP(buffer_release) struct buffer got = {0}, want = {0};

    buffer_init(&got, 1000);
    buffer_init(&want, 1000);
    json_write_text(text, length, &got);
    tree_write(tree, &want);
    given_same("text", buffer_text(&got), buffer_text(&want));
}

static void texts(void)
{
    as_a_tree("", 0);
    as_a_tree("Example & S\xc3\xb8n <a/b> \"x\\y\"", 26);
    for (int i = 0; i < 256; i++)
        as_a_tree((const char[]){'a', (char)i, (char)i, 'b'}, 4);
}

CU_TestInfo test_json_write[] = {{"texts", texts}, CU_TEST_INFO_NULL};
