/* Prints an order view. */
#include "order_show.h"

#include "memory.h"
#include "order_facts.h"
#include "order_next.h"
#include "order_standing.h"
#include "terminal.h"
#include "timestamp.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { LINE_MAX_BYTES = 65536, LABEL_WIDTH = 14, INDENT = 2 };

void order_show_span(struct buffer *line, int64_t ms)
{
    int64_t minutes = ms / 60000, hours = minutes / 60;

    if (ms < 1000)
        buffer_print(line, "%" PRId64 " ms", ms);
    else if (ms < 120000)
        buffer_print(line, "%.1f s", (double)ms / 1000);
    else if (minutes < 120)
        buffer_print(line, "%" PRId64 " min", minutes);
    else if (hours < 48)
        buffer_print(line, "%" PRId64 " h %" PRId64 " min", hours, minutes % 60);
    else
        buffer_print(line, "%" PRId64 " d %" PRId64 " h", hours / 24, hours % 24);
}

static const char *color_of(const char *state)
{
    return strcmp(state, "COMPLETED") == 0                                   ? "32"
           : strcmp(state, "PARKED") == 0 || strcmp(state, "FAILED") == 0    ? "31"
           : strcmp(state, "REJECTED") == 0 || strcmp(state, "UNKNOWN") == 0 ? "33"
                                                                             : "36";
}

static void print_label(struct buffer *line, const char *label)
{
    buffer_print(line, "%-*s", LABEL_WIDTH, label);
}

/* What is left of a terminal's line. */
static size_t room_left(size_t used)
{
    size_t width = terminal_width();

    return width == 0 ? 0 : width > used + 10 ? width - used : 10;
}

static void show_why(struct buffer *line, const char *kind, const char *code, const char *text)
{
    CLEANUP(buffer_release) struct buffer whole = {0};

    if (*kind == '\0')
        return;
    buffer_init(&whole, LINE_MAX_BYTES);
    buffer_print(&whole, "%s%s%s%s%s", kind, *code == '\0' ? "" : "/", code, *text == '\0' ? "" : ": ", text);
    print_label(line, "why");
    terminal_add(line, buffer_text(&whole), room_left(LABEL_WIDTH));
    terminal_print(line);
}

static void show_reference(struct buffer *line, const char *reference, const char *name)
{
    if (reference == NULL)
        return;
    print_label(line, "reference");
    terminal_add(line, reference, 0);
    buffer_add_text(line, " (");
    terminal_add(line, name, 0);
    buffer_add_text(line, ")");
    terminal_print(line);
}

/* What BT knows the order by, step by step: the inputs named <stepId>Reference. */
static void show_references(struct buffer *line, const struct ledger_record *record, const char *order_id)
{
    static const char suffix[] = "Reference";
    CLEANUP(tree_release) struct json_object *inputs = order_facts_parse(record->inputs);

    TREE_EACH(inputs, name, value)
    {
        size_t length = strlen(name), tail = sizeof suffix - 1;
        if (length > tail && strcmp(name + length - tail, suffix) == 0)
            show_reference(line, tree_text(value), name);
    }
    print_label(line, "BT's order");
    terminal_add(line, *order_id == '\0' ? "-" : order_id, 0);
    terminal_print(line);
}

static void show_key(struct buffer *line, const struct ledger_item *item)
{
    CLEANUP(memory_release) char *key = memory_text_of(item->record.key, item->record.key_length);

    print_label(line, "key");
    terminal_add(line, key, 60);
    if (item->first != NULL && item->first != item)
        buffer_print(line, ": waits for %s, which is before it", item->first->record.request_id);
    else if (item->first != NULL)
        buffer_print(line, ": held until this order ends; %zu order%s wait%s behind it", item->behind,
                     item->behind == 1 ? "" : "s", item->behind == 1 ? "s" : "");
    terminal_print(line);
}

static void show_wait(struct buffer *line, const struct ledger_wait *wait)
{
    char until[TIMESTAMP_TEXT_SIZE];

    if (wait->step == NULL)
        return;
    timestamp_print(wait->until_ms, until);
    print_label(line, "waits");
    terminal_add(line, wait->step, 60);
    buffer_print(line, "%s%s until %s", *wait->reference == '\0' ? "" : ": for a message about ",
                 wait->reference, until);
    if (wait->late)
        buffer_add_text(line, "; it was expected before now");
    terminal_print(line);
}

static void show_decide_by(struct buffer *line, int64_t decide_by_ms)
{
    char by[TIMESTAMP_TEXT_SIZE];

    if (decide_by_ms == 0)
        return;
    timestamp_print(decide_by_ms, by);
    print_label(line, "decide by");
    buffer_add_text(line, by);
    terminal_print(line);
}

