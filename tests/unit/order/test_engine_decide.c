/* What people decide about orders: when it counts, and what follows (PROMISE.md R8). */
#include "given_snapshot.h"

static struct decision decision(const struct order *order, enum decision_verdict verdict,
                                const char *reference)
{
    struct decision made = {.attempt = order->attempt, .verdict = verdict, .why = "seen in the portal"};

    snprintf(made.request_id, sizeof made.request_id, "%s", order->request.id);
    snprintf(made.reference, sizeof made.reference, "%s", reference);
    return made;
}

static void applied(struct world *world, struct order *order, enum decision_verdict verdict,
                    const char *reference)
{
    const struct decision made = decision(order, verdict, reference);

    given_applied(world, order, &made);
}

/* The first write is lost on the way; the order is parked, and its UNKNOWN settled. */
static struct order *parked_of(struct world *world, const char *outcome, const char *workflow, bool trusted)
{
    given_world_of(world, outcome, workflow, 10, trusted);
    struct order *order = given_named(world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(world), order);
    given_answer(world, order, -CALL_CUT, "");
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_PARKED);
    const struct change change = given_change(world, order, false, true, true);
    orders_published(order);
    orders_settled(world->orders, &change, INT64_MAX);
    CU_ASSERT(order->ledger.unloaded != NULL); /* it may wait for long */
    return order;
}

static struct order *parked(struct world *world, const char *workflow, bool trusted)
{
    return parked_of(world, GIVEN_OUTCOME(GIVEN_O), workflow, trusted);
}

static void later(struct world *world, int64_t ms)
{
    world->time.now_ms += ms;
    world->time.wall_ms += ms;
}

static void ended(struct world *world, struct order *order, enum outcome_status status, const char *code)
{
    struct outcome outcome;

    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_DONE);
    order_outcome(order, &outcome);
    CU_ASSERT(outcome.status == status && outcome.final && outcome.sequence == 1);
    CU_ASSERT(outcome.reason.kind == REASON_DECISION && outcome.finished_at_ms == world->time.wall_ms);
    given_same("code", outcome.reason.code, code);
    given_same("text", outcome.reason.text, "seen in the portal");
}

/* It happened: that is known at once, and ends an order whose last step it was. */
static void happened(void)
{
    struct world world;
    struct order *order = parked(&world, GIVEN_NEVER, true);

    applied(&world, order, DECISION_HAPPENED, "O-7");
    ended(&world, order, OUTCOME_COMPLETED, "happened");
    given_same("BT's id", order->order_id, "O-7");
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    given_change(&world, order, false, true, true);
    given_world_end(&world);

    order = parked(&world, GIVEN_NEVER, true);
    applied(&world, order, DECISION_HAPPENED, "");
    ended(&world, order, OUTCOME_COMPLETED, "happened");
    given_same("none", order->order_id, "");
    given_world_end(&world);
}

/* A person knows that it happened, not what BT would have said: it completes without the result it owes. */
static void happened_without_result(void)
{
    struct world world;
    struct order *order =
        parked_of(&world, GIVEN_OUTCOME("{'name': 'o', 'type': 'string'}"), GIVEN_LOOKED_UP, false);

    applied(&world, order, DECISION_HAPPENED, "O-7");
    ended(&world, order, OUTCOME_COMPLETED, "happened");
    CU_ASSERT_PTR_NULL(order->result);
    given_world_end(&world);
}

/* At the first of two steps it goes on with the second, which may use BT's id. */
static void happened_and_on(void)
{
    struct world world;
    struct order *order = parked(&world, GIVEN_TWO_WRITES, false);

    applied(&world, order, DECISION_HAPPENED, "O-7");
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_READY);
    CU_ASSERT(order->wrote && !order->doubt.was && !order->doubt.open && order->reason.kind == REASON_NONE);
    given_same_tree("outputs of the step", tree_member(order->main.steps, "a"),
                    "{'orderId': 'O-7', 'o': null}");
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_same("the second step", order->call.operation->id, "never");
    CU_ASSERT_EQUAL(order->attempt, 2);
    given_answer(&world, order, 201, "{'o': 'x'}");
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_COMPLETED &&
              order->reason.kind == REASON_NONE);
    given_same("BT's id", order->order_id, "O-7");
    given_world_end(&world);
}

