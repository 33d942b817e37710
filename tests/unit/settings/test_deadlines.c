/* The inequalities between time settings: the defaults hold, and each one is missed when it is broken. */
#include "deadlines.h"

#include "given_settings.h"

static const struct {
    const char *text, *left; /* what is set, and the left side of what it breaks; "": nothing */
} cases[] = {
    {"", ""},
    {"settlement.deadline.ms=7000", "settlement.deadline.ms"},
    {"transaction.timeout.ms=20000", "transaction.timeout.ms"},
    {"settlement.deadline.ms=4000", "settlement.send.offsets.timeout.ms + "},
    {"reconnect.backoff.max.ms=501", "reconnect.backoff.max.ms"},
    {"consumer.socket.timeout.ms=6001", "consumer.socket.timeout.ms"},
    {"broker.session.timeout.ms=20000", "broker.session.timeout.ms"},
    {"max.poll.interval.ms=42000", "bt.call.timeout.ms + 2 * settlement.deadline.ms"},
    {"max.poll.interval.ms=42001", ""},
    {"stop.grace.ms=46999", "bt.call.timeout.ms + 2 * settlement.deadline.ms + 5 s"},
    {"stop.grace.ms=47000", ""},
    {"bt.tcp.user.timeout.ms=30001", "bt.tcp.user.timeout.ms"},
    {"attempt.lease.ms=11999", "2 * settlement.deadline.ms"},
    {"duplicates.window.ms=518399999", "upstream.repeat.max.ms + outage.max.ms"},
    {"bt.absent.after.ms=230269", "1.01 * (attempt.lease.ms"},
    {"bt.absent.after.ms=230270", ""},
    {"bt.absent.after.own.ms=182799", "1.01 * (delivery.max.ms"},
    {"bt.absent.after.own.ms=182800", ""},
};

static void inequalities(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct settings settings;
        struct problems problems = {0};
        bool found = *cases[i].left == '\0';
        given_settings(cases[i].text, (const char *const[]){NULL}, &settings, &problems);
        CU_ASSERT_EQUAL(problems.count, 0);
        deadlines_check(&settings, &problems);
        for (size_t p = 0; p < problems.count && *cases[i].left != '\0'; p++)
            found = found || strncmp(problems.list[p].where, cases[i].left, strlen(cases[i].left)) == 0;
        if (!found || (*cases[i].left == '\0' && problems.count > 0)) {
            printf("\n  %s: %zu problems, %s", cases[i].text, problems.count,
                   problems.count > 0 ? problems.list[0].where : "");
            CU_FAIL("case above");
        }
        settings_release(&settings);
        problems_release(&problems);
    }
}

/* An API with a longer call of its own. */
static void of_one_api(void)
{
    struct settings settings;
    struct problems problems = {0};
    struct api_settings api;

    given_settings("bt.portability.call.timeout.ms=50000", (const char *const[]){NULL}, &settings, &problems);
    settings_of_api(&settings, "portability", &api, &problems);
    deadlines_check(&settings, &problems);
    CU_ASSERT_EQUAL(problems.count, 0);
    deadlines_check_api(&settings, "portability", &api, &problems);
    CU_ASSERT_EQUAL_FATAL(problems.count, 1); /* 50 s + 2 * 6 s + 5 s is over stop.grace.ms */
    CU_ASSERT_PTR_NOT_NULL(strstr(problems.list[0].where, "bt.portability.call.timeout.ms + 2"));
    settings_release(&settings);
    problems_release(&problems);
}

CU_TestInfo test_deadlines[] = {
    {"inequalities", inequalities}, {"of one API", of_one_api}, CU_TEST_INFO_NULL};
