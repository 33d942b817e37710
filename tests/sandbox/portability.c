/* Number portability: the answer goes by the last three digits (DATA.md). */
#include "answers.h"
#include "errors.h"
#include "memory.h"
#include "number_form.h"
#include "sandbox.h"

#include <stdlib.h>
#include <string.h>

struct special {
    unsigned last; /* three digits of 01632 960xxx */
    const char *state;
    const char *reason;
};

static const struct special specials[] = {
    {100, "NOT_PORTABLE", "No service establishment with the range holder"},
    {101, "PORT_IN_PROGRESS", NULL},
    {102, "ALREADY_ON_NETWORK", NULL},
    {103, "UNKNOWN", NULL},
    {199, "AWAITING_SURVEY", NULL},
};

enum { LENIENT = 197, HTML = 198, NOT_KNOWN = 404 };

/* The number without its zero, split: whether it is of the block, and its last three digits. */
static bool in_block(const char *number, const char *block, unsigned *last)
{
    const char *significant = number + (number[0] == '0');
    size_t length = strlen(block);

    if (strlen(significant) != length + 3 || strncmp(significant, block, length) != 0)
        return false;
    *last = (unsigned)strtoul(significant + length, NULL, 10);
    return true;
}

static void write_answer(struct reply *reply, const char *number, const char *end, const char *state,
                         const char *line, const char *reason)
{
    struct buffer *out = reply_json(reply, 200);

    buffer_add_text(out, "{\"directoryNumber\":");
    write_text(out, number);
    buffer_add_text(out, ",\"rangeEnd\":");
    write_text(out, end);
    buffer_add_text(out, ",\"portState\":");
    write_text(out, state);
    buffer_add_text(out, ",\"rangeHolder\":{\"cupid\":\"001\"},\"lineType\":");
    write_text(out, line);
    buffer_add_text(out, ",\"reason\":");
    write_text(out, reason);
    buffer_add_byte(out, '}');
}

/* What is text elsewhere comes as numbers here, and one member nobody knows. */
static void write_lenient(struct reply *reply, const char *number, const char *end, const char *line)
{
    const char *first = number + (number[0] == '0');

    buffer_print(
        reply_json(reply, 200),
        "{\"directoryNumber\":%s,\"rangeEnd\":%s,\"portState\":\"PORTABLE\",\"rangeHolder\":{\"cupid\":1},"
        "\"lineType\":\"%s\",\"reason\":null,\"checkedBy\":\"NPC\"}",
        first, end == NULL ? "null" : end + (end[0] == '0'), line);
}

static void write_html(struct reply *reply)
{
    reply_clear(reply);
    reply->type = "text/html";
    buffer_add_text(&reply->body, "<html><body>Welcome</body></html>");
}

void answer_portability(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const char *number = request_query(request, "directoryNumber");
    const char *end = request_query(request, "rangeEnd");
    const char *line = end == NULL ? "SINGLE" : "MULTI";
    unsigned last;

    if (!number_form_holds(&sandbox->switches, number) || !number_form_holds(&sandbox->switches, end)) {
        error_answer(&sandbox->switches, reply, 28);
        return;
    }
    if (in_block(number, "2079460", &last)) {
        write_answer(reply, number, end, "PORTABLE", "MULTI", NULL);
        return;
    }
    if (!in_block(number, "1632960", &last) || last == NOT_KNOWN) {
        error_answer(&sandbox->switches, reply, 60);
        return;
    }
    if (last == LENIENT) {
        write_lenient(reply, number, end, line);
        return;
    }
    if (last == HTML) {
        write_html(reply);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(specials); i++) {
        if (specials[i].last == last) {
            write_answer(reply, number, end, specials[i].state, line, specials[i].reason);
            return;
        }
    }
    write_answer(reply, number, end, "PORTABLE", line, NULL);
}
