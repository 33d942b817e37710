/* What a refusal means after an earlier write of the path: BT did something, so it is no REJECTED (PROMISE.md R6). */
#include "given_snapshot.h"

#define REFUSED_READ(on_failure)                                                                             \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" GIVEN_WRITE_A ",{'stepId': 'r', " GIVEN_READ on_failure    \
                 "}]}" GIVEN_FIND)
#define END(more) ", 'onFailure': [{'name': 'no', 'type': 'end'" more "}]"
#define RETRY_ONCE ", 'onFailure': [{'name': 'r', 'type': 'retry', 'retryLimit': 0}]"

static const struct {
    const char *name, *workflow, *code;
    enum order_state state;
    enum outcome_status status;
    enum reason_kind kind;
} cases[] = {
    {"row 6", REFUSED_READ(""), "steps", ORDER_PARKED, OUTCOME_UNKNOWN, REASON_REFUSED},
    {"an end by itself", REFUSED_READ(END("")), "steps", ORDER_PARKED, OUTCOME_UNKNOWN, REASON_REFUSED},
    {"retries used up", REFUSED_READ(RETRY_ONCE), "steps", ORDER_PARKED, OUTCOME_UNKNOWN, REASON_REFUSED},
    {"an end that is named REJECTED", REFUSED_READ(END(", 'x-outcome': {'status': 'REJECTED'}")), "no",
     ORDER_DONE, OUTCOME_REJECTED, REASON_REFUSED},
};

static void refused_after_a_write(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct world world;

        given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), cases[i].workflow, 10, true);
        struct order *order = given_named(&world, "k", '1');
        CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
        given_answer(&world, order, 201, "{'o': 'x'}");
        CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
        given_answer(&world, order, 404, "{}");
        if (order->state != cases[i].state || order->status != cases[i].status ||
            order->reason.kind != cases[i].kind) {
            printf("\n  %s: state %d, status %d, reason %d", cases[i].name, order->state, order->status,
                   order->reason.kind);
            CU_FAIL("case above");
        }
        given_same("code", order->reason.code, cases[i].code);
        given_world_end(&world);
    }
}

CU_TestInfo test_engine_end[] = {{"refused after a write", refused_after_a_write}, CU_TEST_INFO_NULL};
