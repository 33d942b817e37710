/* Prints as vsnprintf does, and takes away the beginning of a character whose end was cut off. */
#include "text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* How many bytes the character that begins so has; RFC 3629, section 3. */
static size_t length_of(uint8_t first)
{
    return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static bool continues(char byte)
{
    return ((uint8_t)byte & 0xc0) == 0x80;
}

/* Where the last character of the text begins, if it is one at all. */
static size_t last_of(const char *text, size_t length)
{
    size_t at = length;

    while (at > 0 && length - at < 4 && continues(text[at - 1]))
        at--;
    return at == 0 ? length : at - 1;
}

void text_vprint(char *out, size_t size, const char *format, va_list arguments)
{
    int needed = vsnprintf(out, size, format, arguments);

    if (needed < 0 || (size_t)needed < size)
        return;
    size_t last = last_of(out, size - 1);
    if (last + length_of((uint8_t)out[last]) > size - 1)
        out[last] = '\0';
}

void text_print(char *out, size_t size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_vprint(out, size, format, arguments);
    va_end(arguments);
}
