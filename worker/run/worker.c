/* What all parts of the worker ask of it: the time, an API's settings, an end. */
#include "worker.h"

#include "invariant.h"
#include "log.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { STOP_MARGIN_MS = 1000 };

struct orders_time worker_time(const struct worker *worker)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (struct orders_time){loop_now_ms(worker->loop),
                                (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000};
}

void worker_fail(struct worker *worker, const struct fault *why)
{
    LOG(LOG_ERROR, "the worker ends", log_fault(why));
    worker->exit_code = 1;
    loop_stop(worker->loop);
}

const struct worker_api *worker_api(const struct worker *worker, const char *tag)
{
    size_t i = 0;

    while (i + 1 < worker->api_count && strcmp(worker->apis[i].tag, tag) != 0)
        i++;
    REQUIRE(i < worker->api_count &&
            strcmp(worker->apis[i].tag, tag) == 0); /* else another API's bounds hold */
    return &worker->apis[i];
}

bool worker_takes(const struct worker *worker)
{
    return worker->ownership != NULL && ownership_phase(worker->ownership) == OWNERSHIP_TAKING &&
           !worker->stopping && registry_registered(worker->registry);
}

/* Kafka may be away just now: better to end by ourselves than to be killed. */
static void grace_is_over(void *context)
{
    struct fault why;

    fault_set(&why, FAULT_PEER, "stop.grace.ms is nearly over: what is not settled is the next owner's");
    worker_fail(context, &why);
}

void worker_stop(struct worker *worker)
{
    REQUIRE(!worker->stopping); /* the time of grace would begin again */
    worker->stopping = true;    /* membership's chore leaves the group */
    worker->grace = (struct loop_timer){.fire = grace_is_over, .context = worker};
    loop_set_timer(worker->loop, &worker->grace,
                   loop_clock_ms() + worker->settings->stop_grace_ms - STOP_MARGIN_MS);
    loop_hurry(worker->loop);
    if (worker->consumer == NULL)
        loop_stop(worker->loop);
}

void worker_end(struct worker *worker, const struct fault *why)
{
    if (worker->stopping)
        return;
    LOG(LOG_ERROR, "the worker takes nothing more and ends once all is settled", log_fault(why));
    snprintf(worker->ending, sizeof worker->ending, "%s", why->text);
    worker->exit_code = 1;
    worker_stop(worker);
}
