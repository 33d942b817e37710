/* Gathers the orders of a filter, shows them, and sends a decision about each. */
#include "decide_all.h"

#include "memory.h"
#include "orders_table.h"
#include "terminal.h"
#include "wall_clock.h"

#include <inttypes.h>
#include <stdio.h>

enum { KAFKA_SILENT = 5, LINE_MAX_BYTES = 4096 };

static struct sent_decision decision_of(const struct decide_all *all, const struct ledger_item *item)
{
    struct sent_decision sent = {.decision = all->decision, .partition = item->partition};

    decision_about(item, &sent.decision);
    return sent;
}

/* Prints the orders that are meant, and gives a decision about each. Owned by the caller. */
static struct sent_decision *gather(const struct decide_all *all, struct ledger_view *view, size_t *count)
{
    struct sent_decision *sent = memory_new(view->ids.count + 1, sizeof *sent);
    const struct ledger_item *item;
    struct orders_table table;

    *count = 0;
    ledger_view_line_up(view);
    orders_table_measure(view, &table);
    TAILQ_FOREACH(item, &view->items, in_all) {
        struct order_standing standing;
        if (item->record.order_type == NULL)
            continue;
        order_standing_read(item, &standing);
        if (order_filter_takes(&all->filter, item, &standing, wall_clock_ms())) {
            if (*count == 0)
                orders_table_head(&table);
            orders_table_row(&table, item, &standing, wall_clock_ms());
            sent[(*count)++] = decision_of(all, item);
        }
        order_standing_release(&standing);
    }
    return sent;
}

static void print_refusal(const struct sent_decision *sent)
{
    CLEANUP(buffer_release) struct buffer line = {0};

    buffer_init(&line, LINE_MAX_BYTES);
    buffer_print(&line, "refused: %s: ", sent->decision.request_id);
    terminal_add(&line, sent->answer, 0);
    fprintf(stderr, "%s\n", buffer_text(&line));
}

static int summarise(const struct sent_decision sent[], size_t count)
{
    size_t applied = 0;

    for (size_t i = 0; i < count; i++) {
        applied += sent[i].applied;
        if (!sent[i].answered)
            fprintf(stderr, "no answer yet: %s\n", sent[i].decision.request_id);
        else if (!sent[i].applied)
            print_refusal(&sent[i]);
    }
    printf("%zu of %zu decisions applied\n", applied, count);
    return applied == count ? 0 : 1;
}

static int carry_out(const struct setup *setup, const struct decide_all *all, struct ledger_view *view,
                     struct sent_decision sent[], size_t count)
{
    struct topic_reader *reader = NULL;
    struct fault why;
    int code = KAFKA_SILENT;

    if (!topic_reader_new(&setup->settings, setup->settings.topic_ledger, false, &reader, &why) ||
        !decision_send(setup, sent, count, &why)) {
        fprintf(stderr, "whc-worker decide: %s\n", why.text);
    } else {
        decision_await(setup, reader, view, sent, count, all->timeout_ms);
        code = summarise(sent, count);
    }
    topic_reader_free(reader);
    return code;
}

int decide_all(const struct setup *setup, const struct decide_all *all)
{
    struct ledger_view view;
    struct fault why;
    size_t count;
    int code = 2;

    if (!ledger_view_read(setup, &view, &why)) {
        fprintf(stderr, "whc-worker decide: %s\n", why.text);
        ledger_view_release(&view);
        return KAFKA_SILENT;
    }
    struct sent_decision *sent = gather(all, &view, &count);
    if (all->dry_run) {
        fprintf(stderr, "%zu order%s; nothing was sent\n", count, count == 1 ? "" : "s");
        code = 0;
    } else if (all->yes != (int64_t)count) {
        fprintf(stderr,
                "whc-worker decide: these are %zu orders%s; nothing was sent. --yes %zu decides them\n",
                count, all->yes < 0 ? "" : ", and not as many as --yes says", count);
    } else {
        code = count == 0 ? 0 : carry_out(setup, all, &view, sent, count);
    }
    memory_free(sent);
    ledger_view_release(&view);
    return code;
}
