/*
 * A wall clock that a test can set: preloaded into a worker, it adds the seconds that the file WALL_CLOCK holds (an
 * int64 of this machine) to CLOCK_REALTIME. The clocks that only run, CLOCK_MONOTONIC and CLOCK_BOOTTIME, stay.
 *
 * A wait until a moment of the wall clock (librdkafka's, by cnd_timedwait) ends when that clock says so, as in the
 * kernel: it takes hours longer when the clock is set back by hours meanwhile.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

enum { SLICE_NS = 20000000, SECOND_NS = 1000000000 };

static const volatile int64_t *ahead;
static int (*timed_wait)(cnd_t *, mtx_t *, const struct timespec *);

__attribute__((constructor)) static void map(void)
{
    const char *path = getenv("WALL_CLOCK");
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void *found = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);

    *(void **)&timed_wait = dlsym(RTLD_NEXT, "cnd_timedwait");
    if (found == MAP_FAILED || timed_wait == NULL)
        abort(); /* a test without its clock proves nothing */
    ahead = found;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    bool is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    long error = syscall(SYS_clock_gettime, clock, now);

    if (error == 0 && is_wall && ahead != NULL) /* null: a library that starts before us */
        now->tv_sec += *ahead;
    return (int)error;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec exact;

    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &exact) != 0)
        return -1;
    *now = (struct timeval){exact.tv_sec, exact.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *seconds)
{
    struct timespec now = {0};

    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return -1;
    if (seconds != NULL)
        *seconds = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *now, int base)
{
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

static int64_t left_ns(const struct timespec *until)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (until->tv_sec - now.tv_sec) * SECOND_NS + until->tv_nsec - now.tv_nsec;
}

/* In slices, since the clock may be set while it waits. */
int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict lock, const struct timespec *restrict until)
{
    for (int64_t left; (left = left_ns(until)) > 0;) {
        struct timespec slice;
        syscall(SYS_clock_gettime, CLOCK_REALTIME, &slice);
        int64_t end = slice.tv_nsec + (left < SLICE_NS ? left : SLICE_NS);
        slice = (struct timespec){slice.tv_sec + end / SECOND_NS, end % SECOND_NS};
        int answer = timed_wait(condition, lock, &slice);
        if (answer != thrd_timedout)
            return answer;
    }
    return thrd_timedout;
}
