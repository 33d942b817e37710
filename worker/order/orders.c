/* See orders.h. */
#include "orders.h"

#include "memory.h"

#include <string.h>

struct list {
    struct order *first, *last;
};

struct api {
    const char *tag;
    struct pace pace;
    struct backoff_policy backoff;
    struct list ready;
};

struct orders {
    const struct openapi *openapi;
    struct api *apis;
    size_t api_count, api_turn; /* whose turn it is to be asked first */
    unsigned steps_max;
    uint64_t random;
    struct lanes *lanes;
    struct list done;
    struct order *all;      /* the first */
    struct order **waiting; /* a heap by due time */
    size_t waiting_room;
    size_t counts[ORDER_SETTLING + 1];
    size_t count;
    int64_t due_ms;
};

/* --- lists --- */

static void append(struct list *list, struct order *order)
{
    order->before = list->last;
    order->behind = NULL;
    *(list->last == NULL ? &list->first : &list->last->behind) = order;
    list->last = order;
}

static void take_out(struct list *list, struct order *order)
{
    *(order->before == NULL ? &list->first : &order->before->behind) = order->behind;
    *(order->behind == NULL ? &list->last : &order->behind->before) = order->before;
    order->before = order->behind = NULL;
}

static void place_waiting(struct orders *orders, size_t at, struct order *order)
{
    orders->waiting[at] = order;
    order->heap_place = at + 1;
}

static void sift(struct orders *orders, size_t at, size_t count)
{
    struct order *order = orders->waiting[at];

    for (; at > 0 && orders->waiting[(at - 1) / 2]->due_ms > order->due_ms; at = (at - 1) / 2)
        place_waiting(orders, at, orders->waiting[(at - 1) / 2]);
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && orders->waiting[child + 1]->due_ms < orders->waiting[child]->due_ms)
            child++;
        if (orders->waiting[child]->due_ms >= order->due_ms)
            break;
        place_waiting(orders, at, orders->waiting[child]);
    }
    place_waiting(orders, at, order);
}

static void add_waiting(struct orders *orders, struct order *order)
{
    size_t count = orders->counts[ORDER_WAITING];

    if (count == orders->waiting_room) {
        orders->waiting_room = count * 2 + 64;
        orders->waiting = memory_resize(orders->waiting, orders->waiting_room, sizeof(struct order *));
    }
    place_waiting(orders, count, order);
    sift(orders, count, count + 1);
}

static void remove_waiting(struct orders *orders, struct order *order)
{
    size_t last = orders->counts[ORDER_WAITING] - 1, at = order->heap_place - 1;
    struct order *moved = orders->waiting[last];

    order->heap_place = 0;
    if (moved == order)
        return;
    place_waiting(orders, at, moved);
    sift(orders, at, last);
}

/* --- the one mover --- */

static struct api *api_of(struct orders *orders, const struct order *order)
{
    const char *tag = journey_api(order);

    for (size_t i = 0; tag != NULL && i < orders->api_count; i++)
        if (strcmp(orders->apis[i].tag, tag) == 0)
            return &orders->apis[i];
    return &orders->apis[0]; /* nothing left to call: any API's turn will end it */
}

static void leave_state(struct orders *orders, struct order *order)
{
    if (order->state == ORDER_READY)
        take_out(&api_of(orders, order)->ready, order);
    else if (order->state == ORDER_WAITING)
        remove_waiting(orders, order);
    else if (order->state == ORDER_DONE)
        take_out(&orders->done, order);
    orders->counts[order->state]--;
}

static void enter_state(struct orders *orders, struct order *order, enum order_state state)
{
    if (state == ORDER_READY)
        append(&api_of(orders, order)->ready, order);
    else if (state == ORDER_WAITING)
        add_waiting(orders, order);
    else if (state == ORDER_DONE)
        append(&orders->done, order);
    order->state = state;
    orders->counts[state]++;
}

