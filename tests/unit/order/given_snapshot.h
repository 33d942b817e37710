/* Orders as the ledger has them: by their own ids, stored and restored, with workflows of two writing steps. */
#ifndef TESTS_ORDER_GIVEN_KEPT_H
#define TESTS_ORDER_GIVEN_KEPT_H

#include "snapshot.h"

#include "given_writes.h"

#define GIVEN_ID_OF(n) "605c9599-4ab1-488f-8129-00000000000" n
#define GIVEN_WRITE_A_WITH(members)                                                                                     \
    "{'stepId': 'a', 'operationId': 'write', 'requestBody': {'contentType': 'application/json', 'payload':"             \
    " {'externalId': '$inputs.aReference'}}, 'successCriteria': [{'condition': '$statusCode == 201'}],"                 \
    " 'outputs': {'orderId': '$response.body#/orderId', 'o': '$response.body#/o'}, 'x-lookup': {'workflowId':"          \
    " 'find', 'found': [{'condition': '$outputs.o != null'}], 'absent': [{'condition': '$outputs.o == null'}]}" members \
    "}"
#define GIVEN_WRITE_A GIVEN_WRITE_A_WITH("")
#define GIVEN_WRITE_B                                                                                        \
    "{'stepId': 'b', 'operationId': 'never', 'successCriteria': [{'condition': '$statusCode == 201'}],"      \
    " 'outputs': {'o': '$response.body#/o'}}"
#define GIVEN_FIND                                                                                           \
    ", {'workflowId': 'find', 'steps': [{'stepId': 'f', 'operationId': 'list', 'successCriteria':"           \
    " [{'condition': '$statusCode == 200'}], 'outputs': {'o': '$response.body#/o'}}], 'outputs': {'o':"      \
    " '$steps.f.outputs.o'}}"
#define GIVEN_TWO_WRITES                                                                                     \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" GIVEN_WRITE_A "," GIVEN_WRITE_B                            \
                 "], 'outputs': {'o': '$steps.b.outputs.o'}}" GIVEN_FIND)
#define GIVEN_READ_AND_WRITE                                                                                 \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 'r', " GIVEN_READ                                 \
                 ", 'outputs': {'q': '$response.body#/q'}}," GIVEN_WRITE_A                                   \
                 "], 'outputs': {'o': '$steps.a.outputs.o'}}" GIVEN_FIND)

/* An order that only reads: it is owned only when it is slow. */
#define GIVEN_ONE_READ GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 'r', " GIVEN_READ "}]}")

#define GIVEN_ONE_RETRY                                                                                      \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 'r', " GIVEN_READ                                 \
                 ", 'onFailure': [{'name': 'no', 'type': 'end', 'criteria': [{'condition': '$statusCode =="  \
                 " 410'}]}, {'name': 'once', 'type': 'retry', 'retryLimit': 1, 'criteria': [{'condition':"   \
                 " '$statusCode == 404'}]}]}]}")

/* An order with the id that ends in this digit; taken. */
static inline struct order *given_named(struct world *world, const char *key, char last)
{
    struct order *order = given_order(world, key, "7");

    snprintf(order->request.id, sizeof order->request.id, "%s%c", GIVEN_ID_OF(""), last);
    orders_take(world->orders, order, world->time);
    return order;
}

/* Takes the next change, which must be of this order and such; it stays open. */
static inline struct change given_change(struct world *world, const struct order *order, bool intends,
                                         bool publishes, bool records)
{
    struct change change = {0};

    CU_ASSERT_FATAL(orders_next_change(world->orders, &change));
    CU_ASSERT_PTR_EQUAL_FATAL(change.order, order);
    CU_ASSERT(change.intends == intends && change.publishes == publishes && change.records == records);
    return change;
}

/* The call of the order that comes next; settles what it asks for. */
static inline struct order *given_call(struct world *world)
{
    for (int turn = 0; turn < GIVEN_TURNS; turn++) {
        struct order *order = orders_next_call(world->orders, world->time);
        if (order != NULL)
            return order;
        if (orders_change_count(world->orders) == 0)
            given_wait(world);
        else
            CU_ASSERT_PTR_NULL_FATAL(given_settle(world, 1000));
    }
    CU_FAIL_FATAL("no call comes");
    return NULL;
}