/* BT's id of it is the output that x-order names. */
static void happened_with_its_id(void)
{
    struct world world;
    struct order *order = parked(
        &world,
        GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" GIVEN_WRITE_A_WITH(
            ", 'x-order': 'o'") "," GIVEN_WRITE_B "], 'outputs': {'o': '$steps.b.outputs.o'}}" GIVEN_FIND),
        false);

    applied(&world, order, DECISION_HAPPENED, "O-7");
    given_same_tree("outputs of the step", tree_member(order->main.steps, "a"),
                    "{'orderId': null, 'o': 'O-7'}");
    given_world_end(&world);
}

/* What the steps after it need of it comes with the decision; what the step does not have is refused by name. */
static void happened_with_outputs(void)
{
    struct world world;
    struct order *order = parked(&world, GIVEN_TWO_WRITES, false);
    struct decision made = decision(order, DECISION_HAPPENED, "O-7");
    struct fault why = {.text = ""};

    snprintf(made.outputs, sizeof made.outputs, "{\"o\":\"given\",\"p\":\"x\"}");
    given_refused(&world, order, &made, "the step 'a' has no output 'p'");
    snprintf(made.outputs, sizeof made.outputs, "{\"o\":");
    CU_ASSERT_FALSE(orders_decide(world.orders, order, &made, world.time, &why));
    snprintf(made.outputs, sizeof made.outputs, "{\"o\":\"given\"}");
    made.verdict = DECISION_RETRY;
    later(&world, 1000000);
    given_refused(&world, order, &made, "outputs belong to 'happened'");
    made.verdict = DECISION_HAPPENED;
    CU_ASSERT_FATAL(orders_decide(world.orders, order, &made, world.time, &why));
    given_same_tree("outputs", order->main.steps, "{'a': {'orderId': 'O-7', 'o': 'given'}}");
    CU_ASSERT_PTR_EQUAL(given_call(&world), order); /* the second step */
    given_world_end(&world);
}

static void negative(void)
{
    static const struct {
        enum decision_verdict verdict;
        enum outcome_status status;
        const char *code;
    } rows[] = {{DECISION_DID_NOT_HAPPEN, OUTCOME_FAILED, "did-not-happen"},
                {DECISION_REJECT, OUTCOME_REJECTED, "reject"}};
    struct world world;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct order *order = parked(&world, GIVEN_TWO_WRITES, false);
        later(&world, 3000);
        applied(&world, order, rows[i].verdict, "");
        ended(&world, order, rows[i].status, rows[i].code);
        CU_ASSERT_PTR_NULL(order->result);
        given_world_end(&world);
    }
}

/* Nothing can be said to have done nothing when its first step is done: the choices are named. */
static void negative_after_a_write(void)
{
    static const enum decision_verdict verdicts[] = {DECISION_DID_NOT_HAPPEN, DECISION_REJECT};
    struct world world;
    struct order *order = parked(&world, GIVEN_TWO_WRITES, false);

    applied(&world, order, DECISION_HAPPENED, "O-7");
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_answer(&world, order, -CALL_CUT, "");
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_PARKED);
    later(&world, 3000);
    for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
        const struct decision made = decision(order, verdicts[i], "");
        given_refused(&world, order, &made, "'retry', or 'happened'");
    }
    applied(&world, order, DECISION_RETRY, "");
    given_world_end(&world);
}

/* A person allows as many attempts again, under the same reference; a refusal is evidence only, still. */
static void again(void)
{
    struct world world;
    struct order *order = parked(&world, GIVEN_TWO_WRITES, false);

    later(&world, 3000);
    applied(&world, order, DECISION_RETRY, "");
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_READY);
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_same("the same step", order->call.operation->id, "write");
    CU_ASSERT(order->attempt == 2 && order->main.calls.attempts == 1 && order->journal.count == 2);
    given_answer(&world, order, 409, "");
    CU_ASSERT_EQUAL(order->state, ORDER_PARKED);
    given_same("code", order->reason.code, "refused");
    given_world_end(&world);
}

