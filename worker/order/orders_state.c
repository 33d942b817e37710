/* The states of orders and the lists that follow them. See orders_inside.h. */
#include "orders_inside.h"

#include "hash.h"
#include "invariant.h"
#include "log.h"
#include "memory.h"
#include "names.h"
#include "snapshot.h"

#include <stdlib.h>
#include <string.h>

enum {
    BEGUN_AT_ONCE = 50, /* of one key, when the one before them has ended */
    SMALL_BYTES = 16384 /* an order of so much waits as it is: to parse it again costs more than it takes */
};

bool orders_keep_rule(const struct orders *orders, enum rule rule)
{
    return (orders->rules_off & rule) == 0;
}

/* --- by request id --- */

struct order *orders_find(const struct orders *orders, const char *request_id)
{
    struct table_item *item = table_find(&orders->ids, hash_text(request_id));

    for (; item != NULL; item = table_next(item)) {
        struct order *order = CONTAINER_OF(item, struct order_links, by_id)->order;
        if (!order->links->abandoned && strcmp(order->request.id, request_id) == 0)
            return order;
    }
    return NULL;
}

static bool rests(const struct order *order)
{
    return order->ledger.owned && order->ledger.unloaded != NULL;
}

void orders_weigh(struct orders *orders, struct order *order)
{
    REQUIRE(orders->bytes >= order->ledger.weight);
    orders->bytes -= order->ledger.weight;
    order->ledger.weight = snapshot_weight(order);
    orders->bytes += order->ledger.weight;
}

struct order_part *orders_part(struct orders *orders, size_t partition)
{
    size_t room = orders->part_room;

    if (partition >= room) {
        orders->part_room = partition + 1;
        orders->parts = memory_resize(orders->parts, orders->part_room, sizeof(struct order_part *));
        memset(&orders->parts[room], 0, (orders->part_room - room) * sizeof(struct order_part *));
    }
    if (orders->parts[partition] == NULL) {
        orders->parts[partition] = memory_new(1, sizeof(struct order_part));
        TAILQ_INIT(&orders->parts[partition]->unread);
    }
    return orders->parts[partition];
}

void orders_set_time(struct orders *orders, struct orders_time time)
{
    for (size_t i = 0; time.wall_ms < orders->time.wall_ms && i < orders->part_room; i++)
        if (orders->parts[i] != NULL)
            orders->parts[i]->read_to_wall_ms = 0; /* the moments after it come once more */
    orders->time = time;
}

void orders_leave_overdue(struct orders *orders, struct order *order)
{
    if (!order->links->overdue)
        return;
    TAILQ_REMOVE(&orders_part(orders, (size_t)order->source.partition)->unread, order->links, in_state);
    order->links->overdue = false;
    REQUIRE(orders->unread > 0);
    orders->unread--;
}

struct order *orders_first_of(const struct orders *orders, size_t partition)
{
    const struct order_part *part = partition < orders->part_room ? orders->parts[partition] : NULL;

    return part == NULL || LIST_EMPTY(&part->orders) ? NULL : LIST_FIRST(&part->orders)->order;
}

void orders_add(struct orders *orders, struct order *order)
{
    REQUIRE(order->ledger.weight == 0 && !order->ledger.changed && order->ledger.settling == 0);
    REQUIRE(order->state == ORDER_QUEUED && order->source.partition >= 0);
    table_add(&orders->ids, &order->links->by_id, hash_text(order->request.id));
    struct order_part *part = orders_part(orders, (size_t)order->source.partition);
    LIST_INSERT_HEAD(&part->orders, order->links, in_partition);
    part->turn = order->source.turn > part->turn ? order->source.turn : part->turn;
    part->place = order->source.place > part->place ? order->source.place : part->place;
    orders_index(orders, order);
    orders_count_workflow(orders, order, true);
    orders->count++;
    orders->counts[order->state]++;
    orders->owned += order->ledger.owned;
    orders->resting += rests(order);
    orders_weigh(orders, order);
}

static struct order_list *changes_of(struct orders *orders, const struct order *order)
{
    return order->ledger.ends ? &orders->ended : &orders->changed;
}

