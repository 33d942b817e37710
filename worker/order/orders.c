/* Orders come in, are called and answered. What is settled of them is in orders_change.c. */
#include "orders_inside.h"

#include "invariant.h"
#include "memory.h"

#include <string.h>

enum { START_BYTES = 256 << 10, START_LEAST_BYTES = 16384 }; /* of orders that one call looks at */

struct orders *orders_new(const struct orders_setup *setup, struct orders_time time)
{
    struct orders *orders = memory_new(1, sizeof *orders);

    orders->openapi = setup->openapi;
    orders->steps_max = setup->steps_max;
    orders->rules_off = setup->rules_off;
    orders->may_wait = setup->may_wait;
    orders->calendar = setup->calendar;
    orders->asyncapi = setup->asyncapi;
    orders->asleep = setup->may_wait && setup->may_sleep ? asleep_new() : NULL;
    orders->random = setup->seed | 1;
    orders->due_ms = INT64_MAX;
    orders->time = time;
    orders->lanes = lanes_new();
    orders->apis = memory_new(setup->api_count, sizeof *orders->apis);
    orders->api_count = setup->api_count;
    for (size_t i = 0; i < setup->api_count; i++) {
        orders->apis[i].tag = setup->apis[i].tag;
        orders->apis[i].backoff = setup->apis[i].backoff;
        orders->apis[i].doubt = setup->apis[i].doubt;
        pace_init(&orders->apis[i].pace, &setup->apis[i].pace, time.now_ms);
        TAILQ_INIT(&orders->apis[i].ready);
        TAILQ_INIT(&orders->apis[i].permitted);
    }
    TAILQ_INIT(&orders->ended);
    TAILQ_INIT(&orders->changed);
    TAILQ_INIT(&orders->going);
    return orders;
}

void *orders_free(struct orders *orders)
{
    if (orders == NULL)
        return NULL;
    for (size_t i = 0; i < orders->part_room; i++) {
        for (struct order *order; (order = orders_first_of(orders, i)) != NULL;) {
            orders_unindex(orders, order);
            LIST_REMOVE(order->links, in_partition);
            order_free(order);
        }
        memory_free(orders->parts[i]);
    }
    memory_free(orders->parts);
    asleep_free(orders->asleep);
    lanes_free(orders->lanes);
    heap_release(&orders->waiting);
    heap_release(&orders->awaiting);
    heap_release(&orders->deciding);
    table_release(&orders->references);
    table_release(&orders->ids);
    memory_free(orders->apis);
    memory_free(orders->workflows);
    return memory_free(orders);
}

void orders_take(struct orders *orders, struct order *order, struct orders_time time)
{
    orders_set_time(orders, time);
    order->source.taken_ms = time.now_ms;
    order->source.taken_at_ms = time.wall_ms;
    orders_add(orders, order);
    if (order->source.key == NULL || lanes_enter(orders->lanes, order))
        orders_go_on(orders, order);
    orders_wait_as_bytes(orders, order);
}

static void wake_waiting(struct orders *orders)
{
    struct heap_item *first;

    while ((first = heap_first(&orders->waiting)) != NULL && first->due <= orders->time.now_ms) {
        struct order *order = CONTAINER_OF(first, struct order_links, waiting)->order;
        REQUIRE(order->state == ORDER_WAITING);
        orders_set_state(orders, order, ORDER_READY);
    }
}

/* Whether the pace lets it start; else it is asked again in time. */
static bool is_admitted(struct orders *orders, bool admitted, int64_t again_ms)
{
    if (!admitted && again_ms < orders->due_ms)
        orders->due_ms = again_ms;
    return admitted;
}

static void count_in(struct orders *orders, struct order *order, struct api *api, bool calls)
{
    REQUIRE(order->links->paced == NULL); /* its place in a window would never be free again */
    order->links->paced = api;
    order->links->paced_ms = orders->time.now_ms;
    order->links->calls = calls;
    if (calls)
        pace_start(&api->pace);
    else
        pace_intend(&api->pace);
}

