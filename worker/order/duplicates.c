/* See duplicates.h: a hash table of entries, which also stand in a queue per partition. */
#include "duplicates.h"

#include "hash.h"
#include "memory.h"

#include <stdio.h>
#include <string.h>

struct entry {
    struct duplicate duplicate;
    struct entry *chained;         /* in its bucket */
    struct entry *older, *younger; /* in its partition's queue */
};

struct queue {
    int32_t partition;
    struct entry *oldest, *youngest;
    size_t count;
};

struct duplicates {
    struct duplicates_window window;
    struct entry **buckets;
    size_t room; /* a power of two */
    size_t count;
    struct queue *queues;
    size_t queue_count;
};

struct duplicates *duplicates_new(struct duplicates_window window)
{
    struct duplicates *duplicates = memory_new(1, sizeof *duplicates);

    duplicates->window = window;
    duplicates->room = 64;
    duplicates->buckets = memory_new(duplicates->room, sizeof(struct entry *));
    return duplicates;
}

static struct entry **bucket_of(const struct duplicates *duplicates, const char *id)
{
    return &duplicates->buckets[hash_text(id) & (duplicates->room - 1)];
}

static struct entry *find(const struct duplicates *duplicates, const char *id)
{
    struct entry *entry = *bucket_of(duplicates, id);

    while (entry != NULL && strcmp(entry->duplicate.request_id, id) != 0)
        entry = entry->chained;
    return entry;
}

static void grow(struct duplicates *duplicates)
{
    struct entry **old = duplicates->buckets;
    size_t room = duplicates->room;

    duplicates->room = room * 2;
    duplicates->buckets = memory_new(duplicates->room, sizeof(struct entry *));
    for (size_t i = 0; i < room; i++) {
        for (struct entry *next, *entry = old[i]; entry != NULL; entry = next) {
            struct entry **bucket = bucket_of(duplicates, entry->duplicate.request_id);
            next = entry->chained;
            entry->chained = *bucket;
            *bucket = entry;
        }
    }
    memory_free(old);
}

static struct queue *queue_of(struct duplicates *duplicates, int32_t partition)
{
    for (size_t i = 0; i < duplicates->queue_count; i++)
        if (duplicates->queues[i].partition == partition)
            return &duplicates->queues[i];
    duplicates->queues =
        memory_resize(duplicates->queues, duplicates->queue_count + 1, sizeof *duplicates->queues);
    struct queue *queue = &duplicates->queues[duplicates->queue_count++];
    *queue = (struct queue){.partition = partition};
    return queue;
}

/* Behind all that are as old or older: usually that is the end. */
static void enqueue(struct queue *queue, struct entry *entry)
{
    struct entry *before = queue->youngest;

    while (before != NULL && before->duplicate.done_at_ms > entry->duplicate.done_at_ms)
        before = before->older;
    entry->older = before;
    entry->younger = before == NULL ? queue->oldest : before->younger;
    *(before == NULL ? &queue->oldest : &before->younger) = entry;
    *(entry->younger == NULL ? &queue->youngest : &entry->younger->older) = entry;
    queue->count++;
}

static void forget(struct duplicates *duplicates, struct queue *queue, struct entry *entry)
{
    struct entry **at = bucket_of(duplicates, entry->duplicate.request_id);

    while (*at != entry)
        at = &(*at)->chained;
    *at = entry->chained;
    *(entry->older == NULL ? &queue->oldest : &entry->older->younger) = entry->younger;
    *(entry->younger == NULL ? &queue->youngest : &entry->younger->older) = entry->older;
    queue->count--;
    duplicates->count--;
    memory_free(entry->duplicate.value);
    memory_free(entry);
}

void *duplicates_free(struct duplicates *duplicates)
{
    if (duplicates == NULL)
        return NULL;
    for (size_t i = 0; i < duplicates->queue_count; i++)
        while (duplicates->queues[i].oldest != NULL)
            forget(duplicates, &duplicates->queues[i], duplicates->queues[i].oldest);
    memory_free(duplicates->queues);
    memory_free(duplicates->buckets);
    return memory_free(duplicates);
}

void duplicates_add(struct duplicates *duplicates, int32_t partition, const char *request_id,
                    int64_t done_at_ms, char *value, size_t length)
{
    struct entry *entry = find(duplicates, request_id);

    if (entry != NULL) {
        memory_free(entry->duplicate.value);
        entry->duplicate.value = value;
        entry->duplicate.length = length;
        return;
    }
    if (duplicates->count == duplicates->room)
        grow(duplicates);
    entry = memory_new(1, sizeof *entry);
    entry->duplicate = (struct duplicate){
        .partition = partition, .done_at_ms = done_at_ms, .value = value, .length = length};
    snprintf(entry->duplicate.request_id, sizeof entry->duplicate.request_id, "%s", request_id);
    struct entry **bucket = bucket_of(duplicates, request_id);
    entry->chained = *bucket;
    *bucket = entry;
    enqueue(queue_of(duplicates, partition), entry);
    duplicates->count++;
}

const struct duplicate *duplicates_find(const struct duplicates *duplicates, const char *request_id)
{
    const struct entry *entry = find(duplicates, request_id);

    return entry == NULL ? NULL : &entry->duplicate;
}

bool duplicates_evict(struct duplicates *duplicates, int64_t now_ms, char request_id[37], int32_t *partition,
                      bool *by_number)
{
    for (size_t i = 0; i < duplicates->queue_count; i++) {
        struct queue *queue = &duplicates->queues[i];
        struct entry *oldest = queue->oldest;
        if (oldest == NULL)
            continue;
        bool is_old = oldest->duplicate.done_at_ms + duplicates->window.age_ms <= now_ms;
        if (!is_old && queue->count <= duplicates->window.count_max)
            continue;
        snprintf(request_id, 37, "%s", oldest->duplicate.request_id);
        *partition = queue->partition;
        *by_number = !is_old;
        forget(duplicates, queue, oldest);
        return true;
    }
    return false;
}

void duplicates_leave(struct duplicates *duplicates, int32_t partition)
{
    struct queue *queue = queue_of(duplicates, partition);

    while (queue->oldest != NULL)
        forget(duplicates, queue, queue->oldest);
}

size_t duplicates_count(const struct duplicates *duplicates)
{
    return duplicates->count;
}
