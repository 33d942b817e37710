/* The turns of given_loop.h. */
#include "given_loop.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>

struct waiting {
    struct loop *loop;
    const size_t *count;
    size_t least;
    bool late;
};

static void look(void *context)
{
    const struct waiting *waiting = context;

    if (*waiting->count >= waiting->least)
        loop_stop(waiting->loop);
}

static void give_up(void *context)
{
    struct waiting *waiting = context;

    waiting->late = true;
    loop_stop(waiting->loop);
}

bool given_until(struct loop *loop, const size_t *count, size_t least)
{
    struct waiting waiting = {loop, count, least, false};
    struct loop_timer limit = {.fire = give_up, .context = &waiting};
    struct fault why;

    loop_set_timer(loop, &limit, loop_clock_ms() + 10000);
    loop_add_chore(loop, "the test", look, &waiting);
    loop_hurry(loop);
    if (!loop_run(loop, &why))
        abort();
    loop_remove_chore(loop, &waiting);
    loop_clear_timer(loop, &limit);
    if (waiting.late && *count < least) {
        printf("\n  waited for %zu, there are %zu", least, *count);
        CU_FAIL("what is waited for does not come");
    }
    return *count >= least;
}

void given_turn(struct loop *loop)
{
    size_t zero = 0;

    given_until(loop, &zero, 0);
}
