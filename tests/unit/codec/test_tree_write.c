/* The text of a tree: byte for byte what json-c writes. */
#include "tree.h"

#include "given.h"
#include "memory.h"

static void as_json_c(struct json_object *tree)
{
    CLEANUP(buffer_release) struct buffer got = {0};

    buffer_init(&got, 4000);
    tree_write(tree, &got);
    given_same("text", buffer_text(&got),
               json_object_to_json_string_ext(tree, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(tree);
}

static void what_was_read(void)
{
    static const char *const list[] = {"null",
                                       "true",
                                       "false",
                                       "1.50",
                                       "-3",
                                       "0",
                                       "9223372036854775807",
                                       "9223372036854775808",
                                       "18446744073709551615",
                                       "-9223372036854775808",
                                       "1e300",
                                       "12345678901234567890123",
                                       "\"\"",
                                       "\"a/\\\"b\\u0001\"",
                                       "[]",
                                       "{}",
                                       "[[],{},[1,null,\"x\"]]",
                                       "{\"a\":[1,{}],\"b/\\n\\\"\":{\"c\":null,\"d\":false}}"};

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        struct json_object *tree = NULL;
        struct fault why = {.text = ""};
        CU_ASSERT_FATAL(tree_read_own(list[i], strlen(list[i]), &tree, &why));
        as_json_c(tree);
    }
}

static void what_was_made(void)
{
    as_json_c(json_object_new_double(0.1));
    as_json_c(json_object_new_double(1e21));
    as_json_c(json_object_new_double_s(2, "2.00"));
    as_json_c(json_object_new_uint64(UINT64_MAX));
    as_json_c(json_object_new_int(-7));
}

static void no_more_than_there_is_room_for(void)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;
    CLEANUP(buffer_release) struct buffer got = {0};
    struct fault why = {.text = ""};

    buffer_init(&got, 5);
    CU_ASSERT_FATAL(tree_read_own("{\"a\":[1,2,3]}", 13, &tree, &why));
    tree_write(tree, &got);
    CU_ASSERT(got.full && got.length <= 5);
}

CU_TestInfo test_tree_write[] = {{"what was read", what_was_read},
                                 {"what was made", what_was_made},
                                 {"no more than there is room for", no_more_than_there_is_room_for},
                                 CU_TEST_INFO_NULL};
