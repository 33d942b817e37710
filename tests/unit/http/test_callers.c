/* Connections that post: what has a time, and who must go. */
#include "callers.h"

#include "memory.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* A connection of which the other end is `ours`. */
static struct caller *enter(struct callers *callers, int *ours, int64_t now_ms)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        abort();
    *ours = pair[1];
    struct caller *caller = callers_enter(callers, pair[0], now_ms);
    CU_ASSERT_PTR_EQUAL(callers_begin(callers, pair[0]), caller);
    CU_ASSERT_PTR_NULL(callers_begin(callers, pair[0])); /* once */
    return caller;
}

static void leave(struct callers *callers, struct caller *caller, int ours)
{
    close(caller->socket);
    close(ours);
    callers_leave(callers, caller);
}

/* Each part of a request has its own time; none while we have to do something. */
static void times(void)
{
    struct callers callers;
    int ours;

    callers_init(&callers);
    CU_ASSERT_EQUAL(callers_sweep(&callers, 0), INT64_MAX);
    struct caller *caller = enter(&callers, &ours, 100);
    CU_ASSERT_EQUAL(callers_sweep(&callers, 100), 100 + CALLERS_HEADERS_MS);
    callers_headers(caller, 200);
    CU_ASSERT_EQUAL(callers_sweep(&callers, 200), 200 + CALLERS_BODY_MS);
    callers_whole(caller);
    CU_ASSERT_EQUAL(callers_sweep(&callers, 1000000), INT64_MAX);
    callers_answer(caller, 1000000);
    CU_ASSERT_EQUAL(callers_sweep(&callers, 1000000), 1000000 + CALLERS_ANSWER_MS);
    callers_rest(&callers, caller, 1000001);
    CU_ASSERT_EQUAL(callers_sweep(&callers, 1000001), 1000001 + CALLERS_IDLE_MS);
    CU_ASSERT(!caller->gone && callers.count == 1);
    CU_ASSERT_EQUAL(callers_sweep(&callers, 1000001 + CALLERS_IDLE_MS), INT64_MAX);
    char byte;
    CU_ASSERT(caller->gone && callers.count == 0);
    CU_ASSERT_EQUAL(recv(ours, &byte, 1, 0), 0); /* shut down */
    leave(&callers, caller, ours);
    CU_ASSERT_EQUAL(callers.count, 0);
}

/* A new one is let in; who has had no whole request for longest goes. */
static void full(void)
{
    struct callers callers;
    struct caller *each[CALLERS_MAX + 2];
    int ours[CALLERS_MAX + 2];

    callers_init(&callers);
    for (int i = 0; i < CALLERS_MAX; i++)
        each[i] = callers_enter(&callers, -1,
                                0); /* no socket: shutdown() fails, and nothing else is done with it */
    callers_whole(each[0]);
    callers_whole(each[1]);
    callers_rest(&callers, each[1], 5);
    each[CALLERS_MAX] = enter(&callers, &ours[CALLERS_MAX], 6);
    CU_ASSERT(!each[0]->gone && !each[1]->gone && each[2]->gone && !each[3]->gone);
    each[CALLERS_MAX + 1] = enter(&callers, &ours[CALLERS_MAX + 1], 6);
    CU_ASSERT(each[3]->gone && !each[4]->gone && callers.count == CALLERS_MAX);
    leave(&callers, each[CALLERS_MAX], ours[CALLERS_MAX]);
    leave(&callers, each[CALLERS_MAX + 1], ours[CALLERS_MAX + 1]);
    callers_drop(&callers); /* none of the others was begun */
    CU_ASSERT_EQUAL(callers.count, 0);
}

/* The end: who has no request goes at once, the others after their answer. */
static void ending(void)
{
    struct callers callers;
    int ours[3];

    callers_init(&callers);
    struct caller *idle = enter(&callers, &ours[0], 0), *whole = enter(&callers, &ours[1], 0),
                  *young = enter(&callers, &ours[2], 0);
    callers_whole(idle);
    callers_rest(&callers, idle, 0);
    callers_whole(whole);
    callers_end(&callers);
    CU_ASSERT(idle->gone && !whole->gone && !young->gone && whole->last && young->last);
    callers_rest(&callers, whole, 7);
    callers_sweep(&callers, 7);
    CU_ASSERT(whole->gone && !young->gone);
    leave(&callers, idle, ours[0]);
    leave(&callers, whole, ours[1]);
    leave(&callers, young, ours[2]);
}

CU_TestInfo test_callers[] = {{"times", times}, {"full", full}, {"ending", ending}, CU_TEST_INFO_NULL};
