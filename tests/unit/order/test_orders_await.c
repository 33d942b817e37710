/* Orders that wait for messages: what comes when, keys that are free meanwhile, and waits that end by time. */

#include "given_waits.h"

static void news_are(struct order *order, const char *want)
{
    char text[300];

    given_news(order, text, sizeof text);
    given_same("news", text, want);
}

/* Takes the news of all orders, settles, and calls the next. */
static struct order *call_next(struct world *world)
{
    const struct order *order = NULL;
    char text[300];

    while ((order = orders_each(world->orders, order)) != NULL)
        given_news((struct order *)(uintptr_t)order, text, sizeof text);
    return given_call(world);
}

static void a_message_ends_the_wait(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_WAITS, &reference);

    news_are(order, "a:");
    CU_ASSERT(order->ledger.owned && order->links->lane == NULL);
    CU_ASSERT_PTR_EQUAL(orders_find_reference(world.orders, reference), order);
    CU_ASSERT_EQUAL(given_told(&world, order, 5, "e1", NULL, "working"), TOLD_TAKEN);
    news_are(order, "m:working");
    CU_ASSERT_EQUAL(order->state, ORDER_AWAITING);
    CU_ASSERT_EQUAL(given_told(&world, order, 6, "e2", NULL, "done"), TOLD_TAKEN);
    news_are(order, "m:done");
    CU_ASSERT_EQUAL(order->state, ORDER_READY);
    CU_ASSERT_EQUAL(order->ledger.event_count, 2); /* their offsets go with the change (R19) */
    CU_ASSERT_PTR_EQUAL_FATAL(call_next(&world), order);
    given_answer(&world, order, 200, "{'q': 'y'}");
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_COMPLETED);
    given_world_end(&world);
}

/* What comes by way of the owner of BT's id is counted by its own offsets. */
static void forwarded(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_WAITS, &reference);

    CU_ASSERT_EQUAL(given_told(&world, order, 50, "e1", NULL, "working"), TOLD_TAKEN);
    CU_ASSERT_EQUAL(given_told_by(&world, order, true, 3, "e2", NULL, "working"), TOLD_TAKEN);
    CU_ASSERT_EQUAL(given_told_by(&world, order, true, 3, "e3", NULL, "done"), TOLD_AGAIN);
    CU_ASSERT(order->waiting.heard.events_end == 51 && order->waiting.heard.signals_end == 4);
    CU_ASSERT(order->ledger.event_count == 1 && order->ledger.signal_count == 1);
    CU_ASSERT_EQUAL(given_told_by(&world, order, true, 4, "e1", NULL, "done"),
                    TOLD_TAKEN); /* that event again: no effect */
    CU_ASSERT_EQUAL(order->state, ORDER_AWAITING);
    given_world_end(&world);
}

static void its_key_is_free(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_WAITS, &reference);

    struct order *second = given_named(&world, "k", '2');
    CU_ASSERT_PTR_EQUAL_FATAL(call_next(&world), second);
    (void)given_told(&world, order, 5, "e1", NULL, "done");
    /* It queues behind the one that came meanwhile. */
    CU_ASSERT(order->state == ORDER_QUEUED && order->source.turn == second->source.offset &&
              order->source.place == 1);
    CU_ASSERT_EQUAL(lanes_first(order), second);
    given_answer(&world, second, 201, GIVEN_WRITTEN);
    CU_ASSERT(second->state == ORDER_AWAITING && order->state == ORDER_READY);
    CU_ASSERT_PTR_EQUAL_FATAL(call_next(&world), order);
    given_world_end(&world);
}

/* What is expected and has not come is news once, when all is read that came before; the wait goes on. */
static void it_is_late(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_WAITS_WITH(", 'x-expected': 400000"), &reference);

    news_are(order, "a:");
    world.time.now_ms += 400000;
    world.time.wall_ms += 400000;
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT(orders_overdue(world.orders, -1) == 0 && orders_late_count(world.orders) == 0);
    orders_read_to(world.orders, 0, world.time.wall_ms, world.time);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT(order->state == ORDER_AWAITING && orders_late_count(world.orders) == 1);
    struct ledger_wait told = order->waiting.progress->wait;
    CU_ASSERT(told.step != NULL && told.until_ms == order->waiting.wait.until_ms);
    news_are(order, "m:late");
    CU_ASSERT(order->waiting.wait.late && orders_due_ms(world.orders) == world.time.now_ms + 600000);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    news_are(order, "");
    CU_ASSERT_EQUAL(given_told(&world, order, 6, "e2", NULL, "done"), TOLD_TAKEN);
    CU_ASSERT_EQUAL(orders_late_count(world.orders), 0);
    given_world_end(&world);
}

