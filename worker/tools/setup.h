/*
 * Settings and catalogue, read and checked: how every command begins.
 */
#ifndef TOOLS_SETUP_H
#define TOOLS_SETUP_H

#include "catalogue.h"
#include "config.h"

struct setup {
    struct settings settings;
    struct catalogue *catalogue;
    struct problems problems;
};

/*
 * Reads the settings (`config` null: whc-worker.properties where there is one here, else the environment alone), starts
 * the log, and reads the catalogue. Mistakes are in setup->problems. Release it in any case.
 */
void setup_load(const char *config, struct setup *setup);
void setup_release(struct setup *setup);

/* Prints the problems to stderr, a line each, and gives their number. */
size_t setup_print_problems(const struct problems *problems);

#endif
