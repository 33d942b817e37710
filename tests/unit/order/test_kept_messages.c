/* What of a message is kept for a later step: as much as the workflow looks at, and that is what counts. */
#include "given_waits.h"

#define LOOKS_AT(place)                                                                                      \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" GIVEN_WRITE_A "," GIVEN_RECEIVE(                           \
        GIVEN_DEAD) ", {'stepId': 'n', 'operationId': '$sourceDescriptions.events.in', 'action': 'receive'," \
                    " 'correlationId': '$inputs.aReference', 'timeout': 1000000, 'successCriteria':"         \
                    " [{'condition': '$message.payload#/state != null'}], 'outputs': {'p': "                 \
                    "'$message.payload#/" place "'}}], 'outputs': {'o': '$steps.n.outputs.p'}}" GIVEN_FIND)
#define PERSON "{'state': 'done', 'o': {'p': 'x', 'name': 'Ann'}, 'ref': 'R', 'party': [{'name': 'Ann'}]}"

/* Its write is on its way, so no step waits for what BT reports. */
static struct order *calling(struct world *world, const char *workflow)
{
    given_world_of(world, GIVEN_OUTCOME(GIVEN_O), workflow, 10, true);
    struct order *order = given_named(world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(world), order);
    return order;
}

static enum orders_told told(struct world *world, struct order *order, int64_t offset, const char *payload)
{
    return given_told_all(world, order, false, offset, NULL, NULL, given_tree(payload));
}

/* Nobody is named in what the ledger has, and what the steps say of it is the same. */
static void what_is_looked_at(void)
{
    struct world world;
    struct order *order = calling(&world, LOOKS_AT("o/p"));

    CU_ASSERT_EQUAL(told(&world, order, 5, PERSON), TOLD_TAKEN);
    CU_ASSERT_EQUAL(told(&world, order, 6, PERSON), TOLD_TAKEN);
    CU_ASSERT_EQUAL_FATAL(order->waiting.mailbox.count, 2);
    CLEANUP(tree_release) struct json_object *progress = given_progress(order);
    CU_ASSERT_PTR_NULL(strstr(json_object_to_json_string(progress), "Ann"));
    given_same_tree("kept", tree_at(progress, "/mailbox/1/payload"), "{'state': 'done', 'o': {'p': 'x'}}");
    given_answer(&world, order, 201, GIVEN_WRITTEN);
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_COMPLETED);
    given_same_tree("result", order->result, "{'o': 'x'}");
    given_world_end(&world);
}

/* The workflow that it has begun with decides, not today's. */
static void of_its_version(void)
{
    struct given_workflow before;
    struct world world;

    given_workflow(LOOKS_AT("ref"), &before);
    given_no_problem("before", &before.problems);
    const struct workflow_version version = {
        .digest = "0123456789abcdef", .arazzo = before.arazzo, .workflow = &before.arazzo.workflows[0]};
    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), LOOKS_AT("o/p"), 10, true);
    struct order *order = given_order(&world, "k", "7");
    order->version = &version;
    orders_take(world.orders, order, world.time);
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    CU_ASSERT_EQUAL(told(&world, order, 5, PERSON), TOLD_TAKEN);
    CU_ASSERT_EQUAL_FATAL(order->waiting.mailbox.count, 1);
    given_same_tree("kept", order->waiting.mailbox.list[0].payload, "{'state': 'done', 'ref': 'R'}");
    given_world_end(&world);
    given_workflow_release(&before);
}

/* Of large payloads as many as of small ones; only what is looked at can be too large. */
static void what_counts(void)
{
    struct world world;
    struct order *order = calling(&world, LOOKS_AT("o/p"));
    size_t size = MAILBOX_BYTES_MAX + 200;
    char *large = memory_new(MAILBOX_BYTES_MAX + 1, 1), *payload = memory_new(size, 1);

    memset(large, 'x', MAILBOX_BYTES_MAX);
    snprintf(payload, size, "{'state': 'working', 'name': '%s'}", large);
    for (int64_t i = 0; i < MAILBOX_MESSAGES_MAX - 1; i++)
        CU_ASSERT_EQUAL(told(&world, order, i, payload), TOLD_TAKEN);
    snprintf(payload, size, "{'state': 'working', 'o': {'p': '%s'}}", large);
    CU_ASSERT_EQUAL(told(&world, order, MAILBOX_MESSAGES_MAX, payload), TOLD_FULL);
    CU_ASSERT_EQUAL(told(&world, order, MAILBOX_MESSAGES_MAX, PERSON), TOLD_TAKEN);
    CU_ASSERT_EQUAL(told(&world, order, MAILBOX_MESSAGES_MAX + 1, PERSON), TOLD_FULL);
    memory_free(large);
    memory_free(payload);
    given_world_end(&world);
}

/* What a worker of before has written is whole, and stays so. */
static void of_an_older_worker(void)
{
    struct world world;
    struct order *order = calling(&world, LOOKS_AT("o/p"));
    struct message message = {.payload = given_tree(PERSON), .offset = 5};

    memcpy(message.reference, order->waiting.references.list[0].reference, sizeof message.reference);
    CU_ASSERT_FATAL(mailbox_add(&order->waiting.mailbox, &message));
    struct order *again = given_recalled(&world, order);
    given_awake(again);
    CU_ASSERT_EQUAL_FATAL(again->waiting.mailbox.count, 1);
    given_same_tree("kept", again->waiting.mailbox.list[0].payload, PERSON);
    order_free(again);
    given_answer(&world, order, 201, GIVEN_WRITTEN);
    CU_ASSERT(order->state == ORDER_AWAITING && order->waiting.mailbox.count == 0);
    given_world_end(&world);
}

CU_TestInfo test_kept_messages[] = {{"what is looked at", what_is_looked_at},
                                    {"of its version", of_its_version},
                                    {"what counts", what_counts},
                                    {"of an older worker", of_an_older_worker},
                                    CU_TEST_INFO_NULL};
