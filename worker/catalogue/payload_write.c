/* Fills a payload in for one order: its text is written as it is gone through, and what must be left out is cut off. */
#include "payload_inside.h"

#include "invariant.h"
#include "json_write.h"
#include "memory.h"
#include "tree.h"

#include <string.h>

enum { TEXT_MAX = 64 << 20 };

/* What has been written of a part. */
enum written {
    WRITTEN_NULL,  /* nothing */
    WRITTEN_EMPTY, /* an object or list without anything in it */
    WRITTEN_PAIR,  /* an object whose `value` came out null */
    WRITTEN_VALUE,
};

struct list {
    struct buffer *out;
    size_t count;
};

static enum written write_part(const struct payload *part, const struct scope *scope, struct buffer *out);

/* Not empty in the file, and came out empty or null: left out in turn. A null that is written in the file stays. */
static bool is_left_out(const struct payload *part, enum written written)
{
    return (written == WRITTEN_EMPTY && part->count > 0) ||
           (written == WRITTEN_NULL && part->kind != PAYLOAD_LITERAL);
}

/* What did not fit stays told. */
static void take_back(struct buffer *out, size_t mark)
{
    if (!out->full)
        buffer_cut(out, mark);
}

static void write_null(enum written written, struct buffer *out)
{
    if (written == WRITTEN_NULL)
        buffer_add_text(out, "null");
}

static void add_elements(const struct payload *each, const struct scope *scope, struct list *list);

/* Adds what one list element or one turn of an x-each gives. */
static void add_element(const struct payload *part, const struct scope *scope, struct list *list)
{
    size_t mark = list->out->length;

    if (list->count >= PAYLOAD_ITEMS_MAX)
        return;
    if (part->kind == PAYLOAD_EACH) {
        add_elements(part, scope, list);
        return;
    }
    if (list->count > 0)
        buffer_add_byte(list->out, ',');
    enum written written = write_part(part, scope, list->out);
    if (written == WRITTEN_PAIR || is_left_out(part, written)) {
        take_back(list->out, mark);
        return;
    }
    write_null(written, list->out);
    list->count++;
}

static void add_turn(const struct payload *body, const struct scope *scope, struct list *list)
{
    if (body->kind != PAYLOAD_LIST) {
        add_element(body, scope, list);
        return;
    }
    for (size_t i = 0; i < body->count; i++)
        add_element(body->parts[i], scope, list);
}

static void add_elements(const struct payload *each, const struct scope *scope, struct list *list)
{
    CLEANUP(tree_release) struct json_object *over = template_value(each->template, scope);
    struct each now = {.name = each->each_name, .outer = scope->each};
    struct scope inner = *scope;
    bool is_list = json_object_is_type(over, json_type_array);
    size_t count = is_list ? json_object_array_length(over) : over != NULL;

    REQUIRE(each->count == 1);
    inner.each = &now;
    for (size_t i = 0; i < count; i++) {
        now.item = is_list ? json_object_array_get_idx(over, i) : over;
        now.position = (unsigned)i + 1;
        add_turn(each->parts[0], &inner, list);
    }
}

static enum written write_list(const struct payload *payload, const struct scope *scope, struct buffer *out)
{
    struct list list = {.out = out};

    buffer_add_byte(out, '[');
    if (payload->kind == PAYLOAD_EACH)
        add_elements(payload, scope, &list);
    for (size_t i = 0; payload->kind == PAYLOAD_LIST && i < payload->count; i++)
        add_element(payload->parts[i], scope, &list);
    buffer_add_byte(out, ']');
    return list.count == 0 ? WRITTEN_EMPTY : WRITTEN_VALUE;
}

static enum written write_object(const struct payload *payload, const struct scope *scope, struct buffer *out)
{
    bool lacks_value = false;
    size_t count = 0;

    buffer_add_byte(out, '{');
    for (size_t i = 0; i < payload->count; i++) {
        const struct payload *part = payload->parts[i];
        size_t mark = out->length;
        buffer_add_text(out, payload->keys[i] + (count == 0 ? 1 : 0)); /* without its comma */
        enum written written = write_part(part, scope, out);
        bool left_out = is_left_out(part, written);
        if (left_out)
            take_back(out, mark);
        else
            write_null(written, out);
        count += !left_out;
        lacks_value = lacks_value || (left_out && strcmp(payload->names[i], "value") == 0);
    }
    buffer_add_byte(out, '}');
    return count == 0 ? WRITTEN_EMPTY : lacks_value ? WRITTEN_PAIR : WRITTEN_VALUE;
}

static enum written write_first(const struct payload *payload, const struct scope *scope, struct buffer *out)
{
    enum written written = WRITTEN_NULL;

    for (size_t i = 0; i < payload->count && written == WRITTEN_NULL; i++)
        written = write_part(payload->parts[i], scope, out);
    return written == WRITTEN_PAIR ? WRITTEN_VALUE : written;
}

/* A list or object that an expression gave is as it is, empty or not, but x-first looks at it. */
static enum written write_tree(struct json_object *value, struct buffer *out)
{
    bool empty = (json_object_is_type(value, json_type_array) && json_object_array_length(value) == 0) ||
                 (json_object_is_type(value, json_type_object) && json_object_object_length(value) == 0);

    if (value == NULL)
        return WRITTEN_NULL;
    tree_write(value, out);
    return empty ? WRITTEN_EMPTY : WRITTEN_VALUE;
}

static enum written write_part(const struct payload *part, const struct scope *scope, struct buffer *out)
{
    switch (part->kind) {
    case PAYLOAD_LITERAL:
        return write_tree(part->literal, out);
    case PAYLOAD_TEMPLATE: {
        CLEANUP(tree_release) struct json_object *value = template_value(part->template, scope);
        return write_tree(value, out);
    }
    case PAYLOAD_OBJECT:
        return write_object(part, scope, out);
    case PAYLOAD_EACH:
    case PAYLOAD_LIST:
        return write_list(part, scope, out);
    case PAYLOAD_FIRST:
        return write_first(part, scope, out);
    }
    return WRITTEN_NULL;
}

bool payload_write(const struct payload *payload, const struct scope *scope, struct buffer *out)
{
    return write_part(payload, scope, out) != WRITTEN_NULL;
}

/* One expression is what most are; another's value is read back from its text. */
struct json_object *payload_value(const struct payload *payload, const struct scope *scope)
{
    CLEANUP(buffer_release) struct buffer text = {0};
    struct json_object *value = NULL;
    struct fault unused;

    if (payload->kind == PAYLOAD_LITERAL)
        return json_object_get(payload->literal);
    if (payload->kind == PAYLOAD_TEMPLATE)
        return template_value(payload->template, scope);
    buffer_init(&text, TEXT_MAX);
    bool given = payload_write(payload, scope, &text) && !text.full;
    return given && tree_read_own(buffer_text(&text), text.length, &value, &unused) ? value : NULL;
}
