/* The clocks of this program, which a test can put ahead: the loop's, and libcurl's for the age of connections. */
#include "given_server.h"

#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static int64_t ahead_ms;

static void add(struct timespec *time, int64_t ms)
{
    int64_t ns = time->tv_nsec + ms % 1000 * 1000000;

    time->tv_sec += ms / 1000 + (ns >= 1000000000) - (ns < 0);
    time->tv_nsec = ns + (ns < 0 ? 1000000000 : ns >= 1000000000 ? -1000000000 : 0);
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    long code = syscall(SYS_clock_gettime, clock, time);

    if (code == 0 && (clock == CLOCK_BOOTTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW))
        add(time, ahead_ms);
    return (int)code;
}

int timerfd_settime(int timer, int flags, const struct itimerspec *given, struct itimerspec *before)
{
    struct itimerspec real = *given;

    if ((flags & TFD_TIMER_ABSTIME) != 0 && real.it_value.tv_sec + real.it_value.tv_nsec > 0)
        add(&real.it_value, -ahead_ms);
    if (real.it_value.tv_sec < 0)
        real.it_value = (struct timespec){0, 1};
    return (int)syscall(SYS_timerfd_settime, timer, flags, &real, before);
}

void given_jump(struct loop *loop, int64_t ms)
{
    ahead_ms += ms;
    loop_hurry(loop);
}
