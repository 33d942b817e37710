/* The references of orders that have ended, by name, and in the order of time. */
#include "last_words.h"

#include "hash.h"
#include "invariant.h"
#include "memory.h"
#include "pool.h"
#include "table.h"
#include "tree.h"

#include <string.h>
#include <sys/queue.h>

enum {
    FINALS_MAX = 2 /* members of a notification with words: state and portStatus */,
    FORGOTTEN_AT_ONCE = 1000
};

/* One reference. What is final is kept as hashes: of the member's pointer, and of its word. */
struct entry {
    struct table_item by_name;
    STAILQ_ENTRY(entry) in_part;
    struct ledger_heard heard;
    int64_t ended_at_ms;
    int32_t partition;
    uint32_t final_count;
    struct {
        uint32_t at, word;
    } finals[FINALS_MAX];
};

struct part {
    int32_t partition;
    STAILQ_HEAD(, entry) entries; /* as they ended */
};

struct last_words {
    const struct asyncapi *asyncapi;
    struct pool pool;
    struct table names;
    struct part *parts; /* as many as partitions are owned: they are looked through */
    size_t part_count;
};

struct last_words *last_words_new(const struct asyncapi *asyncapi)
{
    struct last_words *words = memory_new(1, sizeof *words);

    words->asyncapi = asyncapi;
    words->pool.size = sizeof(struct entry);
    return words;
}

void *last_words_free(struct last_words *words)
{
    if (words == NULL)
        return NULL;
    pool_release(&words->pool);
    table_release(&words->names);
    memory_free(words->parts);
    return memory_free(words);
}

static struct part *part_of(struct last_words *words, int32_t partition)
{
    for (size_t i = 0; i < words->part_count; i++)
        if (words->parts[i].partition == partition)
            return &words->parts[i];
    return NULL;
}

/* A list that moves takes its own address along where it is empty. */
static struct part *new_part(struct last_words *words, int32_t partition)
{
    words->parts = memory_resize(words->parts, words->part_count + 1, sizeof *words->parts);
    for (size_t i = 0; i < words->part_count; i++)
        if (STAILQ_EMPTY(&words->parts[i].entries))
            STAILQ_INIT(&words->parts[i].entries);
    struct part *part = &words->parts[words->part_count++];
    part->partition = partition;
    STAILQ_INIT(&part->entries);
    return part;
}

/* --- what is final --- */

static bool is_final(const struct asyncapi *asyncapi, const char *at, const char *word)
{
    for (size_t i = 0; i < asyncapi->message_count; i++)
        for (size_t j = 0; j < asyncapi->messages[i]->state_count; j++) {
            const struct event_states *states = &asyncapi->messages[i]->states[j];
            const struct event_word *known =
                strcmp(states->at, at) == 0 ? event_states_word(states, word) : NULL;
            if (known != NULL && known->final)
                return true;
        }
    return false;
}

static void note_finals(const struct last_words *words, struct json_object *mark, struct entry *entry)
{
    if (mark == NULL)
        return;
    json_object_object_foreach(mark, at, one)
    {
        const char *word = tree_text_of(one, "word");
        if (word == NULL || entry->final_count == FINALS_MAX || !is_final(words->asyncapi, at, word))
            continue;
        entry->finals[entry->final_count].at = (uint32_t)hash_text(at);
        entry->finals[entry->final_count++].word = (uint32_t)hash_text(word);
    }
}

static bool contradicts(const struct last_words *words, const struct entry *entry, const char *at,
                        const char *word)
{
    if (!is_final(words->asyncapi, at, word))
        return false;
    for (uint32_t i = 0; i < entry->final_count; i++)
        if (entry->finals[i].at == (uint32_t)hash_text(at))
            return entry->finals[i].word != (uint32_t)hash_text(word);
    return false;
}

/* --- what is kept --- */

static struct entry *find(const struct last_words *words, int32_t partition, const char *reference)
{
    struct table_item *item = table_find(&words->names, hash_text(reference));

    for (; item != NULL; item = table_next(item)) {
        struct entry *entry = CONTAINER_OF(item, struct entry, by_name);
        if (entry->partition == partition)
            return entry;
    }
    return NULL;
}

void last_words_add(struct last_words *words, int32_t partition, const struct last_order *order)
{
    struct part *part = part_of(words, partition);

    for (size_t i = 0; i < order->references->count; i++) {
        const char *reference = order->references->list[i].reference;
        if (find(words, partition, reference) != NULL)
            continue; /* its record was written again */
        if (part == NULL)
            part = new_part(words, partition);
        struct entry *entry = pool_new(&words->pool);
        entry->partition = partition;
        entry->heard = order->heard;
        entry->ended_at_ms = order->ended_at_ms;
        note_finals(words, tree_member(order->marks, reference), entry);
        table_add(&words->names, &entry->by_name, hash_text(reference));
        STAILQ_INSERT_TAIL(&part->entries, entry, in_part);
    }
}

/*
 * The order has heard this before its end, and it is read again: what BT said later counted then. By the time, too, as
 * the log may have been made anew since, where offsets of before say nothing.
 */
static bool was_heard(const struct entry *entry, const struct last_report *report)
{
    int64_t heard_end = report->forwarded ? entry->heard.signals_end : entry->heard.events_end;

    return report->offset < heard_end && report->written_at_ms <= entry->ended_at_ms;
}

enum last_word last_words_compare(const struct last_words *words, int32_t partition,
                                  const struct last_report *report)
{
    const struct entry *entry = find(words, partition, report->reference);

    if (entry == NULL)
        return LAST_WORD_UNKNOWN;
    if (was_heard(entry, report))
        return LAST_WORD_LATE;
    for (size_t i = 0; i < report->message->state_count; i++) {
        const struct event_states *states = &report->message->states[i];
        const char *word = tree_text(tree_at(report->payload, states->at));
        if (word != NULL && contradicts(words, entry, states->at, word))
            return LAST_WORD_CONTRADICTS;
    }
    return LAST_WORD_LATE;
}

static void forget_first(struct last_words *words, struct part *part)
{
    struct entry *entry = STAILQ_FIRST(&part->entries);

    STAILQ_REMOVE_HEAD(&part->entries, in_part);
    table_remove(&words->names, &entry->by_name);
    pool_free(&words->pool, entry);
}

/* The records of a take-over come in the order of their offsets, which is that of time but for those written again. */
void last_words_expire(struct last_words *words, int64_t before_ms)
{
    size_t left = FORGOTTEN_AT_ONCE;

    for (size_t i = 0; i < words->part_count; i++) {
        struct part *part = &words->parts[i];
        for (; left > 0 && !STAILQ_EMPTY(&part->entries); left--) {
            if (STAILQ_FIRST(&part->entries)->ended_at_ms >= before_ms)
                break;
            forget_first(words, part);
        }
    }
}

void last_words_leave(struct last_words *words, int32_t partition)
{
    struct part *part = part_of(words, partition);

    while (part != NULL && !STAILQ_EMPTY(&part->entries))
        forget_first(words, part);
}

size_t last_words_count(const struct last_words *words)
{
    return words->pool.count;
}
