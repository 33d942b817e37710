/* From the assignment to the first message: asks for what order/takeover wants (PROMISE.md R4). */
#include "await.h"
#include "ownership_inside.h"

#include "failpoint.h"
#include "invariant.h"
#include "last_words.h"
#include "memory.h"
#include "snapshot.h"

#include <stdio.h>
#include <string.h>

void ownership_set_phase(struct ownership *ownership, enum ownership_phase phase)
{
    ownership->phase = phase;
    ownership->due_ms = INT64_MAX;
}

/* One that is not finished has nothing to give away but its barrier. */
void ownership_end_takeover(struct ownership *ownership)
{
    ownership->question++; /* what is still being answered is of no use */
    ownership->takeover = takeover_free(ownership->takeover);
    ownership->setup.port->unload(ownership->setup.context);
}

/* Asks what the phase is about; an answer to any question before it comes too late. */
static void ask(struct ownership *ownership, enum ownership_phase phase)
{
    const struct ownership_port *port = ownership->setup.port;
    void (*question)(void *context, unsigned question) = phase == OWNERSHIP_READING   ? port->read
                                                         : phase == OWNERSHIP_PROBING ? port->probe
                                                                                      : port->peek;

    REQUIRE(phase == OWNERSHIP_READING || phase == OWNERSHIP_PROBING || phase == OWNERSHIP_PEEKING);
    ownership_set_phase(ownership, phase);
    question(ownership->setup.context, ++ownership->question);
}

void ownership_begin_takeover(struct ownership *ownership)
{
    REQUIRE(ownership->count > 0);
    takeover_free(ownership->takeover);
    for (size_t i = 0; i < ownership->count; i++) { /* of a take-over that was not finished */
        bt_ids_leave(ownership->setup.bt_ids, ownership->partitions[i]);
        if (ownership->setup.last_words != NULL)
            last_words_leave(ownership->setup.last_words, ownership->partitions[i]);
    }
    ownership->takeover = takeover_new(ownership->partitions, ownership->count, &ownership->setup.terms,
                                       ownership->setup.duplicates);
    ask(ownership, OWNERSHIP_READING);
}

static void end(struct ownership *ownership, const struct fault *why)
{
    ownership->setup.port->end(ownership->setup.context, why);
}

static void begin_loading(struct ownership *ownership)
{
    size_t count = ownership->count;
    CLEANUP(memory_release) int32_t *partitions = memory_new(count + 1, sizeof *partitions);
    struct fault why;

    ownership_set_phase(ownership, OWNERSHIP_LOADING);
    FAILPOINT("takeover.ledger");
    memcpy(partitions, ownership->partitions, count * sizeof *partitions);
    if (takeover_wants_witness(ownership->takeover))
        partitions[count++] = 0;
    if (!ownership->setup.port->load(ownership->setup.context, partitions, count, &why))
        end(ownership, &why);
}

/* --- answers --- */

static bool is_answer(const struct ownership *ownership, unsigned question, enum ownership_phase phase)
{
    return ownership->phase == phase && question == ownership->question;
}

void ownership_positions(struct ownership *ownership, unsigned question, const struct takeover_read reads[],
                         size_t count)
{
    if (!is_answer(ownership, question, OWNERSHIP_READING))
        return;
    REQUIRE(count == ownership->count);
    for (size_t i = 0; i < count; i++)
        takeover_position(ownership->takeover, &reads[i]);
    if (ownership->probed)
        begin_loading(ownership);
    else
        ask(ownership, OWNERSHIP_PROBING);
}

void ownership_probed(struct ownership *ownership, unsigned question, bool refuses)
{
    struct fault why;

    if (!is_answer(ownership, question, OWNERSHIP_PROBING))
        return;
    if (!refuses) {
        fault_set(
            &why, FAULT_LOCAL,
            "the broker accepts positions of a member that never existed: it cannot fence a stale worker, so nothing "
            "is promised on it (promise A1); use Apache Kafka 3.9 or later, or settlement.transactions=off");
        end(ownership, &why);
        return;
    }
    ownership->probed = true;
    begin_loading(ownership);
}

