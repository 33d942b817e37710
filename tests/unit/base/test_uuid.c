/* UUIDs: what is computed must come out the same after a crash. */
#include "uuid.h"

#include "same.h"

static const struct {
    const char *name, *text;
    bool good;
} texts[] = {
    {"lower", "605c9599-4ab1-488f-8129-5b8cde662c7d", true},
    {"upper", "605C9599-4AB1-488F-8129-5B8CDE662C7D", true},
    {"empty", "", false},
    {"short", "605c9599-4ab1-488f-8129-5b8cde662c7", false},
    {"long", "605c9599-4ab1-488f-8129-5b8cde662c7dd", false},
    {"no hyphens", "605c95994ab1488f81295b8cde662c7d0000", false},
    {"hyphen misplaced", "605c959-94ab1-488f-8129-5b8cde662c7d", false},
    {"braces", "{605c9599-4ab1-488f-8129-5b8cde662c7}", false},
    {"no hex digit", "605c9599-4ab1-488f-8129-5b8cde662c7g", false},
};

static void parse(void)
{
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct uuid uuid = {{0}};
        struct fault why = {.text = ""};
        char printed[UUID_TEXT_SIZE];
        bool good = uuid_parse(texts[i].text, &uuid, &why);
        if (good != texts[i].good) {
            printf("\n  %s: %s", texts[i].name, why.text);
            CU_FAIL("case above");
        }
        uuid_print(uuid, printed);
        CU_ASSERT(good || (why.kind == FAULT_INPUT && uuid.bytes[0] == 0));
        if (good)
            given_same(texts[i].name, printed, "605c9599-4ab1-488f-8129-5b8cde662c7d");
    }
}

static const char *const parts[][2] = {{"ab", "c"}, {"a", "bc"}, {"", "abc"}, {"abc", ""}, {"c", "ab"}};

static void computed(void)
{
    char known[COUNT_OF(parts)][UUID_TEXT_SIZE];

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        uuid_print(uuid_of(parts[i], 2), known[i]);
        CU_ASSERT_EQUAL(known[i][14], '8');
        CU_ASSERT(strchr("89ab", known[i][19]) != NULL);
        for (size_t other = 0; other < i; other++)
            CU_ASSERT_STRING_NOT_EQUAL(known[i], known[other]);
    }
    /* SHA-256 of 00..02 "ab" 00..01 "c", first 16 bytes, version and variant set; from another program. */
    given_same("known", known[0], "601d5476-e2cc-8e2c-87a2-bba7a3226597");
}

static void random_ones(void)
{
    char one[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE];

    uuid_print(uuid_random(), one);
    uuid_print(uuid_random(), other);
    CU_ASSERT_STRING_NOT_EQUAL(one, other);
    CU_ASSERT_EQUAL(one[14], '4');
    CU_ASSERT(strchr("89ab", one[19]) != NULL);
}

CU_TestInfo test_uuid[] = {
    {"parse", parse}, {"computed", computed}, {"random", random_ones}, CU_TEST_INFO_NULL};
