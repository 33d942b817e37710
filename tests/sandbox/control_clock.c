/* The control calls that show the sandbox's clock and move it. */
#include "answers.h"
#include "memory.h"
#include "sandbox.h"
#include "timestamp.h"
#include "tree.h"

static void write_clock(const struct sandbox *sandbox, struct buffer *out)
{
    const struct agenda *agenda = &sandbox->agenda;
    const struct agenda_item *next = agenda_next(agenda);
    CLEANUP(buffer_release) struct buffer what = {0};
    char text[TIMESTAMP_TEXT_SIZE];

    buffer_init(&what, 4096);
    timestamp_print(agenda_now_ms(agenda), text);
    buffer_print(out, "{\"now\":\"%s\",\"shared\":%s,\"next\":", text,
                 agenda->wall.shared_s == NULL ? "false" : "true");
    if (next == NULL) {
        buffer_add_text(out, "null}");
        return;
    }
    timestamp_print(next->item.due, text);
    buffer_print(out, "{\"at\":\"%s\",\"what\":", text);
    next->describe(next->context, &what);
    write_text(out, buffer_text(&what));
    buffer_add_text(out, "}}");
}

void control_get_clock(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    (void)request;
    write_clock(sandbox, reply_json(reply, 200));
}

/* Does what the one member says; what is wrong with it otherwise. */
static const char *move(struct agenda *agenda, struct json_object *order)
{
    const char *to = tree_text_of(order, "to");
    const struct agenda_item *next = agenda_next(agenda);
    struct fault why;
    int64_t at_ms;

    if (!json_object_is_type(order, json_type_object) || json_object_object_length(order) != 1)
        return "the clock is moved by one of {\"to\": \"2026-12-14T10:00:00Z\"}, {\"next\": true} and {\"home\": true}";
    if (to != NULL) {
        if (!timestamp_parse(to, &at_ms, &why))
            return "'to' is no moment as 2026-12-14T10:00:00Z";
        agenda_move(agenda, at_ms);
    } else if (json_object_get_boolean(tree_member(order, "next"))) {
        if (next == NULL)
            return "nothing is going to happen";
        agenda_move(agenda, next->item.due);
    } else if (json_object_get_boolean(tree_member(order, "home"))) {
        agenda_go_home(agenda);
    } else {
        return "the clock is moved 'to' a moment, to the 'next' one, or 'home'";
    }
    return NULL;
}

void control_move_clock(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const char *wrong = move(&sandbox->agenda, request->tree);

    if (wrong == NULL) {
        write_clock(sandbox, reply_json(reply, 200));
        return;
    }
    buffer_add_text(reply_json(reply, 400), "{\"error\":");
    write_text(&reply->body, wrong);
    buffer_add_byte(&reply->body, '}');
}
