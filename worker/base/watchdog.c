/* The kernel timer that kills this process when its loop no longer feeds it. */
#include "watchdog.h"

#include "invariant.h"
#include "memory.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TRIAL_MS = 20, TRIAL_WAIT_S = 5 };

struct watchdog {
    timer_t timer;
    int64_t limit_ms;
};

static bool make_timer(timer_t *timer)
{
    struct sigevent kill = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};

    return timer_create(CLOCK_BOOTTIME, &kill, timer) == 0;
}

static bool arm(timer_t timer, int64_t ms)
{
    REQUIRE(ms > 0); /* 0 would switch the timer off */
    struct itimerspec when = {.it_value = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}};

    return timer_settime(timer, 0, &when, NULL) == 0;
}

/* The child arms the timer and would end with 0 long after it; only a kill is a success. */
static bool kernel_kills(void)
{
    timer_t timer;
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        if (make_timer(&timer) && arm(timer, TRIAL_MS))
            sleep(TRIAL_WAIT_S);
        _exit(0);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return child > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/*
 * Half of it: the loop may stand still just before it feeds and once more just after, and no call may run later than
 * the whole (tests/model: with all of it armed, R5's deadline would need the limit twice).
 */
static int64_t armed_ms(const struct watchdog *watchdog)
{
    return (watchdog->limit_ms + 1) / 2;
}

bool watchdog_new(int64_t limit_ms, struct watchdog **out, struct fault *why)
{
    *out = NULL;
    if (limit_ms == 0)
        return true;
    if (!kernel_kills())
        return fault_set(why, FAULT_LOCAL,
                         "this kernel does not kill a process by a timer, so a stopped worker could act late "
                         "(watchdog.ms=0 runs without this safeguard, and is shown as not ready)");
    struct watchdog *watchdog = memory_new(1, sizeof *watchdog);
    watchdog->limit_ms = limit_ms;
    if (!make_timer(&watchdog->timer) || !arm(watchdog->timer, armed_ms(watchdog))) {
        memory_free(watchdog);
        return fault_set(why, FAULT_LOCAL, "the watchdog's timer cannot be set: %s", strerror(errno));
    }
    *out = watchdog;
    return true;
}

void watchdog_feed(struct watchdog *watchdog)
{
    if (watchdog != NULL && !arm(watchdog->timer, armed_ms(watchdog)))
        abort(); /* a timer that was set can be set again */
}

void *watchdog_free(struct watchdog *watchdog)
{
    if (watchdog != NULL)
        timer_delete(watchdog->timer);
    return memory_free(watchdog);
}

void watchdog_leave_pid_one(void)
{
    static const int passed_on[] = {SIGTERM, SIGINT, SIGHUP};
    sigset_t waited, before;
    int status, signal;

    if (getpid() != 1)
        return;
    sigemptyset(&waited);
    sigaddset(&waited, SIGCHLD);
    for (size_t i = 0; i < COUNT_OF(passed_on); i++)
        sigaddset(&waited, passed_on[i]);
    sigprocmask(SIG_BLOCK, &waited, &before);
    pid_t child = fork();
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        return;
    }
    for (;;) {
        for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;)
            if (ended == child)
                _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
        if (child < 0)
            _exit(1);
        if (sigwait(&waited, &signal) == 0 && signal != SIGCHLD)
            kill(child, signal);
    }
}