static void show_item(struct buffer *line, const struct ledger_item *item)
{
    struct order_standing standing;

    order_standing_read(item, &standing);
    show_why(line, standing.kind, standing.code, standing.text);
    show_decide_by(line, standing.decide_by_ms);
    show_references(line, &item->record, standing.order_id);
    if (*standing.trace != '\0') {
        print_label(line, "trace");
        terminal_add(line, standing.trace, 0);
        terminal_print(line);
    }
    show_wait(line, &item->record.wait);
    show_key(line, item);
    order_standing_release(&standing);
}

static void show_outcome(struct buffer *line, struct json_object *outcome)
{
    struct json_object *reason = tree_member(outcome, "reason");
    const char *kind = tree_text_of(reason, "kind"), *code = tree_text_of(reason, "code"),
               *text = tree_text_of(reason, "text");

    show_why(line, kind == NULL ? "" : kind, code == NULL ? "" : code, text == NULL ? "" : text);
    print_label(line, "BT's order");
    terminal_add(line, tree_text_of(outcome, "orderId"), 0);
    terminal_print(line);
}

void order_show_head(const struct order_view *view, int64_t now_ms)
{
    const struct ledger_item *item = order_view_item(view);
    const char *state = order_view_state(view);
    CLEANUP(buffer_release) struct buffer line = {0};

    buffer_init(&line, LINE_MAX_BYTES);
    terminal_add(&line, view->type == NULL ? "(order type not known)" : view->type->name, 0);
    buffer_print(&line, "  %s  ", view->request_id);
    terminal_add_colored(&line, state, color_of(state));
    if (item != NULL && ledger_item_live(item)) {
        buffer_add_text(&line, " for ");
        order_show_span(&line, now_ms > item->record.written_at_ms ? now_ms - item->record.written_at_ms : 0);
    }
    if (item != NULL && *item->writer != '\0') {
        buffer_add_text(&line, ", by ");
        terminal_add(&line, item->writer, 0);
    }
    terminal_print(&line);
    if (item != NULL) {
        show_item(&line, item);
        if (item->record.inputs == NULL) /* of a finished one the outcome still has it */
            show_reference(&line, tree_text_of(tree_member(view->outcome, "outcome"), "externalId"),
                           "externalId");
    } else if (view->outcome != NULL) {
        show_outcome(&line, tree_member(view->outcome, "outcome"));
    }
}

/* Month, day and time, by UTC, as the logs have them. */
static void print_moment(struct buffer *line, int64_t at_ms)
{
    char moment[TIMESTAMP_TEXT_SIZE];

    timestamp_print(at_ms, moment);
    buffer_print(line, "%*s%.5s %.12s  ", INDENT, "", moment + 5, moment + 11);
}

static void print_since(struct buffer *line, int64_t ms)
{
    size_t began = line->length;

    buffer_add_text(line, "+");
    order_show_span(line, ms < 0 ? 0 : ms);
    buffer_print(line, "%*s", (int)(14 - (line->length - began < 14 ? line->length - began : 13)), "");
}

static void show_fact(struct buffer *line, const struct fact *fact, const struct fact *previous)
{
    bool named = fact->kind == FACT_ATTEMPT && *fact->label != '\0';

    print_moment(line, fact->at_ms);
    if (previous == NULL)
        buffer_print(line, "%14s", "");
    else
        print_since(line, fact->at_ms - previous->at_ms);
    terminal_add_padded(line, named ? fact->label : fact_kind_name(fact->kind), 12);
    buffer_add_byte(line, ' ');
    char place[300] = "";
    if (fact->topic != NULL)
        snprintf(place, sizeof place, "%s%s %d@%" PRId64, *fact->text == '\0' ? "" : "  ", fact->topic,
                 (int)fact->partition, fact->offset);
    size_t left = room_left(60 + strlen(place));
    terminal_add(line, fact->text, terminal_width() == 0 ? 0 : left);
    buffer_add_text(line, place);
    terminal_print_trimmed(line);
}

static bool is_among(const struct facts *facts, const struct fact *fact)
{
    for (size_t i = 0; facts != NULL && i < facts->count; i++) {
        const struct fact *one = &facts->list[i];
        if (one->kind == fact->kind && one->at_ms == fact->at_ms && one->offset == fact->offset &&
            strcmp(one->text, fact->text) == 0)
            return true;
    }
    return false;
}

void order_show_facts(const struct facts *facts, const struct facts *before)
{
    CLEANUP(buffer_release) struct buffer line = {0};

    buffer_init(&line, LINE_MAX_BYTES);
    for (size_t i = 0; i < facts->count; i++)
        if (!is_among(before, &facts->list[i]))
            show_fact(&line, &facts->list[i], i == 0 ? NULL : &facts->list[i - 1]);
}

void order_show_next(const struct order_view *view)
{
    CLEANUP(buffer_release) struct buffer line = {0}, text = {0};

    buffer_init(&line, LINE_MAX_BYTES);
    buffer_init(&text, LINE_MAX_BYTES);
    order_next_step(view, &text);
    if (text.length == 0)
        return;
    print_label(&line, "next");
    terminal_add(&line, buffer_text(&text), 0);
    terminal_print(&line);
}