void orders_unmark_changed(struct orders *orders, struct order *order)
{
    if (!order->ledger.changed)
        return;
    REQUIRE(orders->changes > 0);
    TAILQ_REMOVE(changes_of(orders, order), order->links, in_changes);
    order->ledger.changed = order->ledger.ends = false;
    orders->changes--;
}

static void leave_state(struct orders *orders, struct order *order)
{
    REQUIRE(orders->counts[order->state] > 0);
    if (order->state == ORDER_READY)
        TAILQ_REMOVE(&order->links->listed->ready, order->links, in_state);
    else if (order->state == ORDER_PERMITTED)
        TAILQ_REMOVE(&order->links->listed->permitted, order->links, in_state);
    else if (order->state == ORDER_WAITING)
        heap_remove(&orders->waiting, &order->links->waiting);
    else if (order->state == ORDER_PARKED)
        heap_remove(&orders->deciding, &order->links->waiting);
    else if (order->state == ORDER_AWAITING) {
        heap_remove(&orders->awaiting, &order->links->waiting);
        orders_leave_overdue(orders, order);
        orders->late -= order->links->late;
        order->links->late = false;
    }
    orders->counts[order->state]--;
}

void orders_forget(struct orders *orders, struct order *order)
{
    REQUIRE(order->ledger.settling == 0 && order->links->lane == NULL && order->links->paced == NULL);
    table_remove(&orders->ids, &order->links->by_id);
    orders_unindex(orders, order);
    leave_state(orders, order);
    orders_unmark_changed(orders, order);
    if (order->links->going) {
        REQUIRE(order->state == ORDER_QUEUED || order->state == ORDER_PARKED);
        TAILQ_REMOVE(&orders->going, order->links, in_state);
    }
    LIST_REMOVE(order->links, in_partition);
    REQUIRE(orders->count > 0 && orders->owned >= order->ledger.owned && orders->resting >= rests(order) &&
            orders->bytes >= order->ledger.weight);
    orders_count_workflow(orders, order, false);
    orders->count--;
    orders->owned -= order->ledger.owned;
    orders->resting -= rests(order);
    orders->bytes -= order->ledger.weight;
    order_free(order);
}

void orders_drop_later(struct orders *orders, struct order *order)
{
    if (order->links->going || order->ledger.settling > 0)
        return;
    REQUIRE(order->state == ORDER_QUEUED || order->state == ORDER_PARKED); /* in no list of its state */
    order->links->going = true;
    TAILQ_INSERT_TAIL(&orders->going, order->links, in_state);
}

/* --- the one mover --- */

/* Of one that is not begun here: as its record says, or the first. */
static const char *tag_of(const struct order *order)
{
    const struct workflow *workflow = order_workflow(order);
    const char *step = order->ledger.unloaded == NULL ? NULL : order->ledger.unloaded->step;
    size_t index = step == NULL ? 0 : workflow_step(workflow, step);

    if (order->main.workflow != NULL)
        return engine_api(order);
    return index < workflow->step_count && workflow->steps[index].operation != NULL
               ? workflow->steps[index].operation->tag
               : NULL;
}

static struct api *api_of(struct orders *orders, const struct order *order)
{
    const char *tag = tag_of(order);

    for (size_t i = 0; tag != NULL && i < orders->api_count; i++)
        if (strcmp(orders->apis[i].tag, tag) == 0)
            return &orders->apis[i];
    return &orders->apis[0]; /* nothing left to call: any API's turn will end it */
}

bool orders_is_of(struct orders *orders, const struct order *order, const struct api *api)
{
    return api_of(orders, order) == api;
}

