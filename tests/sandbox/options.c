/* Parses the sandbox's command line. */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
    "sandbox: a stand-in for BT's sandbox, with a schema registry and, if wanted, a Kafka broker\n"
    "\n"
    "usage: sandbox [--port N] [--address A] [--broker] [--broker-topics LIST] [--latency-ms N] [--ready-file PATH]\n"
    "\n"
    "  --port N             listen on this port; 0, the default, takes a free one\n"
    "  --address A          IPv4 address to listen on (127.0.0.1)\n"
    "  --broker             start the embedded broker: at most 10,000 orders, nothing is kept\n"
    "  --broker-topics LIST more topics, or other partitions: name:partitions,...\n"
    "  --latency-ms N       answer everything but /sandbox/ this much later (0)\n"
    "  --ready-file PATH    write http= and kafka= lines there once all is ready\n"
    "  --help               this text\n"
    "\n"
    "example: sandbox --port 8480 --broker\n"
    "         curl -u sandbox-key:sandbox-secret -d grant_type=client_credentials "
    "http://127.0.0.1:8480/oauth/accesstoken\n";

enum {
    OPTION_PORT = 256,
    OPTION_ADDRESS,
    OPTION_BROKER,
    OPTION_TOPICS,
    OPTION_LATENCY,
    OPTION_READY,
    OPTION_HELP
};

static const struct option names[] = {
    {"port", required_argument, NULL, OPTION_PORT},
    {"address", required_argument, NULL, OPTION_ADDRESS},
    {"broker", no_argument, NULL, OPTION_BROKER},
    {"broker-topics", required_argument, NULL, OPTION_TOPICS},
    {"latency-ms", required_argument, NULL, OPTION_LATENCY},
    {"ready-file", required_argument, NULL, OPTION_READY},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static bool number(const char *name, long most, long *value)
{
    char *end;

    *value = strtol(optarg, &end, 10);
    if (end != optarg && *end == '\0' && *value >= 0 && *value <= most)
        return true;
    fprintf(stderr, "sandbox: --%s takes a number from 0 to %ld, not '%s'\n", name, most, optarg);
    return false;
}

static enum options_verdict take(struct options *options, int option)
{
    long value;

    switch (option) {
    case OPTION_PORT:
        if (!number("port", 65535, &value))
            return OPTIONS_BAD;
        options->port = (uint16_t)value;
        return OPTIONS_GOOD;
    case OPTION_ADDRESS:
        options->address = optarg;
        return OPTIONS_GOOD;
    case OPTION_BROKER:
        options->broker = true;
        return OPTIONS_GOOD;
    case OPTION_TOPICS:
        options->broker = true;
        options->broker_topics = optarg;
        return OPTIONS_GOOD;
    case OPTION_LATENCY:
        if (!number("latency-ms", 600000, &value))
            return OPTIONS_BAD;
        options->latency_ms = value;
        return OPTIONS_GOOD;
    case OPTION_READY:
        options->ready_file = optarg;
        return OPTIONS_GOOD;
    case OPTION_HELP:
        fputs(help, stdout);
        return OPTIONS_HELP;
    }
    return OPTIONS_BAD; /* getopt has said what is wrong */
}

enum options_verdict options_read(struct options *options, int argc, char *argv[])
{
    int option;

    *options = (struct options){.address = "127.0.0.1"};
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        enum options_verdict verdict = take(options, option);
        if (verdict != OPTIONS_GOOD)
            return verdict;
    }
    if (optind == argc)
        return OPTIONS_GOOD;
    fprintf(stderr, "sandbox: nothing is done with '%s'; see --help\n", argv[optind]);
    return OPTIONS_BAD;
}
