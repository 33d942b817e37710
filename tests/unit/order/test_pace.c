/* The pace of one API, step by step in virtual time. */
#include "pace.h"

#include "../codec/given.h"

/* + admits and starts, - refuses, with when to ask again (0: after a call); s t u h n: a call ends so. */
struct turn {
    char what;
    int64_t now_ms, again_ms, retry_after_ms;
};

static const struct {
    const char *name;
    struct pace_policy policy;
    double share;
    struct turn turns[12];
} cases[] = {
    {"the window",
     {2, 0, 1000},
     1,
     {{'+', 0, 0, 0}, {'+', 0, 0, 0}, {'-', 0, 0, 0}, {'s', 1, 0, -1}, {'+', 1, 0, 0}}},
    {"a share of it", {4, 0, 1000}, 0.5, {{'+', 0, 0, 0}, {'+', 0, 0, 0}, {'-', 0, 0, 0}}},
    {"a small share is one call", {4, 0, 1000}, 0.01, {{'+', 0, 0, 0}, {'-', 0, 0, 0}}},
    {"the bucket",
     {9, 2, 1000},
     1,
     {{'+', 0, 0, 0}, {'+', 0, 0, 0}, {'-', 0, 501, 0}, {'+', 501, 0, 0}, {'-', 501, 1001, 0}}},
    {"the bucket holds one second",
     {9, 2, 1000},
     1,
     {{'+', 9000, 0, 0}, {'+', 9000, 0, 0}, {'-', 9000, 9501, 0}}},
    {"a share of the bucket", {9, 2, 1000}, 0.5, {{'+', 0, 0, 0}, {'-', 0, 1001, 0}}},
    {"throttled",
     {9, 0, 1000},
     1,
     {{'+', 0, 0, 0},
      {'t', 10, 0, -1},
      {'-', 10, 210, 0},
      {'-', 209, 210, 0},
      {'+', 210, 0, 0},
      {'-', 210, 0, 0},
      {'s', 211, 0, -1},
      {'+', 211, 0, 0},
      {'+', 211, 0, 0},
      {'-', 211, 0, 0}}},
    {"throttled until",
     {9, 0, 1000},
     1,
     {{'+', 0, 0, 0}, {'t', 10, 0, 5000}, {'-', 10, 5010, 0}, {'+', 5010, 0, 0}}},
    {"the later time counts",
     {9, 0, 1000},
     1,
     {{'+', 0, 0, 0}, {'+', 0, 0, 0}, {'t', 10, 0, 5000}, {'t', 11, 0, 100}, {'-', 12, 5010, 0}}},
    {"an outage",
     {9, 0, 1000},
     1,
     {{'+', 0, 0, 0},
      {'+', 0, 0, 0},
      {'u', 10, 0, -1},
      {'-', 10, 210, 0},
      {'-', 210, 0, 0},
      {'u', 220, 0, -1},
      {'-', 220, 420, 0},
      {'+', 420, 0, 0}}},
    {"halted",
     {9, 0, 1000},
     1,
     {{'+', 0, 0, 0},
      {'h', 10, 0, -1},
      {'-', 10, 1010, 0},
      {'+', 1010, 0, 0},
      {'-', 1010, 0, 0},
      {'h', 1020, 0, -1},
      {'-', 1020, 2020, 0},
      {'+', 2020, 0, 0},
      {'s', 2030, 0, -1},
      {'+', 2030, 0, 0},
      {'+', 2030, 0, 0}}},
    {"halted for an hour", {9, 0, 1000}, 1, {{'+', 0, 0, 0}, {'h', 0, 0, 3600000}, {'-', 5000, 3600000, 0}}},
    {"nothing says nothing", {1, 0, 1000}, 1, {{'+', 0, 0, 0}, {'n', 10, 0, -1}, {'+', 10, 0, 0}}},
};

static enum pace_event event_of(char what)
{
    return what == 's'   ? PACE_SUCCESS
           : what == 't' ? PACE_THROTTLED
           : what == 'u' ? PACE_UNAVAILABLE
           : what == 'h' ? PACE_HALTED
                         : PACE_NOTHING;
}

