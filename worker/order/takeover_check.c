/* Compares a partition's position, log and count with what was left of it, and words the refusal. */
#include "takeover_check.h"

#include "acceptance.h"
#include "memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { REMEDY_SIZE = 360 };

/* Goes on at `offset` if a person has accepted exactly that; else `why` is completed by how to. */
static bool accept(const struct takeover_terms *terms, struct takeover_partition *one, int64_t offset,
                   const char *what, struct fault *why)
{
    if (!acceptance_has(terms->accept, terms->topic, one->partition, offset))
        return fault_set(why, FAULT_LOCAL,
                         "partition %d: %s; to go on at %" PRId64 ": takeover.accept=%.100s/%d@%" PRId64,
                         (int)one->partition, what, offset, terms->topic, (int)one->partition, offset);
    one->accepted = true;
    one->position = offset;
    one->metadata_length = 0; /* its map is of another position */
    one->committed = true;
    return true;
}

static bool check_count(const struct takeover_terms *terms, const struct takeover_partition *one,
                        struct fault *why)
{
    if (!one->has_owner || one->owner.partition_count == terms->partition_count)
        return true;
    return fault_set(
        why, FAULT_LOCAL,
        "the request topic has %d partitions, and the ledger was written for %d: orders would be looked "
        "for in the wrong partition; stop upstream and run 'whc-worker topics --repartition'",
        (int)terms->partition_count, (int)one->owner.partition_count);
}

/* Duplicates are found where the ledger's partitioner has put them (R14). */
static bool check_partitioner(const struct takeover_terms *terms, const struct takeover_partition *one,
                              struct fault *why)
{
    if (!one->has_owner || strcmp(one->owner.partitioner, terms->partitioner) == 0)
        return true;
    if (*one->owner.partitioner == '\0')
        return terms->partitioner_given ||
               fault_set(
                   why, FAULT_LOCAL,
                   "the ledger does not say how upstream places its keys: set requests.partitioner "
                   "(murmur2_random: Java, franz-go, kafkajs, Spring; consistent_random: librdkafka's default; "
                   "fnv1a_random: Sarama; none: not checked)");
    return fault_set(
        why, FAULT_LOCAL,
        "requests.partitioner is '%.30s', and the ledger was written for '%.30s': a repeated request "
        "would not be found; set it back, or stop upstream and run 'whc-worker topics --repartition'",
        terms->partitioner, one->owner.partitioner);
}

/* Whose position it is; `committed` alone does not say. */
static bool is_ours(const struct takeover_partition *one)
{
    return one->committed && partition_offsets_is_ours(one->metadata, one->metadata_length);
}

/* Whether the log is another one of the same name: shorter than what was settled, or with another record at the mark. */
static bool check_log(const struct takeover_terms *terms, struct takeover_partition *one, struct fault *why)
{
    struct log_mark mark = takeover_mark(one);
    int64_t settled = one->has_owner && !is_ours(one) ? one->owner.position : one->position;
    char what[REMEDY_SIZE];

    if (one->high >= 0 && settled > one->high)
        snprintf(what, sizeof what,
                 "the log was settled up to %" PRId64 " and ends at %" PRId64
                 ": the topic was created again, or lost its end",
                 settled, one->high);
    else if (mark.offset >= 0 && one->mark_time_ms >= 0 && one->mark_time_ms != mark.time_ms)
        snprintf(what, sizeof what,
                 "the record at %" PRId64
                 " is not the one that was settled there: the topic was created again, and its "
                 "first records would be skipped",
                 mark.offset);
    else
        return true;
    one->others = (struct partition_others){-1, -1};
    return accept(terms, one, one->low, what, why);
}

static void say_whose(const struct takeover_partition *one, char what[REMEDY_SIZE])
{
    if (!one->committed)
        snprintf(what, REMEDY_SIZE,
                 "the group's position has expired or was deleted; the ledger remembers %" PRId64,
                 one->owner.position);
    else if (!is_ours(one))
        snprintf(what, REMEDY_SIZE,
                 "the group's position %" PRId64
                 " was committed by somebody else (a consumer that uses our group.id, or "
                 "a reset); the ledger remembers %" PRId64,
                 one->position, one->owner.position);
    else
        snprintf(what, REMEDY_SIZE,
                 "the group's position %" PRId64 " was set back to before the ledger's %" PRId64,
                 one->position, one->owner.position);
}

static int64_t latest(int64_t one, int64_t other)
{
    return one > other ? one : other;
}

/* Expired, set back, or a stranger's: orders would be done again that nobody remembers, or never. */
static bool check_position(const struct takeover_terms *terms, struct takeover_partition *one,
                           struct fault *why)
{
    int64_t from = one->owner.position > one->low ? one->owner.position : one->low;
    char what[REMEDY_SIZE];

    if (!one->has_owner) { /* a first start, or an emptied ledger that a person has let pass */
        one->accepted = one->committed;
        return true;
    }
    if (is_ours(one) && one->position >= one->owner.position)
        return true;
    say_whose(one, what);
    one->others.signals = latest(one->owner.signals, one->others.signals);
    one->others.events = latest(one->owner.events, one->others.events);
    if (!terms->trust_ledger)
        return accept(terms, one, from, what, why);
    one->position = from;
    one->metadata_length = 0;
    one->committed = true;
    return true;
}

static bool check_retention(const struct takeover_terms *terms, struct takeover_partition *one,
                            struct fault *why)
{
    char what[REMEDY_SIZE];

    if (one->position >= one->low)
        return true;
    snprintf(what, sizeof what,
             "retention has deleted %" PRId64 " offsets from the position %" PRId64
             " on that were not read: look for requests without an outcome",
             one->low - one->position, one->position);
    return accept(terms, one, one->low, what, why);
}

struct log_mark takeover_mark(const struct takeover_partition *one)
{
    struct log_mark mark = partition_offsets_mark_of(one->metadata, one->metadata_length);

    if (mark.offset < 0 && one->has_owner)
        mark = (struct log_mark){one->owner.last_offset, one->owner.last_appended_ms};
    return mark;
}

bool takeover_check_partition(const struct takeover_terms *terms, struct takeover_partition *one,
                              struct fault *why)
{
    TRY(check_count(terms, one, why));
    if (one->checked) /* the barrier is settled: only what a dead owner still committed can have come since */
        return !one->has_owner || one->position >= one->owner.position ||
               fault_set(why, FAULT_LOCAL,
                         "partition %d: another owner has settled %" PRId64 " while %" PRId64
                         " was taken over",
                         (int)one->partition, one->owner.position, one->position);
    TRY(check_partitioner(terms, one, why));
    int64_t before = one->position;
    TRY(check_log(terms, one, why));
    if (one->position == before)
        TRY(check_position(terms, one, why));
    TRY(check_retention(terms, one, why));
    one->checked = true;
    return true;
}