/* It is sent: now it has a place in the window. */
static void begin_permitted(struct orders *orders, struct order *order)
{
    struct api *api = order->links->paced;

    pace_withdraw(&api->pace);
    order->links->paced = NULL;
    count_in(orders, order, api, true);
    journal_begin(&order->journal, order_step(order)->id, order->attempt);
    journal_latest(&order->journal)->sent_at_ms = orders->time.wall_ms;
    orders_set_state(orders, order, ORDER_CALLING);
}

/* A write whose attempt is committed; one whose lease ran out commits another attempt, and was never sent. */
static struct order *start_permitted(struct orders *orders, struct api *api)
{
    int64_t again_ms;

    while (!TAILQ_EMPTY(&api->permitted)) {
        struct order *order = TAILQ_FIRST(&api->permitted)->order;
        REQUIRE(order->state == ORDER_PERMITTED && order->links->paced == api);
        REQUIRE(order->ledger.owned && order_writes(order));
        bool leased = orders->time.now_ms < order->lease_until_ms || !orders_keep_rule(orders, RULE_ATTEMPTS);
        bool admitted = pace_admits(&api->pace, orders->time.now_ms, &again_ms);
        if (leased && !is_admitted(orders, admitted, again_ms))
            return NULL;
        if (leased) {
            begin_permitted(orders, order);
            return order;
        }
        orders->leases_run_out++;
        order->attempt++;
        order->links->paced_ms = orders->time.now_ms;
        orders_set_state(orders, order, ORDER_INTENDING);
        orders_mark_changed(orders, order);
    }
    return NULL;
}

/* Asks the engine for the order's next call. True: it has one, and its API's pace has a place for it. */
static bool start(struct orders *orders, struct order *order, struct api *api)
{
    orders_load(orders, order);
    if (order->main.workflow == NULL ||
        !orders_is_of(orders, order, api)) { /* of the ledger: only now it is known */
        orders_go_on(orders, order);
        orders->due_ms = orders->time.now_ms;
        return false;
    }
    struct engine_terms terms = orders_terms(orders, order);
    enum engine_move to = engine_next(order, &terms);
    if (to == ENGINE_INTEND && !orders_keep_rule(orders, RULE_ATTEMPTS)) {
        orders_own(orders, order);
        to = ENGINE_CALL; /* a test without the rule: sent before anything is settled */
    }
    if (to == ENGINE_CALL || to == ENGINE_INTEND)
        count_in(orders, order, api, to == ENGINE_CALL);
    orders_move(orders, order, to);
    if (to == ENGINE_RETRY)
        orders->due_ms = orders->time.now_ms; /* perhaps of an API that had its turn already */
    return to == ENGINE_CALL;
}

/* Whether the pace has a place for the order; a write finds one when it is committed. */
static bool has_place(struct orders *orders, struct order *order, struct api *api)
{
    int64_t now_ms = orders->time.now_ms, again_ms;

    orders_load(orders, order);
    bool ahead = order->main.workflow != NULL && !order->doubt.open && order_writes(order);
    bool admitted = ahead ? pace_admits_ahead(&api->pace, orders->commit_ms, now_ms, &again_ms)
                          : pace_admits(&api->pace, now_ms, &again_ms);

    return is_admitted(orders, admitted, again_ms);
}

/*
 * Starts the first ready order of the API if the pace allows; an order may end here without a call, or intend one. `left`
 * is what may still be looked at: a ledger may be full of orders that have expired.
 */
static struct order *start_one(struct orders *orders, struct api *api, int64_t *left)
{
    while (!TAILQ_EMPTY(&api->ready)) {
        struct order *order = TAILQ_FIRST(&api->ready)->order;
        REQUIRE(order->state == ORDER_READY && order->links->listed == api);
        if (!has_place(orders, order, api))
            return NULL;
        if (*left <= 0) {
            orders->due_ms = orders->time.now_ms;
            return NULL;
        }
        *left -= (int64_t)order->ledger.weight + START_LEAST_BYTES;
        if (start(orders, order, api))
            return order;
    }
    return NULL;
}