/* A person took longer than give_up_ms: the attempts that were allowed have their time, too. */
static void again_after_long(void)
{
    struct world world;
    struct order *order = parked(&world, GIVEN_TWO_WRITES, false);

    later(&world, 100000);
    applied(&world, order, DECISION_RETRY, "");
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_answer(&world, order, -CALL_UNSENT, ""); /* the first of three */
    CU_ASSERT_EQUAL(order->state, ORDER_WAITING);
    given_same("it is not given up", order->reason.code, "");
    given_world_end(&world);
}

/* Until absent_own_ms (3000) have passed, BT may still carry the attempt out. */
static void too_early(void)
{
    static const enum decision_verdict verdicts[] = {DECISION_DID_NOT_HAPPEN, DECISION_RETRY,
                                                     DECISION_REJECT};
    struct world world;
    struct order *order = parked(&world, GIVEN_TWO_WRITES, false);

    for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
        const struct decision made = decision(order, verdicts[i], "");
        given_refused(&world, order, &made, "too early: until 3 s from now attempt 1");
    }
    later(&world, 1999);
    const struct decision made = decision(order, DECISION_RETRY, "");
    given_refused(&world, order, &made, "until 2 s from now");
    later(&world, 1000);
    given_refused(&world, order, &made, "until 1 s from now");
    later(&world, 1);
    applied(&world, order, DECISION_RETRY, "");
    given_world_end(&world);
}

/* The next owner's clock starts again, with the longer time. */
static void too_early_after_a_takeover(void)
{
    struct world world;
    struct order *order = parked(&world, GIVEN_TWO_WRITES, false), *next;
    struct fault why = {.text = ""};

    later(&world, 100000);
    next = given_recalled(&world, order);
    orders_leave(world.orders, 0, false);
    CU_ASSERT_EQUAL_FATAL(orders_count(world.orders), 0);
    CU_ASSERT_FATAL(orders_recover(world.orders, next, world.time, &why));
    CU_ASSERT_EQUAL_FATAL(next->state, ORDER_PARKED);
    struct decision made = decision(next, DECISION_RETRY, "");
    given_refused(&world, next, &made, "until 5 s from now");
    later(&world, 5000);
    applied(&world, next, DECISION_RETRY, "");
    given_world_end(&world);
}

static void another_attempt(void)
{
    struct world world;
    struct order *order = parked(&world, GIVEN_TWO_WRITES, false);
    struct decision made = decision(order, DECISION_HAPPENED, "O-7");

    made.attempt = 2;
    given_refused(&world, order, &made, "about attempt 2, the order is at attempt 1");
    made.attempt = 0;
    given_refused(&world, order, &made, "about attempt 0");
    given_world_end(&world);
}

/* An order that is not parked: only one of which nothing was sent may be cancelled. */
static void not_parked(void)
{
    struct world world;

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_LOOKED_UP, 10, true);
    struct order *first = given_named(&world, "k", '1'), *queued = given_named(&world, "k", '2');
    struct order *behind = given_named(&world, "k", '3');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), first);
    struct decision made = decision(first, DECISION_REJECT, "");
    given_refused(&world, first, &made, "the worker is at work on it");
    given_answer(&world, first, -CALL_CUT, ""); /* it is looked for */
    CU_ASSERT_EQUAL(first->state, ORDER_WAITING);
    given_refused(&world, first, &made, "the worker is at work on it");
    made = decision(queued, DECISION_RETRY, "");
    given_refused(&world, queued, &made, "only 'reject' can end it");
    made.verdict = DECISION_REJECT;
    made.attempt = 1;
    given_refused(&world, queued, &made, "at attempt 0");
    applied(&world, queued, DECISION_REJECT, "");
    CU_ASSERT(queued->state == ORDER_DONE && queued->status == OUTCOME_REJECTED &&
              queued->reason.kind == REASON_DECISION);
    CU_ASSERT_PTR_EQUAL_FATAL(given_settle(&world, 1000), queued);
    orders_published(queued);
    const struct change change = {.order = queued, .publishes = true};
    orders_settled(world.orders, &change, INT64_MAX);
    CU_ASSERT(orders_find(world.orders, GIVEN_ID_OF("2")) == NULL && behind->state == ORDER_QUEUED);
    given_wait(&world);
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), first);
    given_answer(&world, first, 200, "{'o': 'y'}");
    CU_ASSERT_PTR_EQUAL_FATAL(given_settle(&world, 1000), first); /* its lane goes on with the third */
    given_settled(&world, first);
    CU_ASSERT_PTR_EQUAL(given_call(&world), behind);
    given_world_end(&world);
}

