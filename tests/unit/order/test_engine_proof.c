/* A report of BT's that proves that it has a call whose reply nobody has: nothing is looked for, nothing sent again. */
#include "given_waits.h"
#include "orders_inside.h"

#define PROVEN                                                                                               \
    ", 'x-message': {'accepted': [{" GIVEN_STATE "'^(working|done)$'}], 'outputs': {'orderId': '700501'}}"
#define LOOKED_UP                                                                                            \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" GIVEN_WRITE_A_WITH(PROVEN) "," GIVEN_RECEIVE(              \
        GIVEN_DEAD) ", {'stepId': 'r', " GIVEN_READ                                                          \
                    "}], 'outputs': {'o': '$steps.a.outputs.o'}}" GIVEN_FIND)
#define NEVER                                                                                                  \
    GIVEN_ARAZZO(                                                                                              \
        "{'workflowId': 'w', 'steps': [" GIVEN_WRITE_A_WITH(PROVEN ", 'x-repeat': 'never'") "," GIVEN_RECEIVE( \
            GIVEN_DEAD) ", {'stepId': 'r', " GIVEN_READ                                                        \
                        "}], 'outputs': {'o': '$steps.a.outputs.o'}}" GIVEN_FIND)

enum { LOST = -CALL_CUT };

/* Its write is on its way. */
static struct order *calling(struct world *world, const char *workflow)
{
    given_world_of(world, GIVEN_OUTCOME(GIVEN_O), workflow, 10, true);
    struct order *order = given_named(world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(world), order);
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_CALLING);
    return order;
}

/* It waits for its message, BT got the write once, and the message is not used up. */
static void expect_proven(struct world *world, struct order *order, size_t kept)
{
    CU_ASSERT_PTR_NULL(orders_next_call(world->orders, world->time));
    CU_ASSERT_EQUAL(order->state, ORDER_AWAITING);
    CU_ASSERT(order->attempt == 1 && !order->doubt.was);
    CU_ASSERT_EQUAL(order->waiting.mailbox.count, kept);
    orders_load(world->orders, order);
    given_same("output", tree_text_of(tree_member(order->main.steps, "a"), "orderId"), "700501");
}

/* While it waits for the next look-up; what it says is no proof first. */
static void in_doubt(void)
{
    struct world world;
    struct order *order = calling(&world, LOOKED_UP);

    given_answer(&world, order, LOST, "");
    CU_ASSERT_EQUAL(order->state, ORDER_WAITING);
    CU_ASSERT_EQUAL(given_told(&world, order, 5, "e1", NULL, "odd"), TOLD_TAKEN);
    CU_ASSERT_EQUAL(order->state, ORDER_WAITING);
    CU_ASSERT(orders_due_ms(world.orders) > world.time.now_ms);
    CU_ASSERT_EQUAL(given_told(&world, order, 6, "e2", NULL, "working"), TOLD_TAKEN);
    expect_proven(&world, order, 0); /* both are news by now */
    given_world_end(&world);
}

/* Before the call has ended: the reply that is lost is not missed. */
static void before_its_end(void)
{
    struct world world;
    struct order *order = calling(&world, LOOKED_UP);

    CU_ASSERT_EQUAL(given_told(&world, order, 5, "e1", NULL, "working"), TOLD_TAKEN);
    CU_ASSERT_EQUAL(order->state, ORDER_CALLING);
    given_answer(&world, order, LOST, "");
    expect_proven(&world, order, 0);
    given_world_end(&world);
}

/* A refusal, too, is about something else then. */
static void before_a_refusal(void)
{
    struct world world;
    struct order *order = calling(&world, LOOKED_UP);

    (void)given_told(&world, order, 5, "e1", NULL, "working");
    given_answer(&world, order, 409, "{}");
    expect_proven(&world, order, 0);
    given_world_end(&world);
}

