/* What of the orders is settled: changes, what settling them means, the ledger, partitions that come and go. */
#include "engine_wait.h"
#include "orders_inside.h"

#include "decided.h"
#include "invariant.h"
#include "memory.h"
#include "snapshot.h"
#include "unserved.h"

static bool drop_settled(struct orders *orders, struct order *order);

enum { SEEN_AT_ONCE = 20000, FREED_AT_ONCE = 100 }; /* orders of one turn */
enum { COMMITS = 50 };                              /* of which the average is */

static bool recover(struct orders *orders, struct order *order, struct fault *why)
{
    enum ledger_state state = order->ledger.written;
    bool waits = order->waiting.wait.step != NULL; /* also one that a person decides on: it holds no key */
    bool first = order->source.key == NULL || (!waits && lanes_enter(orders->lanes, order));
    orders_add(orders, order);
    bool missing = unserved_is_missing(order);
    order->decide_by_ms = snapshot_decide_by_ms(order);
    if (state != LEDGER_INTENDED || missing) { /* its content is looked at later: there may be very many */
        orders_set_state(orders, order,
                         state == LEDGER_PARKED || missing ? ORDER_PARKED
                         : waits                           ? ORDER_AWAITING
                         : first                           ? ORDER_READY
                                                           : ORDER_QUEUED);
        order->outcome_is_due = missing && state != LEDGER_PARKED;
        if (order->outcome_is_due)
            orders_mark_changed(orders, order);
        return true;
    }
    TRY(snapshot_load(order, why));
    engine_add_references(order);
    REQUIRE(orders->resting > 0);
    orders->resting--;
    orders_weigh(orders, order);
    struct engine_terms terms = orders_terms(orders, order);
    orders_move(orders, order, engine_take_over(order, &terms));
    orders_prove(orders, order);
    orders_mark_changed(orders, order); /* the take-over is counted */
    return true;
}

bool orders_recover(struct orders *orders, struct order *order, struct orders_time time, struct fault *why)
{
    REQUIRE(order->ledger.owned && order->ledger.unloaded != NULL && order->state == ORDER_QUEUED);
    if (!orders->may_wait && order_workflow(order)->waits && order->ledger.unloaded->step != NULL)
        return fault_set(why, FAULT_INPUT,
                         "its workflow waits for messages or dates, which this worker cannot write into the "
                         "ledger: set ledger.format=latest");
    orders_set_time(orders, time);
    order->source.taken_ms = time.now_ms;
    order->links->recovered = true;
    TRY(recover(orders, order, why));
    if (order->ledger.stale)
        orders_mark_changed(orders, order);
    order->ledger.stale = false;
    return true;
}

bool orders_repeat(struct orders *orders, struct order *order, int32_t partition, int64_t offset)
{
    if (order->state == ORDER_SETTLING)
        return false;
    orders_load(orders, order); /* the text of one unloaded would not know of it */
    order->ledger.repeats =
        memory_resize(order->ledger.repeats, order->ledger.repeat_count + 1, sizeof *order->ledger.repeats);
    order->ledger.repeats[order->ledger.repeat_count++] = (struct order_repeat){partition, offset};
    order->ledger.repeats_due++;
    waiting_repeat_progress(&order->waiting); /* how far it is, at once; the end when it comes */
    if (order->ledger.owned)
        orders_mark_changed(orders, order);
    else
        orders_wait_as_bytes(orders, order);
    return true;
}

void orders_answer(struct orders *orders, struct order *order, const struct evidence *evidence,
                   struct orders_time time, struct verdict *verdict)
{
    bool wrote = order_writes(order);

    REQUIRE(order->state == ORDER_CALLING && order->links->paced != NULL);
    orders_set_time(orders, time);
    struct engine_terms terms = orders_terms(orders, order);
    enum engine_move to = engine_answer(order, orders->openapi, evidence, &terms, verdict);
    orders_release_pace(orders, order, verdict->pace, evidence->retry_after_ms);
    orders_weigh(orders, order);
    if (order->links->abandoned) {
        orders_leave_lane(orders, order);
        orders_set_state(orders, order, ORDER_QUEUED);
        drop_settled(orders, order);
        return;
    }
    orders_move(orders, order, to);
    if (wrote && order->ledger.owned)
        orders_mark_changed(orders, order); /* what came of the attempt */
    if (order->links->leaving)
        orders_let_go(orders, order);
}

/* What a write ended with is kept even if nothing was ever sent: its repeat must not be judged once more (R9). */
static void keep_ended(struct orders *orders, struct order *order)
{
    if (order->ledger.owned || !order->type->writes)
        return;
    orders_set_owned(orders, order, true);
}

/* That it is parked because its workflow's text is not there is said when it is settled, not for all in one turn. */
static void park_unserved(struct orders *orders, struct order *order)
{
    orders_load(orders, order);
    if (!order->unserved->parked)
        unserved_park(order, orders->time.wall_ms);
}

