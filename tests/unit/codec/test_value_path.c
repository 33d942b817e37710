/* How places are shown to people, also with names that come from outside. */
#include "value_path.h"

#include "given.h"

static void paths(void)
{
    struct value_path site = {.name = "site"}, lines = {.up = &site, .name = "lines"};
    struct value_path item = {.up = &lines, .index = 2}, number = {.up = &item, .name = "number"};
    struct buffer text;
    struct fault why;

    buffer_init(&text, 200);
    value_path_print(&number, &text);
    given_same("dotted", buffer_text(&text), "site.lines[2].number");
    buffer_clear(&text);
    value_path_pointer(&number, &text);
    given_same("pointer", buffer_text(&text), "/site/lines/2/number");
    buffer_release(&text);

    CU_ASSERT(!value_path_fault(&number, &why, "text expected, got %s", "a number"));
    given_same("fault", why.text, "site.lines[2].number: text expected, got a number");
    CU_ASSERT(why.kind == FAULT_INPUT);
    CU_ASSERT(!value_path_fault(NULL, &why, "an object expected"));
    given_same("root", why.text, "an object expected");
}

static void foreign_names(void)
{
    struct value_path key = {.name = "a\nb\x1b[31m\xc3\xa9'"};
    struct fault why;
    char quoted[VALUE_PATH_QUOTE_SIZE];

    value_path_fault(&key, &why, "wrong");
    given_same("escaped", why.text, "a?b?[31m???: wrong");
    CU_ASSERT_EQUAL(strlen(value_path_quote(
                        "0123456789012345678901234567890123456789012345678901234567890123456789", quoted)),
                    VALUE_PATH_QUOTE_SIZE - 1);
    given_same("exact", value_path_quote("abc", quoted), "abc");
}

static void very_deep(void)
{
    struct value_path places[100];
    struct fault why;

    for (size_t i = 0; i < 100; i++)
        places[i] = (struct value_path){.up = i == 0 ? NULL : &places[i - 1], .name = "aaaaaaaaaaaaaaaaaaaa"};
    value_path_fault(&places[99], &why, "the end is still told");
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "the end is still told"));
}

CU_TestInfo test_value_path[] = {
    {"paths", paths}, {"foreign names", foreign_names}, {"very deep", very_deep}, CU_TEST_INFO_NULL};