/* The first of its key, ready and never sent, makes way when it is cancelled. */
static void the_first_is_cancelled(void)
{
    struct world world;

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_LOOKED_UP, 10, true);
    struct order *first = given_named(&world, "k", '1'), *behind = given_named(&world, "k", '2');
    CU_ASSERT_EQUAL(first->state, ORDER_READY);
    applied(&world, first, DECISION_REJECT, "");
    CU_ASSERT(first->state == ORDER_DONE && behind->state == ORDER_READY);
    CU_ASSERT_PTR_EQUAL_FATAL(given_settle(&world, 1000), first);
    given_settled(&world, first);
    CU_ASSERT_PTR_EQUAL(given_call(&world), behind);
    given_world_end(&world);
}

/* From the moment its attempt is on its way to be committed it is too late: the call may leave in the same turn. */
static void one_that_is_about_to_be_sent_is_not_cancelled(void)
{
    struct world world;
    struct change change;

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_LOOKED_UP, 10, true);
    struct order *order = given_named(&world, "k", '1');
    CU_ASSERT_PTR_NULL_FATAL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL(order->state, ORDER_INTENDING);
    struct decision made = decision(order, DECISION_REJECT, "");
    given_refused(&world, order, &made, "the order is not parked");
    while (orders_next_change(world.orders, &change))
        orders_settled(world.orders, &change, world.time.now_ms + 1000);
    CU_ASSERT_EQUAL(order->state, ORDER_PERMITTED);
    made = decision(order, DECISION_REJECT, "");
    given_refused(&world, order, &made, "the order is not parked");
    CU_ASSERT_PTR_EQUAL(orders_next_call(world.orders, world.time), order);
    given_world_end(&world);
}

/* What became of the decision is in the order's record: of one that is parked, and of one that ends by it. */
static void noted(void)
{
    struct world world;
    struct order *order = parked(&world, GIVEN_TWO_WRITES, false);
    struct decision made = decision(order, DECISION_RETRY, "");
    struct ledger_record record;

    given_refused(&world, order, &made, "too early");
    orders_note_decision(world.orders, order, memory_text("{\"applied\":false}"), false, 40);
    struct change change = given_change(&world, order, false, false, true);
    snapshot_take(order, 0, &record);
    given_same("refused", record.last_decision, "{\"applied\":false}");
    ledger_release(&record);
    orders_settled(world.orders, &change, INT64_MAX);
    applied(&world, order, DECISION_HAPPENED, "O-7");
    orders_note_decision(world.orders, order, memory_text("{\"applied\":true}"), true, 41);
    change = given_change(&world, order, false, false, true);
    snapshot_take(order, 0, &record);
    CU_ASSERT_EQUAL(record.state, LEDGER_QUEUED); /* it goes on with its second step */
    given_same("applied", record.last_decision, "{\"applied\":true}");
    given_same("both", record.decisions, "[{\"applied\":false},{\"applied\":true}]");
    CU_ASSERT(order->ledger.signal_count == 2 && order->ledger.signals[0] == 40 &&
              order->ledger.signals[1] == 41);
    ledger_release(&record);
    orders_settled(world.orders, &change, INT64_MAX);
    CU_ASSERT_EQUAL(orders_change_count(world.orders), 0);
    given_world_end(&world);
}

CU_TestInfo test_engine_decide[] = {
    {"happened", happened},
    {"happened, without result", happened_without_result},
    {"happened, and on", happened_and_on},
    {"happened, with its id", happened_with_its_id},
    {"happened, with outputs", happened_with_outputs},
    {"did not happen, reject", negative},
    {"negative after a write", negative_after_a_write},
    {"retry", again},
    {"retry after long", again_after_long},
    {"too early", too_early},
    {"too early after a take-over", too_early_after_a_takeover},
    {"another attempt", another_attempt},
    {"not parked", not_parked},
    {"the first is cancelled", the_first_is_cancelled},
    {"noted", noted},
    {"one that is about to be sent is not cancelled", one_that_is_about_to_be_sent_is_not_cancelled},
    CU_TEST_INFO_NULL};