/* Makes way for the next of its key; one that broke its contract is done as soon as it is its turn. */
static void leave_lane(struct orders *orders, struct order *order)
{
    while (order != NULL && order->lane != NULL) {
        struct order *next = lanes_leave(orders->lanes, order);
        if (next == NULL)
            return;
        bool ended = next->reason.kind != REASON_NONE;
        leave_state(orders, next);
        enter_state(orders, next, ended ? ORDER_DONE : ORDER_READY);
        order = ended ? next : NULL;
    }
}

static void move(struct orders *orders, struct order *order, enum journey_move to)
{
    static const enum order_state states[] = {[JOURNEY_CALL] = ORDER_CALLING,
                                              [JOURNEY_WAIT] = ORDER_WAITING,
                                              [JOURNEY_RETRY] = ORDER_READY,
                                              [JOURNEY_END] = ORDER_DONE};

    enter_state(orders, order, states[to]);
    if (to == JOURNEY_END)
        leave_lane(orders, order);
}

/* --- */

struct orders *orders_new(const struct orders_setup *setup, struct orders_time time)
{
    struct orders *orders = memory_new(1, sizeof *orders);

    orders->openapi = setup->openapi;
    orders->steps_max = setup->steps_max;
    orders->random = setup->seed | 1;
    orders->due_ms = INT64_MAX;
    orders->lanes = lanes_new();
    orders->apis = memory_new(setup->api_count, sizeof *orders->apis);
    orders->api_count = setup->api_count;
    for (size_t i = 0; i < setup->api_count; i++) {
        orders->apis[i].tag = setup->apis[i].tag;
        orders->apis[i].backoff = setup->apis[i].backoff;
        pace_init(&orders->apis[i].pace, &setup->apis[i].pace, time.now_ms);
    }
    return orders;
}

void *orders_free(struct orders *orders)
{
    if (orders == NULL)
        return NULL;
    for (struct order *next, *order = orders->all; order != NULL; order = next) {
        next = order->all_behind;
        order_free(order);
    }
    lanes_free(orders->lanes);
    memory_free(orders->waiting);
    memory_free(orders->apis);
    return memory_free(orders);
}

static void forget(struct orders *orders, struct order *order)
{
    *(order->all_before == NULL ? &orders->all : &order->all_before->all_behind) = order->all_behind;
    if (order->all_behind != NULL)
        order->all_behind->all_before = order->all_before;
    orders->count--;
    order_free(order);
}

static uint64_t draw(struct orders *orders)
{
    orders->random ^= orders->random << 13;
    orders->random ^= orders->random >> 7;
    orders->random ^= orders->random << 17;
    return orders->random;
}

static struct journey_terms terms_of(struct orders *orders, const struct order *order,
                                     struct orders_time time)
{
    return (struct journey_terms){.now_ms = time.now_ms,
                                  .wall_ms = time.wall_ms,
                                  .steps_max = orders->steps_max,
                                  .random = draw(orders),
                                  .backoff = api_of(orders, order)->backoff};
}

void orders_take(struct orders *orders, struct order *order, struct orders_time time)
{
    order->all_behind = orders->all;
    if (orders->all != NULL)
        orders->all->all_before = order;
    orders->all = order;
    orders->count++;

    struct journey_terms terms = terms_of(orders, order, time);
    /* A request that broke its contract has its reason already. Rules are checked in turn, as all else of a key. */
    enum journey_move to = order->reason.kind != REASON_NONE ? JOURNEY_END : journey_begin(order, &terms);
    bool first = order->key == NULL || lanes_enter(orders->lanes, order);
    if (first)
        move(orders, order, to);
    else
        enter_state(orders, order, ORDER_QUEUED);
}

static void wake_waiting(struct orders *orders, int64_t now_ms)
{
    while (orders->counts[ORDER_WAITING] > 0 && orders->waiting[0]->due_ms <= now_ms) {
        struct order *order = orders->waiting[0];
        leave_state(orders, order);
        enter_state(orders, order, ORDER_READY);
    }
}

