/*
 * Settings and catalogue, read and checked: how every command begins.
 */
#ifndef TOOLS_SETUP_H
#define TOOLS_SETUP_H

#include "catalogue.h"
#include "config.h"
#include "ledger_format.h"
#include "options.h"

struct setup {
    struct settings settings;
    struct catalogue *catalogue;
    struct ledger_schemas ledger;
    struct problems problems;
};

/*
 * Reads the settings (`config` null: whc-worker.properties where there is one here, else the environment alone), starts
 * the log, and reads the catalogue. Mistakes are in setup->problems. Release it in any case.
 */
void setup_load(const char *config, struct setup *setup);
void setup_release(struct setup *setup);

/* What settings and catalogue are read for. */
enum setup_use {
    SETUP_TOOL,
    SETUP_RUN,   /* the worker itself: what readiness_check() finds counts, too */
    SETUP_LISTEN /* whc-worker listen: it has a part of the catalogue, and settings of its own */
};

/* A command line: its help, its options, and which of their targets is the settings file. */
struct command_line {
    const struct command_help *help;
    const struct option_row *rows;
    size_t count;
    const char **config;
    enum setup_use use;
};

/*
 * Reads the command line, then settings and catalogue; what is not an option is in argv[0...*words-1]. False: the
 * command ends with exit code *code, because help was asked for or mistakes were reported. Release the setup in any
 * case.
 */
MUST_USE bool setup_begin(const struct command_line *line, int argc, char **argv, struct setup *setup,
                          int *words, int *code);

/* Prints the problems to stderr, a line each, and gives their number. */
size_t setup_print_problems(const struct problems *problems);
void setup_print_warnings(const struct problems *warnings);

#endif
