/* Decodes outcomes and prints them as table rows or JSON lines. */
#include "outcome_view.h"

#include "outcome.h"

#include "datum.h"
#include "framing.h"
#include "memory.h"

#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1 << 30, WHY_WIDTH = 60 };

static bool header_of(const rd_kafka_message_t *message, const char *name, const void **value, size_t *size)
{
    rd_kafka_headers_t *headers;

    return rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
           rd_kafka_header_get_last(headers, name, value, size) == RD_KAFKA_RESP_ERR_NO_ERROR &&
           *value != NULL;
}

static const struct order_type *type_of(const struct catalogue *catalogue, const struct frame *frame,
                                        const void *ce_type, size_t size)
{
    for (size_t i = 0; i < catalogue->type_count; i++) {
        const struct order_type *type = catalogue->types[i];
        const char *name = schema_name(type->outcome);
        if (frame->framing == FRAMING_SINGLE_OBJECT
                ? schema_fingerprint(type->outcome) == frame->fingerprint
                : ce_type != NULL && strlen(name) == size && memcmp(name, ce_type, size) == 0)
            return type;
    }
    return NULL;
}

bool outcome_view_read(const struct catalogue *catalogue, const rd_kafka_message_t *message,
                       struct json_object **tree, struct fault *why)
{
    const void *header = NULL, *ce_type = NULL;
    size_t header_length = 0, ce_length = 0;
    struct frame frame;

    if (!header_of(message, FRAMING_HEADER, &header, &header_length))
        header = NULL;
    if (!header_of(message, "ce_type", &ce_type, &ce_length))
        ce_type = NULL;
    TRY(framing_read(message->payload, message->len, header, header_length, &frame, why));
    const struct order_type *type = type_of(catalogue, &frame, ce_type, ce_length);
    if (type == NULL)
        return fault_set(why, FAULT_INPUT,
                         "the outcome was written with a schema that this catalogue does not have");
    return datum_decode(type->outcome, (const char *)message->payload + frame.start,
                        message->len - frame.start, type->outcome, &datum_limits_own, tree, why);
}

const char *outcome_view_status(const char *status)
{
    for (int i = OUTCOME_COMPLETED; i <= OUTCOME_PROGRESS; i++)
        if (strcmp(outcome_status_name((enum outcome_status)i), status) == 0)
            return outcome_status_name((enum outcome_status)i);
    return outcome_status_name(OUTCOME_UNKNOWN);
}

void outcome_view_head(void)
{
    printf("%-8s  %-24s %-36s %-9s %5s  %s\n", "TIME", "ORDER TYPE", "REQUEST", "STATUS", "CALLS", "WHY");
    fflush(stdout);
}

/* Reasons come from outside: nothing that moves a terminal's cursor. */
static void print_safely(const char *text, size_t width)
{
    size_t shown = 0;

    for (; *text != '\0' && shown < width; text++, shown++)
        putchar((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
    if (*text != '\0')
        fputs("...", stdout);
}

static const char *or_dash(const char *text)
{
    return text == NULL ? "-" : text;
}

void outcome_view_row(struct json_object *tree, bool color)
{
    struct json_object *outcome = tree_member(tree, "outcome"), *reason = tree_member(outcome, "reason");
    const char *status = or_dash(tree_text_of(outcome, "status")),
               *time = tree_text_of(outcome, "finishedAt");
    const char *paint = strcmp(status, "COMPLETED") == 0  ? "32"
                        : strcmp(status, "REJECTED") == 0 ? "33"
                                                          : "31";

    printf("%.8s  %-24.24s %-36.36s ", time != NULL && strlen(time) > 19 ? time + 11 : "-",
           or_dash(tree_text_of(outcome, "orderType")), or_dash(tree_text_of(outcome, "requestId")));
    if (color)
        printf("\033[%sm%-9s\033[0m", paint, status);
    else
        printf("%-9s", status);
    printf(" %5d  ", json_object_get_int(tree_member(outcome, "attempts")));
    if (reason != NULL) {
        printf("%s: ", or_dash(tree_text_of(reason, "kind")));
        print_safely(or_dash(tree_text_of(reason, "text")), WHY_WIDTH);
    }
    putchar('\n');
    fflush(stdout);
}

void outcome_view_json(struct json_object *tree)
{
    CLEANUP(buffer_release) struct buffer line = {0};

    buffer_init(&line, LINE_MAX_BYTES);
    tree_write(tree, &line);
    puts(buffer_text(&line));
    fflush(stdout);
}
