/* What people decide about orders on their way: they look, are told, are taken past a wait, or are called off (R8). */
#include "given_waits.h"

#define UNDO                                                                                                 \
    "{'stepId': 'undo', 'operationId': 'write', 'requestBody': {'payload': {'u': '$inputs.undoReference'}}," \
    " 'x-repeat': 'never', 'successCriteria': [{'condition': '$statusCode == 201'}], 'onSuccess':"           \
    " [{'name': 'undone', 'type': 'end', 'x-outcome': {'status': 'REJECTED', 'reason': 'it was undone'}}]}"

/* Writes, waits, reads and ends; behind the end it undoes. */
#define CAN_BE_UNDONE(receive, cancel)                                                                       \
    GIVEN_ARAZZO("{'workflowId': 'w'" cancel ", 'steps': [" GIVEN_WRITE_A "," receive                        \
                 ", {'stepId': 'r', " GIVEN_READ ", 'onSuccess': [{'name': 'e', 'type': 'end'}]}, " UNDO     \
                 "], 'outputs': {'o': '$steps.a.outputs.o'}}" GIVEN_FIND)
#define CANCEL                                                                                               \
    ", 'x-cancel': {'stepId': 'undo', 'before': 'r', 'criteria': [{'condition': '$steps.a.outputs.o != "     \
    "null'}]}"
#define LOOKS                                                                                                \
    GIVEN_DEAD ", 'x-look': {'workflowId': 'find', 'every': 100000, 'payload': {'state': '$outputs.o'}}"

/* A decision of somebody who sees the order as it is. */
static struct decision seen(const struct order *order, enum decision_verdict verdict, const char *outputs)
{
    struct decision made = {.attempt = order->attempt, .verdict = verdict, .why = "they called"};

    if (order->waiting.wait.step != NULL) {
        snprintf(made.step, sizeof made.step, "%s", order->waiting.wait.step);
        made.since_ms = order->waiting.wait.since_ms;
    }
    made.heard_end = ledger_heard_mark(&order->waiting.heard);
    snprintf(made.outputs, sizeof made.outputs, "%s", outputs);
    for (char *at = made.outputs; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    return made;
}

static void decided(struct world *world, struct order *order, enum decision_verdict verdict,
                    const char *outputs)
{
    const struct decision made = seen(order, verdict, outputs);

    given_applied(world, order, &made);
}

static void refused(struct world *world, struct order *order, enum decision_verdict verdict,
                    const char *outputs, const char *says)
{
    const struct decision made = seen(order, verdict, outputs);

    given_refused(world, order, &made, says);
}

static void news_are(struct order *order, const char *want)
{
    char text[300];

    given_news(order, text, sizeof text);
    given_same("news", text, want);
}

static void a_wait_is_skipped(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_WAITS, &reference);

    news_are(order, "a:");
    refused(&world, order, DECISION_SKIP, "{'none': 'done'}", "the step 'm' has no output 'none'");
    refused(&world, order, DECISION_SKIP, "['s']", "outputs are given as an object");
    refused(&world, order, DECISION_LOOK, "", "no x-look");
    refused(&world, order, DECISION_HEARD, "{'o': 'done'}", "no x-look");
    decided(&world, order, DECISION_SKIP, "{'s': 'done'}");
    given_same("output", tree_text_of(tree_member(order->main.steps, "m"), "s"), "done");
    news_are(order, "m:skip");
    CU_ASSERT_EQUAL(given_told(&world, order, 5, "e1", NULL, "done"), TOLD_TAKEN); /* it comes after all */
    news_are(order, "");
    CU_ASSERT(order->state == ORDER_READY && order->waiting.mailbox.count == 1);
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order); /* the step after it */
    given_answer(&world, order, 200, "{'q': 'y'}");
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_COMPLETED);
    given_world_end(&world);
}