/* While BT is asked: its "absent" is of before, also where a person would have to decide then. */
static void while_bt_is_asked(void)
{
    for (int refused = 0; refused < 2; refused++) {
        struct world world;
        struct order *order = calling(&world, LOOKED_UP);
        given_answer(&world, order, LOST, "");
        order->doubt.refused = refused == 1;
        world.time.now_ms += 10000;
        CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), order);
        CU_ASSERT(order->state == ORDER_CALLING && order->lookup.workflow != NULL);
        (void)given_told(&world, order, 5, "e1", NULL, "working");
        given_answer(&world, order, 200, "{}");
        CU_ASSERT_EQUAL_FATAL(order->state, ORDER_AWAITING); /* at once */
        expect_proven(&world, order, 0);
        given_world_end(&world);
    }
}

/* It is a person's, who need not decide any more. */
static void parked(void)
{
    struct world world;
    struct order *order = calling(&world, NEVER);

    given_answer(&world, order, LOST, "");
    CU_ASSERT(order->state == ORDER_PARKED && order->outcome_is_due);
    CU_ASSERT_EQUAL(given_told(&world, order, 5, "e1", NULL, "odd"), TOLD_TAKEN);
    CU_ASSERT_EQUAL(order->state, ORDER_PARKED);
    CU_ASSERT_EQUAL(given_told(&world, order, 6, "e2", NULL, "working"), TOLD_TAKEN);
    CU_ASSERT_FALSE(order->outcome_is_due);
    expect_proven(&world, order, 0);
    given_world_end(&world);
}

/* The owner died with the call on its way, and the message in the ledger. */
static void taken_over(void)
{
    static const char *const workflows[] = {LOOKED_UP, NEVER};

    for (size_t i = 0; i < COUNT_OF(workflows); i++) {
        struct world world;
        struct order *order = calling(&world, workflows[i]);
        (void)given_told(&world, order, 5, "e1", NULL, "working");
        order = given_taken_over(&world, order);
        expect_proven(&world, order, 0);
        given_world_end(&world);
    }
}

/* While the next attempt is about to be settled: it is not sent. */
static void before_the_next_attempt(void)
{
    struct world world;
    struct order *order = calling(&world, LOOKED_UP);

    given_answer(&world, order, LOST, "");
    while (order->state != ORDER_INTENDING) {
        world.time.now_ms += 10000;
        struct order *next = orders_next_call(world.orders, world.time);
        if (next != NULL && next->lookup.workflow != NULL)
            given_answer(&world, next, 200, "{}");
        CU_ASSERT_FATAL(world.time.now_ms < 10000000);
    }
    CU_ASSERT_EQUAL(order->attempt, 2);
    (void)given_told(&world, order, 5, "e1", NULL, "working");
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT(order->state == ORDER_AWAITING && !order->doubt.was && order->links->paced == NULL);
    while (given_settle(&world, 1000) != NULL)
        continue;
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    given_world_end(&world);
}

/* --- BT has rejected it --- */

#define DENIED(more, failure)                                                                                \
    ", 'x-message': {'accepted': [{" GIVEN_STATE "'^(working|odd)$'}], 'rejected': [{" GIVEN_STATE           \
    "'^(no|odd)$'}]" more "}" failure
#define END(more) ", 'onFailure': [{'name': 'end', 'type': 'end'" more "}]"
#define SAYS_NO ", 'criteria': [{" GIVEN_STATE "'^no$'}, {'condition': '$statusCode == null'}]"
#define OF_A_REPLY                                                                                           \
    ", 'onFailure': [{'name': 'end', 'type': 'end', 'criteria': [{'condition': '$statusCode < 500 ||"        \
    " $response.body != null'}], 'x-outcome': {'status': 'UNKNOWN'}}]"
#define AFTER ", {'stepId': 'r', " GIVEN_READ "}"
#define FIRST(members)                                                                                       \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" GIVEN_WRITE_A_WITH(members) "," GIVEN_RECEIVE(GIVEN_DEAD)  \
                     AFTER "], 'outputs': {'o': '$steps.a.outputs.o'}}" GIVEN_FIND)
#define SECOND(failure)                                                                                      \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" GIVEN_WRITE_A                                              \
                 ", {'stepId': 'b', 'operationId': 'never', 'successCriteria': [{'condition': '$statusCode"  \
                 " == 201'}]" DENIED(", 'correlationId': '$inputs.aReference'", failure) "}," GIVEN_RECEIVE( \
                     GIVEN_DEAD) AFTER "], 'outputs': {'o': '$steps.a.outputs.o'}}" GIVEN_FIND)

