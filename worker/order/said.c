/* Finds the code and the words in the body of an error reply, and the title of a page. */
#include "said.h"

#include "memory.h"
#include "utf8.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { PART_MAX = 150, PAGE_LOOKED_AT = 4096 };

/* The object in which the error is: the body, or the first one of a list that it is or has as `errors`. */
static struct json_object *error_of(struct json_object *body)
{
    struct json_object *list =
        json_object_is_type(body, json_type_array) ? body : tree_member(body, "errors");

    if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) == 0)
        return body;
    struct json_object *first = json_object_array_get_idx(list, 0);
    return json_object_is_type(first, json_type_object) ? first : body;
}

static const char *code_in(struct json_object *error)
{
    struct json_object *value = tree_member(error, "code");
    bool number = json_object_is_type(value, json_type_int);

    return number ? json_object_get_string(value) : tree_text(value);
}

void said_code(struct json_object *body, char code[BT_CODE_SIZE])
{
    const char *text = code_in(body);

    if (text == NULL)
        text = code_in(error_of(body));
    snprintf(code, BT_CODE_SIZE, "%s", text == NULL ? "" : text);
    utf8_repair(code);
}

static void add_part(const char *text, struct buffer *out)
{
    char part[PART_MAX + 1];

    if (text == NULL || *text == '\0')
        return;
    snprintf(part, sizeof part, "%s", text);
    utf8_repair(part);
    if (out->length == 0 ||
        strstr(buffer_text(out), part) == NULL) /* reason and message are often the same */
        buffer_print(out, ": %s", part);
}

static void add_words(struct json_object *error, struct buffer *out)
{
    static const char *const members[] = {"reason", "message",          "title", "detail", "description",
                                          "error",  "error_description"};

    for (size_t i = 0; i < COUNT_OF(members); i++)
        add_part(tree_text_of(error, members[i]), out);
    if (out->length == 0)
        add_part(tree_text_of(tree_member(error, "fault"), "faultstring"), out);
}

void said_words(struct json_object *body, struct buffer *out)
{
    struct json_object *error = error_of(body), *list = tree_member(body, "errors");

    if (error != body)
        add_words(body, out);
    add_words(error, out);
    if (out->length == 0 && json_object_is_type(list, json_type_array))
        add_part(tree_text(json_object_array_get_idx(list, 0)), out);
}

/* Where `what` stands in the text, without regard to case; null: nowhere. */
static const char *find(const char *text, const char *end, const char *what)
{
    size_t length = strlen(what);

    for (; (size_t)(end - text) >= length; text++)
        if (strncasecmp(text, what, length) == 0)
            return text;
    return NULL;
}

void said_title(const char *page, size_t length, char *title, size_t size)
{
    const char *end = page + (length < PAGE_LOOKED_AT ? length : PAGE_LOOKED_AT);
    const char *begin = find(page, end, "<title");
    size_t used = 0;

    title[0] = '\0';
    begin = begin == NULL ? NULL : memchr(begin, '>', (size_t)(end - begin));
    if (begin == NULL)
        return;
    const char *stop = find(++begin, end, "</title");
    for (const char *at = begin; at < (stop == NULL ? end : stop) && used + 1 < size; at++) {
        bool blank = isspace((unsigned char)*at) || iscntrl((unsigned char)*at);
        if (blank && (used == 0 || title[used - 1] == ' '))
            continue;
        title[used++] = blank ? ' ' : *at;
    }
    while (used > 0 && title[used - 1] == ' ')
        used--;
    title[used] = '\0';
    utf8_repair(title);
}
