/* What of an order is kept, and that the same order comes out of it again. */
#include "given_snapshot.h"

#include "../record/given_schemas.h"

static void same_text(const char *name, const char *got, const char *want)
{
    given_same(name, got == NULL ? "(null)" : got, want == NULL ? "(null)" : want);
}

/* An order that has done the step `r`, and whose first attempt of `a` has failed before a byte was sent. */
static struct order *half_way(struct world *world)
{
    given_world_of(world, GIVEN_OUTCOME(GIVEN_O), GIVEN_READ_AND_WRITE, 10, true);
    struct order *order = given_order(world, NULL, "7");
    order->source.key = memory_text_of("\0k\xff", 3);
    order->source.key_length = 3;
    order->source.requested_at_ms = 1772445500000;
    order->request.not_after_ms = 1772449200000;
    order->source.headers = (struct order_headers){.traceparent = memory_text("00-1-2-01"),
                                                   .tracestate = memory_text("x=1"),
                                                   .tracking = memory_text("theirs")};
    orders_take(world->orders, order, world->time);
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(world), order);
    given_answer(world, order, 200, "{'q': 'from r'}");
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(world), order);
    order_note_tracking(order, "track-1");
    snprintf(journal_latest(&order->journal)->tracking, 64, "track-1");
    given_answer(world, order, -CALL_CUT, "");
    CU_ASSERT(order->state == ORDER_WAITING && order->doubt.open && order->attempt == 1);
    return order;
}

static void same_steps(const struct order *got, const struct order *want)
{
    CU_ASSERT(got->main.workflow == want->main.workflow && got->main.step == want->main.step &&
              got->main.step_is_new == want->main.step_is_new && got->steps_done == want->steps_done);
    CU_ASSERT(tree_equal(got->main.steps, want->main.steps) &&
              tree_equal(got->main.inputs, want->main.inputs));
    CU_ASSERT(tree_equal(got->request.inputs, want->request.inputs));
    const struct call_record *calls = &got->main.calls, *wanted = &want->main.calls;
    CU_ASSERT(calls->step == wanted->step && calls->attempts == wanted->attempts &&
              calls->http_status == wanted->http_status && calls->tracking_count == wanted->tracking_count);
    for (size_t i = 0; i < calls->tracking_count && i < wanted->tracking_count; i++)
        given_same("tracking id", calls->tracking_ids[i], wanted->tracking_ids[i]);
    given_same("BT's code", calls->bt_code, wanted->bt_code);
}

static void same_reason(const char *name, const struct reason *got, const struct reason *want)
{
    CU_ASSERT_EQUAL(got->kind, want->kind);
    given_same(name, got->code, want->code);
    given_same(name, got->text, want->text);
}

static void same(struct order *got, const struct order *want)
{
    CU_ASSERT(got->source.partition == want->source.partition && got->source.offset == want->source.offset &&
              got->source.turn == want->source.turn && got->attempt == want->attempt &&
              got->source.requested_at_ms == want->source.requested_at_ms);
    CU_ASSERT(got->source.key_length == want->source.key_length &&
              (want->source.key == NULL) == (got->source.key == NULL) &&
              (want->source.key == NULL ||
               memcmp(got->source.key, want->source.key, want->source.key_length) == 0));
    given_same("request id", got->request.id, want->request.id);
    CU_ASSERT(got->request.not_after_ms == want->request.not_after_ms &&
              got->started_at_ms == want->started_at_ms && got->wrote == want->wrote &&
              got->sequence == want->sequence && got->ledger.repeats_due == want->ledger.repeats_due);
    same_text("traceparent", got->source.headers.traceparent, want->source.headers.traceparent);
    same_text("tracestate", got->source.headers.tracestate, want->source.headers.tracestate);
    same_text("tracking", got->source.headers.tracking, want->source.headers.tracking);
    same_text("last decision", got->ledger.last_decision, want->ledger.last_decision);
    given_same("order id", got->order_id, want->order_id);
    same_steps(got, want);
    CU_ASSERT(got->doubt.was == want->doubt.was && got->doubt.refused == want->doubt.refused &&
              got->doubt.restarts == want->doubt.restarts);
    same_reason("doubt", &got->doubt.reason, &want->doubt.reason);
    same_reason("reason", &got->reason, &want->reason);
    CU_ASSERT_EQUAL(got->journal.dropped, want->journal.dropped);
    CLEANUP(tree_release) struct json_object *journal = journal_tree(&got->journal);
    CLEANUP(tree_release) struct json_object *wanted = journal_tree(&want->journal);
    CU_ASSERT(tree_equal(journal, wanted));
}

