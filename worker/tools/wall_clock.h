/* The time of day, for people's commands: the worker gets it from its loop. */
#ifndef TOOLS_WALL_CLOCK_H
#define TOOLS_WALL_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds since the epoch. */
static inline int64_t wall_clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif
