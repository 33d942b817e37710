/* The partitions that are ours: what is settled of each, and one settlement over them at a time. */
#include "partitions.h"

#include "invariant.h"
#include "memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct owned {
    int32_t partition;
    uint64_t epoch;
    int64_t begun; /* the position of the latest settlement begun */
    struct partition_offsets position;
    struct partition_offsets signals, events; /* in those topics; next -1: not known */
    bool finished;                            /* something of it waits for the next settlement */
    bool touched;                             /* by the running settlement */
    bool followed; /* its position has moved past what is not a message, and is not settled yet */
};

struct partitions {
    char owner[41];
    uint64_t counter; /* of settlements begun */
    uint64_t epochs;  /* partitions owned so far */
    unsigned format;  /* of the ledger */
    struct owned *list;
    size_t count;
    bool under_way; /* a settlement, and no second one */
};

enum { COUNTER_DIGITS = 20 };
_Static_assert(sizeof((struct partitions *)0)->owner + 1 + COUNTER_DIGITS <= SETTLEMENT_TOKEN_MAX + 1,
               "a token that is cut would be that of another settlement");

struct partitions *partitions_new(const char *owner, unsigned format)
{
    struct partitions *partitions = memory_new(1, sizeof *partitions);

    REQUIRE(strlen(owner) < sizeof partitions->owner);
    snprintf(partitions->owner, sizeof partitions->owner, "%s", owner);
    partitions->format = format;
    return partitions;
}

static void release(struct owned *owned)
{
    partition_offsets_release(&owned->position);
    partition_offsets_release(&owned->signals);
    partition_offsets_release(&owned->events);
}

void *partitions_free(struct partitions *partitions)
{
    if (partitions == NULL)
        return NULL;
    for (size_t i = 0; i < partitions->count; i++)
        release(&partitions->list[i]);
    memory_free(partitions->list);
    return memory_free(partitions);
}

static struct owned *find(const struct partitions *partitions, int32_t partition)
{
    for (size_t i = 0; i < partitions->count; i++)
        if (partitions->list[i].partition == partition)
            return &partitions->list[i];
    return NULL;
}

bool partitions_own(struct partitions *partitions, int32_t partition, int64_t offset, const char *metadata,
                    size_t length, const struct partition_others *others, struct fault *why)
{
    char token[SETTLEMENT_TOKEN_MAX + 1];

    partitions_disown(partitions, partition);
    partitions->list = memory_resize(partitions->list, partitions->count + 1, sizeof *partitions->list);
    struct owned *owned = &partitions->list[partitions->count++];
    *owned = (struct owned){.partition = partition, .epoch = ++partitions->epochs, .begun = -1};
    partition_offsets_init(&owned->position);
    partition_offsets_init(&owned->signals);
    partition_offsets_init(&owned->events);
    owned->signals.next = owned->signals.seen = others->signals;
    owned->events.next = owned->events.seen = others->events;
    return offset < 0 || partition_offsets_resume(&owned->position, offset, metadata, length, token, why);
}

void partitions_disown(struct partitions *partitions, int32_t partition)
{
    struct owned *owned = find(partitions, partition);

    if (owned == NULL)
        return;
    release(owned);
    *owned = partitions->list[--partitions->count];
}

uint64_t partitions_epoch(const struct partitions *partitions, int32_t partition)
{
    const struct owned *owned = find(partitions, partition);

    return owned == NULL ? 0 : owned->epoch;
}

bool partitions_owns(const struct partitions *partitions, int32_t partition)
{
    return find(partitions, partition) != NULL;
}

struct partition_offsets *partitions_offsets(struct partitions *partitions, int32_t partition)
{
    struct owned *owned = find(partitions, partition);

    return owned == NULL ? NULL : &owned->position;
}

void partitions_finish(struct partitions *partitions, int32_t partition, int64_t offset)
{
    struct owned *owned = find(partitions, partition);

    if (owned == NULL)
        return;
    partition_offsets_settle(&owned->position, offset);
    owned->finished = true;
}

void partitions_touch(struct partitions *partitions, int32_t partition)
{
    struct owned *owned = find(partitions, partition);

    if (owned != NULL)
        owned->finished = true;
}

void partitions_follow(struct partitions *partitions, int32_t partition, int64_t offset)
{
    struct owned *owned = find(partitions, partition);

    if (owned != NULL && partition_offsets_follow(&owned->position, offset))
        owned->finished = owned->followed = true;
}

bool partitions_followed(const struct partitions *partitions)
{
    for (size_t i = 0; i < partitions->count; i++)
        if (partitions->list[i].followed)
            return true;
    return false;
}

static struct partition_offsets *offsets_of(struct owned *owned, enum partition_topic topic)
{
    return topic == PARTITION_SIGNALS ? &owned->signals : &owned->events;
}