static const struct {
    const char *name, *workflow, *code, *text;
    enum order_state state;
    enum outcome_status status;
} denials[] = {
    {"by itself", FIRST(DENIED("", "")), "no", "BT reported state no", ORDER_DONE, OUTCOME_REJECTED},
    {"an end", FIRST(DENIED("", END(SAYS_NO))), "end", "BT reported state no", ORDER_DONE, OUTCOME_REJECTED},
    {"with words of its own",
     FIRST(DENIED("", END(SAYS_NO ", 'x-outcome': {'status': 'REJECTED', 'reason': 'it is"
                                  " {$message.payload#/state}'}"))),
     "end", "it is no", ORDER_DONE, OUTCOME_REJECTED},
    {"a person's", FIRST(DENIED("", END(SAYS_NO ", 'x-outcome': {'status': 'UNKNOWN'}"))), "end",
     "BT reported state no", ORDER_PARKED, OUTCOME_UNKNOWN},
    {"what is about a reply", FIRST(DENIED("", OF_A_REPLY)), "no", "BT reported state no", ORDER_DONE,
     OUTCOME_REJECTED},
    {"nothing to try again",
     FIRST(DENIED("", ", 'onFailure': [{'name': 'again', 'type': 'retry', 'retryLimit': 9}]")), "no",
     "BT reported state no", ORDER_DONE, OUTCOME_REJECTED},
    {"a way on",
     FIRST(DENIED("", ", 'onFailure': [{'name': 'on', 'type': 'goto', 'stepId': 'r'" SAYS_NO "}]")), "", "",
     ORDER_READY, OUTCOME_COMPLETED},
    {"after a write", SECOND(""), "steps",
     "An earlier step was carried out by BT, this one was not: BT reported state no", ORDER_PARKED,
     OUTCOME_UNKNOWN},
    {"an end after a write", SECOND(END(SAYS_NO)), "steps",
     "An earlier step was carried out by BT, this one was not: BT reported state no", ORDER_PARKED,
     OUTCOME_UNKNOWN},
    {"an end after a write that says so", SECOND(END(SAYS_NO ", 'x-outcome': {'status': 'REJECTED'}")), "end",
     "BT reported state no", ORDER_DONE, OUTCOME_REJECTED},
};

/* onFailure of the step is taken, by what BT has reported; and R6 holds as after a refusal. */
static void rejected(void)
{
    for (size_t i = 0; i < COUNT_OF(denials); i++) {
        struct world world;
        struct order *order = calling(&world, denials[i].workflow);
        if (strstr(denials[i].workflow, "never") != NULL) {
            given_answer(&world, order, 201, GIVEN_WRITTEN);
            CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
        }
        given_answer(&world, order, LOST, "");
        CU_ASSERT(order->state == ORDER_WAITING || order->state == ORDER_PARKED);
        CU_ASSERT_EQUAL(given_told(&world, order, 6, "e1", NULL, "no"), TOLD_TAKEN);
        if (order->state != denials[i].state || order->status != denials[i].status)
            given_same(denials[i].name, outcome_status_name(order->status), "another outcome");
        given_same(denials[i].name, order->reason.code, denials[i].code);
        given_same(denials[i].name, order->reason.text, denials[i].text);
        CU_ASSERT(order->reason.kind == (*denials[i].code == '\0' ? REASON_NONE : REASON_REFUSED));
        CU_ASSERT(!order->doubt.was && !order->doubt.open && order->waiting.mailbox.count == 0);
        given_same_tree("outputs", tree_member(order->main.steps, "b"), "null");
        given_world_end(&world);
    }
}

#define PLAIN FIRST(DENIED("", END("")))

static void expect_denied(struct world *world, struct order *order)
{
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_REJECTED && order->attempt == 1);
    CU_ASSERT_PTR_NULL(orders_next_call(world->orders, world->time));
    given_world_end(world);
}

