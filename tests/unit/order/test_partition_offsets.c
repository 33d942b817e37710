/* Settled offsets: order of settling, gaps, what is committed and what is read again. */
#include "partition_offsets.h"

#include "../codec/given.h"

/* Moves: t take, s settle. `next` and `map` are what is committed then, the map in hex, lowest offset first. */
static const struct {
    const char *name;
    const char *moves;
    int64_t next, span;
    const char *metadata;
} cases[] = {
    {"nothing taken", "", -1, 0, "1;T;"},
    {"one taken", "t5", 5, 1, "1;T;"},
    {"one settled", "t5 s5", 6, 0, "1;T;"},
    {"in order", "t5 t6 t7 s5 s6", 7, 1, "1;T;"},
    {"out of order", "t5 t6 t7 s6", 5, 3, "1;T;Ag=="}, /* binary 010 */
    {"out of order, two", "t5 t6 t7 t8 s6 s8", 5, 4, "1;T;Cg=="},
    {"the lowest closes the gap", "t5 t6 t7 s6 s5", 7, 1, "1;T;"},
    {"all at once", "t5 t6 t7 s7 s6 s5", 8, 0, "1;T;"},
    {"a gap between messages counts as settled", "t5 t9", 5, 5, "1;T;Dg=="},
    {"and is passed", "t5 t9 s5", 9, 1, "1;T;"},
    {"a gap when nothing is open moves the position", "t5 s5 t9", 9, 1, "1;T;"},
    {"settled twice", "t5 t6 s6 s6 s5 s5", 7, 0, "1;T;"},
    {"settled but never taken", "t5 s9 s4", 5, 1, "1;T;"},
    {"beyond a byte", "t0 t1 t2 t3 t4 t5 t6 t7 t8 t9 s9 s1", 0, 10, "1;T;AgI="},
    {"the map moves along", "t0 t1 t2 t3 t4 t5 t6 t7 t8 t9 s9 s1 s0", 2, 8, "1;T;gA=="},
};

static void play(struct partition_offsets *position, const char *moves)
{
    for (const char *at = moves; *at != '\0'; at += strcspn(at, " ") + (strchr(at, ' ') != NULL)) {
        int64_t offset = strtoll(at + 1, NULL, 10);
        if (*at == 't')
            CU_ASSERT(partition_offsets_take(position, offset));
        if (*at == 's')
            partition_offsets_settle(position, offset);
    }
}

static void moves(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct partition_offsets position;
        CLEANUP(buffer_release) struct buffer metadata;
        buffer_init(&metadata, COMMIT_METADATA_MAX);
        partition_offsets_init(&position);
        play(&position, cases[i].moves);
        partition_offsets_metadata(&position, "T", 1, &metadata);
        given_same(cases[i].name, buffer_text(&metadata), cases[i].metadata);
        if (position.next != cases[i].next || partition_offsets_span(&position) != cases[i].span) {
            printf("\n  %s: next %lld", cases[i].name, (long long)position.next);
            CU_FAIL("case above");
        }
        partition_offsets_release(&position);
    }
}

static void round_trip(void)
{
    struct partition_offsets position, again;
    unsigned random = 1;

    partition_offsets_init(&position);
    partition_offsets_init(&again);
    for (int64_t offset = 1000; offset < 3000; offset += 1 + random % 3) {
        random = random * 1103515245u + 12345u;
        CU_ASSERT(partition_offsets_has_room(&position, offset) && partition_offsets_take(&position, offset));
        if (random >> 16 & 1 && offset > 1000)
            partition_offsets_settle(&position, offset);
    }
    CLEANUP(buffer_release) struct buffer metadata;
    char token[SETTLEMENT_TOKEN_MAX + 1];
    struct fault why;
    buffer_init(&metadata, COMMIT_METADATA_MAX);
    partition_offsets_metadata(&position, "owner:7", 2, &metadata);
    CU_ASSERT(partition_offsets_resume(&again, position.next, metadata.data, metadata.length, token, &why));
    given_same("token", token, "owner:7");
    CU_ASSERT_EQUAL(again.next, 1000);
    for (int64_t offset = 1000; offset < again.seen; offset++) {
        bool settled = position.settled[(offset - 1000) / 8] >> ((offset - 1000) % 8) & 1;
        CU_ASSERT_EQUAL(partition_offsets_take(&again, offset), !settled); /* a settled one is skipped */
    }
    partition_offsets_release(&position);
    partition_offsets_release(&again);
}