bool partitions_take(struct partitions *partitions, enum partition_topic topic, int32_t partition,
                     int64_t offset)
{
    struct owned *owned = find(partitions, partition);

    return owned != NULL && partition_offsets_take(offsets_of(owned, topic), offset);
}

bool partitions_has_room(const struct partitions *partitions, enum partition_topic topic, int32_t partition,
                         int64_t offset)
{
    struct owned *owned = find(partitions, partition);

    return owned == NULL || partition_offsets_has_room(offsets_of(owned, topic), offset);
}

void partitions_finish_of(struct partitions *partitions, enum partition_topic topic, int32_t partition,
                          int64_t offset)
{
    struct owned *owned = find(partitions, partition);

    if (owned == NULL)
        return;
    partition_offsets_settle(offsets_of(owned, topic), offset);
    owned->finished = owned->followed = true; /* also where nothing else is settled */
}

void partitions_follow_of(struct partitions *partitions, enum partition_topic topic, int32_t partition,
                          int64_t offset)
{
    struct owned *owned = find(partitions, partition);

    if (owned != NULL && partition_offsets_pass(offsets_of(owned, topic), offset))
        owned->finished = owned->followed = true;
}

bool partitions_reached(const struct partitions *partitions, enum partition_topic topic, int32_t partition,
                        int64_t offset)
{
    struct owned *owned = find(partitions, partition);

    return owned != NULL && offsets_of(owned, topic)->next >= offset;
}

static void print_token(const struct partitions *partitions, char token[SETTLEMENT_TOKEN_MAX + 1])
{
    snprintf(token, SETTLEMENT_TOKEN_MAX + 1, "%s:%" PRIu64, partitions->owner, partitions->counter);
}

void partitions_next_token(const struct partitions *partitions, char token[SETTLEMENT_TOKEN_MAX + 1])
{
    snprintf(token, SETTLEMENT_TOKEN_MAX + 1, "%s:%" PRIu64, partitions->owner, partitions->counter + 1);
}

size_t partitions_begin(struct partitions *partitions, struct partition_commit **positions)
{
    char token[SETTLEMENT_TOKEN_MAX + 1];
    size_t count = 0;

    REQUIRE(!partitions->under_way);
    REQUIRE(partitions->counter < UINT64_MAX && partitions->count <= partitions->epochs);
    *positions = memory_new(partitions->count, sizeof **positions);
    partitions->counter++;
    print_token(partitions, token);
    for (size_t i = 0; i < partitions->count; i++) {
        struct owned *owned = &partitions->list[i];
        struct buffer metadata;
        owned->touched = owned->finished;
        owned->finished = false;
        if (!owned->touched)
            continue;
        owned->followed = false;
        REQUIRE(owned->position.next >= owned->begun); /* positions never go back */
        owned->begun = owned->position.next;
        buffer_init(&metadata, COMMIT_METADATA_MAX);
        partition_offsets_metadata(&owned->position, token, partitions->format, &metadata);
        (*positions)[count++] = (struct partition_commit){owned->partition,
                                                          owned->position.next,
                                                          {owned->signals.next, owned->events.next},
                                                          buffer_take(&metadata, NULL)};
    }
    partitions->under_way = true;
    return count;
}

void partition_commits_free(struct partition_commit *positions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        memory_free(positions[i].metadata);
    memory_free(positions);
}

static bool carries_token(const struct partition_found *found, const char *token)
{
    size_t length = strlen(token);

    return found->length > length + 2 && partition_offsets_is_ours(found->metadata, found->length) &&
           strncmp(found->metadata + 2, token, length) == 0 && found->metadata[2 + length] == ';';
}

/* One transaction wrote them all, so one that is ours answers for all. */
static bool happened(const struct partitions *partitions, const struct partition_found *found, size_t count)
{
    char token[SETTLEMENT_TOKEN_MAX + 1];
    bool ours = false;

    print_token(partitions, token);
    for (size_t i = 0; i < count; i++) {
        if (find(partitions, found[i].partition) == NULL)
            continue;
        ours = true;
        if (carries_token(&found[i], token))
            return true;
    }
    return !ours;
}

bool partitions_end(struct partitions *partitions, enum settlement_end end,
                    const struct partition_found *found, size_t found_count)
{
    bool done = end == SETTLEMENT_CLEAN || end == SETTLEMENT_DIRTY ||
                (end == SETTLEMENT_UNCLEAR && happened(partitions, found, found_count));

    REQUIRE(partitions->under_way);
    partitions->under_way = false;
    for (size_t i = 0; i < partitions->count; i++) {
        struct owned *owned = &partitions->list[i];
        if (owned->touched && !done)
            owned->finished = owned->followed = true; /* again, also where nothing else is settled */
        owned->touched = false;
    }
    return done;
}
