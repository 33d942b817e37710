/* See position.h. */
#include "position.h"

#include "base64.h"
#include "memory.h"

#include <string.h>

void position_init(struct position *position)
{
    *position = (struct position){.next = -1, .seen = -1};
}

void position_release(struct position *position)
{
    memory_free(position->settled);
    position_init(position);
}

static bool bit(const struct position *position, int64_t place)
{
    return (size_t)place / 8 < position->room && (position->settled[place / 8] >> (place % 8) & 1) != 0;
}

static void set_bit(struct position *position, int64_t place)
{
    size_t byte = (size_t)place / 8;

    if (byte >= position->room) {
        size_t room = byte * 2 + 16;
        position->settled = memory_resize(position->settled, room, 1);
        memset(position->settled + position->room, 0, room - position->room);
        position->room = room;
    }
    position->settled[byte] |= (uint8_t)(1u << (place % 8));
}

/* Drops the lowest `count` places of the map. */
static void shift(struct position *position, int64_t count)
{
    size_t bytes = (size_t)(count / 8), bits = (size_t)(count % 8);

    for (size_t i = 0; i < position->room; i++) {
        unsigned low = i + bytes < position->room ? position->settled[i + bytes] : 0;
        unsigned high = i + bytes + 1 < position->room ? position->settled[i + bytes + 1] : 0;
        position->settled[i] = (uint8_t)(low >> bits | high << (8 - bits));
    }
    position->next += count;
}

/* Moves over what is settled. Whole bytes first: most orders finish nearly in order. */
static void advance(struct position *position)
{
    int64_t count = 0;

    while (position->next + count < position->seen && bit(position, count))
        count++;
    if (count > 0)
        shift(position, count);
}

bool position_resume(struct position *position, int64_t offset, const char *metadata, size_t length,
                     char token[POSITION_TOKEN_MAX + 1], struct fault *why)
{
    position_release(position);
    position->next = position->seen = offset;
    token[0] = '\0';
    if (length == 0)
        return true;

    CLEANUP(memory_release) char *text = memory_text_of(metadata, length);
    char *token_at = strchr(text, ';'), *map_at = token_at == NULL ? NULL : strchr(token_at + 1, ';');
    if (map_at == NULL || text[0] != '1' || token_at != text + 1 ||
        map_at - token_at - 1 > POSITION_TOKEN_MAX)
        return fault_set(why, FAULT_INPUT, "the commit metadata at offset %lld is not ours",
                         (long long)offset);

    CLEANUP(buffer_release) struct buffer map = {0};
    buffer_init(&map, POSITION_SPAN_MAX);
    if (!base64_read(map_at + 1, strlen(map_at + 1), &map, why))
        return fault_set(why, FAULT_INPUT, "the map in the commit metadata at offset %lld is damaged",
                         (long long)offset);
    for (size_t i = 0; i < map.length * 8; i++) {
        if (!((uint8_t)map.data[i / 8] >> (i % 8) & 1))
            continue;
        set_bit(position, (int64_t)i);
        position->seen = offset + (int64_t)i + 1;
    }
    memcpy(token, token_at + 1, (size_t)(map_at - token_at - 1));
    token[map_at - token_at - 1] = '\0';
    advance(position); /* we never write a map that begins with a settled offset */
    return true;
}

bool position_take(struct position *position, int64_t offset)
{
    bool nothing_open = position->next == position->seen;

    if (position->next < 0 || (nothing_open && offset > position->next))
        position->next = position->seen = offset;
    if (offset < position->next)
        return false;
    if (offset < position->seen)
        return !bit(position, offset - position->next);
    for (int64_t gap = position->seen; gap < offset; gap++)
        set_bit(position, gap - position->next); /* control records and what compaction took */
    position->seen = offset + 1;
    advance(position);
    return true;
}

void position_settle(struct position *position, int64_t offset)
{
    if (offset < position->next || offset >= position->seen)
        return; /* settled already, or never taken under this ownership */
    set_bit(position, offset - position->next);
    if (offset == position->next)
        advance(position);
}

bool position_has_room(const struct position *position, int64_t offset)
{
    return position_span(position) == 0 || offset - position->next < POSITION_SPAN_MAX;
}

int64_t position_span(const struct position *position)
{
    return position->next < 0 ? 0 : position->seen - position->next;
}

void position_metadata(const struct position *position, const char *token, struct buffer *out)
{
    size_t length = 0;

    for (size_t i = 0; i < position->room; i++)
        if (position->settled[i] != 0)
            length = i + 1;
    buffer_print(out, "1;%s;", token);
    base64_write(position->settled, length, out);
}
