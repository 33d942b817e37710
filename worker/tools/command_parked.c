/* `parked`: the orders that wait for a person, or everything about one order. */
#include "commands.h"
#include "ledger_view.h"
#include "memory.h"

#include <stdio.h>
#include <string.h>

struct arguments {
    const char *config, *type;
    bool all, json;
};

static bool is_wanted(const struct ledger_record *record, const struct arguments *arguments)
{
    if (record->order_type == NULL ||
        (arguments->type != NULL && strcmp(arguments->type, record->order_type) != 0))
        return false;
    return record->state == LEDGER_PARKED || (arguments->all && record->state != LEDGER_DONE);
}

static int list(const struct ledger_view *view, const struct arguments *arguments)
{
    const struct ledger_item *item;
    size_t count = 0;

    TAILQ_FOREACH(item, &view->items, in_all) {
        if (!is_wanted(&item->record, arguments))
            continue;
        if (count++ == 0 && !arguments->json)
            ledger_view_head();
        if (arguments->json)
            ledger_view_json(item);
        else
            ledger_view_row(item);
    }
    if (!arguments->json)
        fprintf(stderr, "%zu order%s%s\n", count, count == 1 ? "" : "s",
                count > 0 ? "; whc-worker parked ORDER shows one, whc-worker decide resolves it" : "");
    return 0;
}

static int show(const struct ledger_view *view, const char *request_id, bool json)
{
    const struct ledger_item *item = ledger_view_find(view, request_id);

    if (item == NULL) {
        fprintf(stderr, "whc-worker parked: the ledger has no order %s\n", request_id);
        return 1;
    }
    if (json)
        ledger_view_json(item);
    else
        ledger_view_show(item);
    return 0;
}

int command_parked(int argc, char **argv)
{
    static const struct command_help help = {
        "parked", "Shows the orders that wait for a person; with ORDER, a request id, everything about it.",
        "[ORDER]", "whc-worker parked --type create-order --json"};
    struct arguments arguments = {0};
    const struct option_row rows[] = {
        {"--config", "FILE", "settings; default whc-worker.properties", .text = &arguments.config},
        {"--type", "NAME", "only orders of this type", .text = &arguments.type},
        {"--all", NULL, "also those that are queued or under way", .flag = &arguments.all},
        {"--json", NULL, "a line of JSON each", .flag = &arguments.json}};
    struct setup setup;
    const struct command_line line = {&help, rows, COUNT_OF(rows), &arguments.config, false};
    struct ledger_view view = {0};
    struct fault why;
    int words, code;

    if (setup_begin(&line, argc, argv, &setup, &words, &code)) {
        code = 1;
        if (!ledger_view_read(&setup, &view, &why))
            fprintf(stderr, "whc-worker parked: %s\n", why.text);
        else
            code = words > 0 ? show(&view, argv[0], arguments.json) : list(&view, &arguments);
        ledger_view_release(&view);
    }
    setup_release(&setup);
    return code;
}
