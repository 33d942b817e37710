/* The kernel really kills: children are stopped, starved or fed. */
#include "watchdog.h"

#include <CUnit/CUnit.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_MS = 400 };

static int status_of(pid_t child)
{
    int status = 0;

    waitpid(child, &status, 0);
    return status;
}

/* A child with a watchdog that it feeds `times` times, a quarter of the limit apart, and then no more. */
static int starve(int times)
{
    pid_t child = fork();

    if (child == 0) {
        struct watchdog *watchdog;
        struct fault why;
        if (!watchdog_new(LIMIT_MS, &watchdog, &why))
            _exit(3);
        for (int i = 0; i < times; i++) {
            nanosleep(&(struct timespec){.tv_nsec = LIMIT_MS * 250000L}, NULL);
            watchdog_feed(watchdog);
        }
        if (times > 0)
            _exit(0);
        for (;;)
            pause();
    }
    return status_of(child);
}

static void a_loop_that_stands_still_ends(void)
{
    int status = starve(0);

    CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void a_loop_that_turns_lives(void)
{
    int status = starve(5);

    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void a_stopped_process_is_killed(void)
{
    pid_t child = fork();

    if (child == 0) {
        struct watchdog *watchdog;
        struct fault why;
        if (watchdog_new(LIMIT_MS, &watchdog, &why))
            raise(SIGSTOP);
        _exit(0);
    }
    int status = status_of(child);
    CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void none_is_wanted(void)
{
    struct watchdog *watchdog;
    struct fault why;

    CU_ASSERT(watchdog_new(0, &watchdog, &why));
    CU_ASSERT_PTR_NULL(watchdog);
    watchdog_feed(watchdog);
    watchdog_free(watchdog);
}

CU_TestInfo test_watchdog[] = {{"a loop that stands still ends", a_loop_that_stands_still_ends},
                               {"a loop that turns lives", a_loop_that_turns_lives},
                               {"a stopped process is killed", a_stopped_process_is_killed},
                               {"none is wanted", none_is_wanted},
                               CU_TEST_INFO_NULL};
