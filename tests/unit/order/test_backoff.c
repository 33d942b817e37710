/* One table row per case; the row's name is what a failure prints. */
#include "backoff.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <string.h>

static const struct backoff_policy policy = {
    .first_ms = 100, .cap_ms = 1000, .give_up_ms = 60000, .attempts_max = 8};

static const struct {
    const char *name;
    struct backoff_state state;
    bool allowed;
    int64_t due_ms;
    const char *text; /* of the fault, where not allowed */
} cases[] = {
    {"first delay may be nothing", {.attempts = 1, .now_ms = 5000, .random = 0}, true, 5000, ""},
    {"first delay is at most first_ms", {.attempts = 1, .now_ms = 5000, .random = 100}, true, 5100, ""},
    {"jitter wraps at the ceiling", {.attempts = 1, .now_ms = 5000, .random = 101}, true, 5000, ""},
    {"doubles per attempt", {.attempts = 3, .now_ms = 5000, .random = 400}, true, 5400, ""},
    {"never above the cap", {.attempts = 7, .now_ms = 5000, .random = 1000}, true, 6000, ""},
    {"many attempts do not overflow", {.attempts = 7, .now_ms = 5000, .random = UINT64_MAX}, true, 5015, ""},
    {"the peer's own time wins", {.attempts = 1, .now_ms = 5000, .retry_after_ms = 3000}, true, 8000, ""},
    {"attempts used up", {.attempts = 8, .now_ms = 5000}, false, 0, "no attempt left after 8"},
    {"just in time", {.attempts = 1, .now_ms = 59900, .random = 100}, true, 60000, ""},
    {"too late",
     {.attempts = 1, .now_ms = 59901, .random = 100},
     false,
     0,
     "next attempt in 100 ms is later than 60000 ms after the start"},
};

static void next_attempt(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t due_ms = -1;
        struct fault why = {.text = ""};
        bool allowed = backoff_next(&policy, &cases[i].state, &due_ms, &why);

        if (allowed != cases[i].allowed || (allowed && due_ms != cases[i].due_ms) ||
            strcmp(why.text, cases[i].text) != 0) {
            printf("\n  %s: got %d %lld '%s'", cases[i].name, allowed, (long long)due_ms, why.text);
            CU_FAIL("case above");
        }
        CU_ASSERT(allowed || why.kind == FAULT_EXHAUSTED);
        CU_ASSERT(allowed || due_ms == -1); /* results are written only on success */
    }
}

CU_TestInfo test_backoff[] = {{"next attempt", next_attempt}, CU_TEST_INFO_NULL};