/* Before the call has ended, while BT is asked, and in what a dead owner has kept. */
static void rejected_meanwhile(void)
{
    struct world world;
    struct order *order = calling(&world, PLAIN);

    CU_ASSERT_EQUAL(given_told(&world, order, 5, "e1", NULL, "no"), TOLD_TAKEN);
    CU_ASSERT_EQUAL(order->state, ORDER_CALLING);
    given_answer(&world, order, LOST, "");
    expect_denied(&world, order);

    order = calling(&world, PLAIN);
    given_answer(&world, order, LOST, "");
    world.time.now_ms += 10000;
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), order);
    CU_ASSERT_EQUAL(given_told(&world, order, 5, "e1", NULL, "no"), TOLD_TAKEN);
    given_answer(&world, order, 200, "{}");
    expect_denied(&world, order);

    order = calling(&world, PLAIN);
    CU_ASSERT_EQUAL(given_told(&world, order, 5, "e1", NULL, "no"), TOLD_TAKEN);
    order = given_taken_over(&world, order);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    expect_denied(&world, order);
}

/* Whoever has an answer needs no report; and one that both accepts and rejects says nothing. */
static void not_rejected(void)
{
    struct world world;
    struct order *order = calling(&world, PLAIN);

    (void)given_told(&world, order, 5, "e1", NULL, "no");
    given_answer(&world, order, 201, GIVEN_WRITTEN);
    CU_ASSERT_EQUAL(order->state, ORDER_AWAITING);
    given_world_end(&world);

    order = calling(&world, PLAIN);
    given_answer(&world, order, LOST, "");
    (void)given_told(&world, order, 5, "e1", NULL, "odd");
    CU_ASSERT(order->state == ORDER_WAITING && order->doubt.open);
    given_world_end(&world);

    order = calling(&world, PLAIN); /* what BT shows is there */
    given_answer(&world, order, LOST, "");
    world.time.now_ms += 10000;
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), order);
    (void)given_told(&world, order, 5, "e1", NULL, "no");
    given_answer(&world, order, 200, "{'o': 'x'}");
    CU_ASSERT_EQUAL(order->state, ORDER_AWAITING);
    given_world_end(&world);
}

/* Its reference was sent twice: the no may be about the first attempt, and BT have accepted the second. */
static void rejected_once_of_two(void)
{
    struct world world;
    struct order *order = calling(&world, PLAIN);

    given_answer(&world, order, LOST, "");
    do {
        order = given_call(&world);
        if (order->lookup.workflow != NULL)
            given_answer(&world, order, 200, "{}");
    } while (order->state != ORDER_CALLING || order->attempt == 1);
    (void)given_told(&world, order, 5, "e1", NULL, "no");
    given_answer(&world, order, LOST, "");
    CU_ASSERT(order->state == ORDER_WAITING && order->doubt.open);
    order = given_taken_over(&world, order);
    CU_ASSERT(order->state != ORDER_DONE);
    (void)given_told(&world, order, 6, "e2", NULL, "working"); /* that is about either */
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT(order->state == ORDER_AWAITING && order->attempt == 2);
    given_world_end(&world);
}

/* A person has it tried again: what BT rejected before does not count against that. */
static void tried_again(void)
{
    struct world world;
    struct order *order = calling(&world, FIRST(DENIED("", END(", 'x-outcome': {'status': 'UNKNOWN'}"))));

    given_answer(&world, order, LOST, "");
    (void)given_told(&world, order, 5, "e1", NULL, "no");
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_PARKED);
    const struct decision retry = {.verdict = DECISION_RETRY, .attempt = order->attempt, .why = "corrected"};
    given_applied(&world, order, &retry);
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_answer(&world, order, LOST, "");
    CU_ASSERT_EQUAL(order->state, ORDER_WAITING);
    (void)given_told(&world, order, 6, "e2", NULL, "no");
    CU_ASSERT_EQUAL(order->state, ORDER_WAITING);
    given_world_end(&world);
}

/* --- a message that is older than the step --- */

/* The write of the second step, whose proof bears the first one's reference, is on its way; 'working' had come before. */
static struct order *calling_second(struct world *world)
{
    struct order *order = calling(world, SECOND(""));

