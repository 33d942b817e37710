/*
 * Command lines: a table of options per command, and the help made from it.
 */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include "fault.h"

#include <stddef.h>

/* One option; exactly one of the targets is set. */
struct option_row {
    const char *name;     /* "--config" */
    const char *argument; /* "FILE"; null: a switch */
    const char *help;
    const char **text; /* becomes the argument */
    bool *flag;        /* becomes true */
};

struct command_help {
    const char *name, *summary;
    const char *words; /* what follows the options: "[FILE]..."; "" for nothing */
    const char *example;
};

/*
 * Reads argv[1...]. What is not an option is moved to the front of argv and counted in *words. --help prints the help
 * and sets *helped. FAULT_INPUT names the word that is wrong.
 */
MUST_USE bool options_read(const struct command_help *help, const struct option_row *rows, size_t count,
                           int argc, char **argv, int *words, bool *helped, struct fault *why);

#endif
