/* The settlement protocol's decisions: what is committed, what counts, what was true after an unclear end. */
#include "partitions.h"

#include "../codec/given.h"

static struct partitions *owning(const int32_t numbers[], size_t count)
{
    struct partitions *partitions = partitions_new("owner", 1);
    struct fault why;

    for (size_t i = 0; i < count; i++)
        CU_ASSERT(partitions_own(partitions, numbers[i], 10, "", 0, &(const struct partition_others){-1, -1},
                                 &why));
    return partitions;
}

static void take(struct partitions *partitions, int32_t partition, int64_t from, int64_t to)
{
    for (; from <= to; from++)
        CU_ASSERT(partition_offsets_take(partitions_offsets(partitions, partition), from));
}

/* Begins a settlement and gives it as text: "partition@offset metadata ..." */
static const char *begun(struct partitions *partitions)
{
    static char text[1000];
    struct partition_commit *positions;
    size_t count = partitions_begin(partitions, &positions), length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%d@%lld %s", i > 0 ? " " : "",
                                   (int)positions[i].partition, (long long)positions[i].offset,
                                   positions[i].metadata);
    partition_commits_free(positions, count);
    return text;
}

static void what_is_touched(void)
{
    struct partitions *partitions = owning((const int32_t[]){0, 1}, 2);

    given_same("nothing", begun(partitions), "");
    CU_ASSERT(partitions_end(partitions, SETTLEMENT_CLEAN, NULL, 0));
    take(partitions, 0, 10, 12);
    take(partitions, 1, 10, 10);
    partitions_finish(partitions, 0, 11);
    partitions_finish(partitions, 7, 11); /* not ours */
    given_same("only what has finished", begun(partitions), "0@10 1;owner:2;Ag==");
    partitions_finish(partitions, 0, 10); /* while it runs: for the next one */
    partitions_finish(partitions, 1, 10);
    CU_ASSERT(partitions_end(partitions, SETTLEMENT_CLEAN, NULL, 0));
    given_same("the next", begun(partitions), "0@12 1;owner:3; 1@11 1;owner:3;");
    CU_ASSERT(partitions_end(partitions, SETTLEMENT_DIRTY, NULL, 0)); /* it counts */
    given_same("nothing again", begun(partitions), "");
    partitions_free(partitions);
    CU_ASSERT_PTR_NULL(partitions_free(NULL));
}

static const struct {
    const char *name;
    enum settlement_end end;
    struct partition_found found[2];
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
    {"lost: nobody finds out", SETTLEMENT_LOST, {{0}}, 0, -1, false},
    {"unclear, nothing is ours any more", SETTLEMENT_UNCLEAR, {{0, "1;owner:0;", 10}}, 1, 0, true},
};

static void what_counts(void)
{
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct partitions *partitions = owning((const int32_t[]){0, 1}, 2);
        take(partitions, 0, 10, 10);
        take(partitions, 1, 10, 10);
        partitions_finish(partitions, 0, 10);
        partitions_finish(partitions, 1, 10);
        begun(partitions);
        if (ends[i].lost >= 0)
            partitions_disown(partitions, ends[i].lost);
        bool happened = partitions_end(partitions, ends[i].end, ends[i].found, ends[i].count);
        if (happened != ends[i].happened) {
            printf("\n  %s: %d", ends[i].name, happened);
            CU_FAIL("case above");
        }
        /* What did not happen is in the next one, under a new token, for what is still ours: even if nothing else is. */
        CU_ASSERT_EQUAL(partitions_followed(partitions), !happened);
        const char *again = happened            ? ""
                            : ends[i].lost == 0 ? "1@11 1;owner:2;"
                                                : "0@11 1;owner:2; 1@11 1;owner:2;";
        given_same(ends[i].name, begun(partitions), again);
        partitions_free(partitions);
    }
}

static void owners(void)
{
    struct partitions *partitions = partitions_new("owner", 1);
    struct fault why = {.text = ""};

    CU_ASSERT(partitions_own(partitions, 3, -1, "", 0, &(const struct partition_others){-1, -1}, &why));
    CU_ASSERT(partitions_owns(partitions, 3) && !partitions_owns(partitions, 4));
    CU_ASSERT_EQUAL(partitions_offsets(partitions, 3)->next, -1);
    CU_ASSERT_FALSE(
        partitions_own(partitions, 4, 5, "junk", 4, &(const struct partition_others){-1, -1}, &why));
    CU_ASSERT(partitions_owns(partitions, 4) && why.kind == FAULT_INPUT); /* ours nevertheless */
    CU_ASSERT_EQUAL(partitions_offsets(partitions, 4)->next, 5);
    CU_ASSERT(partitions_own(partitions, 4, 7, "1;x:1;Ag==", 10, &(const struct partition_others){-1, -1},
                             &why)); /* again, as a new one */
    CU_ASSERT_EQUAL(partitions_offsets(partitions, 4)->next, 7);
    CU_ASSERT_EQUAL(partition_offsets_span(partitions_offsets(partitions, 4)), 2);
    partitions_disown(partitions, 4);
    partitions_disown(partitions, 4);
    CU_ASSERT(partitions_offsets(partitions, 4) == NULL && partitions_owns(partitions, 3));
    partitions_free(partitions);
}

/* A signal whose effect is not settled yet holds the position, whatever was read after it (800 were lost so). */
static void signals(void)
{
    struct partitions *partitions = partitions_new("owner", 2);
    struct partition_commit *positions;
    struct fault why;

    CU_ASSERT(partitions_own(partitions, 0, 10, "", 0, &(const struct partition_others){5, -1}, &why));
    for (int64_t offset = 5; offset < 8; offset++)
        CU_ASSERT(partitions_take(partitions, PARTITION_SIGNALS, 0, offset));
    CU_ASSERT_FALSE(partitions_take(partitions, PARTITION_SIGNALS, 1, 5)); /* not ours */
    partitions_touch(partitions, 0);
    CU_ASSERT_EQUAL_FATAL(partitions_begin(partitions, &positions), 1);
    CU_ASSERT_EQUAL(positions[0].others.signals, 5);
    partition_commits_free(positions, 1);
    CU_ASSERT(partitions_end(partitions, SETTLEMENT_CLEAN, NULL, 0));
    partitions_finish_of(partitions, PARTITION_SIGNALS, 0, 6);
    partitions_finish_of(partitions, PARTITION_SIGNALS, 0, 5);
    CU_ASSERT(partitions_followed(partitions)); /* it is worth a settlement of its own */
    CU_ASSERT_EQUAL_FATAL(partitions_begin(partitions, &positions), 1);
    CU_ASSERT_EQUAL(positions[0].others.signals, 7);
    partition_commits_free(positions, 1);
    CU_ASSERT_FALSE(partitions_take(partitions, PARTITION_SIGNALS, 0, 6)); /* dealt with */
    partitions_free(partitions);
}

CU_TestInfo test_partitions[] = {{"what is touched", what_is_touched},
                                 {"what counts", what_counts},
                                 {"owners", owners},
                                 {"signals", signals},
                                 CU_TEST_INFO_NULL};