static void round_trip(void)
{
    struct world world;
    struct order *order = half_way(&world);

    order->doubt.refused = true; /* and all that may be set at some time */
    order->doubt.restarts = 2;
    order->wrote = true;
    order->sequence = 3;
    order->journal.dropped = 4;
    snprintf(order->order_id, sizeof order->order_id, "O-1");
    order->main.calls.http_status = 504;
    snprintf(order->main.calls.bt_code, sizeof order->main.calls.bt_code, "61");
    order->ledger.last_decision = memory_text("{\"applied\":false}");
    CU_ASSERT(orders_repeat(world.orders, order, 0, 50) && order->ledger.repeats_due == 1);
    struct order *again = given_recalled(&world, order);
    CU_ASSERT(again->ledger.unloaded != NULL && again->request.inputs == NULL &&
              again->state == ORDER_QUEUED);
    CU_ASSERT(again->ledger.owned && again->ledger.settled_offset &&
              again->ledger.written == LEDGER_INTENDED);
    CU_ASSERT_FALSE(again->doubt.open); /* whoever takes it over falls into it */
    given_awake(again);
    CU_ASSERT_PTR_NULL(again->ledger.unloaded);
    same(again, order);
    given_awake(again); /* nothing to do */
    order_free(again);
    given_world_end(&world);
}

/* A parked order keeps why it is parked. */
static void parked(void)
{
    struct world world;

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_NEVER, 10, true);
    struct order *order = given_named(&world, "k", '1');
    given_call(&world);
    given_answer(&world, order, -CALL_CUT, "");
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_PARKED);
    CU_ASSERT_EQUAL(snapshot_state(order), LEDGER_PARKED);
    struct order *again = given_recalled(&world, order);
    given_awake(again);
    same(again, order);
    CU_ASSERT(again->status == OUTCOME_UNKNOWN && again->finished_at_ms == order->finished_at_ms);
    order_free(again);
    given_world_end(&world);
}

/* One that waits after another has not begun, and has no key perhaps. */
static void not_begun(void)
{
    struct world world;

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_READ_AND_WRITE, 10, true);
    struct order *order = given_order(&world, NULL, "7"), *again = given_recalled(&world, order);
    given_awake(again);
    CU_ASSERT(again->main.workflow == NULL && again->source.key == NULL &&
              again->request.not_after_ms == INT64_MAX);
    CU_ASSERT(tree_equal(again->request.inputs, order->request.inputs));
    order_free(again);
    order_free(order);
    given_world_end(&world);
}

/* Between two steps: no call of the next one was rendered, and its calls start again. */
static void between_steps(void)
{
    struct world world;

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_READ_AND_WRITE, 10, true);
    struct order *order = given_named(&world, "k", '1');
    given_call(&world);
    given_answer(&world, order, 200, "{'q': 'from r'}");
    CU_ASSERT(order->state == ORDER_READY && order->main.step == 1 && order->main.step_is_new);
    struct order *again = given_recalled(&world, order);
    given_awake(again);
    same(again, order);
    order_free(again);
    given_world_end(&world);
}

/* All steps done, and the last settlement unclear: it stands after the last step. */
static void at_the_end(void)
{
    struct world world;
    struct order *order = half_way(&world);

    order->doubt.open = false; /* there is nothing left to be in doubt about */
    order->main.step = order->main.workflow->step_count;
    struct order *again = given_recalled(&world, order);
    given_awake(again);
    CU_ASSERT_EQUAL(again->main.step, order->main.step);
    CU_ASSERT_PTR_NULL(order_step(again));
    order_free(again);
    given_world_end(&world);
}

