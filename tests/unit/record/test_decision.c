/* Decisions: what a person wrote is what the owner reads. */
#include "decision.h"

#include "framing.h"

#include "given_schemas.h"

static const struct decision given = {
    .signal_id = "705c9599-4ab1-488f-8129-5b8cde662c7d",
    .request_id = "605c9599-4ab1-488f-8129-5b8cde662c7d",
    .attempt = 3,
    .verdict = DECISION_HAPPENED,
    .reference = "700501",
    .why = "seen in the portal: \xc2\xa3 5",
    .who = "A. Person",
    .decided_at_ms = 1772445600001,
};

static void written(const struct catalogue *catalogue, const struct decision *decision, struct buffer *value)
{
    struct fault why = {.text = ""};

    buffer_init(value, 65536);
    CU_ASSERT_FATAL(decision_write(catalogue, decision, value, &why));
}

static void check(const struct catalogue *catalogue, const struct decision *decision, const char *why_text)
{
    CLEANUP(buffer_release) struct buffer value;
    struct decision got;
    struct fault why = {.text = ""};

    written(catalogue, decision, &value);
    CU_ASSERT_FATAL(decision_read(catalogue, value.data, value.length, &got, &why));
    given_same("signal id", got.signal_id, decision->signal_id);
    given_same("request id", got.request_id, decision->request_id);
    CU_ASSERT(got.attempt == decision->attempt && got.verdict == decision->verdict &&
              got.decided_at_ms == decision->decided_at_ms);
    given_same("reference", got.reference, decision->reference);
    given_same("why", got.why, why_text);
    given_same("who", got.who, decision->who);
    given_same("outputs", got.outputs, decision->outputs);
    given_same("step", got.step, decision->step);
    CU_ASSERT(got.since_ms == decision->since_ms && got.heard_end == decision->heard_end);
}

/* In the oldest form that can say it, as workers of that time read and write it. */
static void forms_of(void)
{
    struct ledger_schemas unused;
    struct catalogue *catalogue = given_schemas(&unused);
    struct decision decision = given;
    struct buffer value;

    snprintf(decision.outputs, sizeof decision.outputs, "{\"importOrderId\":\"700501\"}");
    check(catalogue, &decision, decision.why);
    struct decision waits = given;
    waits.verdict = DECISION_SKIP;
    const struct {
        const struct decision *decision;
        const struct schema *schema;
    } forms[] = {
        {&given, catalogue->decision_1}, {&decision, catalogue->decision_2}, {&waits, catalogue->decision}};
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct frame frame;
        struct fault why;
        written(catalogue, forms[i].decision, &value);
        CU_ASSERT_FATAL(framing_read(value.data, value.length, NULL, 0, &frame, &why));
        CU_ASSERT(schema_has_fingerprint(forms[i].schema, frame.fingerprint));
        buffer_release(&value);
    }
    catalogue_free(catalogue);
}

static void round_trip(void)
{
    static const char *const words[] = {"happened", "did-not-happen", "retry", "reject",
                                        "look",     "heard",          "skip",  "cancel"};
    struct ledger_schemas unused;
    struct catalogue *catalogue = given_schemas(&unused);
    struct decision decision = given;

    check(catalogue, &given, given.why);
    for (enum decision_verdict verdict = DECISION_HAPPENED; verdict <= DECISION_CANCEL; verdict++) {
        decision.verdict = verdict;
        if (verdict == DECISION_LOOK) {
            snprintf(decision.step, sizeof decision.step, "awaitReady");
            decision.since_ms = 1772445600002;
            decision.heard_end = 7;
        }
        check(catalogue, &decision, decision.why);
        given_same("word", decision_words[verdict], words[verdict]);
    }
    CU_ASSERT_PTR_NULL(decision_words[DECISION_CANCEL + 1]);
    decision = given;
    decision.reference[0] = '\0';
    decision.attempt = UINT32_MAX;
    check(catalogue, &decision, decision.why);
    memset(decision.why, 'x', sizeof decision.why - 1);
    decision.why[sizeof decision.why - 2] = '\xc2'; /* cut by its size, in a character */
    char want[DECISION_TEXT_SIZE];
    snprintf(want, sizeof want, "%s", decision.why);
    want[sizeof want - 2] = '\0';
    check(catalogue, &decision, want);
    catalogue_free(catalogue);
}

static void no_decision(void)
{
    struct ledger_schemas unused;
    struct catalogue *catalogue = given_schemas(&unused);
    CLEANUP(buffer_release) struct buffer value;
    struct decision got;
    struct fault why = {.text = ""};

    written(catalogue, &given, &value);
    for (size_t length = 0; length < value.length; length++) {
        CU_ASSERT_FALSE_FATAL(decision_read(catalogue, value.data, length, &got, &why));
        CU_ASSERT_EQUAL(why.kind, FAULT_INPUT);
    }
    value.data[5] ^= 1;
    CU_ASSERT_FALSE(decision_read(catalogue, value.data, value.length, &got, &why));
    CU_ASSERT(why.kind == FAULT_INPUT && strstr(why.text, "newer worker") != NULL);
    CU_ASSERT_FALSE(decision_read(catalogue, "\0\0\0\0\7x", 6, &got, &why)); /* another framing */
    struct decision odd = given;
    buffer_clear(&value);
    snprintf(odd.signal_id, sizeof odd.signal_id, "no UUID");
    CU_ASSERT_FALSE(decision_write(catalogue, &odd, &value, &why));
    CU_ASSERT_EQUAL(why.kind, FAULT_LOCAL);
    catalogue_free(catalogue);
}

CU_TestInfo test_decision[] = {
    {"round trip", round_trip}, {"forms", forms_of}, {"no decision", no_decision}, CU_TEST_INFO_NULL};
