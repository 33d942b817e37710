/* `order`: where one order is, what happened to it, and what to do next. */
#include "commands.h"
#include "memory.h"
#include "order_show.h"
#include "order_sources.h"
#include "outcome_view.h"
#include "terminal.h"
#include "wall_clock.h"

#include <stdio.h>
#include <string.h>

enum { NOT_FOUND = 3, STILL_OPEN = 4, KAFKA_SILENT = 5, SINCE_DEFAULT_DAYS = 7, POLLS_AFTER_END = 50 };

struct arguments {
    const char *config;
    int64_t since_ms; /* how far back */
    bool follow, json;
};

static void show_json(const struct order_view *view)
{
    CLEANUP(tree_release) struct json_object *tree = order_view_tree(view);

    outcome_view_json(tree);
}

static void show(const struct order_view *view, const struct arguments *arguments, struct facts *shown)
{
    if (arguments->json) {
        show_json(view);
        return;
    }
    order_show_head(view, wall_clock_ms());
    order_view_facts(view, shown);
    order_show_facts(shown, NULL);
}

/* Shows what has come; a line for each fact, or the whole order as a line of JSON. */
static void show_changes(const struct order_view *view, const struct arguments *arguments,
                         struct facts *shown)
{
    struct facts facts;

    if (arguments->json) {
        show_json(view);
        return;
    }
    order_view_facts(view, &facts);
    order_show_facts(&facts, shown);
    facts_release(shown);
    *shown = facts;
}

/* Its end was read wherever it stands. */
static bool is_whole(const struct order_view *view)
{
    const struct ledger_item *item = order_view_item(view);

    return order_view_published(view) && (item == NULL || !ledger_item_live(item));
}

static bool follow(struct order_sources *sources, struct order_view *view, const struct arguments *arguments,
                   struct facts *shown, struct fault *why)
{
    /* Outcome and ledger record are settled at once, and read one after the other. */
    for (int left = POLLS_AFTER_END;
         !is_whole(view) && !order_view_dead(view) && left > 0 && !terminal_stopped();
         left -= order_view_final(view)) {
        bool changed;
        size_t seen = view->seen.count;
        int64_t written_at = order_view_item(view) == NULL ? -1 : order_view_item(view)->offset;
        TRY(order_sources_poll(sources, view, &changed, why));
        int64_t now_at = order_view_item(view) == NULL ? -1 : order_view_item(view)->offset;
        if (changed && (view->seen.count > seen || now_at != written_at)) {
            ledger_view_line_up(&view->ledger);
            show_changes(view, arguments, shown);
        }
    }
    return true;
}

static int exit_code_of(const struct order_view *view)
{
    if (!order_view_known(view))
        return NOT_FOUND;
    if (!order_view_final(view))
        return order_view_dead(view) ? 1 : STILL_OPEN;
    return strcmp(order_view_state(view), "COMPLETED") != 0;
}

static bool look(struct order_sources *sources, struct order_view *view, const struct arguments *arguments,
                 struct fault *why)
{
    struct facts shown = {.list = NULL};
    bool good = order_sources_read(sources, view, wall_clock_ms() - arguments->since_ms, why);

    ledger_view_line_up(&view->ledger);
    if (good && order_view_known(view))
        show(view, arguments, &shown);
    if (good && arguments->follow)
        good = follow(sources, view, arguments, &shown, why);
    if (good && !arguments->json && order_view_known(view))
        order_show_next(view);
    facts_release(&shown);
    return good;
}

static int show_order(const struct setup *setup, const struct arguments *arguments, const char *word)
{
    struct order_sources sources = {.readers = {NULL}};
    struct order_view view;
    char request_id[UUID_TEXT_SIZE];
    struct uuid id;
    struct fault why;

    if (!uuid_parse(word, &id, &why)) {
        fprintf(stderr, "whc-worker order: '%.60s' is not a request id: %s\n", word, why.text);
        return 2;
    }
    uuid_print(id, request_id);
    order_view_init(&view, setup, request_id);
    terminal_stop_on_signals();
    bool good = look(&sources, &view, arguments, &why);
    int code = good ? exit_code_of(&view) : KAFKA_SILENT;
    if (!good)
        fprintf(stderr, "whc-worker order: %s\n", why.text);
    else if (code == NOT_FOUND)
        fprintf(
            stderr,
            "whc-worker order: nothing is known of %s: it is not in the ledger, and not among the requests, "
            "outcomes and dead letters of the time that --since names\n",
            request_id);
    else if (code == STILL_OPEN && terminal_stopped())
        fprintf(stderr, "still open: %s\n", request_id);
    order_sources_close(&sources);
    order_view_release(&view);
    return code;
}

int command_order(int argc, char **argv)
{
    static const struct command_help help = {
        "order",
        "Shows one order: how it stands, what happened to it, what to do next. Exit code: 0 completed, 1 another\n"
        "final outcome, or a dead letter, 3 not found, 4 still open, 5 Kafka does not answer.",
        "ORDER", "whc-worker order 605c9599-4ab1-488f-8129-5b8cde662c7d --follow"};
    struct arguments arguments = {.since_ms = (int64_t)SINCE_DEFAULT_DAYS * 86400000};
    const struct option_row rows[] = {
        {"--config", "FILE", "settings; default whc-worker.properties", .text = &arguments.config},
        {"--follow", NULL, "add a line as it comes, and end with the final outcome",
         .flag = &arguments.follow},
        {"--since", "TIME", "how far back an order is looked for that the ledger does not have; default 7d",
         .ms = &arguments.since_ms},
        {"--json", NULL, "one object a line (whc-worker schema order)", .flag = &arguments.json}};
    struct setup setup;
    const struct command_line line = {&help, rows, COUNT_OF(rows), &arguments.config, SETUP_TOOL};
    int words, code;

    if (setup_begin(&line, argc, argv, &setup, &words, &code)) {
        if (words == 1) {
            code = show_order(&setup, &arguments, argv[0]);
        } else {
            fprintf(stderr, "whc-worker order: say which order, by its request id\n");
            code = 2;
        }
    }
    setup_release(&setup);
    return code;
}