void ownership_marked(struct ownership *ownership, unsigned question, const struct takeover_found marks[],
                      size_t count)
{
    if (!is_answer(ownership, question, OWNERSHIP_PEEKING))
        return;
    for (size_t i = 0; i < count; i++)
        takeover_marked(ownership->takeover, &marks[i]);
    ownership_set_phase(ownership, OWNERSHIP_LOADING);
}

void ownership_unanswered(struct ownership *ownership, unsigned question, const struct fault *why,
                          int64_t now_ms)
{
    bool asks = ownership->phase == OWNERSHIP_READING || ownership->phase == OWNERSHIP_PROBING ||
                ownership->phase == OWNERSHIP_PEEKING;

    if (!asks || question != ownership->question)
        return;
    ownership->setup.port->news(ownership->setup.context, OWNERSHIP_UNANSWERED, -1, why);
    ownership->due_ms = now_ms + ownership->setup.read_again_ms;
}

/* --- the barrier, and what follows --- */

static void own_partitions(struct ownership *ownership)
{
    const struct ownership_setup *setup = &ownership->setup;
    size_t count;
    const struct takeover_partition *partitions = takeover_partitions(ownership->takeover, &count);
    struct fault why;

    for (size_t i = 0; i < count; i++) {
        const struct takeover_partition *one = &partitions[i];
        REQUIRE(one->checked && one->position >= 0); /* R4: held against log and ledger before */
        if (!partitions_own(setup->partitions, one->partition, one->position, one->metadata,
                            one->metadata_length, &one->others, &why))
            setup->port->news(setup->context, OWNERSHIP_FOREIGN_MAP, one->partition, &why);
    }
}

static void add_barrier(struct ownership *ownership, const struct takeover_partition *one, int64_t wall_ms)
{
    const struct takeover_terms *terms = &ownership->setup.terms;
    struct log_mark mark = takeover_mark(one);
    bool same_log = one->mark_time_ms == mark.time_ms;
    struct ledger_owner owner = {.partition = one->partition,
                                 .partition_count = terms->partition_count,
                                 .position = one->position,
                                 .signals = one->others.signals,
                                 .events = one->others.events,
                                 .last_offset = same_log ? mark.offset : -1,
                                 .last_appended_ms = same_log ? mark.time_ms : 0,
                                 .written_at_ms = wall_ms};

    snprintf(owner.partitioner, sizeof owner.partitioner, "%s", terms->partitioner);
    batch_barrier(ownership->setup.batch, &owner);
}

static void settle_barrier(struct ownership *ownership, int64_t wall_ms)
{
    size_t count;
    const struct takeover_partition *partitions = takeover_partitions(ownership->takeover, &count);

    REQUIRE(!batch_is_under_way(ownership->setup.batch)); /* nothing of before may follow the barrier */
    FAILPOINT("takeover.barrier");
    own_partitions(ownership);
    ownership->setup.port->barrier(ownership->setup.context, ownership->takeover);
    if (!orders_keep_rule(ownership->setup.orders, RULE_BARRIER)) {
        ownership_set_phase(ownership, OWNERSHIP_RECOVERING);
        return;
    }
    for (size_t i = 0; i < count; i++)
        add_barrier(ownership, &partitions[i], wall_ms);
    ownership_set_phase(ownership, OWNERSHIP_BARRIER);
}

/*
 * A worker that does not know yet that it has lost its partitions may read old positions and then its successor's
 * barrier: so all is read once more before it ends.
 */
static void refuse(struct ownership *ownership, const struct fault *why)
{
    const struct ownership_setup *setup = &ownership->setup;

    if (ownership->refused) {
        end(ownership, why);
        return;
    }
    ownership->refused = true;
    setup->port->news(setup->context, OWNERSHIP_REFUSED_ONCE, -1, why);
    ownership_begin_takeover(ownership);
}

/* A position without an owner record: its transaction may just be ending; one that stays so is a lost ledger. */
static void await_owner(struct ownership *ownership, int64_t now_ms)
{
    int64_t until_ms = ownership->assigned_ms + ownership->setup.owner_wait_ms;
    struct fault why;

    if (!takeover_misses_owner(ownership->takeover, &why) || ownership->setup.owner_wait_ms == 0)
        return;
    ownership->due_ms = until_ms;
    if (now_ms >= until_ms)
        end(ownership, &why);
}

