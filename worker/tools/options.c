/* Parses command lines and prints their help. */
#include "options.h"

#include "invariant.h"
#include "memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

/* Of `--name` and of `--name=value`; *value becomes what follows the sign, null where there is none. */
static const struct option_row *find(const struct option_row *rows, size_t count, const char *word,
                                     const char **value)
{
    const char *sign = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
    size_t length = sign == NULL ? strlen(word) : (size_t)(sign - word);

    *value = sign == NULL ? NULL : sign + 1;
    if (strcmp(word, "-c") == 0)
        word = "--config", length = strlen(word);
    for (size_t i = 0; i < count; i++)
        if (strncmp(rows[i].name, word, length) == 0 && rows[i].name[length] == '\0')
            return &rows[i];
    return NULL;
}

/* Digits, and what comes after them. */
static bool read_digits(const char *text, int64_t *number, const char **rest)
{
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *number = strtoll(text, &end, 10);
    *rest = end;
    return errno == 0;
}

static bool read_time(const char *text, int64_t *ms)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {{"", 1000},     {"ms", 1},       {"s", 1000},     {"m", 60000},
                 {"h", 3600000}, {"d", 86400000}, {"w", 604800000}};
    const char *unit;
    int64_t number;

    if (!read_digits(text, &number, &unit))
        return false;
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (strcmp(units[i].name, unit) != 0)
            continue;
        if (number > INT64_MAX / units[i].ms)
            return false;
        *ms = number * units[i].ms;
        return true;
    }
    return false;
}

static bool set(const struct option_row *row, const char *value, struct fault *why)
{
    const char *rest;

    if (row->text != NULL) {
        *row->text = value;
    } else if (row->number != NULL) {
        if (!read_digits(value, row->number, &rest) || *rest != '\0')
            return fault_set(why, FAULT_INPUT, "%s '%.60s' is not a whole number", row->name, value);
    } else if (row->ms != NULL) {
        if (!read_time(value, row->ms))
            return fault_set(why, FAULT_INPUT,
                             "%s '%.60s' is not a length of time, such as 30 (seconds), 30s, 15m, 4h or 7d",
                             row->name, value);
    } else {
        if (row->list->count == OPTION_LIST_MAX)
            return fault_set(why, FAULT_INPUT, "%s is given more than %d times", row->name, OPTION_LIST_MAX);
        row->list->words[row->list->count++] = value;
    }
    return true;
}

/* The option at argv[*at], and its value, which may be the next word. */
static bool take(const struct command_help *help, const struct option_row *rows, size_t count, int argc,
                 char **argv, int *at, struct fault *why)
{
    const char *value;
    const struct option_row *row = find(rows, count, argv[*at], &value);

    REQUIRE(row == NULL || (row->argument == NULL) == (row->flag != NULL)); /* the help says what is read */
    if (row == NULL)
        return fault_set(why, FAULT_INPUT, "'%s' has no option '%.60s'; see whc-worker %s --help", help->name,
                         argv[*at], help->name);
    if (row->flag != NULL) {
        *row->flag = true;
        return value == NULL || fault_set(why, FAULT_INPUT, "%s takes no value", row->name);
    }
    if (value == NULL && *at + 1 == argc)
        return fault_set(why, FAULT_INPUT, "%s needs %s", row->name, row->argument);
    return set(row, value != NULL ? value : argv[++*at], why);
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

bool options_read(const struct command_help *help, const struct option_row *rows, size_t count, int argc,
                  char **argv, int *words, bool *helped, struct fault *why)
{
    bool only_words = false;

    *words = 0;
    *helped = false;
    for (int i = 1; i < argc; i++) {
        bool is_word = only_words || argv[i][0] != '-' || argv[i][1] == '\0';
        if (is_word) {
            argv[(*words)++] = argv[i];
        } else if (is_help(argv[i])) {
            print_help(help, rows, count);
            *helped = true;
            return true;
        } else if (strcmp(argv[i], "--") == 0) {
            only_words = true;
        } else {
            TRY(take(help, rows, count, argc, argv, &i, why));
        }
    }
    if (*words > 0 && *help->words == '\0')
        return fault_set(why, FAULT_INPUT, "'%s' does not know what to do with '%.60s'", help->name, argv[0]);
    return true;
}
