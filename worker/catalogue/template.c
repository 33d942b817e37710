/* Splits a text into its literal parts and expressions, and joins the values again. */
#include "template.h"

#include "invariant.h"
#include "memory.h"

#include <string.h>

enum { TEXT_MAX_BYTES = 1048576 };

struct piece {
    char *literal; /* null: an expression */
    struct expression *expression;
};

struct template
{
    struct piece *pieces;
    size_t count;
    bool whole; /* the text is one expression: the value keeps its kind */
};

void *template_free(struct template *template)
{
    if (template == NULL)
        return NULL;
    for (size_t i = 0; i < template->count; i++) {
        memory_free(template->pieces[i].literal);
        expression_free(template->pieces[i].expression);
    }
    memory_free(template->pieces);
    return memory_free(template);
}

static void add_piece(struct template *template, char *literal, struct expression *expression)
{
    template->pieces = memory_resize(template->pieces, template->count + 1, sizeof *template->pieces);
    REQUIRE((literal == NULL) != (expression == NULL));
    template->pieces[template->count++] = (struct piece){literal, expression};
}

static bool parse_embedded(struct template *template, const char *text, const struct naming *naming,
                           struct fault *why)
{
    while (*text != '\0') {
        const char *open = strstr(text, "{$");
        size_t length = open == NULL ? strlen(text) : (size_t)(open - text);
        if (length > 0)
            add_piece(template, memory_text_of(text, length), NULL);
        if (open == NULL)
            return true;
        struct expression *expression;
        const char *end;
        TRY(expression_parse(open + 1, false, naming, &expression, &end, why));
        add_piece(template, NULL, expression);
        if (*end != '}')
            return fault_set(why, FAULT_INPUT, "an embedded expression ends with '}'");
        text = end + 1;
    }
    return true;
}

static bool parse_whole(struct template *template, const char *text, const struct naming *naming,
                        struct fault *why)
{
    struct expression *expression;
    const char *end;

    TRY(expression_parse(text, false, naming, &expression, &end, why));
    add_piece(template, NULL, expression);
    return *end == '\0' ||
           fault_set(why, FAULT_INPUT, "something follows the expression; embed it as {$...}");
}

static bool parse(const char *text, bool whole, const struct naming *naming, struct template **out,
                  struct fault *why)
{
    struct template *template = memory_new(1, sizeof *template);

    template->whole = whole;
    if (!(whole ? parse_whole : parse_embedded)(template, text, naming, why)) {
        template_free(template);
        return false;
    }
    REQUIRE(!whole || (template->count == 1 && template->pieces[0].expression != NULL));
    *out = template;
    return true;
}

bool template_parse(const char *text, const struct naming *naming, struct template **out, struct fault *why)
{
    return parse(text, text[0] == '$', naming, out, why);
}

bool template_parse_pattern(const char *text, const struct naming *naming, struct template **out,
                            struct fault *why)
{
    return parse(text, false, naming, out, why);
}

const struct expression *template_expression(const struct template *template)
{
    return template->whole ? template->pieces[0].expression : NULL;
}

bool template_is_constant(const struct template *template)
{
    return template->count == 0 || (template->count == 1 && template->pieces[0].expression == NULL);
}

void template_add_value(struct json_object *value, struct buffer *out)
{
    const char *text = tree_text(value);

    if (text != NULL)
        buffer_add(out, text, (size_t)json_object_get_string_len(value));
    else
        tree_write(value, out);
}

struct json_object *template_filled(const struct template *template, const struct scope *scope,
                                    embed_fn *embed)
{
    CLEANUP(buffer_release) struct buffer text = {0};
    CLEANUP(buffer_release) struct buffer part = {0};

    buffer_init(&text, TEXT_MAX_BYTES);
    buffer_init(&part, TEXT_MAX_BYTES);
    for (size_t i = 0; i < template->count; i++) {
        if (template->pieces[i].literal != NULL) {
            buffer_add_text(&text, template->pieces[i].literal);
            continue;
        }
        struct json_object *value =
            scope != NULL ? expression_value(template->pieces[i].expression, scope) : json_object_new_int(1);
        if (value == NULL)
            return NULL;
        buffer_clear(&part);
        template_add_value(value, &part);
        json_object_put(value);
        if (!embed(buffer_text(&part), part.length, &text))
            return NULL;
    }
    return text.full || part.full ? NULL : json_object_new_string_len(buffer_text(&text), (int)text.length);
}

static bool embed_plain(const char *value, size_t length, struct buffer *out)
{
    buffer_add(out, value, length);
    return true;
}

struct json_object *template_value(const struct template *template, const struct scope *scope)
{
    return template->whole ? expression_value(template->pieces[0].expression, scope)
                           : template_filled(template, scope, embed_plain);
}