struct order *orders_next_call(struct orders *orders, struct orders_time time)
{
    int64_t left = START_BYTES;

    orders_set_time(orders, time);
    wake_waiting(orders);
    orders_wake_due(orders);
    orders_end_waits(orders, &left);
    orders->due_ms = orders_await_due_ms(orders);
    for (size_t i = 0; i < orders->api_count; i++) {
        struct api *api = &orders->apis[(orders->api_turn + i) % orders->api_count];
        struct order *order = start_permitted(orders, api);
        if (order == NULL)
            order = start_one(orders, api, &left);
        if (order == NULL)
            continue;
        orders->api_turn = (orders->api_turn + i + 1) % orders->api_count;
        return order;
    }
    const struct heap_item *first = heap_first(&orders->waiting);
    if (first != NULL && first->due < orders->due_ms)
        orders->due_ms = first->due;
    return NULL;
}

bool orders_permit(const struct orders *orders, const struct order *order, int64_t now_ms)
{
    if (order->links->abandoned || order->state != ORDER_CALLING)
        return false;
    bool keeps = orders_keep_rule(orders, RULE_ATTEMPTS);
    /* R1, when the byte goes: what the ledger has says that this attempt may be on its way. */
    REQUIRE(!order_writes(order) || !keeps ||
            (order->ledger.owned && order->ledger.written == LEDGER_INTENDED));
    return !order_writes(order) || now_ms < order->lease_until_ms || !keeps;
}

size_t orders_behind(const struct order *order, size_t most)
{
    size_t count = 0;

    while (count < most && (order = lanes_behind(order)) != NULL)
        count++;
    return count;
}

static size_t sleeping(const struct orders *orders)
{
    return orders->asleep == NULL ? 0 : asleep_count(orders->asleep);
}

size_t orders_count(const struct orders *orders)
{
    return orders->count + sleeping(orders);
}

size_t orders_loaded_count(const struct orders *orders)
{
    REQUIRE(orders->resting <= orders->owned && orders->owned <= orders->count);
    return orders->count - orders->resting;
}

size_t orders_bytes(const struct orders *orders)
{
    return orders->bytes;
}

size_t orders_change_count(const struct orders *orders)
{
    return orders->changes;
}

size_t orders_owned_count(const struct orders *orders)
{
    return orders->owned + sleeping(orders);
}

size_t orders_state_count(const struct orders *orders, enum order_state state)
{
    REQUIRE(state <= ORDER_SETTLING);
    return orders->counts[state] + (state == ORDER_AWAITING ? sleeping(orders) : 0);
}

size_t orders_late_count(const struct orders *orders)
{
    return orders->late + (orders->asleep == NULL ? 0 : asleep_late_count(orders->asleep));
}

int64_t orders_decide_by_ms(const struct orders *orders)
{
    const struct heap_item *first = heap_first(&orders->deciding);

    return first == NULL ? 0 : first->due;
}

uint64_t orders_lease_count(const struct orders *orders)
{
    return orders->leases_run_out;
}

const struct order *orders_each(const struct orders *orders, const struct order *before)
{
    const struct order_links *links = before == NULL ? NULL : LIST_NEXT(before->links, in_partition);
    const struct order *next = links == NULL ? NULL : links->order;

    for (size_t i = before == NULL ? 0 : (size_t)before->source.partition + 1;
         next == NULL && i < orders->part_room; i++)
        next = orders_first_of(orders, i);
    return next;
}

int64_t orders_due_ms(const struct orders *orders)
{
    return orders->due_ms;
}

void orders_share(struct orders *orders, double share)
{
    for (size_t i = 0; i < orders->api_count; i++)
        pace_share(&orders->apis[i].pace, share);
}

const struct pace *orders_pace(const struct orders *orders, size_t api, const char **tag)
{
    if (api >= orders->api_count)
        return NULL;
    *tag = orders->apis[api].tag;
    return &orders->apis[api].pace;
}
