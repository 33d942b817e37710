/* Writes texts as JSON. */
#include "json_write.h"

/* The letter of the short escape; 'u' for a control character that has none; 0: it is written as it is. */
static const char escapes[256] = {
    [0] = 'u',    [1] = 'u',    [2] = 'u',         [3] = 'u',    [4] = 'u',    [5] = 'u',
    [6] = 'u',    [7] = 'u',    ['\b'] = 'b',      ['\t'] = 't', ['\n'] = 'n', [11] = 'u',
    ['\f'] = 'f', ['\r'] = 'r', [14 ... 31] = 'u', ['"'] = '"',  ['\\'] = '\\'};

void json_write_text(const char *text, size_t length, struct buffer *out)
{
    size_t written = 0;

    buffer_add_byte(out, '"');
    for (size_t i = 0; i < length; i++) {
        char letter = escapes[(unsigned char)text[i]];
        if (letter == 0)
            continue;
        buffer_add(out, text + written, i - written);
        written = i + 1;
        if (letter == 'u')
            buffer_print(out, "\\u%04x", (unsigned)(unsigned char)text[i]);
        else
            buffer_add(out, (const char[]){'\\', letter}, 2);
    }
    buffer_add(out, text + written, length - written);
    buffer_add_byte(out, '"');
}
