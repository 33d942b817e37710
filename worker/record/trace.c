/* Checks traceparent and tracestate. Section numbers are of the W3C recommendation. */
#include "trace.h"

#include "buffer.h"
#include "invariant.h"
#include "memory.h"

#include <string.h>

enum { PARENT_LENGTH = 55, KEY_MAX = 256, VALUE_MAX = 256 };

static const char hex[] = "0123456789abcdef";

static bool all_of(const char *text, size_t length, const char *set)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\0' || strchr(set, text[i]) == NULL)
            return false;
    return true;
}

/* Section 3.2: version, trace-id, parent-id, flags; ids of zeroes and version ff are invalid. */
bool trace_parent_valid(const char *text, size_t length)
{
    if (length < PARENT_LENGTH || text[2] != '-' || text[35] != '-' || text[52] != '-' ||
        !all_of(text, 2, hex) || !all_of(text + 3, 32, hex) || !all_of(text + 36, 16, hex) ||
        !all_of(text + 53, 2, hex))
        return false;
    if (memcmp(text, "ff", 2) == 0 || all_of(text + 3, 32, "0") || all_of(text + 36, 16, "0"))
        return false;
    if (memcmp(text, "00", 2) == 0 || length == PARENT_LENGTH)
        return length == PARENT_LENGTH;
    for (size_t i = PARENT_LENGTH; i < length; i++)
        if (text[i] < ' ' || text[i] > '~')
            return false;
    return text[PARENT_LENGTH] == '-';
}

/* Section 3.3.1.3: key=value. */
static bool is_member(const char *text, size_t length, size_t *key_length)
{
    const char *equals = memchr(text, '=', length);

    if (equals == NULL)
        return false;
    *key_length = (size_t)(equals - text);
    size_t value_length = length - *key_length - 1;
    if (*key_length == 0 || *key_length > KEY_MAX || value_length == 0 || value_length > VALUE_MAX)
        return false;
    if (strchr("abcdefghijklmnopqrstuvwxyz0123456789", text[0]) == NULL ||
        !all_of(text, *key_length, "abcdefghijklmnopqrstuvwxyz0123456789_-*/@"))
        return false;
    for (size_t i = 1; i <= value_length; i++)
        if (equals[i] < ' ' || equals[i] > '~' || equals[i] == '=')
            return false;
    return true;
}

/* Whether a member of this key is in the list already. */
static bool has_key(const struct buffer *list, const char *key, size_t length)
{
    const char *at = buffer_text(list);

    while (*at != '\0') {
        if (strncmp(at, key, length) == 0 && at[length] == '=')
            return true;
        at += strcspn(at, ",");
        at += *at == ',';
    }
    return false;
}

char *trace_state_read(const char *joined)
{
    CLEANUP(buffer_release) struct buffer list = {0};
    size_t count = 0, key_length;
    bool room = true;

    buffer_init(&list, TRACE_STATE_MAX);
    for (const char *at = joined; *at != '\0'; at += *at == ',') {
        at += strspn(at, " \t");
        size_t length = strcspn(at, ","), taken = length;
        const char *member = at;
        at += length;
        while (taken > 0 && strchr(" \t", member[taken - 1]) != NULL)
            taken--;
        if (taken == 0)
            continue;
        if (++count > TRACE_STATE_MEMBERS_MAX || !is_member(member, taken, &key_length) ||
            has_key(&list, member, key_length))
            return NULL;
        room = room && list.length + taken + 1 <= TRACE_STATE_MAX;
        if (!room)
            continue;
        if (list.length > 0)
            buffer_add_byte(&list, ',');
        buffer_add(&list, member, taken);
    }
    REQUIRE(!list.full); /* a cut member would be another one */
    return list.length == 0 ? NULL : buffer_take(&list, NULL);
}
