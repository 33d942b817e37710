/* Decodes outcomes and prints them as table rows or JSON lines. */
#include "outcome_view.h"

#include "datum.h"
#include "framing.h"
#include "memory.h"
#include "outcome.h"
#include "terminal.h"
#include "topic_reader.h"

#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1 << 30, TYPE_WIDTH = 28, REQUEST_WIDTH = 36, WHY_AT = 97 };

/* The schema with which it was written; null: none of the catalogue's. */
static const struct schema *schema_of(const struct catalogue *catalogue, const struct frame *frame,
                                      const void *ce_type, size_t size)
{
    for (size_t i = 0; i < catalogue->type_count; i++) {
        const struct order_type *type = catalogue->types[i];
        const char *name = schema_name(type->outcome);
        if (frame->framing != FRAMING_SINGLE_OBJECT) {
            if (ce_type != NULL && strlen(name) == size && memcmp(name, ce_type, size) == 0)
                return type->outcome;
        } else if (schema_fingerprint(type->outcome) == frame->fingerprint) {
            return type->outcome;
        } else if (type->outcome_1 != NULL && schema_fingerprint(type->outcome_1) == frame->fingerprint) {
            return type->outcome_1;
        }
    }
    return NULL;
}

bool outcome_view_read(const struct catalogue *catalogue, const rd_kafka_message_t *message,
                       struct json_object **tree, struct fault *why)
{
    const void *header = NULL, *ce_type = NULL;
    size_t header_length = 0, ce_length = 0;
    struct frame frame;

    if (!topic_reader_header(message, FRAMING_HEADER, &header, &header_length))
        header = NULL;
    if (!topic_reader_header(message, "ce_type", &ce_type, &ce_length))
        ce_type = NULL;
    TRY(framing_read(message->payload, message->len, header, header_length, &frame, why));
    const struct schema *schema = schema_of(catalogue, &frame, ce_type, ce_length);
    if (schema == NULL)
        return fault_set(why, FAULT_INPUT,
                         "the outcome was written with a schema that this catalogue does not have");
    return datum_decode(schema, (const char *)message->payload + frame.start, message->len - frame.start,
                        schema, &datum_limits_own, tree, why);
}

const char *outcome_view_status(const char *status)
{
    for (int i = OUTCOME_COMPLETED; status != NULL && i <= OUTCOME_PROGRESS; i++)
        if (strcmp(outcome_status_name((enum outcome_status)i), status) == 0)
            return outcome_status_name((enum outcome_status)i);
    return outcome_status_name(OUTCOME_UNKNOWN);
}

/* Of a kind, a code and a sentence, as reasons have them. */
static void add_reason(struct json_object *reason, struct buffer *text)
{
    const char *kind = tree_text_of(reason, "kind"), *code = tree_text_of(reason, "code"),
               *words = tree_text_of(reason, "text");

    if (kind == NULL)
        return;
    buffer_print(text, "  %s%s%s", kind, code == NULL || *code == '\0' ? "" : "/", code == NULL ? "" : code);
    if (words != NULL)
        buffer_print(text, ": %s", words);
}

void outcome_view_fact(struct json_object *outcome, struct buffer *text)
{
    struct json_object *waiting = tree_member(outcome, "waiting");
    const char *step = tree_text_of(outcome, "step"), *next = tree_text_of(waiting, "step"),
               *until = tree_text_of(waiting, "until");
    bool final = json_object_get_boolean(tree_member(outcome, "final"));

    buffer_add_text(text, outcome_view_status(tree_text_of(outcome, "status")));
    if (!final && step != NULL)
        buffer_print(text, " at %s", step);
    if (next != NULL)
        buffer_print(text, ", waits at %s until %s", next, until == NULL ? "-" : until);
    add_reason(tree_member(outcome, "reason"), text);
}

void outcome_view_head(void)
{
    CLEANUP(buffer_release) struct buffer line = {0};

    buffer_init(&line, LINE_MAX_BYTES);
    buffer_print(&line, "%-8s  %-*s  %-*s  %-9s  %5s  WHY", "TIME", TYPE_WIDTH, "ORDER TYPE", REQUEST_WIDTH,
                 "REQUEST", "STATUS", "CALLS");
    terminal_print(&line);
}

void outcome_view_row(struct json_object *tree)
{
    struct json_object *outcome = tree_member(tree, "outcome"), *reason = tree_member(outcome, "reason");
    const char *status = outcome_view_status(tree_text_of(outcome, "status")),
               *time = tree_text_of(outcome, "finishedAt"), *kind = tree_text_of(reason, "kind"),
               *text = tree_text_of(reason, "text");
    const char *paint = strcmp(status, "COMPLETED") == 0  ? "32"
                        : strcmp(status, "REJECTED") == 0 ? "33"
                                                          : "31";
    size_t width = terminal_width();
    CLEANUP(buffer_release) struct buffer line = {0}, why = {0};

    buffer_init(&line, LINE_MAX_BYTES);
    buffer_init(&why, LINE_MAX_BYTES);
    buffer_print(&line, "%.8s  ", time != NULL && strlen(time) > 19 ? time + 11 : "-");
    terminal_add_column(&line, tree_text_of(outcome, "orderType"), TYPE_WIDTH);
    terminal_add_column(&line, tree_text_of(outcome, "requestId"), REQUEST_WIDTH);
    terminal_add_colored(&line, status, paint);
    buffer_print(&line, "%*s  %5d  ", (int)(9 - strlen(status)), "",
                 json_object_get_int(tree_member(outcome, "attempts")));
    if (kind != NULL)
        buffer_print(&why, "%s: %s", kind, text == NULL ? "-" : text);
    terminal_add(&line, buffer_text(&why), width == 0 ? 0 : width > WHY_AT + 10 ? width - WHY_AT : 10);
    terminal_print_trimmed(&line);
}

void outcome_view_json(struct json_object *tree)
{
    CLEANUP(buffer_release) struct buffer line = {0};

    buffer_init(&line, LINE_MAX_BYTES);
    tree_write(tree, &line);
    puts(buffer_text(&line));
    fflush(stdout);
}