static void enter_state(struct orders *orders, struct order *order, enum order_state state)
{
    if (state == ORDER_READY) {
        order->links->listed = api_of(orders, order);
        TAILQ_INSERT_TAIL(&order->links->listed->ready, order->links, in_state);
    } else if (state == ORDER_PERMITTED) {
        order->links->listed = order->links->paced;
        TAILQ_INSERT_TAIL(&order->links->listed->permitted, order->links, in_state);
    } else if (state == ORDER_WAITING) {
        heap_set(&orders->waiting, &order->links->waiting, order->due_ms);
    } else if (state == ORDER_PARKED && order->decide_by_ms != 0) {
        heap_set(&orders->deciding, &order->links->waiting, order->decide_by_ms);
    } else if (state == ORDER_AWAITING) {
        heap_set(&orders->awaiting, &order->links->waiting, orders_wait_due_ms(order));
        order->links->late = order->waiting.wait.late;
        orders->late += order->links->late;
    }
    order->state = state;
    orders->counts[state]++;
}

/* Which states may follow each other, as bits; of the same state: once more. */
#define TO(state) (1u << (state))
static const unsigned follows[ORDER_STATES] = {
    [ORDER_QUEUED] = TO(ORDER_QUEUED) | TO(ORDER_READY) | TO(ORDER_INTENDING) | TO(ORDER_CALLING) |
                     TO(ORDER_WAITING) | TO(ORDER_AWAITING) | TO(ORDER_PARKED) | TO(ORDER_DONE),
    [ORDER_READY] = TO(ORDER_QUEUED) | TO(ORDER_READY) | TO(ORDER_INTENDING) | TO(ORDER_CALLING) |
                    TO(ORDER_WAITING) | TO(ORDER_AWAITING) | TO(ORDER_PARKED) | TO(ORDER_DONE),
    [ORDER_INTENDING] = TO(ORDER_QUEUED) | TO(ORDER_PERMITTED) | TO(ORDER_PARKED) | TO(ORDER_DONE),
    [ORDER_PERMITTED] =
        TO(ORDER_QUEUED) | TO(ORDER_INTENDING) | TO(ORDER_CALLING) | TO(ORDER_PARKED) | TO(ORDER_DONE),
    [ORDER_CALLING] = TO(ORDER_QUEUED) | TO(ORDER_READY) | TO(ORDER_WAITING) | TO(ORDER_AWAITING) |
                      TO(ORDER_PARKED) | TO(ORDER_DONE),
    [ORDER_WAITING] =
        TO(ORDER_QUEUED) | TO(ORDER_READY) | TO(ORDER_AWAITING) | TO(ORDER_PARKED) | TO(ORDER_DONE),
    [ORDER_AWAITING] =
        TO(ORDER_QUEUED) | TO(ORDER_READY) | TO(ORDER_AWAITING) | TO(ORDER_PARKED) | TO(ORDER_DONE),
    [ORDER_PARKED] = TO(ORDER_QUEUED) | TO(ORDER_READY) | TO(ORDER_WAITING) | TO(ORDER_AWAITING) |
                     TO(ORDER_PARKED) | TO(ORDER_DONE),
    [ORDER_DONE] = TO(ORDER_QUEUED) | TO(ORDER_DONE) | TO(ORDER_SETTLING),
    [ORDER_SETTLING] = TO(ORDER_DONE),
};
#undef TO

/*
 * At most one write of a key is at work; what an abandoned one still does is over before its doubt allows another. One
 * from a ledger may stand anywhere in its lane: a key is in two partitions where a producer spreads it.
 */
static bool may_work(struct order *order, enum order_state state)
{
    const struct order *first = lanes_first(order);
    bool works = state == ORDER_INTENDING || state == ORDER_PERMITTED || state == ORDER_CALLING;

    return !works || !order_writes(order) || first == order || first->links->abandoned ||
           order->links->recovered;
}

void orders_set_state(struct orders *orders, struct order *order, enum order_state state)
{
    REQUIRE((follows[order->state] & 1u << state) != 0);
    REQUIRE(may_work(order, state));
    REQUIRE(!order->links->going || (state != ORDER_READY && state != ORDER_PERMITTED));
    leave_state(orders, order);
    enter_state(orders, order, state);
}