static void states(void)
{
    static const struct {
        enum order_state state;
        bool doubt, behind_the_read;
        enum ledger_state want;
    } rows[] = {
        {ORDER_QUEUED, false, false, LEDGER_QUEUED},     {ORDER_READY, false, true, LEDGER_QUEUED},
        {ORDER_WAITING, false, true, LEDGER_QUEUED},     {ORDER_INTENDING, false, true, LEDGER_INTENDED},
        {ORDER_PERMITTED, false, true, LEDGER_INTENDED}, {ORDER_CALLING, false, true, LEDGER_INTENDED},
        {ORDER_CALLING, false, false, LEDGER_QUEUED},    {ORDER_CALLING, true, true, LEDGER_INTENDED},
        {ORDER_QUEUED, true, true, LEDGER_INTENDED},     {ORDER_READY, true, true, LEDGER_INTENDED},
        {ORDER_WAITING, true, true, LEDGER_INTENDED},    {ORDER_PARKED, false, true, LEDGER_PARKED},
        {ORDER_DONE, false, true, LEDGER_DONE},          {ORDER_SETTLING, false, true, LEDGER_DONE},
    };
    struct world world;
    struct order *order = half_way(&world);
    enum order_state kept = order->state;
    size_t step = order->main.step;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        order->state = rows[i].state;
        order->doubt.open = rows[i].doubt;
        order->main.step = rows[i].behind_the_read ? step : 0;
        if (snapshot_state(order) != rows[i].want) {
            printf("\n  row %zu: %s", i, ledger_state_name(snapshot_state(order)));
            CU_FAIL("case above");
        }
    }
    order->state = kept;
    given_world_end(&world);
}

/* What is done needs no request any more: only its outcome is kept, for repeats. */
static void done(void)
{
    struct world world;
    struct ledger_record record;
    struct order *again = NULL;
    struct fault why = {.text = ""};

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_READ_AND_WRITE, 10, true);
    struct order *order = given_named(&world, "k", '1');
    given_call(&world);
    given_answer(&world, order, 404, "");
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_DONE);
    snapshot_take(order, 5000, &record);
    CU_ASSERT(record.state == LEDGER_DONE && record.inputs == NULL && record.written_at_ms == 5000);
    CLEANUP(tree_release) struct json_object *progress = given_tree(record.progress);
    given_same("status", tree_text_of(progress, "status"), "REJECTED");
    CU_ASSERT(tree_member(progress, "steps") == NULL);
    CU_ASSERT_FALSE(snapshot_restore("t", 0, &record, order->type, &again, &why));
    CU_ASSERT(why.kind == FAULT_INPUT && strstr(why.text, order->request.id) != NULL);
    ledger_release(&record);
    given_world_end(&world);
}

static void sleeping(void)
{
    struct world world;
    struct order *order = half_way(&world);

    order->state = ORDER_READY;
    CLEANUP(tree_release) struct json_object *before = given_progress(order);
    struct order *twin = given_recalled(&world, order);
    given_awake(twin);
    snapshot_unload(order);
    CU_ASSERT(order->ledger.unloaded != NULL && order->request.inputs == NULL && order->main.steps == NULL &&
              order->journal.count == 0 && order->source.headers.traceparent == NULL);
    snapshot_unload(order); /* twice is once */
    CLEANUP(tree_release) struct json_object *unloaded = given_progress(order);
    CU_ASSERT(tree_equal(before, unloaded));
    given_awake(order);
    same(order, twin);
    CLEANUP(tree_release) struct json_object *after = given_progress(order);
    CU_ASSERT(tree_equal(before, after));
    order->state = ORDER_WAITING;
    order_free(twin);
    given_world_end(&world);
}