/* Its call is made now, whatever the date; and once only. */
static void a_date_is_skipped(void)
{
    struct world world;

    given_world_of(
        &world, GIVEN_OUTCOME(GIVEN_O),
        GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" GIVEN_WRITE_A ", {'stepId': 'r', " GIVEN_READ
                     ", 'x-start-at': '2200-01-02'}], 'outputs': {'o': '$steps.a.outputs.o'}}" GIVEN_FIND),
        10, true);
    struct order *order = given_named(&world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_answer(&world, order, 201, GIVEN_WRITTEN);
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_AWAITING);
    news_are(order, "a:");
    refused(&world, order, DECISION_LOOK, "", "it waits for a date");
    refused(&world, order, DECISION_SKIP, "{'q': '1'}", "outputs belong to");
    struct order *before = given_named(&world, "k", '2');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), before);
    decided(&world, order, DECISION_SKIP, "");
    news_are(order, "r:skip");
    CU_ASSERT_PTR_NULL(given_settle(&world, 1000));
    CU_ASSERT_FATAL(order->state == ORDER_QUEUED && order->ledger.unloaded != NULL);
    world.time.now_ms += 60001; /* as long as a step may be tried */
    world.time.wall_ms += 60001;
    given_answer(&world, before, 201, GIVEN_WRITTEN);
    news_are(before, "a:");
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_answer(&world, order, 503, "");
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_WAITING); /* its time began with its call */
    given_wait(&world);
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_answer(&world, order, 200, "{'q': 'y'}");
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_COMPLETED);
    given_world_end(&world);
}

static void a_look_is_asked_for(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_LOOKS, &reference);

    news_are(order, "a:");
    decided(&world, order, DECISION_LOOK, "");
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    refused(&world, order, DECISION_SKIP, "", "the worker is at work on it");
    given_answer(&world, order, 200, "{'orders': [{'o': 'working'}]}");
    CU_ASSERT_EQUAL(order->state, ORDER_AWAITING);
    given_world_end(&world);
}

/* As if BT had reported it: news, or what the step waits for; but not twice, and nothing that is over. */
static void it_is_told(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_LOOKS, &reference);

    news_are(order, "a:");
    refused(&world, order, DECISION_HEARD, "", "'heard' needs");
    refused(&world, order, DECISION_HEARD, "{'state': 'done'}", "the look-up 'find' has no output 'state'");
    decided(&world, order, DECISION_HEARD, "{'o': 'working'}");
    CU_ASSERT_EQUAL(order->state, ORDER_AWAITING);
    given_same("news", order->waiting.progress->reason.text,
               "a person says that BT reported state working (they called)");
    news_are(order, "m:working");
    refused(&world, order, DECISION_HEARD, "{'o': 'working'}", "knows that already");
    decided(&world, order, DECISION_HEARD, "{'o': 'done'}");
    news_are(order, "m:done");
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_world_end(&world);
}

/* A decision is about what the person saw. */
static void what_was_seen_is_over(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_LOOKS, &reference);
    struct decision made = seen(order, DECISION_SKIP, "");

    CU_ASSERT_EQUAL(given_told(&world, order, 5, "e1", NULL, "working"), TOLD_TAKEN);
    given_refused(&world, order, &made, "BT has reported something");
    made = seen(order, DECISION_SKIP, "");
    made.since_ms--;
    given_refused(&world, order, &made, "the order has moved on");
    made = seen(order, DECISION_SKIP, "");
    snprintf(made.step, sizeof made.step, "n");
    given_refused(&world, order, &made, "it waits at step 'm' since");
    given_world_end(&world);
}

static struct order *waits_undoable(struct world *world, const char *workflow)
{
    const char *reference;
    struct order *order = given_waiting(world, workflow, &reference);

    news_are(order, "a:");
    return order;
}

static void is_undone(struct world *world, struct order *order)
{
    decided(world, order, DECISION_CANCEL, "");
    news_are(order, "m:cancel");
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(world), order);
    CU_ASSERT(order->attempt == 2 && order->main.step == 3);
    given_answer(world, order, 201, GIVEN_WRITTEN);
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_REJECTED);
    given_same("reason", order->reason.text, "it was undone");
}

static void it_is_called_off(void)
{
    struct world world;

    struct order *order = waits_undoable(&world, CAN_BE_UNDONE(GIVEN_RECEIVE(GIVEN_DEAD), CANCEL));
    refused(&world, order, DECISION_CANCEL, "{'s': '1'}", "no outputs");
    is_undone(&world, order);
    given_world_end(&world);

    /* Parked after its time-out, it holds no key: it queues for it again. */
    order = waits_undoable(&world, CAN_BE_UNDONE(GIVEN_RECEIVE(GIVEN_DEAD), CANCEL));
    world.time.now_ms += 1000001;
    world.time.wall_ms += 1000001;
    orders_read_to(world.orders, 0, world.time.wall_ms, world.time);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_PARKED);
    const struct change change = given_change(&world, order, false, true, true);
    orders_published(order);
    orders_settled(world.orders, &change, INT64_MAX);
    refused(&world, order, DECISION_SKIP, "", "it is parked");
    struct decision made = seen(order, DECISION_CANCEL, "");
    made.attempt++;
    given_refused(&world, order, &made, "the decision is about attempt 2");
    is_undone(&world, order);
    given_world_end(&world);
}