/* What ends stands before what changes: the next of its key, which may have changed earlier, must not overtake it. */
void orders_mark_changed(struct orders *orders, struct order *order)
{
    bool ends = order->state == ORDER_DONE;

    if (order->ledger.changed && order->ledger.ends == ends)
        return;
    orders_unmark_changed(orders, order);
    order->ledger.changed = true;
    order->ledger.ends = ends;
    TAILQ_INSERT_TAIL(changes_of(orders, order), order->links, in_changes);
    orders->changes++;
}

void orders_set_owned(struct orders *orders, struct order *order, bool owned)
{
    REQUIRE(orders->owned >= order->ledger.owned && orders->resting >= rests(order));
    orders->owned -= order->ledger.owned;
    orders->resting -= rests(order);
    order->ledger.owned = owned;
    orders->owned += order->ledger.owned;
    orders->resting += rests(order);
}

void orders_own(struct orders *orders, struct order *order)
{
    struct order *before, *one = order;

    if (order->ledger.owned)
        return;
    while (orders_keep_rule(orders, RULE_LANES) && (before = lanes_before(one)) != NULL &&
           !before->ledger.owned)
        one = before; /* not by recursion: a lane may be as long as there are orders */
    for (;; one = lanes_behind(one)) {
        if (!one->links->abandoned) { /* of a partition that was lost: it is its next owner's */
            orders_set_owned(orders, one, true);
            orders_mark_changed(orders, one);
        }
        if (one == order)
            return;
    }
}

void orders_unload(struct orders *orders, struct order *order)
{
    if (order->ledger.unloaded != NULL || order->waiting.progress != NULL)
        return; /* news that a record too large has held back are in no record */
    REQUIRE(order->state == ORDER_QUEUED || order->state == ORDER_READY || order->state == ORDER_PARKED ||
            order->state == ORDER_AWAITING);
    snapshot_unload(order);
    orders->resting += rests(order);
    orders_weigh(orders, order);
}

void orders_wait_as_bytes(struct orders *orders, struct order *order)
{
    bool waits = order->state == ORDER_QUEUED || (order->state == ORDER_READY && order->steps_done == 0);

    if (waits && order->ledger.weight > SMALL_BYTES)
        orders_unload(orders, order);
}

void orders_load(struct orders *orders, struct order *order)
{
    struct fault why;

    if (order->ledger.unloaded == NULL)
        return;
    REQUIRE(orders->resting >= rests(order));
    orders->resting -= rests(order);
    if (!snapshot_load(order, &why)) {
        LOG(LOG_ERROR, "an order of the ledger cannot be read: the process ends",
            log_text("request", order->request.id), log_int("partition", order->source.partition),
            log_fault(&why));
        abort();
    }
    if (order->main.workflow != NULL)
        engine_add_references(order);
    orders_weigh(orders, order);
}

/* Settled before what the next of its key intends: it was first, so its change comes first. */
static void await(struct orders *orders, struct order *order)
{
    orders_set_state(orders, order, ORDER_AWAITING);
    orders_own(orders, order);
    orders_mark_changed(orders, order);
}

/* Goes on with an order that is the first of its key. True: it makes way at once. */
static bool begins(struct orders *orders, struct order *order)
{
    enum engine_move to = ENGINE_RETRY;

    orders_load(orders, order);
    if (order->reason.kind != REASON_NONE) {
        to = ENGINE_END; /* it broke its contract; that was known when it was read */
    } else if (order->main.workflow == NULL) {
        struct engine_terms terms = orders_terms(orders, order);
        to = engine_begin(order, &terms);
    }
    if (to == ENGINE_AWAIT) {
        await(orders, order);
    } else if (to == ENGINE_PARK) {
        orders_move(orders, order, to);
    } else {
        orders_set_state(orders, order, to == ENGINE_END ? ORDER_DONE : ORDER_READY);
        if (to == ENGINE_END)
            orders_mark_changed(orders, order);
    }
    return to == ENGINE_END || to == ENGINE_AWAIT;
}

/*
 * One that ends as soon as it is its turn makes way at once. But a key may have very many such, and one that is unloaded
 * must be parsed: those are looked at when they are to be called.
 */
