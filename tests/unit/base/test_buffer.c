/* Bytes up to a ceiling; past it the buffer keeps what it had. */
#include "buffer.h"

#include "same.h"

static const struct {
    const char *name;
    size_t ceiling;
    const char *parts[4];
    const char *text;
    bool full;
} cases[] = {
    {"nothing", 8, {NULL}, "", false},
    {"one part", 8, {"abc", NULL}, "abc", false},
    {"exactly full is not over", 6, {"abc", "def", NULL}, "abcdef", false},
    {"one byte too many is left out whole", 5, {"abc", "def", NULL}, "abc", true},
    {"after it nothing is taken, even what would fit", 5, {"abc", "def", "g", NULL}, "abc", true},
    {"a ceiling of nothing", 0, {"a", NULL}, "", true},
    {"an empty part fits a full buffer", 3, {"abc", "", NULL}, "abc", false},
};

static void additions(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(buffer_release) struct buffer bytes, printed;
        struct fault why = {.text = ""};
        buffer_init(&bytes, cases[i].ceiling);
        buffer_init(&printed, cases[i].ceiling);
        for (const char *const *part = cases[i].parts; *part != NULL; part++) {
            buffer_add_text(&bytes, *part);
            buffer_print(&printed, "%s", *part);
        }
        given_same(cases[i].name, buffer_text(&bytes), cases[i].text);
        given_same(cases[i].name, buffer_text(&printed), cases[i].text);
        CU_ASSERT_EQUAL(bytes.length, strlen(cases[i].text));
        CU_ASSERT_EQUAL(bytes.full, cases[i].full);
        CU_ASSERT_EQUAL(buffer_check(&bytes, "the reply", &why), !cases[i].full);
        CU_ASSERT(!cases[i].full || (why.kind == FAULT_EXHAUSTED && strstr(why.text, "the reply") != NULL));
        buffer_release(&printed);
    }
}

static void reuse(void)
{
    CLEANUP(buffer_release) struct buffer bytes = {0};
    size_t length;

    buffer_init(&bytes, 4);
    buffer_add_text(&bytes, "toolong");
    buffer_clear(&bytes);
    CU_ASSERT(!bytes.full && bytes.length == 0);
    buffer_add(&bytes, "a\0b", 3);
    CLEANUP(memory_release) char *taken = buffer_take(&bytes, &length);
    CU_ASSERT(length == 3 && memcmp(taken, "a\0b", 4) == 0);
    CU_ASSERT(bytes.length == 0 && bytes.data == NULL && bytes.ceiling == 4);
    CLEANUP(memory_release) char *nothing = buffer_take(&bytes, &length);
    CU_ASSERT(nothing != NULL && *nothing == '\0' && length == 0);
}

CU_TestInfo test_buffer[] = {{"additions", additions}, {"reuse", reuse}, CU_TEST_INFO_NULL};