static void read_on(struct ownership *ownership, struct orders_time time)
{
    const struct ownership_setup *setup = &ownership->setup;
    struct fault why;

    if (!setup->port->read_on(setup->context, ownership->takeover, &why)) {
        end(ownership, &why);
        return;
    }
    switch (takeover_next(ownership->takeover, &why)) {
    case TAKEOVER_LEDGER:
        await_owner(ownership, time.now_ms);
        return;
    case TAKEOVER_POSITIONS:
    case TAKEOVER_RETURN:
        return; /* more of the ledger causes a turn */
    case TAKEOVER_MARKS:
        ask(ownership, OWNERSHIP_PEEKING);
        return;
    case TAKEOVER_BARRIER:
        settle_barrier(ownership, time.wall_ms);
        return;
    case TAKEOVER_READY:
        ownership_set_phase(ownership, OWNERSHIP_RECOVERING);
        return;
    case TAKEOVER_REFUSED:
        refuse(ownership, &why);
        return;
    }
}

static bool recover(const struct ownership *ownership, struct takeover_entry *entry, struct orders_time time,
                    struct fault *why)
{
    const struct ownership_setup *setup = &ownership->setup;
    const struct order_type *type = catalogue_type(setup->catalogue, entry->record.order_type);
    struct order *order = NULL;
    struct fault inner;

    if (type == NULL)
        return fault_set(
            why, FAULT_INPUT,
            "partition %d: the ledger has order %s of type '%.60s', which this catalogue does not have "
            "(any more); put it back until the order has ended",
            (int)entry->partition, entry->request_id, entry->record.order_type);
    if (entry->sleeps) {
        orders_recover_asleep(setup->orders, type, &entry->record,
                              (struct sleeper){.partition = entry->partition,
                                               .offset = entry->record_offset,
                                               .events_anew = entry->events_anew,
                                               .signals_anew = entry->signals_anew});
        return true;
    }
    if (snapshot_restore(setup->terms.topic, entry->partition, &entry->record, type, &order, &inner)) {
        order->ledger.stale = entry->events_anew || entry->signals_anew;
        if (orders_recover(setup->orders, order, time, &inner))
            return true;
    }
    return fault_set(why, FAULT_INPUT, "partition %d: order %s of the ledger cannot go on: %s",
                     (int)entry->partition, entry->request_id, inner.text);
}

/* The orders of the ledger, as many as this turn has time for, and then the first message. */
static bool recover_all(struct ownership *ownership, struct orders_time time, struct fault *why)
{
    const struct ownership_setup *setup = &ownership->setup;
    struct takeover_entry *entry;

    REQUIRE(ownership->count <= (size_t)setup->terms.partition_count);
    orders_share(setup->orders, (double)ownership->count / setup->terms.partition_count);
    while ((entry = takeover_next_order(ownership->takeover)) != NULL) {
        TRY(recover(ownership, entry, time, why));
        if (setup->port->is_late != NULL && setup->port->is_late(setup->context))
            return true;
    }
    TRY(setup->port->take(setup->context, ownership->takeover, why));
    ownership_end_takeover(ownership);
    FAILPOINT("takeover.done");
    ownership_set_phase(ownership, OWNERSHIP_TAKING);
    return true;
}

static void look_at_barrier(struct ownership *ownership)
{
    const char *token;

    if (!batch_barrier_settled(ownership->setup.batch, &token))
        return;
    FAILPOINT("takeover.settled");
    takeover_settled(ownership->takeover, token);
    ownership_set_phase(ownership, OWNERSHIP_RETURNING);
}

bool ownership_go_on_takeover(struct ownership *ownership, struct orders_time time)
{
    enum ownership_phase before = ownership->phase;
    struct fault why;

    REQUIRE(ownership->takeover != NULL);
    if (before == OWNERSHIP_LOADING || before == OWNERSHIP_RETURNING)
        read_on(ownership, time);
    else if (before == OWNERSHIP_BARRIER)
        look_at_barrier(ownership);
    else if (before != OWNERSHIP_RECOVERING && time.now_ms >= ownership->due_ms)
        ask(ownership, before); /* there was no answer */
    else if (before == OWNERSHIP_RECOVERING && !recover_all(ownership, time, &why))
        end(ownership, &why);
    return ownership->phase != before || before == OWNERSHIP_RECOVERING;
}