void orders_leave_lane(struct orders *orders, struct order *order)
{
    for (int i = 0; order != NULL && order->links->lane != NULL; i++) {
        struct order *next = lanes_leave(orders->lanes, order);
        if (next == NULL || next->state != ORDER_QUEUED || next->links->leaving)
            return;
        if (next->ledger.unloaded != NULL || i == BEGUN_AT_ONCE) {
            orders_set_state(orders, next, ORDER_READY);
            return;
        }
        order = begins(orders, next) ? next : NULL;
    }
}

void orders_go_on(struct orders *orders, struct order *order)
{
    if (begins(orders, order))
        orders_leave_lane(orders, order);
}

void orders_move(struct orders *orders, struct order *order, enum engine_move to)
{
    static const enum order_state states[] = {
        [ENGINE_CALL] = ORDER_CALLING,  [ENGINE_INTEND] = ORDER_INTENDING, [ENGINE_WAIT] = ORDER_WAITING,
        [ENGINE_RETRY] = ORDER_READY,   [ENGINE_PARK] = ORDER_PARKED,      [ENGINE_END] = ORDER_DONE,
        [ENGINE_AWAIT] = ORDER_AWAITING};
    NAMES_COMPLETE(states, ENGINE_AWAIT);

    REQUIRE(to <= ENGINE_AWAIT);
    if (order->waiting.progress != NULL && order->ledger.owned)
        orders_mark_changed(orders, order);      /* news are published with what came of them */
    bool looks = order->lookup.workflow != NULL; /* that needs no lane */
    if (to == ENGINE_RETRY && order->source.key != NULL && order->links->lane == NULL && !looks) {
        orders_queue_again(orders, order);
        return;
    }
    if (to == ENGINE_AWAIT) {
        await(orders, order);
        orders_leave_lane(orders, order);
        return;
    }
    bool behind = order->state == ORDER_PARKED && lanes_first(order) != order; /* as a take-over found them */
    orders_set_state(orders, order, behind && to == ENGINE_RETRY ? ORDER_QUEUED : states[to]);
    orders_index(orders, order);
    if (to == ENGINE_INTEND || to == ENGINE_PARK) {
        order->outcome_is_due = to == ENGINE_PARK;
        orders_own(orders, order);
        orders_mark_changed(orders, order);
    }
    if (to == ENGINE_END) {
        orders_mark_changed(orders, order);
        orders_leave_lane(orders, order);
    }
}

void orders_queue_again(struct orders *orders, struct order *order)
{
    struct order_part *part = orders_part(orders, (size_t)order->source.partition);

    order->source.turn = part->turn;
    order->source.place = ++part->place;
    bool first = lanes_enter(orders->lanes, order);
    orders_set_state(orders, order, first ? ORDER_READY : ORDER_QUEUED);
    orders_mark_changed(orders, order);
}

void orders_release_pace(struct orders *orders, struct order *order, enum pace_event event,
                         int64_t retry_after_ms)
{
    struct order_links *links = order->links;

    if (links->paced == NULL)
        return;
    if (links->calls)
        pace_end(&links->paced->pace, event, retry_after_ms, orders->time.now_ms - links->paced_ms,
                 orders->time.now_ms);
    else
        pace_withdraw(&links->paced->pace);
    links->paced = NULL;
    links->calls = false;
}

static uint64_t draw(struct orders *orders)
{
    orders->random ^= orders->random << 13;
    orders->random ^= orders->random >> 7;
    orders->random ^= orders->random << 17;
    return orders->random;
}

struct engine_terms orders_terms(struct orders *orders, const struct order *order)
{
    const struct api *api = api_of(orders, order);

    return (struct engine_terms){.now_ms = orders->time.now_ms,
                                 .wall_ms = orders->time.wall_ms,
                                 .steps_max = orders->steps_max,
                                 .rules_off = orders->rules_off,
                                 .random = draw(orders),
                                 .backoff = api->backoff,
                                 .doubt = api->doubt,
                                 .may_wait = orders->may_wait,
                                 .calendar = orders->calendar,
                                 .asyncapi = orders->asyncapi};
}