/* The record of an order, as the ledger would give it back; it goes through its JSON texts only. */
static inline struct order *given_recalled(struct world *world, const struct order *order)
{
    struct ledger_record record;
    struct order *again = NULL;
    struct fault why = {.text = ""};

    snapshot_take(order, world->time.wall_ms, &record);
    if (!snapshot_restore("t", order->source.partition, &record, order->type, &again, &why)) {
        printf("\n  %s", why.text);
        CU_FAIL_FATAL("not recalled");
    }
    ledger_release(&record);
    return again;
}

/* Owns a slow order, settles that, loses its partition and takes it over again: the order as it is then. */
static inline struct order *given_taken_over(struct world *world, struct order *order)
{
    struct fault why = {.text = ""};

    orders_own_slow(world->orders, INT64_MAX);
    struct change change = given_change(world, order, false, false, true);
    struct order *next = given_recalled(world, order);
    orders_settled(world->orders, &change, INT64_MAX);
    orders_leave(world->orders, 0, true);
    CU_ASSERT_FATAL(orders_recover(world->orders, next, world->time, &why));
    return next;
}

static inline void given_awake(struct order *order)
{
    struct fault why = {.text = ""};

    if (!snapshot_load(order, &why)) {
        printf("\n  %s", why.text);
        CU_FAIL_FATAL("not woken");
    }
}

/* What the ledger would say of the order now. */
static inline struct json_object *given_progress(const struct order *order)
{
    struct ledger_record record;

    snapshot_take(order, 0, &record);
    struct json_object *tree = given_tree(record.progress);
    ledger_release(&record);
    return tree;
}

/* A second API `other` for the look-ups, with terms of its own, in a world like given_world_of(). */
static inline void given_two_apis(struct world *world, const char *workflow, const struct orders_api apis[2])
{
    static const char first[] =
        "'operationId': 'write', 'x-evidence': 'documented', 'x-repeat': 'lookup', 'tags': ['";
    struct problems problems = {0};
    char *text = memory_new(sizeof given_openapi_text + 16, 1);
    const char *at = strstr(given_openapi_text, first);

    if (at == NULL)
        abort();
    at += sizeof first - 1;
    snprintf(text, sizeof given_openapi_text + 16, "%.*sother%s", (int)(at - given_openapi_text),
             given_openapi_text, at + strlen("api"));
    *world = (struct world){.folder = given_folder(), .time = {1000, 1772445600000}};
    given_order_type(world->folder, GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O), workflow);
    given_in_folder(world->folder, "bt-whc.openapi.json", text);
    memory_free(text);
    world->catalogue = given_load(world->folder, "", &problems);
    given_no_problem("world", &problems);
    if (problems.count > 0)
        abort();
    const struct orders_setup setup = {
        .openapi = &world->catalogue->openapi, .apis = apis, .api_count = 2, .steps_max = 5, .seed = 1};
    world->orders = orders_new(&setup, world->time);
}

/* A person's decision is applied. */
static inline void given_applied(struct world *world, struct order *order, const struct decision *made)
{
    struct fault why = {.text = ""};

    if (!orders_decide(world->orders, order, made, world->time, &why)) {
        printf("\n  %s", why.text);
        CU_FAIL_FATAL("refused");
    }
}

/* It is refused, in these words, and nothing happens. */
static inline void given_refused(struct world *world, struct order *order, const struct decision *made,
                                 const char *says)
{
    struct fault why = {.text = ""};
    enum order_state state = order->state;

    CU_ASSERT_FALSE_FATAL(orders_decide(world->orders, order, made, world->time, &why));
    CU_ASSERT(why.kind == FAULT_INPUT && order->state == state);
    if (strstr(why.text, says) == NULL)
        given_same("refusal", why.text, says);
}

#endif
