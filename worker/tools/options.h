/*
 * Command lines: a table of options per command, and the help made from it.
 */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include "fault.h"

#include <stddef.h>
#include <stdint.h>

enum { OPTION_LIST_MAX = 32 };

/* What an option was given that may be given several times. */
struct option_list {
    const char *words[OPTION_LIST_MAX]; /* borrowed from argv */
    size_t count;
};

/* One option; exactly one of the targets is set, which keeps its value where the option is not given. */
struct option_row {
    const char *name;     /* "--config"; that one is -c, too */
    const char *argument; /* "FILE"; null: a switch */
    const char *help;
    const char **text; /* becomes the argument */
    bool *flag;        /* becomes true */
    int64_t *number;   /* a whole number, 0 or more */
    int64_t *ms;       /* a length of time: 500ms, 30s, 15m, 4h, 7d, 2w; a number by itself is seconds */
    struct option_list *list; /* one word more */
};

struct command_help {
    const char *name, *summary;
    const char *words; /* what follows the options: "[FILE]..."; "" for nothing */
    const char *example;
};

/*
 * Reads argv[1...]: `--name value` or `--name=value`; after `--` all are words. What is not an option is moved to the
 * front of argv and counted in *words. --help prints the help and sets *helped. FAULT_INPUT names the word that is wrong.
 */
MUST_USE bool options_read(const struct command_help *help, const struct option_row *rows, size_t count,
                           int argc, char **argv, int *words, bool *helped, struct fault *why);

#endif
