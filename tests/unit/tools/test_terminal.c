/* Text for terminals: measured, cut, and unable to move a cursor. */
#include "terminal.h"

#include "memory.h"

#include <CUnit/Basic.h>
#include <string.h>

static void shows(const char *text, size_t columns, const char *want)
{
    CLEANUP(buffer_release) struct buffer line = {0};

    buffer_init(&line, 1000);
    terminal_add(&line, text, columns);
    CU_ASSERT_STRING_EQUAL(buffer_text(&line), want);
}

static void cut(void)
{
    shows("abcdef", 0, "abcdef");
    shows("abcdef", 6, "abcdef");
    shows("abcdef", 5, "ab...");
    shows("abcdef", 2, "..");
    shows("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z", 4, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");
    shows("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80zz", 4, "\xc3\xa9...");
    shows("", 5, "");
    shows(NULL, 5, "-");
}

/* ESC, CSI as a C1 character, DEL, CR, a right-to-left override, a zero-width space, half a character. */
static void harmless(void)
{
    shows("a\033[2Jb", 0, "a?[2Jb");
    shows("a\xc2\x9b\x32Jb", 0, "a?2Jb");
    shows("a\x7f\r\n\tb", 0, "a????b");
    shows("a\xe2\x80\xae"
          "b\xe2\x80\x8b\xe2\x80\xa8\xe2\x81\xa6",
          0, "a?b???");
    shows("a\xe2\x82", 0, "a??");
    shows("\x9b\x32J\xff?", 0, "?2J??");
}

static void padded(void)
{
    CLEANUP(buffer_release) struct buffer line = {0};

    buffer_init(&line, 1000);
    terminal_add_padded(&line, "ab", 4);
    terminal_add_padded(&line, "abcdef", 4);
    terminal_add_padded(&line, "\xe2\x82\xac", 3);
    terminal_add_padded(&line, "", 2);
    CU_ASSERT_STRING_EQUAL(buffer_text(&line), "ab  a...\xe2\x82\xac  - ");
}

CU_TestInfo test_terminal[] = {{"cut", cut}, {"harmless", harmless}, {"padded", padded}, CU_TEST_INFO_NULL};
