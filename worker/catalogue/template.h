/*
 * Texts that are one runtime expression, or have expressions embedded in {}, or neither (Arazzo 1.1, "Runtime
 * Expressions"), compiled once.
 */
#ifndef CATALOGUE_TEMPLATE_H
#define CATALOGUE_TEMPLATE_H

#include "expression.h"

struct template;

MUST_USE bool template_parse(const char *text, const struct naming *naming, struct template **template,
                             struct fault *why);
/* The same for a pattern or path, in which a '$' at the start is no expression: only {$...} is one. */
MUST_USE bool template_parse_pattern(const char *text, const struct naming *naming,
                                     struct template **template, struct fault *why);
void *template_free(struct template *template);

/* The one expression that it is, borrowed; null when it is not one, or has something beside it. */
const struct expression *template_expression(const struct template *template);

/* Whether there is no expression in it at all. */
bool template_is_constant(const struct template *template);

/* The value, owned: of any kind for one expression, text otherwise; text with an embedded null is null. */
struct json_object *template_value(const struct template *template, const struct scope *scope);

/* Adds an embedded value to the text made so far, in the way that its place asks for; false: it cannot stand there. */
typedef bool embed_fn(const char *value, size_t length, struct buffer *out);

/*
 * As template_value, but always text, and `embed` puts the values in. Null also where it refuses one. Without a scope,
 * to try a pattern out, each expression is "1".
 */
struct json_object *template_filled(const struct template *template, const struct scope *scope,
                                    embed_fn *embed);

/*
 * The value's text for places that hold text (queries, paths, embedding): a string as it is, a number or boolean as
 * JSON writes it, an object or list as JSON. Added to `out`.
 */
void template_add_value(struct json_object *value, struct buffer *out);

#endif
