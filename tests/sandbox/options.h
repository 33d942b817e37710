/*
 * The command line.
 */
#ifndef SANDBOX_OPTIONS_H
#define SANDBOX_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct options {
    const char *address;
    uint16_t port;
    bool broker;
    const char *broker_topics; /* null: the usual ones */
    int64_t latency_ms;
    const char *ready_file; /* null: none */
};

enum options_verdict { OPTIONS_GOOD, OPTIONS_HELP, OPTIONS_BAD };

/* Texts point into argv. Says on stderr what is wrong, or prints the help on stdout. */
enum options_verdict options_read(struct options *options, int argc, char *argv[]);

#endif
