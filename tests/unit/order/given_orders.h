/* Orders of one order type `w`, in virtual time, with replies given one by one. */
#ifndef TESTS_ORDER_GIVEN_ORDERS_H
#define TESTS_ORDER_GIVEN_ORDERS_H

#include "change.h"

#include "../catalogue/given_catalogue.h"

/* What BT reports: {"id", "at", "ref", "state"}; `done` and `dead` end it. */
#define GIVEN_EVENTS                                                                                         \
    "{'asyncapi': '3.0.0', 'channels': {'c': {'address': '/in', 'messages': {'m': {'correlationId': {"       \
    "'location': '$message.payload#/ref'}, 'x-event-id': '/id', 'x-event-time': '/at', 'payload': {"         \
    "'properties': {'id': {}, 'at': {}, 'ref': {}, 'state': {'type': 'string'}}}, 'x-states': [{'at':"       \
    " '/state', 'ranks': {'taken': 1, 'working': 2, 'done': 3, 'dead': 3}, 'final': ['done', 'dead'],"       \
    " 'failed': ['dead']}]}}}}, 'operations': {'in': {'action': 'receive', 'channel': {'$ref':"              \
    " '#/channels/c'}}}}"

#ifndef GIVEN_MAY_SLEEP
#define GIVEN_MAY_SLEEP false /* a test whose orders sleep defines it first */
#endif

struct world {
    char *folder;
    struct catalogue *catalogue;
    struct orders *orders;
    struct orders_time time;
    int64_t next_offset;
};

/* `trusted`: its look-ups may answer "absent". */
static inline void given_world_of(struct world *world, const char *outcome, const char *workflow,
                                  int64_t window, bool trusted)
{
    struct problems problems = {0};

    *world = (struct world){.folder = given_folder(), .time = {1000, 1772445600000}};
    given_order_type(world->folder, GIVEN_REQUEST(GIVEN_ID), outcome, workflow);
    given_in_folder(world->folder, "order-events.asyncapi.json", GIVEN_EVENTS);
    world->catalogue = given_load(world->folder, "", &problems);
    given_no_problem("world", &problems);
    if (problems.count > 0)
        abort();
    const struct orders_api api = {
        .tag = "api",
        .pace = {window, 0, 1000},
        .backoff = {.first_ms = 100, .cap_ms = 1000, .give_up_ms = 60000, .attempts_max = 3},
        .doubt = {.absent_ms = 5000, .absent_own_ms = 3000, .give_up_ms = 60000, .trusted = trusted}};
    const struct orders_setup setup = {.openapi = &world->catalogue->openapi,
                                       .apis = &api,
                                       .api_count = 1,
                                       .steps_max = 5,
                                       .seed = 1,
                                       .may_wait = true,
                                       .may_sleep = GIVEN_MAY_SLEEP,
                                       .calendar = &world->catalogue->calendar,
                                       .asyncapi = &world->catalogue->asyncapi};
    world->orders = orders_new(&setup, world->time);
}

static inline void given_world(struct world *world, const char *outcome, const char *workflow, int64_t window)
{
    given_world_of(world, outcome, workflow, window, true);
}

static inline void given_world_end(struct world *world)
{
    orders_free(world->orders);
    catalogue_free(world->catalogue);
    given_remove_folder(world->folder);
}

/* An order for {"id": id} of this key (null: none) in partition 0; not taken yet. */
static inline struct order *given_order(struct world *world, const char *key, const char *id)
{
    struct order *order = order_new("t", 0, world->next_offset++, key, key == NULL ? 0 : strlen(key));
    struct json_object *tree = json_object_new_object();
    struct fault why;

    json_object_object_add(tree, "requestId", json_object_new_string("605c9599-4ab1-488f-8129-5b8cde662c7d"));
    json_object_object_add(tree, "id", json_object_new_string(id));
    order->type = world->catalogue->types[0];
    if (request_of_tree(order->type, tree, NULL, &order->request, &why) != REQUEST_GOOD)
        abort();
    return order;
}

static inline struct order *given_taken(struct world *world, const char *key, const char *id)
{
    struct order *order = given_order(world, key, id);

    orders_take(world->orders, order, world->time);
    return order;
}

/* Answers the order's call: a status with a body as text ("" : none), or a negative enum call_end. */
static inline void given_answer(struct world *world, struct order *order, int status, const char *body)
{
    struct evidence evidence = {.end = status > 0 ? CALL_REPLIED : (enum call_end) - status,
                                .status = status > 0 ? status : 0,
                                .body = *body == '\0' ? NULL : given_tree(body),
                                .unreadable = "",
                                .retry_after_ms = -1,
                                .what = status > 0 ? "" : "the way failed"};
    struct verdict verdict;

    orders_answer(world->orders, order, &evidence, world->time, &verdict);
    json_object_put(evidence.body);
}

/* Settles what is not an outcome, until there is one: its order, null when there is none now. */
static inline struct order *given_next_done(struct world *world)
{
    struct change change;

    while (orders_next_change(world->orders, &change)) {
        if (change.publishes)
            return change.order;
        orders_settled(world->orders, &change, INT64_MAX);
    }
    return NULL;
}

/* The outcome of the order is settled. */
static inline void given_settled(struct world *world, struct order *order)
{
    const struct change change = {.order = order, .publishes = true};

    orders_settled(world->orders, &change, INT64_MAX);
}

/* Lets the time pass until the next thing is due. */
static inline void given_wait(struct world *world)
{
    int64_t due_ms = orders_due_ms(world->orders);

    if (due_ms == INT64_MAX)
        return;
    world->time.wall_ms += due_ms - world->time.now_ms;
    world->time.now_ms = due_ms;
}

#endif
