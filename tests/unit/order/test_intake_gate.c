/* Who may pass: requests, repeats of them, decisions. */
#include "decided.h"

#include "given_batch.h"

static enum intake_answer hand_over(struct given_batch *given, const char *key, char id,
                                    struct duplicate *done)
{
    struct order *order = given_order(&given->world, key, "7");
    struct fault why = {.text = ""};

    snprintf(order->request.id, sizeof order->request.id, "%s%c", GIVEN_ID_OF(""), id);
    return intake_gate_hand_over(&given->gate, order, given->world.time, done, &why);
}

static void requests(void)
{
    struct given_batch given;
    struct fault why = {.text = ""};

    given_batch(&given, GIVEN_NEVER);
    CU_ASSERT_EQUAL(intake_gate_request(&given.gate, 0, 0, &why), INTAKE_OPEN);
    CU_ASSERT_EQUAL(intake_gate_request(&given.gate, 0, 0, &why), INTAKE_OPEN); /* held: once more */
    CU_ASSERT_EQUAL(intake_gate_request(&given.gate, 7, 0, &why), INTAKE_SKIP); /* not ours */
    partitions_finish(given.partitions, 0, 0);
    CU_ASSERT_EQUAL(intake_gate_request(&given.gate, 0, 0, &why), INTAKE_SKIP); /* settled */
    CU_ASSERT_EQUAL(intake_gate_request(&given.gate, 0, 1, &why), INTAKE_OPEN);
    CU_ASSERT_EQUAL(intake_gate_request(&given.gate, 0, 1 + PARTITION_SPAN_MAX, &why), INTAKE_HELD);
    given_same("why", why.text, "its map of settled orders is full, the order at offset 1 is still open");
    given_batch_end(&given);
}

static void repeats(void)
{
    struct given_batch given;
    struct duplicate done = {.partition = 0, .request_id = GIVEN_ID_OF("2"), .offset = 4}, found;

    given_batch(&given, GIVEN_ONE_READ);
    CU_ASSERT_EQUAL(hand_over(&given, "k", '1', &found), INTAKE_OPEN);
    CU_ASSERT_EQUAL(hand_over(&given, "k", '1', &found), INTAKE_OPEN);
    struct order *first = orders_find(given.world.orders, GIVEN_ID_OF("1"));
    CU_ASSERT(orders_count(given.world.orders) == 1 && first->ledger.repeats_due == 1);
    duplicates_add(given.duplicates, &done);
    CU_ASSERT_EQUAL(hand_over(&given, "k", '2', &found), INTAKE_FINISHED);
    CU_ASSERT_EQUAL(found.offset, 4);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(given.world.orders, given.world.time), first);
    given_answer(&given.world, first, 200, "{}");
    (void)given_begun(&given); /* its outcome is being settled: a repeat waits for what it will be */
    CU_ASSERT_EQUAL(hand_over(&given, "k", '1', &found), INTAKE_HELD);
    given_ended(&given, SETTLEMENT_CLEAN, 0);
    CU_ASSERT_EQUAL(hand_over(&given, "k", '1', &found), INTAKE_OPEN); /* reading is not remembered */
    given_batch_end(&given);
}

/* A full window puts writes by, and nothing else. */
static void full_window(void)
{
    static const struct {
        const char *workflow;
        enum intake_answer answer;
    } cases[] = {{GIVEN_NEVER, INTAKE_PUT_BY}, {GIVEN_ONE_READ, INTAKE_OPEN}};
    struct duplicate found;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct given_batch given;
        given_batch(&given, cases[i].workflow);
        for (char id = '8'; id <= '9'; id++) {
            struct duplicate done = {.partition = 0};
            snprintf(done.request_id, sizeof done.request_id, "%s%c", GIVEN_ID_OF(""), id);
            duplicates_add(given.duplicates, &done);
        }
        CU_ASSERT_EQUAL(hand_over(&given, "k", '1', &found), cases[i].answer);
        CU_ASSERT_EQUAL(hand_over(&given, "k", '8', &found), INTAKE_FINISHED);
        given_batch_end(&given);
    }
}

static void room(void)
{
    struct given_batch given;
    struct duplicate found;

    given_batch(&given, GIVEN_ONE_READ);
    given.gate.orders_max = 2;
    CU_ASSERT(intake_gate_has_room(&given.gate, 1) && !intake_gate_has_room(&given.gate, 2));
    CU_ASSERT_EQUAL(hand_over(&given, "k", '1', &found), INTAKE_OPEN);
    CU_ASSERT(intake_gate_has_room(&given.gate, 0) && !intake_gate_has_room(&given.gate, 1));
    batch_add(given.batch, 0, given_record(&given, "dead", "letter"));
    CU_ASSERT_FALSE(intake_gate_has_room(&given.gate, 0));
    given.gate.orders_max = 10;
    given.gate.bytes_max = orders_bytes(given.world.orders);
    CU_ASSERT(intake_gate_memory_full(&given.gate) && !intake_gate_has_room(&given.gate, 0));
    given.gate.bytes_max++;
    CU_ASSERT(!intake_gate_memory_full(&given.gate) && intake_gate_has_room(&given.gate, 0));
    orders_own_slow(given.world.orders, INT64_MAX);
    given.gate.owned_max = orders_owned_count(given.world.orders);
    CU_ASSERT(intake_gate_ledger_full(&given.gate) && !intake_gate_has_room(&given.gate, 0));
    given_batch_end(&given);
}