/* Its day has come: called off in that turn it is undone; once the worker is at work, and after that, it is not. */
static void on_the_day(void)
{
    static const char workflow[] =
        GIVEN_ARAZZO("{'workflowId': 'w'" CANCEL ", 'steps': [" GIVEN_WRITE_A ", {'stepId': 'm', " GIVEN_READ
                     ", 'x-start-at': '2026-03-02T11:00:00Z'}, {'stepId': 'r', 'operationId': 'never',"
                     " 'successCriteria': [{'condition': '$statusCode == 201'}], 'onSuccess': [{'name': 'e',"
                     " 'type': 'end'}]}, " UNDO "], 'outputs': {'o': '$steps.a.outputs.o'}}" GIVEN_FIND);

    for (int late = 0; late < 2; late++) {
        struct world world;
        struct order *order = waits_undoable(&world, workflow);
        const struct decision made = seen(order, DECISION_CANCEL, "");
        CU_ASSERT_PTR_NULL(given_settle(&world, 1000));
        world.time.wall_ms = order->waiting.wait.until_ms;
        orders_read_to(world.orders, 0, world.time.wall_ms, world.time);
        if (late) {
            CU_ASSERT_PTR_EQUAL(orders_next_call(world.orders, world.time), order);
            given_refused(&world, order, &made, "the worker is at work on it");
            given_answer(&world, order, 200, "{'q': 'y'}");
            CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
            CU_ASSERT_EQUAL(order->state, ORDER_INTENDING);
            given_refused(&world, order, &made, "the worker is at work on it");
        } else {
            given_applied(&world, order, &made);
        }
        CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
        CU_ASSERT(order->main.step == (late ? 2 : 3) && order->attempt == 2);
        given_world_end(&world);
    }
}

static void it_cannot_be_called_off(void)
{
    struct world world;

    struct order *order = waits_undoable(&world, CAN_BE_UNDONE(GIVEN_RECEIVE(GIVEN_DEAD), ""));
    refused(&world, order, DECISION_CANCEL, "", "its workflow has no x-cancel");
    given_world_end(&world);

    order = waits_undoable(
        &world, CAN_BE_UNDONE(GIVEN_RECEIVE(GIVEN_DEAD), ", 'x-cancel': {'stepId': 'undo', 'before': 'm'}"));
    refused(&world, order, DECISION_CANCEL, "", "at step 'm', where its workflow does not let it");
    given_world_end(&world);

    /* An attempt that may have happened is decided first. */
    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), CAN_BE_UNDONE(GIVEN_RECEIVE(GIVEN_DEAD), CANCEL), 10,
                   true);
    order = given_named(&world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    refused(&world, order, DECISION_CANCEL, "", "the worker is at work on it");
    given_world_end(&world);
    order = waits_undoable(&world, CAN_BE_UNDONE(GIVEN_RECEIVE(GIVEN_DEAD), CANCEL));
    decided(&world, order, DECISION_CANCEL, "");
    news_are(order, "m:cancel");
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_answer(&world, order, -CALL_CUT, "");
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_PARKED);
    refused(&world, order, DECISION_CANCEL, "", "attempt 2 of step 'undo' may have happened");
    given_world_end(&world);
}

CU_TestInfo test_engine_intervene[] = {{"a wait is skipped", a_wait_is_skipped},
                                       {"a date is skipped", a_date_is_skipped},
                                       {"a look is asked for", a_look_is_asked_for},
                                       {"it is told", it_is_told},
                                       {"what was seen is over", what_was_seen_is_over},
                                       {"it is called off", it_is_called_off},
                                       {"on the day", on_the_day},
                                       {"it cannot be called off", it_cannot_be_called_off},
                                       CU_TEST_INFO_NULL};
