/* Checks UTF-8 by the table of RFC 3629 section 4. */
#include "utf8.h"

#include <stdint.h>
#include <string.h>

/* The length of the character at `at`, 0 where there is none. */
static size_t character(const uint8_t *at, size_t left)
{
    uint8_t first = at[0], low = 0x80, high = 0xbf;
    size_t length = first < 0x80   ? 1
                    : first < 0xc2 ? 0
                    : first < 0xe0 ? 2
                    : first < 0xf0 ? 3
                    : first < 0xf5 ? 4
                                   : 0;

    if (length > left)
        return 0;
    if (first == 0xe0)
        low = 0xa0;
    else if (first == 0xed)
        high = 0x9f;
    else if (first == 0xf0)
        low = 0x90;
    else if (first == 0xf4)
        high = 0x8f;
    for (size_t i = 1; i < length; i++) {
        if (at[i] < low || at[i] > high)
            return 0;
        low = 0x80;
        high = 0xbf;
    }
    return length;
}

/* How many of the first bytes are plain ASCII, eight at a time: nearly all text is. */
static size_t plain(const uint8_t *at, size_t left)
{
    size_t count = 0;

    for (uint64_t eight; left - count >= sizeof eight; count += sizeof eight) {
        memcpy(&eight, at + count, sizeof eight);
        if ((eight & 0x8080808080808080u) != 0)
            break;
    }
    return count;
}

bool utf8_valid(const char *text, size_t length)
{
    const uint8_t *at = (const uint8_t *)text;

    for (size_t taken; length > 0; at += taken, length -= taken) {
        taken = plain(at, length);
        if (taken == 0)
            taken = character(at, length);
        if (taken == 0)
            return false;
    }
    return true;
}

void utf8_repair(char *text)
{
    uint8_t *at = (uint8_t *)text;

    for (size_t left = strlen(text), taken; left > 0; at += taken, left -= taken) {
        taken = plain(at, left);
        if (taken > 0)
            continue;
        bool cut = at[0] >= 0xc2 && at[0] < 0xf5 && left < 4;
        for (size_t i = 1; i < left && cut; i++)
            cut = at[i] >= 0x80 && at[i] <= 0xbf;
        taken = character(at, left);
        if (taken > 0)
            continue;
        taken = 1;
        *at = cut ? '\0' : '?';
        if (cut)
            return;
    }
}
