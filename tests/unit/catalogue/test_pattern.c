/* Regexes: bounded work, and values that stand for themselves. What they mean is in test_criterion. */
#include "pattern.h"

#include "../codec/given.h"

static struct pattern *given_pattern(const char *text)
{
    struct pattern *pattern = NULL;
    struct fault why = {.text = ""};

    if (!pattern_compile(text, strlen(text), &pattern, &why)) {
        printf("\n  %s: %s\n", text, why.text);
        abort();
    }
    return pattern;
}

/* Each would take hours without limits, or more memory than there is. */
static const struct {
    const char *pattern, *part, *end;
    size_t count;
    bool quick; /* as far as can be known at start */
} heavy[] = {
    {"(a+)+$", "a", "!", 60, false},
    {"(a|aa)+$", "a", "!", 90, false},
    {"^(([a-z])+.)+[A-Z]([a-z])+$", "a", "", 60, false},
    {"(x+x+)+[yz]", "x", "", 60, false},
    {"(?=(a+))a*b\\1", "a", "", 100000, true},
    {"[0-9]*[xy]", "1", "", 300000, true},
    {"[0-9]*-?[0-9]*[xy]", "1", "", 300000, true},
    {"(ab|abab)+$", "ab", "!", 60, true},
    {"(.|\\n)*[yz]", "\n", "", 1000000, true},
    {"(a?){50}a{50}$", "a", "!", 49, true},
};

static void bounded(void)
{
    for (size_t i = 0; i < COUNT_OF(heavy); i++) {
        struct pattern *pattern = given_pattern(heavy[i].pattern);
        CLEANUP(buffer_release) struct buffer text;
        struct fault why;
        buffer_init(&text, 1 << 21);
        for (size_t count = 0; count < heavy[i].count; count++)
            buffer_add_text(&text, heavy[i].part);
        buffer_add_text(&text, heavy[i].end);
        CU_ASSERT_FALSE(pattern_matches(pattern, buffer_text(&text), text.length));
        if (pattern_is_quick(pattern, heavy[i].pattern, &why) != heavy[i].quick) {
            printf("\n  %s: quick %d", heavy[i].pattern, !heavy[i].quick);
            CU_FAIL("case above");
        }
        pattern_free(pattern);
    }
}

/* What is not heavy is found in a long text, too. */
static void long_texts(void)
{
    static const char *const patterns[] = {"needle",  "(?i)NEEDLE", "^[a-z ]+needle",
                                           "ne+dle$", "[^x]needle", "n.{4}e"};
    CLEANUP(buffer_release) struct buffer text;

    buffer_init(&text, 1 << 20);
    while (text.length < 500000)
        buffer_add_text(&text, "haystack ");
    buffer_add_text(&text, "needle");
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        struct pattern *pattern = given_pattern(patterns[i]);
        struct fault why;
        if (!pattern_matches(pattern, buffer_text(&text), text.length)) {
            printf("\n  %s finds nothing", patterns[i]);
            CU_FAIL("case above");
        }
        CU_ASSERT(pattern_is_quick(pattern, patterns[i], &why));
        pattern_free(pattern);
    }
}

static void refused(void)
{
    static const char *const texts[] = {"(",       "[a",  "a{2,1}", "\\",  "(?<a>x)(?<a>y)",
                                        "\\u0041", "\\C", "*a",     "\xff"};
    struct pattern *pattern = NULL;
    struct fault why;

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        bool compiled = pattern_compile(texts[i], strlen(texts[i]), &pattern, &why);
        CU_ASSERT_FALSE(compiled);
        CU_ASSERT(compiled || strstr(why.text, "does not compile") != NULL);
    }
    CU_ASSERT_PTR_NULL(pattern_free(NULL));
    pattern = given_pattern(".");
    CU_ASSERT_FALSE(pattern_matches(pattern, "a\xff", 2)); /* no UTF-8 */
    CU_ASSERT_FALSE(pattern_matches(pattern, "", 0));
    pattern_free(pattern);
}

static const struct {
    const char *pattern, *value, *want; /* null: the value cannot stand there */
} embedded[] = {
    {"^", "a.b", "^(?:a\\.b)"},
    {"^", "a\nb ", "^(?:a\\\nb\\ )"},
    {"^", "\xc3\xa9", "^(?:\xc3\xa9)"},
    {"^", "", "^(?:)"},
    {"a{", "12", "a{12"},
    {"a{2,", "12", "a{2,12"},
    {"a{", "1234", NULL},
    {"a{", "x", NULL},
    {"a{", "", NULL},
    {"a\\{", "x", "a\\{(?:x)"},
    {"a\\\\{", "3", "a\\\\{3"},
    {"a,", "3", "a,(?:3)"},
};

static void embeds(void)
{
    for (size_t i = 0; i < COUNT_OF(embedded); i++) {
        CLEANUP(buffer_release) struct buffer out;
        buffer_init(&out, 1000);
        buffer_add_text(&out, embedded[i].pattern);
        bool done = pattern_embed(embedded[i].value, strlen(embedded[i].value), &out);
        CU_ASSERT_EQUAL(done, embedded[i].want != NULL);
        if (done && embedded[i].want != NULL)
            given_same(embedded[i].pattern, buffer_text(&out), embedded[i].want);
    }
}

CU_TestInfo test_pattern[] = {{"bounded", bounded},
                              {"long_texts", long_texts},
                              {"refused", refused},
                              {"embeds", embeds},
                              CU_TEST_INFO_NULL};
