/* Asks the allocator that this was built with. */
#include "allocator.h"

#ifdef JEMALLOC
#include <jemalloc/jemalloc.h>
#include <stdint.h>

#define TEXT_OF(number) #number
#define PURGE(arenas) "arena." TEXT_OF(arenas) ".purge"

/* Read by jemalloc when it starts. One arena, as one thread does nearly all; what is free for a second goes back. */
const char *malloc_conf = "narenas:1,dirty_decay_ms:1000,muzzy_decay_ms:0";

void allocator_give_back(void)
{
    (void)mallctl(PURGE(MALLCTL_ARENAS_ALL), NULL, NULL, NULL, 0);
}

static size_t figure(const char *name)
{
    size_t value = 0, size = sizeof value;

    return mallctl(name, &value, &size, NULL, 0) == 0 ? value : 0;
}

size_t allocator_spare(void)
{
    uint64_t epoch = 1; /* any: figures are those of the latest time that it was set */

    if (mallctl("epoch", NULL, NULL, &epoch, sizeof epoch) != 0)
        return 0;
    size_t resident = figure("stats.resident"), allocated = figure("stats.allocated");
    return resident > allocated ? resident - allocated : 0;
}

#else
#include <malloc.h>

void allocator_give_back(void)
{
    (void)malloc_trim(0);
}

size_t allocator_spare(void)
{
    return mallinfo2().fordblks;
}
#endif
