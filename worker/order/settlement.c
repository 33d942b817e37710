/* See settlement.h. */
#include "settlement.h"

#include "memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct owned {
    int32_t partition;
    uint64_t epoch;
    struct position position;
    struct position signals; /* in the signals topic; next -1: not known */
    bool finished;           /* something of it waits for the next settlement */
    bool touched;            /* by the running settlement */
    bool followed;           /* its position has moved over what is no message, and is not settled yet */
};

struct settlements {
    char owner[41];
    uint64_t counter; /* of settlements begun */
    uint64_t epochs;  /* partitions owned so far */
    unsigned format;  /* of the ledger */
    struct owned *list;
    size_t count;
};

struct settlements *settlements_new(const char *owner, unsigned format)
{
    struct settlements *settlements = memory_new(1, sizeof *settlements);

    snprintf(settlements->owner, sizeof settlements->owner, "%s", owner);
    settlements->format = format;
    return settlements;
}

static void release(struct owned *owned)
{
    position_release(&owned->position);
    position_release(&owned->signals);
}

void *settlements_free(struct settlements *settlements)
{
    if (settlements == NULL)
        return NULL;
    for (size_t i = 0; i < settlements->count; i++)
        release(&settlements->list[i]);
    memory_free(settlements->list);
    return memory_free(settlements);
}

static struct owned *find(const struct settlements *settlements, int32_t partition)
{
    for (size_t i = 0; i < settlements->count; i++)
        if (settlements->list[i].partition == partition)
            return &settlements->list[i];
    return NULL;
}

bool settlements_own(struct settlements *settlements, int32_t partition, int64_t offset, const char *metadata,
                     size_t length, int64_t signals, struct fault *why)
{
    char token[POSITION_TOKEN_MAX + 1];

    settlements_disown(settlements, partition);
    settlements->list = memory_resize(settlements->list, settlements->count + 1, sizeof *settlements->list);
    struct owned *owned = &settlements->list[settlements->count++];
    *owned = (struct owned){.partition = partition, .epoch = ++settlements->epochs};
    position_init(&owned->position);
    position_init(&owned->signals);
    owned->signals.next = owned->signals.seen = signals;
    return offset < 0 || position_resume(&owned->position, offset, metadata, length, token, why);
}

void settlements_disown(struct settlements *settlements, int32_t partition)
{
    struct owned *owned = find(settlements, partition);

    if (owned == NULL)
        return;
    release(owned);
    *owned = settlements->list[--settlements->count];
}

uint64_t settlements_epoch(const struct settlements *settlements, int32_t partition)
{
    const struct owned *owned = find(settlements, partition);

    return owned == NULL ? 0 : owned->epoch;
}

bool settlements_owns(const struct settlements *settlements, int32_t partition)
{
    return find(settlements, partition) != NULL;
}

struct position *settlements_position(struct settlements *settlements, int32_t partition)
{
    struct owned *owned = find(settlements, partition);

    return owned == NULL ? NULL : &owned->position;
}

void settlements_finish(struct settlements *settlements, int32_t partition, int64_t offset)
{
    struct owned *owned = find(settlements, partition);

    if (owned == NULL)
        return;
    position_settle(&owned->position, offset);
    owned->finished = true;
}

void settlements_touch(struct settlements *settlements, int32_t partition)
{
    struct owned *owned = find(settlements, partition);

    if (owned != NULL)
        owned->finished = true;
}

void settlements_follow(struct settlements *settlements, int32_t partition, int64_t offset)
{
    struct owned *owned = find(settlements, partition);

    if (owned != NULL && position_follow(&owned->position, offset))
        owned->finished = owned->followed = true;
}

bool settlements_followed(const struct settlements *settlements)
{
    for (size_t i = 0; i < settlements->count; i++)
        if (settlements->list[i].followed)
            return true;
    return false;
}

bool settlements_take_signal(struct settlements *settlements, int32_t partition, int64_t offset)
{
    struct owned *owned = find(settlements, partition);

    return owned != NULL && position_take(&owned->signals, offset);
}

bool settlements_signal_has_room(const struct settlements *settlements, int32_t partition, int64_t offset)
{
    const struct owned *owned = find(settlements, partition);

    return owned == NULL || position_has_room(&owned->signals, offset);
}

void settlements_finish_signal(struct settlements *settlements, int32_t partition, int64_t offset)
{
    struct owned *owned = find(settlements, partition);

    if (owned == NULL)
        return;
    position_settle(&owned->signals, offset);
    owned->finished = owned->followed = true; /* also where nothing else is settled */
}

static void print_token(const struct settlements *settlements, char token[POSITION_TOKEN_MAX + 1])
{
    snprintf(token, POSITION_TOKEN_MAX + 1, "%s:%" PRIu64, settlements->owner, settlements->counter);
}

void settlements_next_token(const struct settlements *settlements, char token[POSITION_TOKEN_MAX + 1])
{
    snprintf(token, POSITION_TOKEN_MAX + 1, "%s:%" PRIu64, settlements->owner, settlements->counter + 1);
}

size_t settlements_begin(struct settlements *settlements, struct settlement_position **positions)
{
    char token[POSITION_TOKEN_MAX + 1];
    size_t count = 0;

    *positions = memory_new(settlements->count, sizeof **positions);
    settlements->counter++;
    print_token(settlements, token);
    for (size_t i = 0; i < settlements->count; i++) {
        struct owned *owned = &settlements->list[i];
        struct buffer metadata;
        owned->touched = owned->finished;
        owned->finished = false;
        if (!owned->touched)
            continue;
        owned->followed = false;
        buffer_init(&metadata, POSITION_METADATA_MAX);
        position_metadata(&owned->position, token, settlements->format, &metadata);
        (*positions)[count++] = (struct settlement_position){
            owned->partition, owned->position.next, owned->signals.next, buffer_take(&metadata, NULL)};
    }
    return count;
}

void settlement_positions_free(struct settlement_position *positions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        memory_free(positions[i].metadata);
    memory_free(positions);
}

static bool carries_token(const struct settlement_found *found, const char *token)
{
    size_t length = strlen(token);

    return found->length > length + 2 && position_is_ours(found->metadata, found->length) &&
           strncmp(found->metadata + 2, token, length) == 0 && found->metadata[2 + length] == ';';
}

/* One transaction wrote them all, so one that is ours answers for all. */
static bool happened(const struct settlements *settlements, const struct settlement_found *found,
                     size_t count)
{
    char token[POSITION_TOKEN_MAX + 1];
    bool ours = false;

    print_token(settlements, token);
    for (size_t i = 0; i < count; i++) {
        if (find(settlements, found[i].partition) == NULL)
            continue;
        ours = true;
        if (carries_token(&found[i], token))
            return true;
    }
    return !ours;
}

bool settlements_end(struct settlements *settlements, enum settlement_end end,
                     const struct settlement_found *found, size_t found_count)
{
    bool done = end == SETTLEMENT_CLEAN || end == SETTLEMENT_DIRTY ||
                (end == SETTLEMENT_UNCLEAR && happened(settlements, found, found_count));

    for (size_t i = 0; i < settlements->count; i++) {
        struct owned *owned = &settlements->list[i];
        owned->finished = owned->finished || (owned->touched && !done);
        owned->touched = false;
    }
    return done;
}
