/* Command lines: what is taken, and the sentence where it is not. */
#include "options.h"

#include "memory.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <string.h>

struct given {
    char text[8][64];
    const char *config;
    bool all;
    int64_t limit, older_ms;
    struct option_list outputs;
    int words;
    bool helped;
    struct fault why;
};

static const struct command_help help = {"orders", "Shows orders.", "[ORDER]", "whc-worker orders"};

/* Up to seven words; they end at the first null. */
static bool reads(struct given *given, const char *const line[7])
{
    const struct option_row rows[] = {{"--config", "FILE", "settings", .text = &given->config},
                                      {"--all", NULL, "all", .flag = &given->all},
                                      {"--limit", "N", "how many", .number = &given->limit},
                                      {"--older-than", "TIME", "age", .ms = &given->older_ms},
                                      {"--output", "NAME=VALUE", "outputs", .list = &given->outputs}};
    char *argv[8] = {given->text[0]};
    int argc = 1;

    *given = (struct given){.limit = 7};
    for (; argc < 8 && line[argc - 1] != NULL; argc++) {
        snprintf(given->text[argc], sizeof given->text[argc], "%s", line[argc - 1]);
        argv[argc] = given->text[argc];
    }
    return options_read(&help, rows, COUNT_OF(rows), argc, argv, &given->words, &given->helped, &given->why);
}

static void values(void)
{
    struct given given;

    CU_ASSERT(reads(&given, (const char *const[7]){"--config=a=b", "--all", "word", "--limit", "12", NULL}));
    CU_ASSERT(strcmp(given.config, "a=b") == 0 && given.all && given.limit == 12 && given.words == 1);
    CU_ASSERT(reads(&given, (const char *const[7]){"-c", "file", "--", "--all", "-", NULL}));
    CU_ASSERT(strcmp(given.config, "file") == 0 && !given.all && given.words == 2 && given.limit == 7);
    CU_ASSERT(reads(&given, (const char *const[7]){"--output", "a=1", "--output=b=2", NULL}));
    CU_ASSERT(given.outputs.count == 2 && strcmp(given.outputs.words[0], "a=1") == 0 &&
              strcmp(given.outputs.words[1], "b=2") == 0);
}

static void lengths_of_time(void)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } rows[] = {{"0", 0},
                {"30", 30000},
                {"500ms", 500},
                {"30s", 30000},
                {"15m", 900000},
                {"4h", 14400000},
                {"7d", 604800000},
                {"2w", 1209600000},
                {"", -1},
                {"h", -1},
                {"-1s", -1},
                {"1.5h", -1},
                {"4hours", -1},
                {"4 h", -1},
                {"+4", -1},
                {"99999999999999999999s", -1},
                {"9223372036854775807d", -1}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct given given;
        bool read = reads(&given, (const char *const[7]){"--older-than", rows[i].text, NULL});
        CU_ASSERT(read == (rows[i].ms >= 0) && (!read || given.older_ms == rows[i].ms));
        CU_ASSERT(read || strstr(given.why.text, "--older-than '") == given.why.text);
    }
}

static void refused(void)
{
    static const struct {
        const char *line[7], *says;
    } rows[] = {
        {{"--limit", "abc"}, "--limit 'abc' is not a whole number"},
        {{"--limit=12x"}, "--limit '12x' is not a whole number"},
        {{"--limit=-1"}, "--limit '-1' is not a whole number"},
        {{"--limit", ""}, "--limit '' is not a whole number"},
        {{"--limit=99999999999999999999"}, "--limit '99999999999999999999' is not a whole number"},
        {{"--config"}, "--config needs FILE"},
        {{"--all=yes"}, "--all takes no value"},
        {{"--conf", "x"}, "'orders' has no option '--conf'; see whc-worker orders --help"},
        {{"-x"}, "'orders' has no option '-x'; see whc-worker orders --help"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct given given;
        CU_ASSERT_FALSE(reads(&given, rows[i].line));
        CU_ASSERT_STRING_EQUAL(given.why.text, rows[i].says);
    }
}

CU_TestInfo test_options[] = {
    {"values", values}, {"lengths of time", lengths_of_time}, {"refused", refused}, CU_TEST_INFO_NULL};