    CU_ASSERT_EQUAL(given_told(world, order, 5, "e1", NULL, "no"), TOLD_TAKEN);
    CU_ASSERT_EQUAL(given_told(world, order, 6, "e2", NULL, "working"), TOLD_TAKEN);
    given_answer(world, order, 201, GIVEN_WRITTEN);
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(world), order);
    CU_ASSERT_EQUAL(order->attempt, 2);
    return order;
}

/* What came before the call was begun proves nothing about it, a no as little; the same words after that do. */
static void older_than_the_step(void)
{
    struct world world;
    struct order *order = calling_second(&world);

    given_answer(&world, order, LOST, "");
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_PARKED);
    CU_ASSERT_EQUAL(order->waiting.mailbox.count, 2);
    (void)given_told(&world, order, 7, "e3", NULL, "working");
    CU_ASSERT_EQUAL(order->state, ORDER_AWAITING);
    given_world_end(&world);

    order = calling_second(&world);
    given_answer(&world, order, LOST, "");
    (void)given_told(&world, order, 7, "e3", NULL, "no");
    given_same("rejected", order->reason.code, "steps");
    given_world_end(&world);
}

/* Its owner dies: the order as the next one has it. */
static struct order *next_owner(struct world *world, struct order *order)
{
    struct order *next = given_recalled(world, order);
    struct fault why = {.text = ""};

    orders_leave(world->orders, 0, true);
    CU_ASSERT_FATAL(orders_recover(world->orders, next, world->time, &why));
    return next;
}

/* The next owner knows what is older, too; and the message that came in time. */
static void older_than_the_step_taken_over(void)
{
    struct world world;
    struct order *order = calling_second(&world);

    order = next_owner(&world, order);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_PARKED);
    (void)given_told(&world, order, 7, "e3", NULL, "working");
    CU_ASSERT_EQUAL(order->state, ORDER_AWAITING);
    given_world_end(&world);

    order = calling_second(&world);
    (void)given_told(&world, order, 7, "e3", NULL, "working");
    order = next_owner(&world, order);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL(order->state, ORDER_AWAITING);
    given_world_end(&world);
}

/* A ledger of before does not know: there every message counts, as it did. */
static void of_an_older_worker(void)
{
    struct world world;
    struct order *order = calling_second(&world);
    struct ledger_record record;

    snapshot_take(order, 0, &record);
    CLEANUP(tree_release) struct json_object *progress = given_tree(record.progress);
    struct json_object *mailbox = tree_member(progress, "mailbox");
    json_object_object_del(progress, "takenBeforeCall");
    for (size_t i = 0; i < json_object_array_length(mailbox); i++)
        json_object_object_del(json_object_array_get_idx(mailbox, i), "number");
    memory_free(record.progress);
    record.progress = memory_text(json_object_to_json_string(progress));
    struct order *again = NULL;
    struct fault why = {.text = ""};
    CU_ASSERT_FATAL(snapshot_restore("t", 0, &record, order->type, &again, &why));
    ledger_release(&record);
    orders_leave(world.orders, 0, true);
    CU_ASSERT_FATAL(orders_recover(world.orders, again, world.time, &why));
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL(again->state, ORDER_AWAITING);
    given_world_end(&world);
}

CU_TestInfo test_engine_proof[] = {{"in doubt", in_doubt},
                                   {"before its end", before_its_end},
                                   {"before a refusal", before_a_refusal},
                                   {"while BT is asked", while_bt_is_asked},
                                   {"before the next attempt", before_the_next_attempt},
                                   {"parked", parked},
                                   {"rejected", rejected},
                                   {"rejected meanwhile", rejected_meanwhile},
                                   {"not rejected", not_rejected},
                                   {"rejected once of two", rejected_once_of_two},
                                   {"tried again", tried_again},
                                   {"older than the step", older_than_the_step},
                                   {"older than the step, taken over", older_than_the_step_taken_over},
                                   {"of an older worker", of_an_older_worker},
                                   {"taken over", taken_over},
                                   CU_TEST_INFO_NULL};
