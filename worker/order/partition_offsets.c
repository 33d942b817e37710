/* Tracks which offsets of a partition are done, and writes and reads the map of them in a commit's metadata. */
#include "partition_offsets.h"

#include "base64.h"
#include "invariant.h"
#include "memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((PARTITION_SPAN_MAX / 8 + 3) / 3 * 4 + SETTLEMENT_TOKEN_MAX + 48 <= COMMIT_METADATA_MAX,
               "a full map, its token and its mark fit the metadata");

void partition_offsets_init(struct partition_offsets *position)
{
    *position = (struct partition_offsets){
        .next = -1, .seen = -1, .mark = {.offset = -1}, .next_mark = {.offset = -1}};
}

void partition_offsets_release(struct partition_offsets *position)
{
    memory_free(position->settled);
    partition_offsets_init(position);
}

static bool bit(const struct partition_offsets *position, int64_t place)
{
    return (size_t)place / 8 < position->room && (position->settled[place / 8] >> (place % 8) & 1) != 0;
}

static void set_bit(struct partition_offsets *position, int64_t place)
{
    size_t byte = (size_t)place / 8;

    REQUIRE(place >= 0);
    if (byte >= position->room) {
        size_t room = byte * 2 + 16;
        position->settled = memory_resize(position->settled, room, 1);
        memset(position->settled + position->room, 0, room - position->room);
        position->room = room;
    }
    position->settled[byte] |= (uint8_t)(1u << (place % 8));
}

static void pass_mark(struct partition_offsets *position)
{
    if (position->next_mark.offset < 0 || position->next_mark.offset >= position->next)
        return;
    position->mark = position->next_mark;
    position->next_mark.offset = -1;
}

/* Drops the lowest `count` places of the map. */
static void shift(struct partition_offsets *position, int64_t count)
{
    size_t bytes = (size_t)(count / 8), bits = (size_t)(count % 8);

    for (size_t i = 0; i < position->room; i++) {
        unsigned low = i + bytes < position->room ? position->settled[i + bytes] : 0;
        unsigned high = i + bytes + 1 < position->room ? position->settled[i + bytes + 1] : 0;
        position->settled[i] = (uint8_t)(low >> bits | high << (8 - bits));
    }
    position->next += count;
    pass_mark(position);
}

/* Moves over what is settled. Whole bytes first: most orders finish nearly in order. */
static void advance(struct partition_offsets *position)
{
    int64_t count = 0;

    while (position->next + count < position->seen && bit(position, count))
        count++;
    if (count > 0)
        shift(position, count);
    REQUIRE(position->next <= position->seen);
    if (count > 0 && position->next == position->seen && position->empty_to > position->seen)
        position->next = position->seen =
            position->empty_to; /* its end was seen while one before it was open */
}

/* The parts of the metadata between its semicolons; false when we did not write it. */
struct parts {
    const char *token, *map, *mark;
    size_t token_length, map_length, mark_length;
};

static bool split(const char *metadata, size_t length, struct parts *parts)
{
    const char *end = metadata + length;

    *parts = (struct parts){0};
    if (length < 3 || (metadata[0] != '1' && metadata[0] != '2') || metadata[1] != ';')
        return false;
    parts->token = metadata + 2;
    const char *map = memchr(parts->token, ';', (size_t)(end - parts->token));
    if (map == NULL)
        return false;
    parts->token_length = (size_t)(map - parts->token);
    parts->map = map + 1;
    const char *mark = memchr(parts->map, ';', (size_t)(end - parts->map));
    if ((mark == NULL) != (metadata[0] == '1'))
        return false;
    parts->map_length = (size_t)((mark == NULL ? end : mark) - parts->map);
    parts->mark = mark == NULL ? end : mark + 1;
    parts->mark_length = (size_t)(end - parts->mark);
    return parts->token_length <= SETTLEMENT_TOKEN_MAX;
}

bool partition_offsets_is_ours(const char *metadata, size_t length)
{
    struct parts unused;

    return length > 0 && split(metadata, length, &unused);
}

struct log_mark partition_offsets_mark_of(const char *metadata, size_t length)
{
    struct log_mark mark = {.offset = -1};
    struct parts parts;
    char text[64], *colon, *end;

    if (length == 0 || !split(metadata, length, &parts) || parts.mark_length >= sizeof text)
        return mark;
    memcpy(text, parts.mark, parts.mark_length);
    text[parts.mark_length] = '\0';
    int64_t offset = strtoll(text, &colon, 10);
    if (colon == text || *colon != ':')
        return mark;
    mark.time_ms = strtoll(colon + 1, &end, 10);
    if (end > colon + 1 && *end == '\0')
        mark.offset = offset;
    return mark;
}