bool orders_next_change(struct orders *orders, struct change *change)
{
    struct order_list *list = TAILQ_EMPTY(&orders->ended) ? &orders->changed : &orders->ended;

    if (TAILQ_EMPTY(list))
        return false;
    struct order *order = TAILQ_FIRST(list)->order;
    REQUIRE(order->ledger.changed && !order->links->abandoned); /* nothing of the next owner's is settled */
    orders_unmark_changed(orders, order);
    if (order->state == ORDER_DONE) {
        orders_set_state(orders, order, ORDER_SETTLING);
        keep_ended(orders, order);
    }
    if (order->outcome_is_due && unserved_is_missing(order))
        park_unserved(orders, order);
    *change = (struct change){.order = order,
                              .intends = order->state == ORDER_INTENDING,
                              .attempt = order->attempt,
                              .record_offset = -1,
                              .publishes = order->state == ORDER_SETTLING ||
                                           (order->state == ORDER_PARKED && order->outcome_is_due),
                              .records = order->ledger.owned};
    REQUIRE(change->publishes || change->records);
    REQUIRE(!change->intends || order->ledger.owned); /* an attempt that nobody writes down is not sent */
    order->ledger.settling++;
    order->ledger.record_offset = -1;
    if (order->ledger.owned)
        order->ledger.written = snapshot_state(order);
    return true;
}

void orders_published(struct order *order)
{
    REQUIRE(order->state == ORDER_SETTLING || order->state == ORDER_PARKED);
    order->sequence++;
    order->outcome_is_due = false;
}

/* What is far from its turn needs no trees. */
static void rest(struct orders *orders, struct order *order)
{
    bool far = order->state == ORDER_QUEUED || order->state == ORDER_READY || order->state == ORDER_PARKED ||
               order->state == ORDER_AWAITING;

    if (order->ledger.owned && far && !order->ledger.changed && !orders_sleep(orders, order))
        orders_unload(orders, order);
}

/* How long that takes, lately: as long as the next will be ahead of their calls. */
static void note_committed(struct orders *orders, const struct order *order)
{
    double took_ms = (double)(orders->time.now_ms - order->links->paced_ms);

    orders->commit_ms += (took_ms - orders->commit_ms) / COMMITS;
}

void orders_settled(struct orders *orders, const struct change *change, int64_t lease_until_ms)
{
    struct order *order = change->order;

    REQUIRE(order->ledger.settling > 0);
    order->ledger.settling--;
    if (order->state == ORDER_SETTLING) {
        if (order->ledger.settling > 0)
            return; /* an earlier change of it was gathered, too: the last one frees it */
        orders_forget(orders, order);
        return;
    }
    if (order->links->abandoned) {
        if (order->state != ORDER_CALLING)
            drop_settled(orders, order);
        return;
    }
    if (order->links->leaving) {
        orders_let_go(orders, order);
        return;
    }
    bool is_this = change->attempt == order->attempt; /* an order that changed again may be at the next one */
    if (change->intends && is_this && order->state == ORDER_INTENDING) {
        REQUIRE(order->ledger.owned &&
                order->ledger.written == LEDGER_INTENDED); /* R1, when the lease is given */
        order->lease_until_ms = lease_until_ms;
        note_committed(orders, order);
        orders_set_state(orders, order, ORDER_PERMITTED);
    }
    if (change->records)
        order->ledger.record_offset = change->record_offset;
    rest(orders, order);
}

static bool is_shut(const struct orders *orders, const struct api *api)
{
    return api->pace.halted || api->pace.closed_until_ms > orders->time.now_ms;
}

/* Whether the first of a lane makes no progress: it waits, is a person's, or its API is closed or silent. */
static bool is_stuck(const struct orders *orders, const struct order *order, int64_t before_ms)
{
    switch (order->state) {
    case ORDER_WAITING:
    case ORDER_PARKED:
        return true;
    case ORDER_READY:
        return is_shut(orders, order->links->listed);
    case ORDER_INTENDING:
    case ORDER_PERMITTED:
        return is_shut(orders, order->links->paced);
    case ORDER_CALLING:
        return order->links->abandoned || order->doubt.open || order->main.step_began_ms < before_ms;
    case ORDER_QUEUED:
    case ORDER_AWAITING:
    case ORDER_DONE:
    case ORDER_SETTLING:
        break;
    }
    return order->links->abandoned;
}

static size_t own_slow_of(struct orders *orders, size_t part, int64_t taken_before_ms)
{
    struct order_links *links;
    size_t seen = 0;

    if (orders->parts[part] == NULL)
        return 0;
    LIST_FOREACH(links, &orders->parts[part]->orders, in_partition) {
        struct order *order = links->order;
        seen++;
        if (!order->ledger.owned && order->source.taken_ms < taken_before_ms && order->state != ORDER_DONE &&
            order->state != ORDER_SETTLING && is_stuck(orders, lanes_first(order), taken_before_ms))
            orders_own(orders, order);
    }
    return seen;
}

bool orders_own_slow(struct orders *orders, int64_t taken_before_ms)
{
    for (size_t seen = 0; orders->slow_part < orders->part_room && seen < SEEN_AT_ONCE;)
        seen += own_slow_of(orders, orders->slow_part++, taken_before_ms);
    if (orders->slow_part < orders->part_room)
        return false;
    orders->slow_part = 0;
    return true;
}

