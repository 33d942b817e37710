/* `orders`, and `parked`, which is `orders --state PARKED`: the orders that the ledger has, filtered. */
#include "commands.h"
#include "memory.h"
#include "orders_list.h"

#include <stdio.h>

static int run_list(const struct command_line *line, int argc, char **argv, struct orders_list *list)
{
    struct setup setup;
    struct fault why;
    int words, code;

    if (setup_begin(line, argc, argv, &setup, &words, &code)) {
        code = 2;
        if (!order_filter_check(&list->filter, setup.catalogue, &why))
            fprintf(stderr, "whc-worker %s: %s\n", line->help->name, why.text);
        else if (words > 0)
            code = orders_list_one(&setup, list, argv[0]);
        else
            code = orders_list_show(&setup, list);
    }
    setup_release(&setup);
    return code;
}

int command_orders(int argc, char **argv)
{
    static const struct command_help help = {
        "orders",
        "Shows the orders that the ledger has: those that change something, and whatever has waited for a while.\n"
        "By itself all that have not ended.",
        "", "whc-worker orders --waits-for person --older-than 4h"};
    struct orders_list list = {.command = "orders"};
    const char *config = NULL;
    const struct option_row rows[] = {
        {"--config", "FILE", "settings; default whc-worker.properties", .text = &config},
        {"--state", "LIST", "only orders in these states: QUEUED,INTENDED,PARKED,DONE",
         .text = &list.filter.states},
        {"--waits-for", "WHAT", "only those that wait for this: retry, look-up, message, date, key, person",
         .text = &list.filter.waits_for},
        {"--late", NULL, "only those whose message was expected before now", .flag = &list.filter.late},
        ORDER_FILTER_ROWS(list.filter),
        {"--limit", "N", "at most so many", .number = &list.limit},
        {"--watch", NULL, "go on with a row for each change, until Ctrl-C", .flag = &list.watch},
        {"--json", NULL, "one object a line (whc-worker schema orders)", .flag = &list.json}};
    const struct command_line line = {&help, rows, COUNT_OF(rows), &config, SETUP_TOOL};

    return run_list(&line, argc, argv, &list);
}

int command_parked(int argc, char **argv)
{
    static const struct command_help help = {
        "parked",
        "Shows the orders that wait for a person, as orders --state PARKED does; with ORDER, a request id, what the\n"
        "ledger has of it (whc-worker order shows more).",
        "[ORDER]", "whc-worker parked --type create-order --json"};
    struct orders_list list = {.command = "parked", .filter = {.states = "PARKED"}};
    const char *config = NULL;
    bool all = false;
    const struct option_row rows[] = {
        {"--config", "FILE", "settings; default whc-worker.properties", .text = &config},
        {"--all", NULL, "also those that are queued or under way", .flag = &all},
        ORDER_FILTER_ROWS(list.filter),
        {"--json", NULL, "one object a line (whc-worker schema orders)", .flag = &list.json}};
    const struct command_line line = {&help, rows, COUNT_OF(rows), &config, SETUP_TOOL};

    list.all = &all;
    return run_list(&line, argc, argv, &list);
}
