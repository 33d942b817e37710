/* The table itself: names once, defaults within their bounds, each with help. */
#include "settings.h"

#include "memory.h"

#include "../base/same.h"

static void check_row(const struct setting *row)
{
    if (row->type == SETTING_NUMBER)
        CU_ASSERT(strtoll(row->fallback, NULL, 10) >= row->least &&
                  strtoll(row->fallback, NULL, 10) <= row->most);
    CU_ASSERT(strlen(row->help) > 10 && row->help[strlen(row->help) - 1] == '.');
    CU_ASSERT((row->type == SETTING_CHOICE) == (row->choices != NULL));
}

static void rows(void)
{
    for (size_t i = 0; i < settings_table_count; i++) {
        check_row(&settings_table[i]);
        for (size_t other = 0; other < i; other++)
            CU_ASSERT_STRING_NOT_EQUAL(settings_table[i].name, settings_table[other].name);
    }
    for (size_t i = 0; i < api_settings_table_count; i++)
        check_row(&api_settings_table[i]);
}

static void printed(void)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    settings_print_table(out);
    fclose(out);
    for (size_t i = 0; i < settings_table_count; i++) {
        char row[128];
        snprintf(row, sizeof row, "\n| `%s` |", settings_table[i].name);
        CU_ASSERT(strstr(text, row) != NULL);
    }
    CU_ASSERT(strstr(text, "| `bt.window` | `100` |") != NULL);
    free(text);
}

/* What operators read is what counts: whoever changes a row prints it again. */
static void documented(void)
{
    char *text = NULL;
    size_t length = 0, read = 0;
    FILE *out = open_memstream(&text, &length), *file = fopen(SOURCE_DIR "/deploy/configuration.md", "r");

    settings_print_table(out);
    fclose(out);
    CU_ASSERT_FATAL(file != NULL);
    char *documented = memory_new(length + 2, 1);
    read = fread(documented, 1, length + 1, file);
    fclose(file);
    CU_ASSERT(read == length &&
              memcmp(text, documented, length) == 0); /* check --print-settings >deploy/configuration.md */
    memory_free(documented);
    free(text);
}

CU_TestInfo test_settings[] = {
    {"rows", rows}, {"printed", printed}, {"documented", documented}, CU_TEST_INFO_NULL};
