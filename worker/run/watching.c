/* Acts on the news of kafka/watch: ends the worker, or reports a transaction that hangs. */
#include "watching.h"

#include "log.h"
#include "memory.h"
#include "tree.h"
#include "tree_build.h"

#include <inttypes.h>

struct watching {
    struct worker *worker;
    struct watch_stuck *stuck; /* as reported last */
    size_t stuck_count;
};

struct watching *watching_new(struct worker *worker)
{
    struct watching *watching = memory_new(1, sizeof *watching);

    watching->worker = worker;
    return watching;
}

void *watching_free(struct watching *watching)
{
    if (watching != NULL)
        memory_free(watching->stuck);
    return memory_free(watching);
}

static const char *topic_of(const struct watching *watching, const struct watch_stuck *one)
{
    const struct settings *settings = watching->worker->settings;

    return one->ledger ? settings->topic_ledger : settings->topic_requests;
}

/* Keys go to other partitions than those that the ledger knows them in: nothing more may be taken. */
static bool check_count(struct watching *watching, const char *topic, int partitions)
{
    struct worker *worker = watching->worker;
    struct fault why;

    bool enough = worker->settings->requests_partitions > 0 && (size_t)partitions > worker->partition_total;
    if (partitions == 0 || (size_t)partitions == worker->partition_total || enough)
        return true;
    fault_set(
        &why, FAULT_LOCAL,
        "'%.100s' has %d partitions now and the ledger was written for %zu: a repeated request would not be found; "
        "give requests, signals, events and ledger the same number, then run 'whc-worker topics --repartition'",
        topic, partitions, worker->partition_total);
    worker_end(worker, &why);
    return false;
}

bool watching_count(struct watching *watching, int partitions)
{
    return check_count(watching, watching->worker->settings->topic_requests, partitions);
}

static bool has(const struct watch_stuck *list, size_t count, const struct watch_stuck *one)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].ledger == one->ledger && list[i].partition == one->partition)
            return true;
    return false;
}

static void log_stuck(const struct watching *watching, const struct watch_stuck *one)
{
    LOG(LOG_ERROR,
        "a transaction of another producer hangs: nothing after it can be read until the broker ends it; "
        "kafka-transactions.sh find-hanging shows whose it is",
        log_text("topic", topic_of(watching, one)), log_int("partition", one->partition),
        log_int("offset", one->stable), log_int("for_ms", one->for_ms));
}

static void take_stuck(struct watching *watching, const struct watch_news *news)
{
    for (size_t i = 0; i < news->stuck_count; i++)
        if (!has(watching->stuck, watching->stuck_count, &news->stuck[i]))
            log_stuck(watching, &news->stuck[i]);
    for (size_t i = 0; i < watching->stuck_count; i++)
        if (!has(news->stuck, news->stuck_count, &watching->stuck[i]))
            LOG(LOG_INFO, "a partition can be read further",
                log_text("topic", topic_of(watching, &watching->stuck[i])),
                log_int("partition", watching->stuck[i].partition));
    memory_free(watching->stuck);
    watching->stuck = memory_copy(news->stuck, news->stuck_count * sizeof *news->stuck);
    watching->stuck_count = news->stuck_count;
}

void watching_told(void *context, const struct watch_news *news)
{
    struct watching *watching = context;
    const struct settings *settings = watching->worker->settings;

    if (check_count(watching, settings->topic_requests, news->requests) &&
        check_count(watching, settings->topic_ledger, news->ledger))
        (void)check_count(watching, settings->topic_signals, news->signals);
    take_stuck(watching, news);
}

size_t watching_stuck(const struct watching *watching, bool ledger)
{
    size_t count = 0;

    for (size_t i = 0; i < watching->stuck_count; i++)
        count += watching->stuck[i].ledger == ledger;
    return count;
}

struct json_object *watching_tree(const struct watching *watching)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < watching->stuck_count; i++) {
        const struct watch_stuck *stuck = &watching->stuck[i];
        struct json_object *one = json_object_new_object();
        tree_add_text(one, "topic", topic_of(watching, stuck));
        tree_add_integer(one, "partition", stuck->partition);
        tree_add_integer(one, "stableOffset", stuck->stable);
        tree_add_integer(one, "endOffset", stuck->end);
        tree_add_integer(one, "forMs", stuck->for_ms);
        json_object_array_add(list, one);
    }
    return list;
}
