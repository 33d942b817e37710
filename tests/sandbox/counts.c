/* The counters of requests: a hash table with chains, which doubles when it is full. */
#include "counts.h"

#include "memory.h"
#include "operations.h"
#include "reply.h"

#include <stdint.h>
#include <string.h>

struct tally {
    struct tally *next;
    uint64_t hash;
    uint64_t count;
    unsigned in_flight;
    unsigned in_flight_max;
    char target[];
};

struct counts {
    struct tally **slots;
    size_t slot_count; /* a power of two */
    size_t tallies;
    uint64_t dropped; /* requests whose target found no room */
    uint64_t total;
    uint64_t *operations; /* by index; the last one: no operation */
    unsigned in_flight;
    unsigned in_flight_max;
};

struct counts *counts_new(void)
{
    struct counts *counts = memory_new(1, sizeof *counts);

    counts->slot_count = 1024;
    counts->slots = memory_new(counts->slot_count, sizeof *counts->slots);
    counts->operations = memory_new(operations_count() + 1, sizeof *counts->operations);
    return counts;
}

void *counts_free(struct counts *counts)
{
    if (counts == NULL)
        return NULL;
    for (size_t i = 0; i < counts->slot_count; i++) {
        for (struct tally *tally = counts->slots[i], *next; tally != NULL; tally = next) {
            next = tally->next;
            memory_free(tally);
        }
    }
    memory_free(counts->slots);
    memory_free(counts->operations);
    return memory_free(counts);
}

/* FNV-1a. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = 14695981039346656037u;

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

static struct tally *find(const struct counts *counts, const char *target, uint64_t hash)
{
    for (struct tally *tally = counts->slots[hash & (counts->slot_count - 1)]; tally != NULL;
         tally = tally->next)
        if (tally->hash == hash && strcmp(tally->target, target) == 0)
            return tally;
    return NULL;
}

static void put(struct counts *counts, struct tally *tally)
{
    struct tally **slot = &counts->slots[tally->hash & (counts->slot_count - 1)];

    tally->next = *slot;
    *slot = tally;
}

static void grow(struct counts *counts)
{
    struct tally **old = counts->slots;
    size_t old_count = counts->slot_count;

    counts->slot_count *= 2;
    counts->slots = memory_new(counts->slot_count, sizeof *counts->slots);
    for (size_t i = 0; i < old_count; i++) {
        for (struct tally *tally = old[i], *next; tally != NULL; tally = next) {
            next = tally->next;
            put(counts, tally);
        }
    }
    memory_free(old);
}

static struct tally *tally_of(struct counts *counts, const char *target)
{
    uint64_t hash = hash_of(target);
    struct tally *tally = find(counts, target, hash);

    if (tally != NULL || counts->tallies == TARGETS_MAX)
        return tally;
    if (counts->tallies == counts->slot_count)
        grow(counts);
    size_t size = strlen(target) + 1;
    tally = memory_new(1, sizeof *tally + size);
    tally->hash = hash;
    memcpy(tally->target, target, size);
    counts->tallies++;
    put(counts, tally);
    return tally;
}

static void step_up(unsigned *now, unsigned *most)
{
    if (++*now > *most)
        *most = *now;
}

struct tally *counts_begin(struct counts *counts, size_t operation, const char *target)
{
    struct tally *tally = tally_of(counts, target);

    counts->total++;
    counts->operations[operation]++;
    step_up(&counts->in_flight, &counts->in_flight_max);
    if (tally == NULL) {
        counts->dropped++;
        return NULL;
    }
    tally->count++;
    step_up(&tally->in_flight, &tally->in_flight_max);
    return tally;
}

void counts_end(struct counts *counts, struct tally *tally)
{
    counts->in_flight--;
    if (tally != NULL)
        tally->in_flight--;
}

void counts_reset(struct counts *counts)
{
    for (size_t i = 0; i < counts->slot_count; i++) {
        for (struct tally **at = &counts->slots[i]; *at != NULL;) {
            struct tally *tally = *at;
            tally->count = 0;
            tally->in_flight_max = tally->in_flight;
            if (tally->in_flight > 0) {
                at = &tally->next;
                continue;
            }
            *at = tally->next;
            memory_free(tally);
            counts->tallies--;
        }
    }
    memset(counts->operations, 0, (operations_count() + 1) * sizeof *counts->operations);
    counts->total = 0;
    counts->dropped = 0;
    counts->in_flight_max = counts->in_flight;
}

void counts_write(const struct counts *counts, struct buffer *out)
{
    const char *separator = "";

    buffer_print(out,
                 "\"total\":%ju,\"inFlight\":%u,\"inFlightMax\":%u,\"targets\":%zu,\"targetsDropped\":%ju,",
                 (uintmax_t)counts->total, counts->in_flight, counts->in_flight_max, counts->tallies,
                 (uintmax_t)counts->dropped);
    buffer_add_text(out, "\"operations\":{");
    for (size_t i = 0; i <= operations_count(); i++) {
        if (counts->operations[i] == 0)
            continue;
        const char *name = i < operations_count() ? operation_at(i)->id : "unknown";
        buffer_print(out, "%s\"%s\":%ju", separator, name, (uintmax_t)counts->operations[i]);
        separator = ",";
    }
    buffer_add_byte(out, '}');
}

static void write_tally(const struct tally *tally, struct buffer *out)
{
    static const struct tally none = {.count = 0};

    if (tally == NULL)
        tally = &none;
    buffer_print(out, "{\"count\":%ju,\"inFlight\":%u,\"inFlightMax\":%u}", (uintmax_t)tally->count,
                 tally->in_flight, tally->in_flight_max);
}

void counts_write_target(const struct counts *counts, const char *target, struct buffer *out)
{
    write_tally(find(counts, target, hash_of(target)), out);
}

void counts_write_targets(const struct counts *counts, const char *prefix, struct buffer *out)
{
    size_t length = strlen(prefix);
    const char *separator = "{";

    for (size_t i = 0; i < counts->slot_count; i++) {
        for (const struct tally *tally = counts->slots[i]; tally != NULL; tally = tally->next) {
            if (strncmp(tally->target, prefix, length) != 0)
                continue;
            buffer_add_text(out, separator);
            write_text(out, tally->target);
            buffer_add_byte(out, ':');
            write_tally(tally, out);
            separator = ",";
        }
    }
    buffer_add_text(out, *separator == '{' ? "{}" : "}");
}
