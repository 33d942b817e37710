/* Parses command lines and prints their help. */
#include "options.h"

#include <stdio.h>
#include <string.h>

static void print_help(const struct command_help *help, const struct option_row *rows, size_t count)
{
    printf("%s\n\nusage: whc-worker %s [options]%s%s\n\n", help->summary, help->name,
           *help->words != '\0' ? " " : "", help->words);
    for (size_t i = 0; i < count; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s%s%s", rows[i].name, rows[i].argument != NULL ? " " : "",
                 rows[i].argument != NULL ? rows[i].argument : "");
        printf("  %-22s %s\n", name, rows[i].help);
    }
    printf("  %-22s %s\n\nexample: %s\n", "--help", "this text", help->example);
}

static const struct option_row *find(const struct option_row *rows, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].name, word) == 0)
            return &rows[i];
    return NULL;
}

bool options_read(const struct command_help *help, const struct option_row *rows, size_t count, int argc,
                  char **argv, int *words, bool *helped, struct fault *why)
{
    *words = 0;
    *helped = false;
    for (int i = 1; i < argc; i++) {
        const struct option_row *row = find(rows, count, argv[i]);
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help(help, rows, count);
            *helped = true;
            return true;
        }
        if (row == NULL && argv[i][0] == '-' && argv[i][1] != '\0')
            return fault_set(why, FAULT_INPUT, "'%s' has no option '%.60s'; see whc-worker %s --help",
                             help->name, argv[i], help->name);
        if (row == NULL) {
            argv[(*words)++] = argv[i];
        } else if (row->flag != NULL) {
            *row->flag = true;
        } else if (i + 1 == argc) {
            return fault_set(why, FAULT_INPUT, "%s needs %s", row->name, row->argument);
        } else {
            *row->text = argv[++i];
        }
    }
    if (*words > 0 && *help->words == '\0')
        return fault_set(why, FAULT_INPUT, "'%s' does not know what to do with '%.60s'", help->name, argv[0]);
    return true;
}
