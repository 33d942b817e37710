/* When memory is given back. */
#include "surplus.h"

#include "allocator.h"
#include "memory.h"

enum { LOOK_MS = 2000, WORTH_BYTES = 32 << 20 }; /* a gigabyte takes a tenth of a second */

struct surplus {
    struct worker *worker;
    struct loop_timer timer;
    size_t least; /* what was spare after the last time: pages that hold something stay */
};

static void look(void *context)
{
    struct surplus *surplus = context;

    loop_doing(surplus->worker->loop, "memory that is given back");
    size_t spare = allocator_spare();
    if (spare >= surplus->least + WORTH_BYTES) {
        allocator_give_back();
        spare = surplus->least = allocator_spare();
    }
    surplus->least = spare < surplus->least ? spare : surplus->least;
    loop_set_timer(surplus->worker->loop, &surplus->timer, loop_clock_ms() + LOOK_MS);
}

struct surplus *surplus_new(struct worker *worker)
{
    struct surplus *surplus = memory_new(1, sizeof *surplus);

    *surplus = (struct surplus){.worker = worker, .timer = {.fire = look, .context = surplus}};
    return surplus;
}

void *surplus_free(struct surplus *surplus)
{
    if (surplus != NULL)
        loop_clear_timer(surplus->worker->loop, &surplus->timer);
    return memory_free(surplus);
}

void surplus_begin(struct surplus *surplus)
{
    loop_set_timer(surplus->worker->loop, &surplus->timer, loop_clock_ms() + LOOK_MS);
}
