/* The table of orders: request, type, key, state, what it waits for, age, attempt, why. */
#include "orders_table.h"

#include "memory.h"
#include "order_show.h"
#include "terminal.h"
#include "timestamp.h"

#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 65536, KEY_LEAST = 8, KEY_MOST = 24, TYPE_LEAST = 12, TYPE_MOST = 40, NARROW = 140 };
enum { REQUEST_WIDTH = 36, STATE_WIDTH = 8, WAITS_WIDTH = 7, AGE_WIDTH = 12, ATTEMPT_WIDTH = 3 };

void orders_table_measure(const struct ledger_view *view, struct orders_table *table)
{
    const struct ledger_item *item;

    *table = (struct orders_table){.type = TYPE_LEAST, .key = KEY_LEAST, .width = terminal_width()};
    TAILQ_FOREACH(item, &view->items, in_all) {
        size_t type = item->record.order_type == NULL ? 0 : strlen(item->record.order_type);
        if (type > table->type)
            table->type = type < TYPE_MOST ? type : TYPE_MOST;
        if (item->record.key_length > table->key)
            table->key = item->record.key_length < KEY_MOST ? item->record.key_length : KEY_MOST;
    }
    if (table->width > 0 && table->width < NARROW)
        table->key = KEY_LEAST, table->type = table->type < 16 ? table->type : 16;
}

static void add_why(struct buffer *line, const struct orders_table *table, const char *why)
{
    size_t used =
        REQUEST_WIDTH + table->type + table->key + STATE_WIDTH + WAITS_WIDTH + AGE_WIDTH + ATTEMPT_WIDTH + 14;
    size_t left = table->width > used + 10 ? table->width - used : 10;

    terminal_add(line, why, table->width == 0 ? 0 : left);
    terminal_print_trimmed(line);
}

void orders_table_head(const struct orders_table *table)
{
    CLEANUP(buffer_release) struct buffer line = {0};

    buffer_init(&line, LINE_MAX_BYTES);
    buffer_print(&line, "%-*s  %-*s  %-*s  %-*s  %-*s  %-*s  %-*s  ", REQUEST_WIDTH, "REQUEST",
                 (int)table->type, "ORDER TYPE", (int)table->key, "KEY", STATE_WIDTH, "STATE", WAITS_WIDTH,
                 "WAITS", AGE_WIDTH, "AGE", ATTEMPT_WIDTH, "ATT");
    add_why(&line, table, "WHY");
}

static void add_decide_by(struct buffer *why, int64_t decide_by_ms)
{
    char by[TIMESTAMP_TEXT_SIZE];

    if (decide_by_ms == 0)
        return;
    timestamp_print(decide_by_ms, by);
    buffer_print(why, "decide by %s: ", by);
}

static void add_until(struct buffer *why, const char *step, int64_t until_ms)
{
    char until[TIMESTAMP_TEXT_SIZE];

    timestamp_print(until_ms, until);
    buffer_print(why, "%s until %s", step, until);
}

void orders_table_row(const struct orders_table *table, const struct ledger_item *item,
                      const struct order_standing *standing, int64_t now_ms)
{
    const struct ledger_record *record = &item->record;
    CLEANUP(memory_release) char *key = memory_text_of(record->key, record->key_length);
    CLEANUP(buffer_release) struct buffer line = {0}, age = {0}, why = {0};
    char attempt[24];

    buffer_init(&line, LINE_MAX_BYTES);
    buffer_init(&age, 64);
    buffer_init(&why, LINE_MAX_BYTES);
    order_show_span(&age, now_ms > record->requested_at_ms ? now_ms - record->requested_at_ms : 0);
    snprintf(attempt, sizeof attempt, "%u", record->attempt);
    add_decide_by(&why, standing->decide_by_ms);
    if (*standing->kind != '\0')
        buffer_print(&why, "%s/%s: %s", standing->kind, standing->code, standing->text);
    else if (standing->waits == WAITS_KEY)
        buffer_print(&why, "behind %s", item->first->record.request_id);
    else if (standing->until_ms != 0)
        add_until(&why, record->wait.step, standing->until_ms);
    terminal_add_column(&line, record->request_id, REQUEST_WIDTH);
    terminal_add_column(&line, record->order_type, table->type);
    terminal_add_column(&line, key, table->key);
    terminal_add_column(&line, ledger_state_name(record->state), STATE_WIDTH);
    terminal_add_column(&line, order_waits_words[standing->waits], WAITS_WIDTH);
    terminal_add_column(&line, buffer_text(&age), AGE_WIDTH);
    terminal_add_column(&line, attempt, ATTEMPT_WIDTH);
    add_why(&line, table, buffer_text(&why));
}