/* Records that this worker cannot go on with: each says what is wrong, and nothing is guessed. */
static void refused(void)
{
    static const struct {
        const char *name, *inputs, *progress;
    } rows[] = {
        {"inputs that are no JSON", "{\"a\":", "{\"begun\":false}"},
        {"progress that is no JSON", "{}", "begun"},
        {"something behind it", "{}", "{} {}"},
    };
    struct world world;

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_READ_AND_WRITE, 10, true);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ledger_record record = {.request_id = GIVEN_ID_OF("1"),
                                       .order_type = memory_text("w"),
                                       .inputs = memory_text(rows[i].inputs),
                                       .progress = memory_text(rows[i].progress)};
        struct order *order = NULL;
        struct fault why = {.text = ""};
        CU_ASSERT_FATAL(snapshot_restore("t", 0, &record, world.catalogue->types[0], &order, &why));
        CU_ASSERT_FALSE(snapshot_load(order, &why));
        if (why.kind != FAULT_INPUT)
            given_same(rows[i].name, why.text, "a fault of the input");
        order_free(order);
    }
    given_world_end(&world);
}

/* A retry that is used up stays so, and so does a new token that was free of charge. */
static void used_up(void)
{
    struct world world;

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_ONE_RETRY, 10, true);
    struct order *order = given_named(&world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_answer(&world, order, 404, "");
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_WAITING);
    order->main.token_renewed = true;
    struct order *next = given_taken_over(&world, order);
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), next);
    CU_ASSERT(next->main.token_renewed);
    given_answer(&world, next, 404, "");
    CU_ASSERT_EQUAL(next->state, ORDER_DONE);
    CU_ASSERT_EQUAL(next->status, OUTCOME_REJECTED);
    given_world_end(&world);
}

/* The retries are those of the step that it stands at: one that has gone on, or is done, has none. */
static void used_up_before(void)
{
    struct world world;

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_ONE_RETRY, 10, true);
    struct order *order = given_named(&world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_answer(&world, order, 404, "");
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    CLEANUP(tree_release) struct json_object *waiting = given_progress(order);
    CU_ASSERT(tree_has(waiting, "retries"));
    given_answer(&world, order, 200, "{}");
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_DONE);
    CLEANUP(tree_release) struct json_object *done = given_progress(order);
    CU_ASSERT_FALSE(tree_has(done, "retries"));
    given_world_end(&world);
}

/* Known at the take-over, when its content is not looked at yet. */
static void a_step_that_is_no_more(void)
{
    struct world world;
    struct ledger_record record = {.request_id = GIVEN_ID_OF("1"),
                                   .order_type = memory_text("w"),
                                   .step = memory_text("gone"),
                                   .inputs = memory_text("{}"),
                                   .progress = memory_text("{\"begun\":true}")};
    struct order *order = NULL;
    struct fault why = {.text = ""};

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_READ_AND_WRITE, 10, true);
    CU_ASSERT_FALSE(snapshot_restore("t", 0, &record, world.catalogue->types[0], &order, &why));
    CU_ASSERT_EQUAL(why.kind, FAULT_INPUT);
    given_same("says", why.text, "it stands at step 'gone', which 'w' does not have (any more)");
    ledger_release(&record);
    given_world_end(&world);
}

/* A record that says that a write may be on its way, and not which: refused by name, and never followed. */
static void nothing_that_was_sent(void)
{
    static const struct {
        const char *step, *progress;
    } rows[] = {{NULL, "{\"begun\":true}"}, {"a", "{}"}, {"r", "{\"begun\":true}"}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct world world;
        struct ledger_record record = {.state = LEDGER_INTENDED,
                                       .request_id = GIVEN_ID_OF("1"),
                                       .order_type = memory_text("w"),
                                       .step = memory_text(rows[i].step),
                                       .inputs = memory_text("{}"),
                                       .progress = memory_text(rows[i].progress)};
        struct order *order = NULL;
        struct fault why = {.text = ""};
        given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_READ_AND_WRITE, 10, true);
        CU_ASSERT_FATAL(snapshot_restore("t", 0, &record, world.catalogue->types[0], &order, &why));
        CU_ASSERT_FALSE(orders_recover(world.orders, order, world.time, &why));
        CU_ASSERT_EQUAL(why.kind, FAULT_INPUT);
        given_same("says", why.text,
                   "an attempt may be under way, and no step of the workflow that writes is named");
        given_world_end(&world);
    }
}

