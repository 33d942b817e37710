/* Trace Context of the W3C: what is valid goes on as it came, what is not does not. */
#include "trace.h"

#include "../codec/given.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define PARENT "b7ad6b7169203331"

static const struct {
    const char *text;
    bool valid;
} parents[] = {
    {"00-" TRACE "-" PARENT "-01", true},
    {"00-" TRACE "-" PARENT "-00", true},
    {"00-" TRACE "-" PARENT "-ff", true},
    {"00-" TRACE "-" PARENT "-01-", false},
    {"00-" TRACE "-" PARENT "-01 ", false},
    {"00-" TRACE "-" PARENT "-1", false},
    {"00-" TRACE "-" PARENT, false},
    {"00-" TRACE "-" PARENT "-0g", false},
    {"00-" TRACE "_" PARENT "-01", false},
    {"00-00000000000000000000000000000000-" PARENT "-01", false},
    {"00-" TRACE "-0000000000000000-01", false},
    {"00-0AF7651916CD43DD8448EB211C80319C-" PARENT "-01", false},
    {"ff-" TRACE "-" PARENT "-01", false},
    {"FF-" TRACE "-" PARENT "-01", false},
    {"01-" TRACE "-" PARENT "-01", true},
    {"cc-" TRACE "-" PARENT "-01-what-the-future-brings", true},
    {"cc-" TRACE "-" PARENT "-01.what", false},
    {"cc-" TRACE "-" PARENT "-01-\n", false},
    {"g0-" TRACE "-" PARENT "-01", false},
    {"00-g"
     "af7651916cd43dd8448eb211c80319c-" PARENT "-01",
     false},
    {"00-" TRACE "-g7ad6b7169203331-01", false},
    {"00-" TRACE "-" PARENT "-g1", false},
    {"00-10000000000000000000000000000000-1000000000000000-01", true},
    {"", false},
    {"00", false},
};

static void traceparent(void)
{
    for (size_t i = 0; i < COUNT_OF(parents); i++)
        if (trace_parent_valid(parents[i].text, strlen(parents[i].text)) != parents[i].valid) {
            printf("\n  %s: is %s", parents[i].text, parents[i].valid ? "refused" : "taken");
            CU_FAIL("case above");
        }
    CU_ASSERT_FALSE(trace_parent_valid("00-" TRACE "-" PARENT "-01", 54));
}

static const struct {
    const char *joined, *want; /* null: none */
} states[] = {
    {"rojo=00f067aa0ba902b7", "rojo=00f067aa0ba902b7"},
    {"rojo=1,congo=t61rcWkgMzE", "rojo=1,congo=t61rcWkgMzE"},
    {" rojo=1 ,\t, congo=2\t,", "rojo=1,congo=2"},
    {"fw529a3039@dt=FfAAA8b", "fw529a3039@dt=FfAAA8b"},
    {"a_-*/@b=x y", "a_-*/@b=x y"},
    {"a=1,a=2", NULL},
    {"a=1,ab=2,b=3", "a=1,ab=2,b=3"},
    {"ab=1,a=2,ab=3", NULL},
    {"A=1", NULL},
    {"a", NULL},
    {"a=", NULL},
    {"=1", NULL},
    {"a=b=c", NULL},
    {"a=\xc3\xa9", NULL},
    {"", NULL},
    {" , ", NULL},
};

static void tracestate(void)
{
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        CLEANUP(memory_release) char *got = trace_state_read(states[i].joined);
        CU_ASSERT((got == NULL) == (states[i].want == NULL));
        if (got != NULL && states[i].want != NULL)
            given_same(states[i].joined, got, states[i].want);
    }
}

/* At most 32 members, and whole ones of 512 bytes. */
static void long_states(void)
{
    CLEANUP(buffer_release) struct buffer many, large;

    buffer_init(&many, 10000);
    buffer_init(&large, 10000);
    for (int i = 0; i < 32; i++)
        buffer_print(&many, "%sk%d=1", i == 0 ? "" : ",", i);
    CLEANUP(memory_release) char *all = trace_state_read(buffer_text(&many));
    given_same("32", all, buffer_text(&many));
    buffer_add_text(&many, ",k32=1");
    CU_ASSERT_PTR_NULL(trace_state_read(buffer_text(&many)));
    for (int i = 0; i < 5; i++)
        buffer_print(&large, "%sl%d=%0200d", i == 0 ? "" : ",", i, 1);
    CLEANUP(memory_release) char *some = trace_state_read(buffer_text(&large));
    CU_ASSERT_FATAL(some != NULL);
    CU_ASSERT_EQUAL(strlen(some), 2 * 203 + 1);
}

/* Two members that fill the 512 bytes together, and two that are one more: then the second is left out whole. */
static void just_long_enough(void)
{
    for (int over = 0; over < 2; over++) {
        CLEANUP(buffer_release) struct buffer list;
        buffer_init(&list, 10000);
        buffer_print(&list, "a=%0253d,", 1);
        size_t first = list.length - 1;
        buffer_print(&list, "b=%0*d", (int)(TRACE_STATE_MAX - first - 3) + over, 1);
        CLEANUP(memory_release) char *got = trace_state_read(buffer_text(&list));
        CU_ASSERT_FATAL(got != NULL);
        CU_ASSERT_EQUAL(strlen(got), over ? first : TRACE_STATE_MAX);
    }
}

CU_TestInfo test_trace[] = {{"traceparent", traceparent},
                            {"tracestate", tracestate},
                            {"long tracestates", long_states},
                            {"just long enough", just_long_enough},
                            CU_TEST_INFO_NULL};
