/* Base64 by RFC 4648, both ways. */
#include "base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

_Static_assert(sizeof alphabet == 64 + 1, "6 bits for each character");

void base64_write(const void *bytes, size_t length, struct buffer *out)
{
    const uint8_t *in = bytes;

    for (size_t i = 0; i < length; i += 3) {
        size_t here = length - i < 3 ? length - i : 3;
        uint32_t group = (uint32_t)in[i] << 16;
        if (here > 1)
            group |= (uint32_t)in[i + 1] << 8;
        if (here > 2)
            group |= in[i + 2];
        char text[4] = {alphabet[group >> 18], alphabet[group >> 12 & 63],
                        here > 1 ? alphabet[group >> 6 & 63] : '=', here > 2 ? alphabet[group & 63] : '='};
        buffer_add(out, text, sizeof text);
    }
}

/* The 6 bits of a character, or -1. */
static int value_of(char c)
{
    const char *at = c == '\0' ? NULL : strchr(alphabet, c);

    return at == NULL ? -1 : (int)(at - alphabet);
}

/* One group of four characters, of which the last `padding` are '='; false where one is wrong. */
static bool read_group(const char *text, size_t padding, struct buffer *out)
{
    uint32_t group = 0;

    for (size_t i = 0; i < 4; i++) {
        int value = i < 4 - padding ? value_of(text[i]) : 0;
        if (value < 0)
            return false;
        group = group << 6 | (uint32_t)value;
    }
    if ((group & (padding == 2 ? 0xffffu : padding == 1 ? 0xffu : 0u)) != 0)
        return false;
    uint8_t bytes[3] = {(uint8_t)(group >> 16), (uint8_t)(group >> 8), (uint8_t)group};
    buffer_add(out, bytes, 3 - padding);
    return true;
}

bool base64_read(const char *text, size_t length, struct buffer *out, struct fault *why)
{
    if (length % 4 != 0)
        return fault_set(why, FAULT_INPUT, "base64 text has a multiple of 4 characters, this has %zu",
                         length);
    for (size_t i = 0; i < length; i += 4) {
        bool last = i + 4 == length;
        size_t padding = !last || text[i + 3] != '=' ? 0 : text[i + 2] == '=' ? 2 : 1;
        if (!read_group(text + i, padding, out))
            return fault_set(why, FAULT_INPUT, "not base64 text: wrong near character %zu", i + 1);
    }
    return true;
}
