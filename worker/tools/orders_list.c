/* Reads the ledger, prints the orders that the filter takes, and goes on with those that change. */
#include "orders_list.h"

#include "memory.h"
#include "order_show.h"
#include "orders_table.h"
#include "terminal.h"
#include "topic_reader.h"
#include "wall_clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOT_FOUND = 3, KAFKA_SILENT = 5, POLL_MS = 200 };

static void print(const struct orders_list *list, const struct orders_table *table,
                  const struct ledger_item *item, const struct order_standing *standing)
{
    if (list->json)
        ledger_view_json(item);
    else
        orders_table_row(table, item, standing, wall_clock_ms());
}

/* Whether the filter takes it; then it is printed. */
static bool show_if_taken(const struct orders_list *list, const struct orders_table *table,
                          const struct ledger_item *item, bool anyway)
{
    struct order_standing standing;

    if (item == NULL || item->record.order_type == NULL)
        return false;
    order_standing_read(item, &standing);
    bool taken = anyway || order_filter_takes(&list->filter, item, &standing, wall_clock_ms());
    if (taken)
        print(list, table, item, &standing);
    order_standing_release(&standing);
    return taken;
}

static bool is_taken(const struct orders_list *list, const struct ledger_item *item)
{
    struct order_standing standing;

    if (item == NULL || item->record.order_type == NULL)
        return false;
    order_standing_read(item, &standing);
    bool taken = order_filter_takes(&list->filter, item, &standing, wall_clock_ms());
    order_standing_release(&standing);
    return taken;
}

/* Of two parked orders, what must be decided first. */
struct urgent {
    struct ledger_item *item;
    int64_t by_ms;
};

static int by_moment(const void *one, const void *other)
{
    const struct urgent *a = one, *b = other;

    return a->by_ms != b->by_ms ? (a->by_ms > b->by_ms) - (a->by_ms < b->by_ms)
                                : strcmp(a->item->record.request_id, b->item->record.request_id);
}

/* Those that a person must have decided by some moment stand before all others. */
static void urgent_first(struct ledger_view *view)
{
    struct urgent *list = memory_new(view->ids.count + 1, sizeof *list);
    struct order_standing standing;
    struct ledger_item *item;
    size_t count = 0;

    TAILQ_FOREACH(item, &view->items, in_all) {
        if (item->record.state != LEDGER_PARKED)
            continue;
        order_standing_read(item, &standing);
        if (standing.decide_by_ms != 0)
            list[count++] = (struct urgent){item, standing.decide_by_ms};
        order_standing_release(&standing);
    }
    qsort(list, count, sizeof *list, by_moment);
    while (count > 0) {
        item = list[--count].item;
        TAILQ_REMOVE(&view->items, item, in_all);
        TAILQ_INSERT_HEAD(&view->items, item, in_all);
    }
    memory_free(list);
}

static size_t show_all(const struct orders_list *list, struct ledger_view *view, struct orders_table *table)
{
    const struct ledger_item *item;
    size_t count = 0;

    ledger_view_line_up(view);
    urgent_first(view);
    orders_table_measure(view, table);
    if (!list->json)
        orders_table_head(table);
    TAILQ_FOREACH(item, &view->items, in_all) {
        if (list->limit > 0 && count == (size_t)list->limit)
            break;
        count += show_if_taken(list, table, item, false);
    }
    return count;
}

/* A row for each order that is taken now, or was before this change of it. */
static bool watch(const struct setup *setup, const struct orders_list *list, struct ledger_view *view,
                  struct topic_reader *reader, const struct orders_table *table, struct fault *why)
{
    char id[UUID_TEXT_SIZE];

    while (!terminal_stopped()) {
        rd_kafka_message_t *message = topic_reader_next(reader, POLL_MS);
        if (message == NULL)
            continue;
        ledger_view_id_of(message, id);
        bool was_taken = is_taken(list, ledger_view_in(view, message->partition, id));
        bool good = ledger_view_take(setup, view, message, why);
        ledger_view_line_up(view);
        if (good)
            show_if_taken(list, table, ledger_view_in(view, message->partition, id), was_taken);
        rd_kafka_message_destroy(message);
        if (!good)
            return false;
    }
    return true;
}

static void print_count(const struct orders_list *list, size_t count)
{
    if (!list->json)
        fprintf(stderr, "%zu order%s%s\n", count, count == 1 ? "" : "s",
                count > 0 ? "; whc-worker order ID shows one, whc-worker decide resolves a parked one" : "");
}

int orders_list_show(const struct setup *setup, struct orders_list *list)
{
    struct ledger_view view = {.ids = {.buckets = NULL}};
    struct topic_reader *reader = NULL;
    struct orders_table table;
    struct fault why;

    if (list->all != NULL && *list->all)
        list->filter.states = NULL;
    terminal_stop_on_signals();
    ledger_view_init(&view);
    bool good = !list->watch ||
                topic_reader_new(&setup->settings, setup->settings.topic_ledger, false, &reader, &why);
    good = good && ledger_view_read(setup, &view, &why);
    if (good)
        print_count(list, show_all(list, &view, &table));
    if (good && list->watch)
        good = watch(setup, list, &view, reader, &table, &why);
    if (!good)
        fprintf(stderr, "whc-worker %s: %s\n", list->command, why.text);
    topic_reader_free(reader);
    ledger_view_release(&view);
    return good ? 0 : KAFKA_SILENT;
}

/* As far as the ledger alone knows it; `order` reads the other topics, too. */
static void show_one(struct order_view *view, bool json)
{
    const struct ledger_item *item = order_view_item(view);
    struct facts facts;

    if (json) {
        ledger_view_json(item);
        return;
    }
    view->type = catalogue_type(view->setup->catalogue, item->record.order_type);
    order_show_head(view, wall_clock_ms());
    order_view_facts(view, &facts);
    order_show_facts(&facts, NULL);
    facts_release(&facts);
    order_show_next(view);
}

int orders_list_one(const struct setup *setup, const struct orders_list *list, const char *request_id)
{
    struct order_view view;
    struct fault why;
    int code = 0;

    order_view_init(&view, setup, request_id);
    if (!ledger_view_read(setup, &view.ledger, &why)) {
        fprintf(stderr, "whc-worker %s: %s\n", list->command, why.text);
        code = KAFKA_SILENT;
    } else if (order_view_item(&view) == NULL) {
        fprintf(stderr, "whc-worker %s: the ledger has no order %.60s; whc-worker order looks further\n",
                list->command, request_id);
        code = NOT_FOUND;
    } else {
        ledger_view_line_up(&view.ledger);
        show_one(&view, list->json);
    }
    order_view_release(&view);
    return code;
}