bool orders_decide(struct orders *orders, struct order *order, const struct decision *decision,
                   struct orders_time time, struct fault *why)
{
    enum engine_move to;

    orders_set_time(orders, time);
    orders_load(orders, order);
    struct engine_terms terms = orders_terms(orders, order);
    if (order->doubt.absent_ms == 0) /* it was parked when it was taken over: our clock started again then */
        order->doubt.absent_ms = order->source.taken_ms + terms.doubt.absent_ms;
    if (!engine_decide(order, decision, &terms, &to, why))
        return false;
    if (to == ENGINE_RETRY && engine_must_await(order))
        to = engine_enter(order, &terms);
    order->unserved = unserved_free(order->unserved);
    orders_move(orders, order, to);
    orders_prove(orders, order); /* what was reported meanwhile */
    orders_weigh(orders, order);
    return true;
}

void orders_note_decision(struct orders *orders, struct order *order, char *decision, bool applied,
                          int64_t signal)
{
    memory_free(order->ledger.last_decision);
    order->ledger.last_decision = decision;
    if (decision != NULL)
        order->ledger.decisions = decided_add(order->ledger.decisions, decision, applied);
    if (signal >= 0) {
        order->ledger.signals = memory_resize(order->ledger.signals, order->ledger.signal_count + 1,
                                              sizeof *order->ledger.signals);
        order->ledger.signals[order->ledger.signal_count++] = signal;
    }
    if (order->ledger.owned &&
        order->state != ORDER_SETTLING) /* its last record is made: it would end once more */
        orders_mark_changed(orders, order);
}

static bool drop_settled(struct orders *orders, struct order *order)
{
    REQUIRE(order->state != ORDER_CALLING || order->links->abandoned);
    if (order->ledger.settling > 0)
        return false; /* an item of the running settlement still names it */
    orders_leave_lane(
        orders, order); /* the orders after it leave, too, or came with the partition when it came back */
    orders_release_pace(orders, order, PACE_NOTHING, -1);
    orders_forget(orders, order);
    return true;
}

/*
 * Whether nothing of a leaving order is open: a call, an outcome, a record. An attempt that was intended and never
 * sent is settled back to queued, so that the next owner has no doubt about it.
 */
static bool may_go(struct orders *orders, struct order *order)
{
    if (order->state == ORDER_CALLING || order->state == ORDER_DONE || order->state == ORDER_SETTLING ||
        (order->state == ORDER_INTENDING && order->ledger.settling > 0))
        return false;
    if (order->state != ORDER_PARKED) { /* nothing of it starts again here */
        orders_set_state(orders, order, ORDER_QUEUED);
        orders_release_pace(orders, order, PACE_NOTHING, -1);
    }
    if (order->ledger.owned && order->ledger.written != snapshot_state(order))
        orders_mark_changed(orders, order);
    return !(order->ledger.changed && order->ledger.owned);
}

bool orders_let_go(struct orders *orders, struct order *order)
{
    return may_go(orders, order) && drop_settled(orders, order);
}

/* It is the next owner's: nothing of it is called or settled here any more, whatever is still open. */
static void abandon(struct orders *orders, struct order *order)
{
    order->links->abandoned = true;
    orders_unmark_changed(orders, order);
    if (order->state == ORDER_CALLING || order->state == ORDER_SETTLING || order->links->going)
        return;
    orders_set_state(orders, order, ORDER_QUEUED);
    orders_release_pace(orders, order, PACE_NOTHING, -1);
    orders_drop_later(orders, order);
}

static void leave_all_of(struct orders *orders, struct order_part *part, bool lost)
{
    struct order_links *links;

    LIST_FOREACH(links, &part->orders, in_partition)
        links->leaving = true;
    LIST_FOREACH(links, &part->orders, in_partition) {
        if (lost)
            abandon(orders, links->order);
        else if (may_go(orders, links->order))
            orders_drop_later(orders, links->order);
    }
}

void orders_leave(struct orders *orders, int32_t partition, bool lost)
{
    REQUIRE(partition >= 0);
    struct order_part *part = orders_part(orders, (size_t)partition);
    part->read_to_wall_ms = 0; /* its next ownership reads again what had no settled effect */
    part->overdue = false;
    if (orders->asleep != NULL)
        asleep_leave(orders->asleep, partition);
    leave_all_of(orders, part, lost);
    orders_sweep(orders);
}

static void sleeper_is_gone(void *context, unsigned workflow)
{
    orders_count_at(context, workflow, false);
}

bool orders_sweep(struct orders *orders)
{
    bool all = orders->asleep == NULL || asleep_sweep(orders->asleep, sleeper_is_gone, orders);

    for (int i = 0; i < FREED_AT_ONCE && !TAILQ_EMPTY(&orders->going); i++)
        drop_settled(orders, TAILQ_FIRST(&orders->going)->order);
    return all && TAILQ_EMPTY(&orders->going);
}
