/* What librdkafka does in the background for the group (eager, as kafka/consumer.c sets it up). */
#include "process.h"

static struct member *member_of(const struct process *worker)
{
    for (int i = 0; i < MEMBERS; i++)
        if (worker->library.assignment.member != 0 &&
            kafka.group.members[i].id == worker->library.assignment.member)
            return &kafka.group.members[i];
    return NULL;
}

static void push_callback(struct process *worker, const struct callback *callback)
{
    struct library *library = &worker->library;

    if (library->callback_count == CALLBACKS)
        violated("the model has no place for a callback");
    else
        library->callbacks[library->callback_count++] = *callback;
    worker->dirty = true;
}

void library_pop(struct process *worker, struct callback *callback)
{
    struct library *library = &worker->library;

    *callback = library->callbacks[0];
    library->callback_count--;
    for (int i = 0; i < library->callback_count; i++)
        library->callbacks[i] = library->callbacks[i + 1];
}

void library_join(struct process *worker)
{
    struct library *library = &worker->library;

    library->joins = false;
    library->waits = true;
    if (member_of(worker) != NULL) {
        group_rejoin(library->assignment.member);
    } else {
        int instance = sim.edges.is_static ? worker->slot + 1 : 0;
        library->assignment =
            (struct assignment){group_join(worker->process, worker->life, instance), -1, instance};
        library->lost = false;
    }
    if (library->assignment.member == 0) {
        library->joins = true;
        library->waits = false;
    }
    TRACE("w%d      joins the group as m%d", worker->process, library->assignment.member);
}

bool library_can_notice(const struct process *worker)
{
    const struct library *library = &worker->library;
    const struct member *member = member_of(worker);

    return member != NULL && kafka.group.preparing && !member->joined && !library->joins &&
           !library->revoking;
}

/* The application must give its set back first, where it has one. */
void library_notice(struct process *worker)
{
    struct library *library = &worker->library;

    TRACE("w%d      hears of a rebalance", worker->process);
    if (!library->assigned) {
        library->joins = true;
        library->waits = false;
        return;
    }
    library->revoking = true;
    push_callback(worker, &(struct callback){.assigns = false});
}

bool library_can_sync(const struct process *worker)
{
    const struct library *library = &worker->library;
    const struct member *member = member_of(worker);

    return library->waits && member != NULL && member->joined && !kafka.group.preparing;
}

void library_sync(struct process *worker)
{
    struct library *library = &worker->library;
    struct callback callback = {.assigns = true};

    library->waits = false;
    library->assigned = true;
    library->assignment.generation = kafka.group.generation;
    for (int p = 0; p < sim.partitions; p++)
        callback.partitions[p] = kafka.group.owner[p] == library->assignment.member;
    TRACE("w%d      is in generation %d with%s%s", worker->process, library->assignment.generation,
          callback.partitions[0] ? " p0" : "", callback.partitions[1] ? " p1" : "");
    push_callback(worker, &callback);
}

/* Its member is gone, or a generation began without it. */
bool library_can_learn(const struct process *worker)
{
    const struct library *library = &worker->library;

    return library->assignment.member != 0 && member_of(worker) == NULL && !library->lost;
}

void library_learn(struct process *worker)
{
    struct library *library = &worker->library;

    library->fenced = group_instance(library->assignment.instance) != NULL;
    TRACE("w%d      learns that %s", worker->process,
          library->fenced ? "another process of its slot has joined" : "the group has removed it");
    if (library->fenced)
        worker->end_us = sim.now_us + SESSION_TIMEOUT * 1000; /* at once, two supervisors would duel */
    library->assignment = (struct assignment){0, -1, 0};
    library->waits = false;
    if (!library->assigned) {
        library->joins = !library->fenced;
        return;
    }
    library->lost = library->revoking = true;
    /* A revocation that is not served yet becomes this one. */
    if (library->callback_count > 0 && !library->callbacks[library->callback_count - 1].assigns)
        library->callback_count--;
    push_callback(worker, &(struct callback){.assigns = false, .lost = true});
}

void library_release(struct process *worker)
{
    struct library *library = &worker->library;

    library->assigned = library->lost = library->revoking = false;
    library->callback_count = 0; /* the set is given back, whatever else would be said of it */
    worker->assignment = (struct assignment){0, -1, 0};
    if (!library->leaving) {
        library->joins = !library->fenced;
        return;
    }
    TRACE("w%d      leaves the group", worker->process);
    group_remove(library->assignment.member);
    process_crash(worker, "ends");
}

void library_leave(struct process *worker)
{
    struct library *library = &worker->library;

    worker->stopping = library->leaving = true;
    TRACE("w%d      is told to stop", worker->process);
    ownership_stop(worker->ownership);
    if (!library->assigned) {
        group_remove(library->assignment.member);
        process_crash(worker, "ends");
    } else if (!library->revoking) {
        library->revoking = true;
        push_callback(worker, &(struct callback){.assigns = false});
    }
}