/* The bounds of a step's attempts count from its beginning, not from the beginning of the clock. */
static void time_of_a_step(void)
{
    struct world world;

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_ONE_READ, 10, true);
    world.time.now_ms = 1000000; /* far beyond give_up_ms since the clock began */
    struct order *order = given_named(&world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_answer(&world, order, 503, "");
    struct order *next = given_taken_over(&world, order);
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), next);
    given_answer(&world, next, 503, ""); /* the second of three attempts */
    CU_ASSERT_EQUAL(next->state, ORDER_WAITING);
    given_same("it is not given up", next->reason.text, "");
    given_world_end(&world);
}

/* BT's words are cut by their length, perhaps in a character, or are no UTF-8: the record can be read all the same. */
static void words_of_bt(void)
{
    struct ledger_schemas schemas;
    struct catalogue *catalogue = given_schemas(&schemas);
    struct ledger_record record, got;
    struct buffer value;
    struct fault why = {.text = ""};
    struct world world;
    char words[400] = "", body[600];

    for (size_t i = 0; i < 100; i++)
        memcpy(words + 3 * i, "\xe2\x82\xac", 4);
    for (int shift = 0; shift < 4; shift++) {
        given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_LOOKED_UP, 10, true);
        struct order *order = given_named(&world, "k", '1');
        CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
        snprintf(body, sizeof body, "{'code': '1', 'message': '%.*s%s'}", shift, "xx",
                 shift < 3 ? words : "\xa3");
        given_answer(&world, order, 504, body);
        snapshot_take(order, 0, &record);
        buffer_init(&value, 1 << 20);
        CU_ASSERT_FATAL(ledger_write(&schemas, &record, &value, &why));
        if (ledger_read(&schemas, value.data, value.length, &got, &why))
            ledger_release(&got);
        else
            given_same("not read", why.text, "");
        order->state = ORDER_READY; /* as if it were far from its turn */
        snapshot_unload(order);
        given_awake(order);
        order->state = ORDER_WAITING;
        ledger_release(&record);
        buffer_release(&value);
        given_world_end(&world);
    }
    catalogue_free(catalogue);
}

/* A reply as deep as one may be: what is kept of it can be read again. */
static void deep_outputs(void)
{
    enum { DEEP = TREE_DEPTH_MAX - 2 };
    struct world world;
    struct fault why = {.text = ""};
    char open[DEEP + 1] = "", shut[DEEP + 1] = "", body[2 * DEEP + 20];

    memset(open, '[', DEEP);
    memset(shut, ']', DEEP);
    snprintf(body, sizeof body, "{'q': %s%s}", open, shut);
    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_READ_AND_WRITE, 10, true);
    struct order *order = given_named(&world, "k", '1');
    given_call(&world);
    given_answer(&world, order, 200, body);
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_READY);
    struct order *again = given_recalled(&world, order);
    if (!snapshot_load(again, &why))
        given_same("not woken", why.text, "");
    order_free(again);
    given_world_end(&world);
}

CU_TestInfo test_snapshot[] = {{"round trip", round_trip},
                               {"parked", parked},
                               {"not begun", not_begun},
                               {"between steps", between_steps},
                               {"at the end", at_the_end},
                               {"states", states},
                               {"done", done},
                               {"sleeping", sleeping},
                               {"refused", refused},
                               {"a step that is no more", a_step_that_is_no_more},
                               {"nothing that was sent", nothing_that_was_sent},
                               {"used up", used_up},
                               {"used up before", used_up_before},
                               {"time of a step", time_of_a_step},
                               {"words of BT", words_of_bt},
                               {"deep outputs", deep_outputs},
                               CU_TEST_INFO_NULL};