static enum intake_answer decide(struct given_batch *given, char id, const char *signal_id, int64_t offset,
                                 bool is_read, struct intake_decided *decided)
{
    struct decision decision = {.verdict = DECISION_REJECT, .who = "me", .why = "because"};
    struct duplicate done;
    static struct fault why;

    snprintf(decision.signal_id, sizeof decision.signal_id, "%s", signal_id);
    snprintf(decision.request_id, sizeof decision.request_id, "%s%c", GIVEN_ID_OF(""), id);
    CU_ASSERT_EQUAL(intake_gate_signal(&given->gate, 0, offset), INTAKE_OPEN);
    return intake_gate_decide(&given->gate, &decision, 0, offset, is_read, given->world.time, decided, &done,
                              &why);
}

static int64_t signal_position(struct given_batch *given)
{
    struct partition_commit *positions;
    size_t count = partitions_begin(given->partitions, &positions);
    int64_t position = count == 0 ? -1 : positions[0].others.signals;

    partition_commits_free(positions, count);
    CU_ASSERT_FALSE(partitions_end(given->partitions, SETTLEMENT_FAILED, NULL, 0));
    return position;
}

/* R8: a decision's signal stays open until the record that has its answer is settled. */
static void decisions(void)
{
    struct given_batch given;
    struct intake_decided decided;

    given_batch(&given, GIVEN_NEVER);
    struct order *order = given_named(&given.world, "k", '1'), *second = given_named(&given.world, "k", '2');
    CU_ASSERT_PTR_NULL(orders_next_call(given.world.orders, given.world.time));
    orders_own_slow(given.world.orders, INT64_MAX);
    CU_ASSERT_EQUAL(decide(&given, '2', "first", 0, false, &decided), INTAKE_OPEN);
    CU_ASSERT(decided.applied && *decided.refused == '\0' && second->state == ORDER_DONE);
    CU_ASSERT_PTR_NOT_NULL(strstr(second->ledger.last_decision, "\"applied\":true"));
    CU_ASSERT(signal_position(&given) <= 0);
    (void)given_begun(&given); /* its outcome is being settled: the next decision about it waits */
    CU_ASSERT_EQUAL(decide(&given, '2', "second", 1, false, &decided), INTAKE_HELD);
    CU_ASSERT_EQUAL(decide(&given, '1', "third", 2, false, &decided), INTAKE_OPEN);
    CU_ASSERT(!decided.applied && *decided.refused != '\0');
    CU_ASSERT_PTR_NOT_NULL(strstr(order->ledger.decisions, "third"));
    CU_ASSERT_EQUAL(decide(&given, '1', "third", 3, false, &decided),
                    INTAKE_OPEN); /* read again after a crash */
    CU_ASSERT(decided.again && !decided.applied);
    CU_ASSERT_EQUAL(decide(&given, '7', "fourth", 4, false, &decided), INTAKE_OPEN);
    given_same("nobody knows it", decided.refused, "this partition has no such order");
    given_ended(&given, SETTLEMENT_CLEAN, 0);
    CU_ASSERT_EQUAL(decide(&given, '2', "second", 1, true, &decided),
                    INTAKE_HELD); /* its record is being read */
    CU_ASSERT_EQUAL(decide(&given, '2', "second", 1, false, &decided), INTAKE_FINISHED);
    given_same("too late", decided.refused, DECIDED_TOO_LATE);
    given_batch_end(&given);
}

/* A decision about a finished order is kept in its record, once; what has no record has nowhere to keep it. */
static void too_late(void)
{
    struct given_batch given;
    struct decision decision = {.signal_id = "s", .request_id = GIVEN_ID_OF("1")};
    char known[] = "[{\"signalId\":\"s\"}]";
    struct ledger_record kept = {.request_id = GIVEN_ID_OF("1")};

    given_batch(&given, GIVEN_NEVER);
    CU_ASSERT_EQUAL(intake_gate_signal(&given.gate, 0, 0), INTAKE_OPEN);
    intake_gate_too_late(&given.gate, &decision, 0, 0, &kept);
    CU_ASSERT(batch_rewrites(given.batch, GIVEN_ID_OF("1")));
    CU_ASSERT_PTR_NULL(kept.decisions); /* it was lent */
    CU_ASSERT_EQUAL(intake_gate_signal(&given.gate, 0, 0), INTAKE_SKIP);
    (void)given_begun(&given);
    given_ended(&given, SETTLEMENT_CLEAN, 0);
    kept.decisions = known;
    CU_ASSERT_EQUAL(intake_gate_signal(&given.gate, 0, 1), INTAKE_OPEN);
    intake_gate_too_late(&given.gate, &decision, 0, 1, &kept);
    CU_ASSERT_EQUAL(intake_gate_signal(&given.gate, 0, 2), INTAKE_OPEN);
    intake_gate_too_late(&given.gate, &decision, 0, 2, NULL);
    CU_ASSERT_EQUAL(batch_count(given.batch), 0);
    CU_ASSERT_EQUAL(signal_position(&given), 3);
    given_batch_end(&given);
}

CU_TestInfo test_intake_gate[] = {
    {"requests", requests}, {"repeats", repeats},     {"a full window", full_window},
    {"room", room},         {"decisions", decisions}, {"too late", too_late},
    CU_TEST_INFO_NULL};