/* Starts the first ready order of the API if the pace allows; an order may end here without a call. */
static struct order *start_one(struct orders *orders, struct api *api, struct orders_time time)
{
    int64_t again_ms;

    while (api->ready.first != NULL) {
        struct order *order = api->ready.first;
        if (!pace_admits(&api->pace, time.now_ms, &again_ms)) {
            if (again_ms < orders->due_ms)
                orders->due_ms = again_ms;
            return NULL;
        }
        struct journey_terms terms = terms_of(orders, order, time);
        leave_state(orders, order);
        enum journey_move to = journey_next(order, &terms);
        move(orders, order, to);
        if (to != JOURNEY_CALL)
            continue;
        pace_start(&api->pace);
        return order;
    }
    return NULL;
}

struct order *orders_next_call(struct orders *orders, struct orders_time time)
{
    wake_waiting(orders, time.now_ms);
    orders->due_ms = orders->counts[ORDER_WAITING] > 0 ? orders->waiting[0]->due_ms : INT64_MAX;
    for (size_t i = 0; i < orders->api_count; i++) {
        struct api *api = &orders->apis[(orders->api_turn + i) % orders->api_count];
        struct order *order = start_one(orders, api, time);
        if (order == NULL)
            continue;
        orders->api_turn = (orders->api_turn + i + 1) % orders->api_count;
        return order;
    }
    return NULL;
}

void orders_answer(struct orders *orders, struct order *order, const struct evidence *evidence,
                   struct orders_time time, struct verdict *verdict)
{
    struct api *api = api_of(orders, order);
    struct journey_terms terms = terms_of(orders, order, time);

    leave_state(orders, order);
    enum journey_move to = journey_answer(order, orders->openapi, evidence, &terms, verdict);
    pace_end(&api->pace, verdict->pace, evidence->retry_after_ms, time.now_ms);
    if (order->abandoned) {
        leave_lane(orders, order);
        forget(orders, order);
        return;
    }
    move(orders, order, to);
}

struct order *orders_next_done(struct orders *orders)
{
    struct order *order = orders->done.first;

    if (order == NULL)
        return NULL;
    leave_state(orders, order);
    enter_state(orders, order, ORDER_SETTLING);
    return order;
}

void orders_settled(struct orders *orders, struct order *order)
{
    leave_state(orders, order);
    forget(orders, order);
}

static bool is_dropped(const struct order *order, bool lost)
{
    switch (order->state) {
    case ORDER_QUEUED:
    case ORDER_READY:
    case ORDER_WAITING:
        return true;
    case ORDER_DONE:
        return lost;
    case ORDER_CALLING:
    case ORDER_SETTLING:
        return false;
    }
    return false;
}

size_t orders_leave(struct orders *orders, int32_t partition, bool lost)
{
    size_t calling = 0;

    for (struct order *next, *order = orders->all; order != NULL; order = next) {
        next = order->all_behind;
        if (order->partition != partition)
            continue;
        calling += order->state == ORDER_CALLING && !order->abandoned;
        order->abandoned = order->abandoned || lost;
        if (!is_dropped(order, lost))
            continue;
        leave_state(orders, order);
        leave_lane(orders, order);
        forget(orders, order);
    }
    return calling;
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

size_t orders_count(const struct orders *orders)
{
    return orders->count;
}

size_t orders_state_count(const struct orders *orders, enum order_state state)
{
    return orders->counts[state];
}

size_t orders_calling_of(const struct orders *orders, int32_t partition)
{
    size_t count = 0;

    for (const struct order *order = orders->all; order != NULL; order = order->all_behind)
        count += order->partition == partition && order->state == ORDER_CALLING && !order->abandoned;
    return count;
}

const struct pace *orders_pace(const struct orders *orders, size_t api, const char **tag)
{
    if (api >= orders->api_count)
        return NULL;
    *tag = orders->apis[api].tag;
    return &orders->apis[api].pace;
}
