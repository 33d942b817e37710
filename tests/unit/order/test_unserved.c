/* Orders whose workflow's text is not there: parked as they are, and taken up again once it is back. */
#include "unserved.h"

#include "change.h"

#include "given_waits.h"

/* Another text of the same workflow. */
#define OTHER_TEXT GIVEN_WAITS_WITH(", 'x-expected': 400000")

/* The next owner's world, with this text of the workflow; takes over what the order is now. */
static struct order *next_owner(struct world *before, struct world *after, const struct order *order,
                                const char *workflow)
{
    struct ledger_record record;
    struct order *again = NULL;
    struct fault why = {.text = ""};

    given_world_of(after, GIVEN_OUTCOME(GIVEN_O), workflow, 10, true);
    snapshot_take(order, before->time.wall_ms, &record);
    CU_ASSERT_FATAL(snapshot_restore("t", 0, &record, after->catalogue->types[0], &again, &why));
    ledger_release(&record);
    CU_ASSERT_FATAL(orders_recover(after->orders, again, after->time, &why));
    return again;
}

/* So many orders have begun with the text of this digest. */
static void has_orders(const struct world *world, const char *digest, size_t want)
{
    size_t count, found = 0;
    const struct workflow_count *workflows = orders_workflows(world->orders, &count);

    for (size_t i = 0; i < count; i++)
        found += strcmp(workflows[i].digest, digest) == 0 ? workflows[i].orders : 0;
    CU_ASSERT_EQUAL(found, want);
}

/* It is parked, that is published once, and nothing of it is called. */
static void given_parked(struct world *world, struct order *order, const char *digest)
{
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_PARKED);
    struct change change = given_change(world, order, false, true, true);
    CU_ASSERT(order->status == OUTCOME_UNKNOWN && order->reason.kind == REASON_NOT_SERVED);
    given_same("code", order->reason.code, digest);
    CU_ASSERT_PTR_NOT_NULL(strstr(order->reason.text, digest));
    orders_published(order);
    orders_settled(world->orders, &change, INT64_MAX);
    CU_ASSERT_EQUAL(orders_change_count(world->orders), 0);
    CU_ASSERT_PTR_NULL(orders_next_call(world->orders, world->time));
}

static struct decision decision_of(const struct order *order, enum decision_verdict verdict)
{
    return (struct decision){.verdict = verdict, .attempt = order->attempt, .why = "it is back"};
}

/* What BT reports meanwhile is kept, and heard first when the order goes on; its key was free all the time. */
static void one_that_waits(void)
{
    struct world old, without, still, back;
    const char *reference;
    char digest[WORKFLOW_DIGEST_SIZE], name[60], news[300];
    struct order *order = given_waiting(&old, GIVEN_WAITS, &reference);

    given_news(order, news, sizeof news);
    snprintf(digest, sizeof digest, "%s", old.catalogue->types[0]->digest);
    snprintf(name, sizeof name, "history/%s.arazzo.json", digest);
    struct order *parked = next_owner(&old, &without, order, OTHER_TEXT);
    CU_ASSERT(parked->links->lane == NULL && orders_find_reference(without.orders, reference) == parked);
    given_parked(&without, parked, digest);
    has_orders(&without, digest, 1);
    CU_ASSERT_EQUAL(given_told(&without, parked, 6, "e2", NULL, "done"), TOLD_TAKEN);
    struct decision retry = decision_of(parked, DECISION_RETRY);
    given_refused(&without, parked, &retry, name);
    struct decision skip = decision_of(parked, DECISION_SKIP);
    given_refused(&without, parked, &skip, name);

    struct order *again =
        next_owner(&without, &still, parked, OTHER_TEXT); /* not back yet: nothing is said twice */
    CU_ASSERT(again->state == ORDER_PARKED && orders_change_count(still.orders) == 0);
    given_refused(&still, again, &retry, name);
    CU_ASSERT(again->reason.kind == REASON_NOT_SERVED && again->sequence == parked->sequence);

    struct order *served = next_owner(&still, &back, again, GIVEN_WAITS);
    CU_ASSERT_EQUAL(served->state, ORDER_PARKED);
    given_applied(&back, served, &retry);
    CU_ASSERT(served->state == ORDER_READY && served->unserved == NULL && served->waiting.mailbox.count == 0);
    given_news(served, news, sizeof news);
    given_same("news", news, "m:done");
    CU_ASSERT_PTR_EQUAL(given_call(&back), served);
    given_answer(&back, served, 200, "{'q': 'y'}");
    CU_ASSERT(served->state == ORDER_DONE && served->status == OUTCOME_COMPLETED);
    has_orders(&back, digest, 1);
    CU_ASSERT_PTR_EQUAL_FATAL(given_settle(&back, 1000), served);
    given_settled(&back, served);
    has_orders(&back, digest, 0);
    given_world_end(&back);
    given_world_end(&still);
    given_world_end(&without);
    given_world_end(&old);
}

/* The end of its wait is the moment that it was. */
static void its_time_goes_on(void)
{
    struct world old, without, back;
    const char *reference;
    struct order *order = given_waiting(&old, GIVEN_WAITS, &reference);
    int64_t until_ms = order->waiting.wait.until_ms;
    struct order *parked = next_owner(&old, &without, order, OTHER_TEXT);

    given_parked(&without, parked, old.catalogue->types[0]->digest);
    struct order *served = next_owner(&without, &back, parked, GIVEN_WAITS);
    struct decision retry = decision_of(served, DECISION_RETRY);
    back.time.wall_ms += 5000;
    given_applied(&back, served, &retry);
    CU_ASSERT(served->state == ORDER_AWAITING && served->waiting.wait.until_ms == until_ms);
    given_world_end(&back);
    given_world_end(&without);
    given_world_end(&old);
}

