/* The settlement protocol's decisions: what is committed, what counts, what was true after an unclear end. */
#include "settlement.h"

#include "../codec/given.h"

static struct settlements *owning(const int32_t partitions[], size_t count)
{
    struct settlements *settlements = settlements_new("owner", 1);
    struct fault why;

    for (size_t i = 0; i < count; i++)
        CU_ASSERT(settlements_own(settlements, partitions[i], 10, "", 0, -1, &why));
    return settlements;
}

static void take(struct settlements *settlements, int32_t partition, int64_t from, int64_t to)
{
    for (; from <= to; from++)
        CU_ASSERT(position_take(settlements_position(settlements, partition), from));
}

/* Begins a settlement and gives it as text: "partition@offset metadata ..." */
static const char *begun(struct settlements *settlements)
{
    static char text[1000];
    struct settlement_position *positions;
    size_t count = settlements_begin(settlements, &positions), length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%d@%lld %s", i > 0 ? " " : "",
                                   (int)positions[i].partition, (long long)positions[i].offset,
                                   positions[i].metadata);
    settlement_positions_free(positions, count);
    return text;
}

static void what_is_touched(void)
{
    struct settlements *settlements = owning((const int32_t[]){0, 1}, 2);

    given_same("nothing", begun(settlements), "");
    CU_ASSERT(settlements_end(settlements, SETTLEMENT_CLEAN, NULL, 0));
    take(settlements, 0, 10, 12);
    take(settlements, 1, 10, 10);
    settlements_finish(settlements, 0, 11);
    settlements_finish(settlements, 7, 11); /* not ours */
    given_same("only what has finished", begun(settlements), "0@10 1;owner:2;Ag==");
    settlements_finish(settlements, 0, 10); /* while it runs: for the next one */
    settlements_finish(settlements, 1, 10);
    CU_ASSERT(settlements_end(settlements, SETTLEMENT_CLEAN, NULL, 0));
    given_same("the next", begun(settlements), "0@12 1;owner:3; 1@11 1;owner:3;");
    CU_ASSERT(settlements_end(settlements, SETTLEMENT_DIRTY, NULL, 0)); /* it counts */
    given_same("nothing again", begun(settlements), "");
    settlements_free(settlements);
    CU_ASSERT_PTR_NULL(settlements_free(NULL));
}

static const struct {
    const char *name;
    enum settlement_end end;
    struct settlement_found found[2];
    size_t count;
    int32_t lost; /* disowned while it ran; -1: none */
    bool happened;
} ends[] = {
    {"clean", SETTLEMENT_CLEAN, {{0}}, 0, -1, true},
    {"dirty", SETTLEMENT_DIRTY, {{0}}, 0, -1, true},
    {"failed", SETTLEMENT_FAILED, {{0}}, 0, -1, false},
    {"unclear, its token is there",
     SETTLEMENT_UNCLEAR,
     {{0, "1;owner:1;", 10}, {1, "1;owner:1;", 10}},
     2,
     -1,
     true},
    {"unclear, an older token",
     SETTLEMENT_UNCLEAR,
     {{0, "1;owner:0;", 10}, {1, "1;owner:0;", 10}},
     2,
     -1,
     false},
    {"unclear, a token that only begins so", SETTLEMENT_UNCLEAR, {{0, "1;owner:12;", 11}}, 1, -1, false},
    {"unclear, cut", SETTLEMENT_UNCLEAR, {{0, "1;owner:1;", 9}}, 1, -1, false},
    {"unclear, nothing committed", SETTLEMENT_UNCLEAR, {{0, "", 0}, {1, "", 0}}, 2, -1, false},
    {"unclear, another worker's", SETTLEMENT_UNCLEAR, {{0, "1;other:1;", 10}}, 1, -1, false},
    {"unclear, one lost, the other tells", SETTLEMENT_UNCLEAR, {{1, "1;owner:1;", 10}}, 1, 0, true},
    {"unclear, one lost, the other denies", SETTLEMENT_UNCLEAR, {{1, "1;owner:0;", 10}}, 1, 0, false},
    {"unclear, what is lost does not count",
     SETTLEMENT_UNCLEAR,
     {{0, "1;owner:1;", 10}, {1, "", 0}},
     2,
     0,
     false},
    {"unclear, nothing is ours any more", SETTLEMENT_UNCLEAR, {{0, "1;owner:0;", 10}}, 1, 0, true},
};

