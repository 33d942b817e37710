/* What the group says of our partitions, and letting go of them. Taking over is in ownership_takeover.c. */
#include "ownership_inside.h"

#include "failpoint.h"
#include "invariant.h"
#include "last_words.h"
#include "memory.h"

struct ownership *ownership_new(const struct ownership_setup *setup)
{
    struct ownership *ownership = memory_new(1, sizeof *ownership);

    ownership->setup = *setup;
    ownership->probed = !setup->probes;
    ownership->due_ms = INT64_MAX;
    return ownership;
}

void *ownership_free(struct ownership *ownership)
{
    if (ownership == NULL)
        return NULL;
    takeover_free(ownership->takeover);
    memory_free(ownership->partitions);
    return memory_free(ownership);
}

/* Those above the ledger's number were added to the topic, and wait for a repartition. */
static void note_partitions(struct ownership *ownership, const int32_t partitions[], size_t count)
{
    memory_free(ownership->partitions);
    ownership->partitions = memory_new(count, sizeof *partitions);
    ownership->count = 0;
    for (size_t i = 0; i < count; i++)
        REQUIRE(!partitions_owns(ownership->setup.partitions, partitions[i])); /* eager: all was let go */
    for (size_t i = 0; i < count; i++)
        if (partitions[i] < ownership->setup.terms.partition_count)
            ownership->partitions[ownership->count++] = partitions[i];
}

void ownership_assigned(struct ownership *ownership, const int32_t partitions[], size_t count, int64_t now_ms)
{
    const struct ownership_setup *setup = &ownership->setup;
    struct fault why;

    ownership->takeover = takeover_free(ownership->takeover);
    note_partitions(ownership, partitions, count);
    if (setup->must_have_all && ownership->count < (size_t)setup->terms.partition_count) {
        fault_set(&why, FAULT_LOCAL,
                  "only %zu of %d partitions were assigned: another worker is in the group, and with "
                  "settlement.transactions=off there may be only one",
                  ownership->count, (int)setup->terms.partition_count);
        setup->port->end(setup->context, &why);
        return;
    }
    if (ownership->count == 0) {
        ownership_set_phase(ownership,
                            OWNERSHIP_TAKING); /* a worker more than there are partitions: it waits */
        if (!setup->port->take(setup->context, NULL, &why))
            setup->port->end(setup->context, &why);
        return;
    }
    ownership->assigned_ms = now_ms;
    ownership->refused = false;
    ownership_begin_takeover(ownership);
}

static void let_go(struct ownership *ownership)
{
    const struct ownership_setup *setup = &ownership->setup;

    for (size_t i = 0; i < ownership->count; i++) {
        partitions_disown(setup->partitions, ownership->partitions[i]);
        duplicates_leave(setup->duplicates, ownership->partitions[i]);
        bt_ids_leave(setup->bt_ids, ownership->partitions[i]);
        if (setup->last_words != NULL)
            last_words_leave(setup->last_words, ownership->partitions[i]);
        setup->port->forget(setup->context, ownership->partitions[i]);
    }
    ownership_end_takeover(ownership);
    REQUIRE(ownership->takeover == NULL);
    ownership->count = 0;
    ownership_set_phase(ownership, OWNERSHIP_NONE);
    setup->port->let_go(setup->context);
}

static void lose(struct ownership *ownership)
{
    const struct ownership_setup *setup = &ownership->setup;

    setup->port->news(setup->context, OWNERSHIP_LOST, -1, NULL);
    for (size_t i = 0; i < ownership->count; i++) {
        partitions_disown(setup->partitions, ownership->partitions[i]);
        orders_leave(setup->orders, ownership->partitions[i], true);
        batch_drop_foreign(setup->batch);
    }
    let_go(ownership);
}

void ownership_revoked(struct ownership *ownership, bool lost, int64_t now_ms)
{
    const struct ownership_setup *setup = &ownership->setup;

    if (lost) {
        lose(ownership);
        return;
    }
    for (size_t i = 0; i < ownership->count; i++) {
        setup->port->forget(setup->context, ownership->partitions[i]);
        orders_leave(setup->orders, ownership->partitions[i], false);
    }
    ownership_end_takeover(ownership);
    FAILPOINT("drain");
    ownership_set_phase(ownership, OWNERSHIP_DRAINING);
    ownership->due_ms = now_ms + setup->drain_ms;
}

/*
 * Nothing is ours from now on. The end comes later: where two supervisors start the same slot, each start fences the
 * other's process, so they would take turns as fast as they can restart.
 */
void ownership_fenced(struct ownership *ownership, const struct fault *why, int64_t now_ms)
{
    REQUIRE(ownership->phase != OWNERSHIP_FENCED);
    lose(ownership);
    ownership->fenced = *why;
    ownership_set_phase(ownership, OWNERSHIP_FENCED);
    ownership->due_ms = now_ms + ownership->setup.fenced_ms;
}

/*
 * The library lets nobody leave who has not answered an assignment yet: so a take-over is given up, and answered with
 * no partition. A revocation follows.
 */
void ownership_stop(struct ownership *ownership)
{
    const struct ownership_setup *setup = &ownership->setup;
    struct fault why;

    if (ownership->phase == OWNERSHIP_NONE || ownership->phase >= OWNERSHIP_TAKING)
        return;
    ownership_end_takeover(ownership);
    ownership_set_phase(ownership, OWNERSHIP_TAKING);
    if (!setup->port->take(setup->context, NULL, &why))
        setup->port->news(setup->context, OWNERSHIP_UNANSWERED, -1, &why);
}

static bool drain(struct ownership *ownership, int64_t now_ms)
{
    const struct ownership_setup *setup = &ownership->setup;

    if (orders_count(setup->orders) == 0 && batch_is_idle(setup->batch)) {
        let_go(ownership);
        return true;
    }
    if (now_ms < ownership->due_ms)
        return false;
    setup->port->news(setup->context, OWNERSHIP_DRAIN_TOO_LONG, -1, NULL);
    lose(ownership);
    return true;
}

bool ownership_go_on(struct ownership *ownership, struct orders_time time)
{
    switch (ownership->phase) {
    case OWNERSHIP_NONE:
    case OWNERSHIP_TAKING:
        return false;
    case OWNERSHIP_DRAINING:
        return drain(ownership, time.now_ms);
    case OWNERSHIP_FENCED:
        if (time.now_ms >= ownership->due_ms)
            ownership->setup.port->end(ownership->setup.context, &ownership->fenced);
        return false;
    case OWNERSHIP_READING:
    case OWNERSHIP_PROBING:
    case OWNERSHIP_PEEKING:
    case OWNERSHIP_LOADING:
    case OWNERSHIP_BARRIER:
    case OWNERSHIP_RETURNING:
    case OWNERSHIP_RECOVERING:
        break;
    }
    return ownership_go_on_takeover(ownership, time);
}

int64_t ownership_due_ms(const struct ownership *ownership)
{
    return ownership->due_ms;
}

enum ownership_phase ownership_phase(const struct ownership *ownership)
{
    return ownership->phase;
}

const int32_t *ownership_partitions(const struct ownership *ownership, size_t *count)
{
    *count = ownership->count;
    return ownership->partitions;
}

struct takeover *ownership_takeover(const struct ownership *ownership)
{
    return ownership->takeover;
}

bool ownership_permits(const struct ownership *ownership, const struct order *order, int64_t now_ms)
{
    return partitions_owns(ownership->setup.partitions, order->source.partition) &&
           orders_permit(ownership->setup.orders, order, now_ms);
}