static const struct {
    const char *metadata;
    bool good;
    const char *token;
} texts[] = {
    {"", true, ""},           {"1;t;", true, "t"},
    {"1;t;Ag==", true, "t"},  {"1;;", true, ""},
    {"x", false, ""},         {"1", false, ""},
    {"1;t", false, ""},       {"2;t;", false, ""},
    {"11;t;", false, ""},     {";t;", false, ""},
    {"1;t;!!", false, ""},    {"1;t;Ag=", false, ""},
    {"1;t;Ag==x", false, ""}, {"other worker", false, ""},
    {"2;t;;", true, "t"},     {"2;t;Ag==;7:8", true, "t"},
    {"3;t;;", false, ""},     {"1;t;Ag==;7:8", false, ""},
};

static void metadata(void)
{
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct partition_offsets position;
        char token[SETTLEMENT_TOKEN_MAX + 1];
        struct fault why = {.text = ""};
        partition_offsets_init(&position);
        bool good = partition_offsets_resume(&position, 40, texts[i].metadata, strlen(texts[i].metadata),
                                             token, &why);
        if (good != texts[i].good) {
            printf("\n  '%s': %d %s", texts[i].metadata, good, why.text);
            CU_FAIL("case above");
        }
        given_same(texts[i].metadata, token, texts[i].token);
        CU_ASSERT(good || why.kind == FAULT_INPUT);
        CU_ASSERT_EQUAL(position.next, 40); /* in any case */
        CU_ASSERT(partition_offsets_take(&position, 40));
        partition_offsets_release(&position);
    }
}

/* A map that begins with settled offsets was not written by us, and must not hold the position for ever. */
static void damaged_map(void)
{
    struct partition_offsets position;
    char token[SETTLEMENT_TOKEN_MAX + 1], text[SETTLEMENT_TOKEN_MAX + 20];
    struct fault why;

    partition_offsets_init(&position);
    CU_ASSERT(partition_offsets_resume(&position, 40, "1;t;Aw==", 8, token, &why));
    CU_ASSERT_EQUAL(position.next, 42);
    memset(text, 'a', sizeof text);
    memcpy(text, "1;", 2);
    text[sizeof text - 1] = ';';
    CU_ASSERT_FALSE(partition_offsets_resume(&position, 40, text, sizeof text, token, &why));
    partition_offsets_release(&position);
}

/* The mark is of a record that the position has passed, and moves on with it; format 1 has none. */
static void marks(void)
{
    struct partition_offsets position, again;
    CLEANUP(buffer_release) struct buffer metadata;
    char token[SETTLEMENT_TOKEN_MAX + 1];
    struct fault why;

    partition_offsets_init(&position);
    buffer_init(&metadata, COMMIT_METADATA_MAX);
    for (int64_t offset = 40; offset < 44; offset++) {
        CU_ASSERT(partition_offsets_take(&position, offset));
        partition_offsets_date(&position, offset, 1000 + offset);
    }
    partition_offsets_metadata(&position, "t", 2, &metadata);
    given_same("nothing passed", buffer_text(&metadata), "2;t;;");
    partition_offsets_settle(&position, 41);
    partition_offsets_settle(&position, 40);
    buffer_clear(&metadata);
    partition_offsets_metadata(&position, "t", 1, &metadata);
    given_same("format 1", buffer_text(&metadata), "1;t;");
    buffer_clear(&metadata);
    partition_offsets_metadata(&position, "t", 2, &metadata);
    given_same("the first is passed", buffer_text(&metadata), "2;t;;40:1040");
    CU_ASSERT(partition_offsets_take(&position, 44));
    partition_offsets_date(&position, 44, 1044);
    for (int64_t offset = 42; offset < 45; offset++)
        partition_offsets_settle(&position, offset);
    CU_ASSERT(position.mark.offset == 44 && position.mark.time_ms == 1044);
    CU_ASSERT(partition_offsets_is_ours(metadata.data, metadata.length) &&
              !partition_offsets_is_ours("", 0) && !partition_offsets_is_ours("console", 7));
    partition_offsets_init(&again);
    CU_ASSERT(partition_offsets_resume(&again, 42, metadata.data, metadata.length, token, &why));
    CU_ASSERT(again.mark.offset == 40 && again.mark.time_ms == 1040);
    partition_offsets_release(&position);
    partition_offsets_release(&again);
}