/* An event may beat the reply to the call that made it. */
static void a_message_before_its_step(void)
{
    struct world world;

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_WAITS, 10, true);
    struct order *order = given_named(&world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    CU_ASSERT_PTR_EQUAL(orders_find_reference(world.orders, order->waiting.references.list[0].reference),
                        order);
    CU_ASSERT_EQUAL(given_told(&world, order, 5, "e1", NULL, "done"), TOLD_TAKEN);
    CU_ASSERT(order->state == ORDER_CALLING && order->waiting.mailbox.count == 1);
    given_answer(&world, order, 201, GIVEN_WRITTEN);
    CU_ASSERT(order->state == ORDER_READY && order->waiting.mailbox.count == 0);
    news_are(order, "a:,m:done");
    given_world_end(&world);
}

static const struct {
    const char *name, *told; /* one by one: id, time, state */
    const char *news;        /* what comes of the last */
    int taken;               /* enum orders_told of the last */
    int64_t step;            /* from offset to offset */
} events[] = {
    {"the same offset", "e1||working e2||working", "", TOLD_AGAIN, 0},
    {"the same event", "e1||working e1||working", "", TOLD_TAKEN, 1},
    {"another event without an id", "||working ||working", "m:working", TOLD_TAKEN, 1},
    {"an older state", "e1||working e2||taken", "", TOLD_TAKEN, 1},
    {"the same state, earlier", "e1|2026-12-01T10:00:00Z|working e2|2026-12-01T09:00:00Z|working", "",
     TOLD_TAKEN, 1},
    {"the same state, later", "e1|2026-12-01T10:00:00Z|working e2|2026-12-01T11:00:00Z|working", "m:working",
     TOLD_TAKEN, 1},
    {"a word that nobody knows", "e1||working e2||surveyed", "m:surveyed", TOLD_TAKEN, 1},
    {"it lowers nothing", "e1||working e2||surveyed e3||taken", "", TOLD_TAKEN, 1},
};

static void what_is_news(void)
{
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        struct world world;
        const char *reference;
        struct order *order = given_waiting(&world, GIVEN_WAITS, &reference);
        char told[200], *rest = told, text[300];
        int64_t offset = 5;
        enum orders_told last = TOLD_FULL;
        snprintf(told, sizeof told, "%s", events[i].told);
        for (char *event; (event = strsep(&rest, " ")) != NULL; offset += events[i].step) {
            char *id = strsep(&event, "|"), *time = strsep(&event, "|");
            given_news(order, text, sizeof text);
            last = given_told(&world, order, offset, *id == '\0' ? NULL : id, *time == '\0' ? NULL : time,
                              event);
        }
        given_news(order, text, sizeof text);
        given_same(events[i].name, text, events[i].news);
        CU_ASSERT_EQUAL((int)last, events[i].taken);
        given_world_end(&world);
    }
}

/* What nobody waits for is kept; where BT has given up it is news at once. */
static void what_nobody_waits_for(void)
{
    struct world world;

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_WAITS, 10, true);
    struct order *order = given_named(&world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    for (int64_t i = 0; i < MAILBOX_MESSAGES_MAX; i++)
        CU_ASSERT_EQUAL(given_told(&world, order, i, NULL, NULL, "working"), TOLD_TAKEN);
    CU_ASSERT_EQUAL(given_told(&world, order, MAILBOX_MESSAGES_MAX, NULL, NULL, "dead"), TOLD_FULL);
    news_are(order, "");
    given_world_end(&world);

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_WAITS, 10, true);
    order = given_named(&world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    CU_ASSERT_EQUAL(given_told(&world, order, 1, NULL, NULL, "dead"), TOLD_TAKEN);
    news_are(order, "a:dead");
    given_answer(&world, order, 201, GIVEN_WRITTEN); /* and it is there for the step that waits */
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_REJECTED);
    given_same("why", order->reason.text, "it is dead");
    given_world_end(&world);
}

