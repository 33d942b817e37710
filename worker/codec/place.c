/* See place.h. */
#include "place.h"

#include <stdarg.h>
#include <stdio.h>

enum { PATH_LENGTH_MAX = 200 };

const char *place_quote(const char *text, char quoted[PLACE_QUOTE_SIZE])
{
    size_t length = 0;

    for (; *text != '\0' && length < PLACE_QUOTE_SIZE - 4; text++)
        quoted[length++] = (char)(*text < ' ' || *text > '~' || *text == '\'' ? '?' : *text);
    for (int dot = 0; *text != '\0' && dot < 3; dot++)
        quoted[length++] = '.';
    quoted[length] = '\0';
    return quoted;
}

void place_path(const struct place *place, struct buffer *out)
{
    char name[PLACE_QUOTE_SIZE];

    if (place == NULL)
        return;
    place_path(place->up, out);
    if (place->name == NULL)
        buffer_print(out, "[%zu]", place->index);
    else
        buffer_print(out, "%s%s", out->length > 0 ? "." : "", place_quote(place->name, name));
}

void place_pointer(const struct place *place, struct buffer *out)
{
    char name[PLACE_QUOTE_SIZE];

    if (place == NULL)
        return;
    place_pointer(place->up, out);
    if (place->name == NULL)
        buffer_print(out, "/%zu", place->index);
    else
        buffer_print(out, "/%s", place_quote(place->name, name));
}

bool(place_fault)(const struct place *place, struct fault *why, const char *format, ...)
{
    char message[sizeof why->text];
    struct buffer path;
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    buffer_init(&path, PATH_LENGTH_MAX);
    place_path(place, &path);
    fault_set(why, FAULT_INPUT, "%s%s%s", buffer_text(&path), path.length > 0 ? ": " : "", message);
    buffer_release(&path);
    return false;
}