/* An attempt that may be out holds the key, is in doubt once the text is back, and is looked for. */
static void one_that_was_sent(void)
{
    struct world old, without, back;

    given_world_of(&old, GIVEN_OUTCOME(GIVEN_O), GIVEN_WAITS, 10, true);
    struct order *order = given_named(&old, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&old), order);
    struct order *parked = next_owner(&old, &without, order, OTHER_TEXT);
    struct order *next = given_named(&without, "k", '2');
    given_parked(&without, parked, old.catalogue->types[0]->digest);
    CU_ASSERT(next->state == ORDER_QUEUED && lanes_first(next) == parked);

    struct order *served = next_owner(&without, &back, parked, GIVEN_WAITS);
    next = given_named(&back, "k", '2');
    struct decision ended = decision_of(served, DECISION_DID_NOT_HAPPEN);
    given_refused(&back, served, &ended, "too early");
    struct decision retry = decision_of(served, DECISION_RETRY);
    retry.attempt++;
    given_refused(&back, served, &retry, "attempt");
    retry.attempt--;
    given_applied(&back, served, &retry);
    CU_ASSERT(served->state == ORDER_WAITING && served->doubt.open && served->attempt == 1);
    CU_ASSERT_PTR_EQUAL(given_call(&back), served); /* it is looked for */
    CU_ASSERT(served->lookup.workflow != NULL && next->state == ORDER_QUEUED);
    given_world_end(&back);
    given_world_end(&without);
    given_world_end(&old);
}

/* What is reported meanwhile is kept whole: nobody knows what of it will be looked at. */
static void what_is_reported_meanwhile(void)
{
    struct world old, without, back;
    const char *reference;
    struct order *order = given_waiting(&old, GIVEN_WAITS, &reference);
    struct order *parked = next_owner(&old, &without, order, OTHER_TEXT);

    CU_ASSERT_EQUAL(given_told_all(&without, parked, false, 5, "e1", NULL,
                                   given_tree("{'state': 'done', 'b': 1, 'c': {'d': 2}}")),
                    TOLD_TAKEN);
    CU_ASSERT_EQUAL_FATAL(parked->waiting.mailbox.count, 1);
    given_same_tree("kept", parked->waiting.mailbox.list[0].payload,
                    "{'state': 'done', 'b': 1, 'c': {'d': 2}}");
    struct order *served = next_owner(&without, &back, parked, GIVEN_WAITS);
    struct decision retry = decision_of(served, DECISION_RETRY);
    given_applied(&back, served, &retry);
    CU_ASSERT(served->state == ORDER_READY && served->waiting.mailbox.count == 0);
    given_world_end(&back);
    given_world_end(&without);
    given_world_end(&old);
}

/* One that has not begun, and one that broke its contract: they come to their turn again, as what they were. */
static void one_at_its_turn(void)
{
    for (int refused = 0; refused < 2; refused++) {
        struct world old, without, back;

        given_world_of(&old, GIVEN_OUTCOME(GIVEN_O), GIVEN_WAITS, 10, true);
        given_named(&old, "k", '1');
        struct order *order = given_named(&old, "k", '2');
        if (refused)
            engine_refuse(order, REASON_CONTRACT, "q", "it has no q", 1);
        struct order *parked = next_owner(&old, &without, order, OTHER_TEXT);
        given_parked(&without, parked, old.catalogue->types[0]->digest);
        struct order *served = next_owner(&without, &back, parked, GIVEN_WAITS);
        struct decision retry = decision_of(served, DECISION_RETRY);
        given_applied(&back, served, &retry);
        CU_ASSERT_EQUAL(served->state, ORDER_READY);
        if (!refused) {
            CU_ASSERT_PTR_EQUAL(given_call(&back), served);
        } else {
            CU_ASSERT_PTR_NULL(orders_next_call(back.orders, back.time));
            CU_ASSERT(served->state == ORDER_DONE && served->status == OUTCOME_REJECTED &&
                      served->reason.kind == REASON_CONTRACT);
        }
        given_world_end(&back);
        given_world_end(&without);
        given_world_end(&old);
    }
}

/* One that a person was to decide on anyway stays that. */
static void one_that_was_parked(void)
{
    struct world old, without;

    given_world_of(&old, GIVEN_OUTCOME(GIVEN_O), GIVEN_WAITS, 10, true);
    struct order *order = given_named(&old, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&old), order);
    given_answer(&old, order, 201, "{'orderId': '7'}");
    order->state = ORDER_PARKED;
    order->status = OUTCOME_UNKNOWN;
    reason_set(&order->reason, REASON_TIMEOUT, "m", "no message came");
    struct order *parked = next_owner(&old, &without, order, OTHER_TEXT);
    CU_ASSERT(parked->state == ORDER_PARKED && orders_change_count(without.orders) == 0);
    struct decision retry = decision_of(parked, DECISION_RETRY);
    given_refused(&without, parked, &retry, "history/");
    CU_ASSERT_EQUAL(parked->reason.kind, REASON_TIMEOUT);
    order->state = ORDER_AWAITING;
    given_world_end(&without);
    given_world_end(&old);
}

CU_TestInfo test_unserved[] = {{"one that waits", one_that_waits},
                               {"its time goes on", its_time_goes_on},
                               {"one that was sent", one_that_was_sent},
                               {"one at its turn", one_at_its_turn},
                               {"what is reported meanwhile", what_is_reported_meanwhile},
                               {"one that was parked", one_that_was_parked},
                               CU_TEST_INFO_NULL};