/* Its UNKNOWN is out. */
static void given_settled_parked(struct world *world, struct order *order)
{
    struct change change;
    char text[300];

    given_news(order, text, sizeof text);
    CU_ASSERT_FATAL(orders_next_change(world->orders, &change) && change.order == order && change.publishes);
    orders_published(order);
    orders_settled(world->orders, &change, INT64_MAX);
}

/* A wait does not end before all is read that came in time (R18); then it is a person's, and holds no key. */
static void time_is_up(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_WAITS, &reference);
    struct fault why;

    CU_ASSERT_EQUAL(orders_overdue(world.orders, -1), -1);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    world.time.wall_ms += 999999;
    world.time.now_ms += 999999;
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL(orders_due_ms(world.orders), world.time.now_ms + 1);
    given_wait(&world);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT(order->state == ORDER_AWAITING && orders_overdue(world.orders, -1) == 0);
    orders_read_to(world.orders, 0, world.time.wall_ms - 1,
                   world.time); /* before it was due: that says nothing */
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL(order->state, ORDER_AWAITING);
    orders_read_to(world.orders, 0, world.time.wall_ms, world.time);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT(order->state == ORDER_PARKED && order->reason.kind == REASON_TIMEOUT);
    given_same("the step", order->reason.code, "m");
    struct order *second = given_named(&world, "k", '2');
    given_settled_parked(&world, order);
    CU_ASSERT_PTR_EQUAL_FATAL(call_next(&world), second);

    const struct decision retry = {.verdict = DECISION_RETRY, .attempt = order->attempt};
    CU_ASSERT_FATAL(orders_decide(world.orders, order, &retry, world.time, &why));
    CU_ASSERT(order->state == ORDER_AWAITING && order->waiting.wait.until_ms == world.time.wall_ms + 1000000);
    given_world_end(&world);
}

/* What was read is said of this ownership and this clock: not of the next, and not after the clock was set back. */
static void read_once_before(void)
{
    struct world world;
    const char *reference;

    given_waiting(&world, GIVEN_WAITS, &reference);
    world.time.wall_ms += 1000000;
    world.time.now_ms += 1000000;
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL(orders_overdue(world.orders, -1), 0);
    orders_leave(world.orders, 0, true);
    CU_ASSERT_EQUAL(orders_overdue(world.orders, -1), -1); /* another's affair */
    given_world_end(&world);

    for (int i = 0; i < 2; i++) {
        given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_WAITS, 10, true);
        struct order *gone = given_named(&world, "k", '1');
        CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), gone);
        orders_read_to(world.orders, 0, world.time.wall_ms + (i == 0 ? 1000000 : 9000000), world.time);
        if (i == 0)
            orders_leave(world.orders, 0, true);
        given_answer(&world, gone, 201, GIVEN_WRITTEN);
        struct order *order = i == 0 ? given_named(&world, "l", '2') : gone;
        if (i == 0) {
            CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
            given_answer(&world, order, 201, GIVEN_WRITTEN);
        }
        CU_ASSERT_EQUAL_FATAL(order->state, ORDER_AWAITING);
        world.time.wall_ms = order->waiting.wait.until_ms;
        world.time.now_ms += 1000000;
        CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
        CU_ASSERT_EQUAL(order->state, ORDER_AWAITING);
        given_world_end(&world);
    }
}

static void it_came_in_time(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_WAITS, &reference);

    world.time.wall_ms += 5000000;
    world.time.now_ms += 5000000;
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL(orders_overdue(world.orders, -1), 0);
    (void)given_told(&world, order, 5, "e1", NULL, "done"); /* it lay there */
    CU_ASSERT_EQUAL(order->state, ORDER_READY);
    given_world_end(&world);
}

/* A way of onFailure whose criteria hold without a message is the time-out's. */
static void a_way_for_time(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(
        &world,
        GIVEN_WAITS_WITH(", 'onFailure': [{'name': 'late', 'type': 'goto', 'stepId': 'r', 'criteria': "
                         "[{'condition': '$message.payload#/state == null'}]}]"),
        &reference);

    news_are(order, "a:");
    world.time.wall_ms += 1000000;
    world.time.now_ms += 1000000;
    orders_read_to(world.orders, 0, world.time.wall_ms, world.time);
    CU_ASSERT_PTR_EQUAL(orders_next_call(world.orders, world.time), order);
    CU_ASSERT_EQUAL(order->main.step, 2);
    news_are(order, "m:m");
    given_world_end(&world);
}

