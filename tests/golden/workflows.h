/*
 * Workflows that no order type of schemas/ has: a file is a list of workflows, each with examples of it
 * (workflows/README.md).
 */
#ifndef GOLDEN_WORKFLOWS_H
#define GOLDEN_WORKFLOWS_H

#include "config.h"

struct workflows {
    const char *folder; /* a catalogue whose order type `w` has each workflow in turn */
    const char *part;   /* only examples with this in their name */
    const struct settings *settings;
    unsigned passed, failed;
};

/* Runs the examples of a file, counts them, and prints what differs. */
void workflows_run(struct workflows *workflows, const char *file);

#endif