/* The end of the log without a message before it: control records must not hold the position for ever. */
static void follows(void)
{
    struct partition_offsets position;

    partition_offsets_init(&position);
    CU_ASSERT_FALSE(partition_offsets_follow(&position, 7)); /* nothing is known of it */
    CU_ASSERT(partition_offsets_take(&position, 5));
    CU_ASSERT_FALSE(partition_offsets_follow(&position, 7)); /* 5 is open */
    partition_offsets_settle(&position, 5);
    CU_ASSERT(partition_offsets_follow(&position, 7) && position.next == 7);
    CU_ASSERT_FALSE(partition_offsets_follow(&position, 7));
    CU_ASSERT_FALSE(partition_offsets_follow(&position, 6));
    CU_ASSERT_FALSE(partition_offsets_take(&position, 6));
    CU_ASSERT(partition_offsets_take(&position, 7));
    partition_offsets_release(&position);
}

/* The same where all that comes is taken at once: the end that was seen behind an open one is not forgotten. */
static void passes(void)
{
    struct partition_offsets position;

    partition_offsets_init(&position);
    CU_ASSERT_FALSE(partition_offsets_pass(&position, 4)); /* it is only known now */
    CU_ASSERT_EQUAL(position.next, 4);
    CU_ASSERT(partition_offsets_take(&position, 5));
    CU_ASSERT_FALSE(partition_offsets_pass(&position, 7)); /* 5 is open */
    partition_offsets_settle(&position, 5);
    CU_ASSERT_EQUAL(position.next, 7);
    CU_ASSERT(partition_offsets_take(&position, 9));
    CU_ASSERT_FALSE(partition_offsets_pass(&position, 11));
    CU_ASSERT(partition_offsets_take(&position, 10)); /* there was one: what was said of the end is nothing */
    partition_offsets_settle(&position, 9);
    CU_ASSERT_EQUAL(position.next, 10);
    partition_offsets_settle(&position, 10);
    CU_ASSERT_EQUAL(position.next, 11);
    CU_ASSERT(partition_offsets_pass(&position, 12));
    partition_offsets_release(&position);
}

static void caps(void)
{
    struct partition_offsets position;
    CLEANUP(buffer_release) struct buffer metadata;
    char token[SETTLEMENT_TOKEN_MAX + 1];

    partition_offsets_init(&position);
    CU_ASSERT(partition_offsets_has_room(&position, 7));
    CU_ASSERT(partition_offsets_take(&position, 7));
    CU_ASSERT(partition_offsets_has_room(&position, 7 + PARTITION_SPAN_MAX - 1));
    CU_ASSERT_FALSE(partition_offsets_has_room(&position, 7 + PARTITION_SPAN_MAX));
    CU_ASSERT(partition_offsets_take(&position, 7 + PARTITION_SPAN_MAX - 1));
    partition_offsets_settle(&position, 7 + PARTITION_SPAN_MAX - 1);
    memset(token, 'o', sizeof token - 1);
    token[sizeof token - 1] = '\0';
    buffer_init(&metadata, COMMIT_METADATA_MAX);
    partition_offsets_metadata(&position, token, 2, &metadata);
    CU_ASSERT_FALSE(metadata.full); /* the fullest map with the longest token */
    partition_offsets_settle(&position, 7);
    CU_ASSERT_EQUAL(position.next, 7 + PARTITION_SPAN_MAX);
    partition_offsets_release(&position);
}

CU_TestInfo test_partition_offsets[] = {
    {"moves", moves}, {"round trip", round_trip}, {"metadata", metadata}, {"damaged map", damaged_map},
    {"marks", marks}, {"follows", follows},       {"passes", passes},     {"caps", caps},
    CU_TEST_INFO_NULL};