/* Lets the time pass to the next look, and answers it; what came of it as news. */
static void look(struct world *world, struct order *order, int status, const char *body, const char *news)
{
    CU_ASSERT_PTR_NULL(given_settle(world, 1000));
    while (orders_next_call(world->orders, world->time) == NULL) {
        CU_ASSERT_FATAL(orders_due_ms(world->orders) != INT64_MAX);
        given_wait(world);
        orders_read_to(world->orders, 0, world->time.wall_ms, world->time);
    }
    CU_ASSERT(order->state == ORDER_CALLING && order->call.operation->id[0] == 'l' &&
              order->links->lane == NULL);
    given_answer(world, order, status, body);
    news_are(order, news);
}

/* BT is asked now and then, without the key; what it shows is a message, once. */
static void bt_is_asked(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_LOOKS, &reference);
    int64_t began_ms = world.time.wall_ms;

    news_are(order, "a:");
    look(&world, order, 200, "{'o': 'working'}", "m:working");
    CU_ASSERT(world.time.wall_ms - began_ms >= 90000 && world.time.wall_ms - began_ms <= 110000);
    CU_ASSERT_EQUAL(order->state, ORDER_AWAITING);
    look(&world, order, 200, "{'o': 'working'}", "");
    look(&world, order, 200, "{'o': 'taken'}", ""); /* older */
    look(&world, order, 200, "{}", "");
    CU_ASSERT(order->state == ORDER_AWAITING && order->steps_done == 2); /* they cost no budget */
    look(&world, order, 200, "{'o': 'done'}", "m:done");
    CU_ASSERT_EQUAL(order->state, ORDER_READY);
    given_world_end(&world);
}

/* What a look has shown is no news when BT reports it, too, to an order that is a person's now. */
static void shown_and_reported(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(
        &world,
        GIVEN_WAITS_WITH(
            ", 'onFailure': [{'name': 'dead', 'type': 'end', 'criteria': [{" GIVEN_STATE
            "'^dead$'}], 'x-outcome': {'status': 'UNKNOWN', 'reason': 'it is dead'}}], 'x-look': "
            "{'workflowId': 'find', 'every': 100000, 'payload': {'state': '$outputs.o'}}"),
        &reference);

    news_are(order, "a:");
    look(&world, order, 200, "{'o': 'dead'}", "m:dead");
    CU_ASSERT_EQUAL(order->state, ORDER_PARKED);
    CU_ASSERT_EQUAL(given_told(&world, order, 5, "e1", NULL, "dead"), TOLD_TAKEN);
    news_are(order, "");
    given_world_end(&world);
}

/* Something is reported while BT is asked. */
static void both_at_once(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_LOOKS, &reference);

    news_are(order, "a:");
    CU_ASSERT_PTR_NULL(given_settle(&world, 1000));
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    CU_ASSERT_EQUAL(given_told(&world, order, 5, "e1", NULL, "done"), TOLD_TAKEN);
    CU_ASSERT_EQUAL(order->state, ORDER_CALLING);
    given_answer(&world, order, 200, "{'o': 'working'}"); /* older by now */
    news_are(order, "m:done");
    CU_ASSERT_EQUAL(order->state, ORDER_READY);
    given_world_end(&world);
}

/* Before time ends the wait BT is asked once more; while it gives no answer nothing is concluded. */
static void the_last_look(void)
{
    static const struct {
        int status;
        const char *body;
        enum order_state state;
    } rows[] = {
        {200, "{'o': 'done'}", ORDER_READY},
        {200, "{'o': 'working'}", ORDER_PARKED},
        {200, "{}", ORDER_PARKED},
        {404, "{}", ORDER_AWAITING},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct world world;
        const char *reference;
        struct order *order = given_waiting(&world, GIVEN_LOOKS, &reference);
        char news[300];
        given_news(order, news, sizeof news);
        order->waiting.wait.look_at_ms = 0; /* as if it had just been asked */
        CU_ASSERT_PTR_NULL(given_settle(&world, 1000));
        world.time.wall_ms += 1000000;
        world.time.now_ms += 1000000;
        orders_read_to(world.orders, 0, world.time.wall_ms, world.time);
        CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), order);
        given_answer(&world, order, rows[i].status, rows[i].body);
        CU_ASSERT_EQUAL(order->state, rows[i].state);
        given_world_end(&world);
    }
}

