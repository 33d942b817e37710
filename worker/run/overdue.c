/* Where the logs end whose messages a wait still waits for. */
#include "overdue.h"

#include "await.h"
#include "invariant.h"
#include "log.h"
#include "memory.h"
#include "settlement.h"

enum { ASK_AGAIN_MS = 1000 };

/* A partition whose ends are known: it was asked at that moment. */
struct goal {
    int32_t partition;
    int64_t signals, events; /* the ends */
    int64_t asked_wall_ms;
};

struct overdue {
    struct worker *worker;
    struct goal *goals;
    size_t count;
    unsigned question; /* the number of the latest; answers to others say nothing of what is asked now */
    bool asked;        /* it has no answer yet */
    int64_t asked_wall_ms, again_ms;
    struct loop_timer wake;
};

static void nothing(void *context)
{
    (void)context; /* the turn that the timer causes runs the chores */
}

struct overdue *overdue_new(struct worker *worker)
{
    struct overdue *overdue = memory_new(1, sizeof *overdue);

    overdue->worker = worker;
    overdue->wake = (struct loop_timer){.fire = nothing, .context = overdue};
    return overdue;
}

void *overdue_free(struct overdue *overdue)
{
    if (overdue == NULL)
        return NULL;
    loop_clear_timer(overdue->worker->loop, &overdue->wake);
    memory_free(overdue->goals);
    return memory_free(overdue);
}

void overdue_forget(struct overdue *overdue)
{
    overdue->count = 0;
    overdue->asked = false;
    overdue->again_ms = 0;
    overdue->question++;
}

static void ask(struct overdue *overdue)
{
    struct worker *worker = overdue->worker;
    struct settlement_place *places = memory_new(worker->partition_total, sizeof *places);
    size_t count = 0;
    int32_t partition = -1;

    while ((partition = orders_overdue(worker->orders, partition)) >= 0 && count < worker->partition_total)
        places[count++] = (struct settlement_place){partition, -1};
    if (count > 0) {
        overdue->asked = true;
        overdue->asked_wall_ms = worker_time(worker).wall_ms;
        overdue->again_ms = loop_clock_ms() + ASK_AGAIN_MS;
        loop_set_timer(worker->loop, &overdue->wake, overdue->again_ms);
        settlement_ask(worker->settlement, JOB_ENDS, places, count, ++overdue->question);
    }
    memory_free(places);
}

void overdue_answered(struct overdue *overdue, const struct settlement_job *job, unsigned question)
{
    if (question != overdue->question)
        return; /* of partitions that were given away */
    REQUIRE(overdue->asked);
    overdue->asked = false;
    if (job->answer != JOB_CLEAN) {
        LOG(LOG_WARN, "waits whose time is up go on: Kafka did not say where the events end",
            log_fault(&job->why));
        return;
    }
    overdue->goals = memory_resize(overdue->goals, job->position_count, sizeof *overdue->goals);
    overdue->count = job->position_count;
    for (size_t i = 0; i < job->position_count; i++)
        overdue->goals[i] = (struct goal){job->positions[i].partition, job->positions[i].signals,
                                          job->positions[i].events, overdue->asked_wall_ms};
    loop_hurry(overdue->worker->loop);
}

static bool is_reached(const struct worker *worker, const struct goal *goal)
{
    return partitions_reached(worker->partitions, PARTITION_SIGNALS, goal->partition, goal->signals) &&
           partitions_reached(worker->partitions, PARTITION_EVENTS, goal->partition, goal->events);
}

void overdue_chore(struct overdue *overdue)
{
    struct worker *worker = overdue->worker;
    size_t kept = 0;

    if (!worker_takes(worker))
        return;
    for (size_t i = 0; i < overdue->count; i++) {
        if (is_reached(worker, &overdue->goals[i]))
            orders_read_to(worker->orders, overdue->goals[i].partition, overdue->goals[i].asked_wall_ms,
                           worker_time(worker));
        else
            overdue->goals[kept++] = overdue->goals[i];
    }
    overdue->count = kept;
    if (!overdue->asked && kept == 0 && orders_overdue(worker->orders, -1) >= 0 &&
        loop_clock_ms() >= overdue->again_ms)
        ask(overdue);
}
