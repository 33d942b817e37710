/* Orders that a take-over finds begun under another text of their workflow, or that this worker's ledger cannot hold. */
#include "change.h"

#include "given_waits.h"
#include "orders_inside.h"

#define WITHOUT_WAITS                                                                                        \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" GIVEN_WRITE_A ", {'stepId': 'r', " GIVEN_READ              \
                 "}], 'outputs': {'o': '$steps.a.outputs.o'}}" GIVEN_FIND)
#define TWO_WRITES                                                                                           \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" GIVEN_WRITE_A "," GIVEN_WRITE_B                            \
                 "," GIVEN_RECEIVE("") "],"                                                                  \
                                       " 'outputs': {'o': '$steps.a.outputs.o'}}" GIVEN_FIND)

/* It was in doubt about its first step when its worker died; the next one has this text of the workflow. */
static struct order *given_upgraded(struct world *old, struct world *world, const char *workflow)
{
    struct ledger_record record;
    struct order *again = NULL;
    struct fault why = {.text = ""};

    given_world_of(old, GIVEN_OUTCOME(GIVEN_O), WITHOUT_WAITS, 10, true);
    struct order *order = given_named(old, "k", '1');
    CU_ASSERT_PTR_NULL_FATAL(orders_next_call(old->orders, old->time));
    (void)given_change(old, order, true, false, true);
    snapshot_take(order, 0, &record);
    given_world_of(world, GIVEN_OUTCOME(GIVEN_O), workflow, 10, true);
    CU_ASSERT_FATAL(snapshot_restore("t", 0, &record, world->catalogue->types[0], &again, &why));
    ledger_release(&record);
    return again;
}

/* A write that its text did not have gets its reference when it comes. */
static void a_new_write(void)
{
    struct world old, world;
    struct fault why = {.text = ""};
    struct order *again = given_upgraded(&old, &world, TWO_WRITES);

    CU_ASSERT_FATAL(orders_recover(world.orders, again, world.time, &why));
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), again);
    given_answer(&world, again, 200, "{'o': 'x'}"); /* the first was carried out */
    CU_ASSERT_PTR_EQUAL(given_call(&world), again);
    CU_ASSERT(order_step(again)->id[0] == 'b' && order_reference(again) != NULL);
    given_world_end(&world);
    given_world_end(&old);
}

/* A ledger of a format without waits cannot have an order that may wait: it is refused by name, not written wrong. */
static void a_format_without_waits(void)
{
    struct world old, world;
    const char *reference;
    struct fault why = {.text = ""};
    struct order *again = given_upgraded(&old, &world, GIVEN_WAITS);

    world.orders->may_wait = false;
    CU_ASSERT_FALSE(orders_recover(world.orders, again, world.time, &why));
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "ledger.format"));
    order_free(again);
    given_world_end(&world);
    given_world_end(&old);

    struct order *order = given_waiting(&world, GIVEN_WAITS, &reference);
    again = given_recalled(&world, order);
    CU_ASSERT_PTR_NULL(given_settle(&world, 1000));
    orders_leave(world.orders, 0, true);
    world.orders->may_wait = false;
    CU_ASSERT_FALSE(orders_recover(world.orders, again, world.time, &why));
    order_free(again);
    given_world_end(&world);
}

/* A parked order that held no key stands in its lane after a take-over, behind who works: tried again at its turn. */
static void parked_behind_another(void)
{
    struct world world;
    struct fault why = {.text = ""};
    struct order *again[2];

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_NEVER, 10, true);
    struct order *parked = given_named(&world, "a", '1'), *intends = given_named(&world, "b", '2');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), parked);
    given_answer(&world, parked, 503, "");
    CU_ASSERT_EQUAL(parked->state, ORDER_PARKED);
    CU_ASSERT_FATAL(intends->state == ORDER_PERMITTED || intends->state == ORDER_INTENDING);
    again[0] = given_recalled(&world, intends);
    again[1] = given_recalled(&world, parked);
    again[1]->source.key[0] = 'b';
    orders_leave(world.orders, 0, true);
    for (int i = 0; i < 2; i++)
        CU_ASSERT_FATAL(orders_recover(world.orders, again[i], world.time, &why));
    const struct decision retry = {.verdict = DECISION_RETRY, .attempt = again[1]->attempt};
    world.time.now_ms += 1000000;
    world.time.wall_ms += 1000000;
    CU_ASSERT(orders_decide(world.orders, again[1], &retry, world.time, &why));
    CU_ASSERT_EQUAL(again[1]->state, ORDER_QUEUED);
    given_world_end(&world);
}

CU_TestInfo test_orders_upgraded[] = {{"a new write", a_new_write},
                                      {"a format without waits", a_format_without_waits},
                                      {"parked behind another", parked_behind_another},
                                      CU_TEST_INFO_NULL};