static bool take_turn(struct pace *pace, const struct turn *turn)
{
    int64_t again_ms = 0;

    if (strchr("+-", turn->what) == NULL) {
        pace_end(pace, event_of(turn->what), turn->retry_after_ms, 0, turn->now_ms);
        return true;
    }
    bool admitted = pace_admits(pace, turn->now_ms, &again_ms);
    if (admitted)
        pace_start(pace);
    if (admitted != (turn->what == '+'))
        return false;
    return admitted || again_ms == (turn->again_ms == 0 ? INT64_MAX : turn->again_ms);
}

static void turns(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct pace pace;
        pace_init(&pace, &cases[i].policy, 0);
        pace_share(&pace, cases[i].share);
        for (size_t turn = 0; turn < COUNT_OF(cases[i].turns) && cases[i].turns[turn].what != '\0'; turn++) {
            if (take_turn(&pace, &cases[i].turns[turn]))
                continue;
            printf("\n  %s: turn %zu", cases[i].name, turn);
            CU_FAIL("case above");
            break;
        }
    }
}

static void shares(void)
{
    struct pace pace;
    const struct pace_policy policy = {10, 0, 1000};

    pace_init(&pace, &policy, 0);
    pace_share(&pace, 0.2);
    CU_ASSERT_EQUAL(pace_limit(&pace), 2);
    CU_ASSERT_EQUAL(pace.open, 2);
    pace_share(&pace, 1); /* what was open stays open */
    CU_ASSERT_EQUAL(pace.open, 10);
    pace_start(&pace);
    pace_end(&pace, PACE_THROTTLED, -1, 0, 0);
    pace_share(&pace, 0.5);
    CU_ASSERT_EQUAL(pace.open, 1); /* what was closed stays closed */
    pace_share(&pace, 0);
    CU_ASSERT_EQUAL(pace_limit(&pace), 1);
}

/* How many attempts it lets be committed. */
static int intend_all(struct pace *pace, double commit_ms, int64_t *again_ms)
{
    int count = 0;

    for (; pace_admits_ahead(pace, commit_ms, 0, again_ms); count++)
        pace_intend(pace);
    return count;
}

static void withdraw_all(struct pace *pace)
{
    while (pace->ahead > 0)
        pace_withdraw(pace);
}

/* As many are committed ahead as calls end meanwhile, and never more than the window again. */
static void ahead(void)
{
    struct pace pace;
    const struct pace_policy policy = {10, 0, 1000};
    int64_t again_ms;

    pace_init(&pace, &policy, 0);
    CU_ASSERT_EQUAL(intend_all(&pace, 50, &again_ms), 10); /* nobody knows yet how long a call takes */
    CU_ASSERT(pace_admits(&pace, 0, &again_ms));           /* none of them is on its way */
    withdraw_all(&pace);
    pace_start(&pace);
    pace_end(&pace, PACE_SUCCESS, -1, 100, 0);
    CU_ASSERT_EQUAL(intend_all(&pace, 50, &again_ms), 15);
    withdraw_all(&pace);
    CU_ASSERT_EQUAL(intend_all(&pace, 5000, &again_ms), 20);
    withdraw_all(&pace);
    CU_ASSERT_EQUAL(intend_all(&pace, 0, &again_ms), 10);
    withdraw_all(&pace);
    pace_start(&pace);
    CU_ASSERT_EQUAL(intend_all(&pace, 0, &again_ms), 9); /* one place is taken */
    pace_end(&pace, PACE_HALTED, 0, 100, -1000);
    withdraw_all(&pace);
    pace.closed_until_ms = 0;
    CU_ASSERT_EQUAL(intend_all(&pace, 5000, &again_ms), 1); /* the probe */
}

/* A token is kept for each that is committed: else it would wait for one while its lease runs. */
static void tokens_ahead(void)
{
    struct pace pace;
    const struct pace_policy policy = {10, 3, 1000};
    int64_t again_ms;

    pace_init(&pace, &policy, 0);
    CU_ASSERT_EQUAL(intend_all(&pace, 50, &again_ms), 3);
    CU_ASSERT_EQUAL(again_ms, 334);
    pace_withdraw(&pace);
    pace_start(&pace);
    CU_ASSERT_EQUAL(intend_all(&pace, 50, &again_ms), 0);
}

CU_TestInfo test_pace[] = {{"turns", turns},
                           {"shares", shares},
                           {"ahead", ahead},
                           {"tokens ahead", tokens_ahead},
                           CU_TEST_INFO_NULL};