static void what_counts(void)
{
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct settlements *settlements = owning((const int32_t[]){0, 1}, 2);
        take(settlements, 0, 10, 10);
        take(settlements, 1, 10, 10);
        settlements_finish(settlements, 0, 10);
        settlements_finish(settlements, 1, 10);
        begun(settlements);
        if (ends[i].lost >= 0)
            settlements_disown(settlements, ends[i].lost);
        bool happened = settlements_end(settlements, ends[i].end, ends[i].found, ends[i].count);
        if (happened != ends[i].happened) {
            printf("\n  %s: %d", ends[i].name, happened);
            CU_FAIL("case above");
        }
        /* What did not happen is in the next one, under a new token, for what is still ours. */
        const char *again = happened            ? ""
                            : ends[i].lost == 0 ? "1@11 1;owner:2;"
                                                : "0@11 1;owner:2; 1@11 1;owner:2;";
        given_same(ends[i].name, begun(settlements), again);
        settlements_free(settlements);
    }
}

static void owners(void)
{
    struct settlements *settlements = settlements_new("owner", 1);
    struct fault why = {.text = ""};

    CU_ASSERT(settlements_own(settlements, 3, -1, "", 0, -1, &why));
    CU_ASSERT(settlements_owns(settlements, 3) && !settlements_owns(settlements, 4));
    CU_ASSERT_EQUAL(settlements_position(settlements, 3)->next, -1);
    CU_ASSERT_FALSE(settlements_own(settlements, 4, 5, "junk", 4, -1, &why));
    CU_ASSERT(settlements_owns(settlements, 4) && why.kind == FAULT_INPUT); /* ours nevertheless */
    CU_ASSERT_EQUAL(settlements_position(settlements, 4)->next, 5);
    CU_ASSERT(settlements_own(settlements, 4, 7, "1;x:1;Ag==", 10, -1, &why)); /* again: anew */
    CU_ASSERT_EQUAL(settlements_position(settlements, 4)->next, 7);
    CU_ASSERT_EQUAL(position_span(settlements_position(settlements, 4)), 2);
    settlements_disown(settlements, 4);
    settlements_disown(settlements, 4);
    CU_ASSERT(settlements_position(settlements, 4) == NULL && settlements_owns(settlements, 3));
    settlements_free(settlements);
}

/* A signal whose effect is not settled yet holds the position, whatever was read behind it (800 were lost so). */
static void signals(void)
{
    struct settlements *settlements = settlements_new("owner", 2);
    struct settlement_position *positions;
    struct fault why;

    CU_ASSERT(settlements_own(settlements, 0, 10, "", 0, 5, &why));
    for (int64_t offset = 5; offset < 8; offset++)
        CU_ASSERT(settlements_take_signal(settlements, 0, offset));
    CU_ASSERT_FALSE(settlements_take_signal(settlements, 1, 5)); /* not ours */
    settlements_touch(settlements, 0);
    CU_ASSERT_EQUAL_FATAL(settlements_begin(settlements, &positions), 1);
    CU_ASSERT_EQUAL(positions[0].signals, 5);
    settlement_positions_free(positions, 1);
    CU_ASSERT(settlements_end(settlements, SETTLEMENT_CLEAN, NULL, 0));
    settlements_finish_signal(settlements, 0, 6);
    settlements_finish_signal(settlements, 0, 5);
    CU_ASSERT(settlements_followed(settlements)); /* it is worth a settlement of its own */
    CU_ASSERT_EQUAL_FATAL(settlements_begin(settlements, &positions), 1);
    CU_ASSERT_EQUAL(positions[0].signals, 7);
    settlement_positions_free(positions, 1);
    CU_ASSERT_FALSE(settlements_take_signal(settlements, 0, 6)); /* dealt with */
    settlements_free(settlements);
}

CU_TestInfo test_settlement[] = {{"what is touched", what_is_touched},
                                 {"what counts", what_counts},
                                 {"owners", owners},
                                 {"signals", signals},
                                 CU_TEST_INFO_NULL};
