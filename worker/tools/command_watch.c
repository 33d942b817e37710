/* `watch`: shows outcomes as they come. */
#include "commands.h"
#include "memory.h"
#include "options.h"
#include "outcome_view.h"
#include "setup.h"
#include "terminal.h"
#include "topic_reader.h"

#include <stdio.h>
#include <string.h>

enum { POLL_MS = 200 };

static int watch(const struct setup *setup, bool from_beginning, bool json, int64_t count)
{
    struct topic_reader *reader;
    struct fault why;

    if (!topic_reader_new(&setup->settings, setup->settings.topic_outcomes, from_beginning, &reader, &why)) {
        fprintf(stderr, "whc-worker watch: %s\n", why.text);
        return 1;
    }
    terminal_stop_on_signals();
    if (!json)
        outcome_view_head();
    for (int64_t shown = 0; !terminal_stopped() && (count == 0 || shown < count);) {
        rd_kafka_message_t *message = topic_reader_next(reader, POLL_MS);
        if (message == NULL)
            continue;
        struct json_object *tree = NULL;
        shown++;
        if (!outcome_view_read(setup->catalogue, message, &tree, &why))
            fprintf(stderr, "offset %lld of partition %d: %s\n", (long long)message->offset,
                    (int)message->partition, why.text);
        else if (json)
            outcome_view_json(tree);
        else
            outcome_view_row(tree);
        json_object_put(tree);
        rd_kafka_message_destroy(message);
    }
    topic_reader_free(reader);
    return 0;
}

int command_watch(int argc, char **argv)
{
    static const struct command_help help = {"watch", "Shows outcomes as they come.", "",
                                             "whc-worker watch --from-beginning --json"};
    const char *config = NULL;
    int64_t count = 0;
    bool from_beginning = false, json = false;
    const struct option_row rows[] = {
        {"--config", "FILE", "settings; default whc-worker.properties", .text = &config},
        {"--from-beginning", NULL, "also those that are there already", .flag = &from_beginning},
        {"--json", NULL, "a line of JSON each, instead of a table", .flag = &json},
        {"--count", "N", "end after N outcomes", .number = &count}};
    struct setup setup;
    const struct command_line line = {&help, rows, COUNT_OF(rows), &config, SETUP_TOOL};
    int words, code;

    if (setup_begin(&line, argc, argv, &setup, &words, &code))
        code = watch(&setup, from_beginning, json, count);
    setup_release(&setup);
    return code;
}
