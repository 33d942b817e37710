/* The list of the program's commands, and their dispatch. */
#include "commands.h"
#include "listen.h"
#include "memory.h"
#include "options.h"
#include "run.h"
#include "setup.h"

#include <stdio.h>
#include <string.h>

static int command_run(int argc, char **argv)
{
    static const struct command_help help = {
        "run", "Runs the worker until TERM or INT; HUP reads secrets, certificates and log.level again.", "",
        "whc-worker run --config whc-worker.properties"};
    const char *config = NULL;
    const struct option_row rows[] = {
        {"--config", "FILE", "settings; default whc-worker.properties", .text = &config}};
    struct setup setup;
    const struct command_line line = {&help, rows, COUNT_OF(rows), &config, SETUP_RUN};
    int words, code;

    if (setup_begin(&line, argc, argv, &setup, &words, &code))
        code = run_worker(&setup.settings, setup.catalogue);
    setup_release(&setup);
    return code;
}

static int command_listen(int argc, char **argv)
{
    static const struct command_help help = {
        "listen",
        "Takes BT's notifications over HTTP and writes them to Kafka, until TERM or INT; HUP reads secrets, certificates "
        "and log.level again.",
        "", "whc-worker listen --config whc-listen.properties"};
    const char *config = NULL;
    const struct option_row rows[] = {
        {"--config", "FILE", "settings; default whc-worker.properties", .text = &config}};
    struct setup setup;
    const struct command_line line = {&help, rows, COUNT_OF(rows), &config, SETUP_LISTEN};
    int words, code;

    if (setup_begin(&line, argc, argv, &setup, &words, &code))
        code = listen_run(&setup.settings, setup.catalogue);
    setup_release(&setup);
    return code;
}

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"run", "the worker itself", command_run},
    {"listen", "take BT's notifications, for the worker", command_listen},
    {"check", "say everything that is wrong with configuration and catalogue", command_check},
    {"topics", "create the topics, or say what differs", command_topics},
    {"submit", "send order requests", command_submit},
    {"watch", "show outcomes as they come", command_watch},
    {"order", "show one order: where it is, what happened to it, what to do next", command_order},
    {"orders", "show the orders that have not ended, filtered", command_orders},
    {"parked", "show the orders that wait for a person", command_parked},
    {"decide", "say what became of a parked order", command_decide},
    {"status", "show what all workers say of themselves", command_status},
    {"schema", "print the JSON Schema of what --json prints", command_schema},
    {"replay", "send dead letters or finished orders again", command_replay},
};

static int run_command(int argc, char **argv, bool *found)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        *found = strcmp(commands[i].name, argv[0]) == 0;
        if (*found)
            return commands[i].run(argc, argv);
    }
    return 2;
}

static void print_commands(FILE *out)
{
    fprintf(out, "usage: whc-worker COMMAND [options]; each command knows --help\n\n");
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
}

static bool is_one_of(const char *word, const char *one, const char *other)
{
    return strcmp(word, one) == 0 || strcmp(word, other) == 0;
}

int main(int argc, char **argv)
{
    char *name = argc > 1 ? argv[1] : "help";
    bool found;

    if (is_one_of(name, "version", "--version")) {
        printf("whc-worker %s\n", WORKER_VERSION);
        return 0;
    }
    bool asked = is_one_of(name, "help", "--help") || strcmp(name, "-h") == 0;
    if (asked && argc < 3) {
        print_commands(stdout);
        return 0;
    }
    if (asked)
        name = argv[2];
    int code =
        asked ? run_command(2, (char *[]){name, "--help"}, &found) : run_command(argc - 1, argv + 1, &found);
    if (!found) {
        fprintf(stderr, "whc-worker: there is no command '%s'\n\n", name);
        print_commands(stderr);
    }
    return code;
}
