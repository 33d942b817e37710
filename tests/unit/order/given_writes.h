/* Orders of one order type `w` whose step writes; each operation has its replies, the last one is repeated. */
#ifndef TESTS_ORDER_GIVEN_WRITES_H
#define TESTS_ORDER_GIVEN_WRITES_H

#include "given_orders.h"

#define GIVEN_FOUND "'found': [{'condition': '$outputs.o != null'}]"
#define GIVEN_ABSENT                                                                                         \
    "'absent': [{'condition': '($outputs.o == null || $outputs.both != null) && $outputs.odd == null'}]"
#define GIVEN_LOOKED_UP                                                                                      \
    GIVEN_ARAZZO(                                                                                            \
        "{'workflowId': 'w', 'steps': [{'stepId': 'a', 'operationId': 'write', 'requestBody': {"             \
        "'contentType': 'application/json', 'payload': {'externalId': '$inputs.aReference'}},"               \
        " 'successCriteria': [{'condition': '$statusCode == 201'}], 'outputs': {'o': '$response.body#/o'},"  \
        " 'x-lookup': {'workflowId': 'find', " GIVEN_FOUND ", " GIVEN_ABSENT                                 \
        "}}], 'outputs': {'o': '$steps.a.outputs.o'}},"                                                      \
        "{'workflowId': 'find', 'steps': [{'stepId': 'f', 'operationId': 'list', 'successCriteria':"         \
        " [{'condition': '$statusCode == 200'}], 'outputs': {'o': '$response.body#/o', 'odd':"               \
        " '$response.body#/odd', 'both': '$response.body#/both'}, 'onFailure': [{'name': 'none', 'type':"    \
        " 'end', 'criteria': [{'condition': '$statusCode == 404 && $response.body#/code == 60'}],"           \
        " 'x-outcome': {'status': 'ABSENT'}}]}], 'outputs': {'o': '$steps.f.outputs.o', 'odd':"              \
        " '$steps.f.outputs.odd', 'both': '$steps.f.outputs.both'}}")
#define GIVEN_NEVER                                                                                          \
    GIVEN_ARAZZO(                                                                                            \
        "{'workflowId': 'w', 'steps': [{'stepId': 'a', 'operationId': 'never', 'successCriteria': ["         \
        "{'condition': '$statusCode == 201'}]}]}")

enum { GIVEN_REPLIES = 8, GIVEN_TURNS = 2000 };

struct given_bt_reply {
    int status; /* negative: an enum call_end; no body at all: the one before again */
    const char *body;
};

/* Settles all changes; gives the first order whose outcome was among them, null when there was none. */
static inline struct order *given_settle(struct world *world, int64_t lease_ms)
{
    struct change change;

    while (orders_next_change(world->orders, &change)) {
        if (change.publishes)
            return change.order;
        orders_settled(world->orders, &change, world->time.now_ms + lease_ms);
    }
    return NULL;
}

static inline const struct given_bt_reply *given_pick(const struct given_bt_reply replies[GIVEN_REPLIES],
                                                      size_t *at)
{
    const struct given_bt_reply *reply = &replies[*at];

    if (*at + 1 < GIVEN_REPLIES && replies[*at + 1].body != NULL)
        (*at)++;
    return reply;
}

/*
 * Runs the orders until one has an outcome, which is given; `trace` becomes the calls: the first letter of each
 * operation.
 */
static inline struct order *given_run(struct world *world, const struct given_bt_reply writes[GIVEN_REPLIES],
                                      const struct given_bt_reply looks[GIVEN_REPLIES], char *trace,
                                      size_t size)
{
    size_t write = 0, look = 0, length = 0;

    trace[0] = '\0';
    for (unsigned turn = 0; turn < GIVEN_TURNS; turn++) {
        struct order *done = given_settle(world, 1000);
        if (done != NULL)
            return done;
        struct order *order = orders_next_call(world->orders, world->time);
        if (order == NULL) {
            if (orders_change_count(world->orders) == 0)
                given_wait(world);
            continue;
        }
        if (length + 1 < size) {
            trace[length++] = order->call.operation->id[0];
            trace[length] = '\0';
        }
        const struct given_bt_reply *reply =
            order_writes(order) ? given_pick(writes, &write) : given_pick(looks, &look);
        given_answer(world, order, reply->status, reply->body);
    }
    return NULL;
}

#endif