/* Who asks again hears at once how far it is, and the end when it comes; also after a take-over (R9). */
static void asked_again(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_WAITS, &reference);
    struct fault why = {.text = ""};

    struct progress *news = order->waiting.progress;
    CU_ASSERT_FATAL(news != NULL && news->next == NULL);
    news->sequence = 3;
    waiting_published(&order->waiting);
    CU_ASSERT(order->waiting.progress == NULL && waiting_latest(&order->waiting) == news);
    struct order *again = given_recalled(&world, order);
    CU_ASSERT_PTR_NULL(given_settle(&world, 1000));
    orders_leave(world.orders, 0, true);
    CU_ASSERT_FATAL(orders_recover(world.orders, again, world.time, &why));
    CU_ASSERT(orders_repeat(world.orders, again, 0, 77));
    news = waiting_take_progress(&again->waiting);
    CU_ASSERT_FATAL(news != NULL && news->repeated && news->sequence == 3);
    given_same("step", news->step, "a");
    given_same("waits at", news->wait.step, "m");
    CU_ASSERT(news->calls.http_status == 201 && news->calls.attempts == 1 && news->result != NULL);
    progress_free(news);
    CU_ASSERT_EQUAL(again->ledger.repeats_due, 1); /* for the end */
    given_world_end(&world);
}

/* Out of the ledger it waits on, is found by its reference, and knows what it has heard. */
static void taken_over(void)
{
    struct world world;
    const char *reference;
    char text[300], name[UUID_TEXT_SIZE];
    struct order *order = given_waiting(&world, GIVEN_WAITS, &reference);
    struct fault why = {.text = ""};

    snprintf(name, sizeof name, "%s", reference);
    (void)given_told(&world, order, 5, "e1", NULL, "working");
    given_news(order, text, sizeof text);
    struct order *again = given_recalled(&world, order);
    CU_ASSERT_PTR_NULL(given_settle(&world, 1000));
    orders_leave(world.orders, 0, true);
    CU_ASSERT_FATAL(orders_recover(world.orders, again, world.time, &why));
    CU_ASSERT(again->state == ORDER_AWAITING && again->links->lane == NULL);
    CU_ASSERT_PTR_EQUAL(orders_find_reference(world.orders, name), again);
    CU_ASSERT_EQUAL(given_told(&world, again, 5, "e1", NULL, "working"), TOLD_AGAIN);
    CU_ASSERT_EQUAL(given_told(&world, again, 6, "e1", NULL, "done"), TOLD_TAKEN);  /* the same event */
    CU_ASSERT_EQUAL(given_told(&world, again, 7, "e2", NULL, "taken"), TOLD_TAKEN); /* an older one */
    CU_ASSERT_EQUAL(again->state, ORDER_AWAITING);
    CU_ASSERT_EQUAL(given_told(&world, again, 8, "e3", NULL, "done"), TOLD_TAKEN);
    CU_ASSERT_EQUAL(again->state, ORDER_READY);
    given_world_end(&world);
}

CU_TestInfo test_orders_await[] = {{"a message ends the wait", a_message_ends_the_wait},
                                   {"forwarded", forwarded},
                                   {"its key is free", its_key_is_free},
                                   {"a message before its step", a_message_before_its_step},
                                   {"what is news", what_is_news},
                                   {"what nobody waits for", what_nobody_waits_for},
                                   {"time is up", time_is_up},
                                   {"it is late", it_is_late},
                                   {"it came in time", it_came_in_time},
                                   {"a way for time", a_way_for_time},
                                   {"BT is asked", bt_is_asked},
                                   {"both at once", both_at_once},
                                   {"what was read once before", read_once_before},
                                   {"the last look", the_last_look},
                                   {"what a look has shown", shown_and_reported},
                                   {"asked again", asked_again},
                                   {"taken over", taken_over},
                                   CU_TEST_INFO_NULL};