bool partition_offsets_resume(struct partition_offsets *position, int64_t offset, const char *metadata,
                              size_t length, char token[SETTLEMENT_TOKEN_MAX + 1], struct fault *why)
{
    partition_offsets_release(position);
    position->next = position->seen = offset;
    token[0] = '\0';
    if (length == 0)
        return true;

    struct parts parts;
    if (!split(metadata, length, &parts))
        return fault_set(why, FAULT_INPUT, "the commit metadata at offset %lld is not ours",
                         (long long)offset);

    CLEANUP(buffer_release) struct buffer map = {0};
    buffer_init(&map, PARTITION_SPAN_MAX);
    if (!base64_read(parts.map, parts.map_length, &map, why))
        return fault_set(why, FAULT_INPUT, "the map in the commit metadata at offset %lld is damaged",
                         (long long)offset);
    for (size_t i = 0; i < map.length * 8; i++) {
        if (!((uint8_t)map.data[i / 8] >> (i % 8) & 1))
            continue;
        set_bit(position, (int64_t)i);
        position->seen = offset + (int64_t)i + 1;
    }
    memcpy(token, parts.token, parts.token_length);
    token[parts.token_length] = '\0';
    position->mark = partition_offsets_mark_of(metadata, length);
    advance(position); /* we never write a map that begins with a settled offset */
    return true;
}

bool partition_offsets_take(struct partition_offsets *position, int64_t offset)
{
    bool nothing_open = position->next == position->seen;
    REQUIRE(position->next <= position->seen);
    REQUIRE(partition_offsets_has_room(position, offset));

    if (position->next < 0 || (nothing_open && offset > position->next)) {
        position->next = position->seen = offset;
        pass_mark(position);
    }
    if (offset < position->next)
        return false;
    if (offset < position->seen)
        return !bit(position, offset - position->next);
    position->empty_to = 0;
    for (int64_t gap = position->seen; gap < offset; gap++)
        set_bit(position, gap - position->next); /* control records and what compaction took */
    position->seen = offset + 1;
    advance(position);
    return true;
}

void partition_offsets_date(struct partition_offsets *position, int64_t offset, int64_t time_ms)
{
    if (position->next_mark.offset >= 0 && offset >= position->next)
        return; /* that one comes first */
    struct log_mark *mark = offset < position->next ? &position->mark : &position->next_mark;
    *mark = (struct log_mark){offset, time_ms};
}

bool partition_offsets_follow(struct partition_offsets *position, int64_t offset)
{
    REQUIRE(position->next <= position->seen);
    if (position->next < 0 || position->next != position->seen || offset <= position->next)
        return false;
    position->next = position->seen = offset;
    pass_mark(position);
    return true;
}

bool partition_offsets_pass(struct partition_offsets *position, int64_t offset)
{
    bool known = position->next >= 0;

    position->empty_to = offset;
    if (position->next != position->seen || offset <= position->next)
        return false;
    position->next = position->seen = offset;
    return known;
}

void partition_offsets_settle(struct partition_offsets *position, int64_t offset)
{
    if (offset < position->next || offset >= position->seen)
        return; /* settled already, or never taken under this ownership */
    REQUIRE(offset - position->next < INT32_MAX);
    set_bit(position, offset - position->next);
    if (offset == position->next)
        advance(position);
}

bool partition_offsets_has_room(const struct partition_offsets *position, int64_t offset)
{
    return partition_offsets_span(position) == 0 || offset - position->next < PARTITION_SPAN_MAX;
}

int64_t partition_offsets_span(const struct partition_offsets *position)
{
    return position->next < 0 ? 0 : position->seen - position->next;
}

void partition_offsets_metadata(const struct partition_offsets *position, const char *token, unsigned format,
                                struct buffer *out)
{
    size_t length = 0;

    for (size_t i = 0; i < position->room; i++)
        if (position->settled[i] != 0)
            length = i + 1;
    buffer_print(out, "%d;%s;", format < 2 ? 1 : 2, token);
    base64_write(position->settled, length, out);
    if (format < 2)
        return;
    buffer_add_byte(out, ';');
    if (position->mark.offset >= 0)
        buffer_print(out, "%" PRId64 ":%" PRId64, position->mark.offset, position->mark.time_ms);
}
