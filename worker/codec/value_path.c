/* Prints a chain of names and indexes as one path, and builds error messages that begin with it. */
#include "value_path.h"

#include "invariant.h"

#include <stdarg.h>
#include <stdio.h>

enum { PATH_LENGTH_MAX = 200 };

const char *value_path_quote(const char *text, char quoted[VALUE_PATH_QUOTE_SIZE])
{
    size_t length = 0;

    for (; *text != '\0' && length < VALUE_PATH_QUOTE_SIZE - 4; text++)
        quoted[length++] = (char)(*text < ' ' || *text > '~' || *text == '\'' ? '?' : *text);
    for (int dot = 0; *text != '\0' && dot < 3; dot++)
        quoted[length++] = '.';
    REQUIRE(length < VALUE_PATH_QUOTE_SIZE);
    quoted[length] = '\0';
    return quoted;
}

void value_path_print(const struct value_path *place, struct buffer *out)
{
    char name[VALUE_PATH_QUOTE_SIZE];

    if (place == NULL)
        return;
    value_path_print(place->up, out);
    if (place->name == NULL)
        buffer_print(out, "[%zu]", place->index);
    else
        buffer_print(out, "%s%s", out->length > 0 ? "." : "", value_path_quote(place->name, name));
}

void value_path_pointer(const struct value_path *place, struct buffer *out)
{
    char name[VALUE_PATH_QUOTE_SIZE];

    if (place == NULL)
        return;
    value_path_pointer(place->up, out);
    if (place->name == NULL)
        buffer_print(out, "/%zu", place->index);
    else
        buffer_print(out, "/%s", value_path_quote(place->name, name));
}

bool(value_path_fault)(const struct value_path *place, struct fault *why, const char *format, ...)
{
    char message[sizeof why->text];
    struct buffer path;
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    buffer_init(&path, PATH_LENGTH_MAX);
    value_path_print(place, &path);
    fault_set(why, FAULT_INPUT, "%s%s%s", buffer_text(&path), path.length > 0 ? ": " : "", message);
    buffer_release(&path);
    return false;
}
