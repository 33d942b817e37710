/* The loop: order of timers, what may be done from callbacks, descriptors, signals, chores. */
#include "loop.h"

#include "buffer.h"
#include "same.h"

#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

struct note {
    struct loop *loop;
    struct buffer *trace;
    const char *name;
    struct loop_timer timer, *other;
    int ends[2];
    unsigned count;
};

static struct loop *new_loop(void)
{
    struct loop *loop = NULL;
    struct fault why;

    if (!loop_new(&loop, &why))
        abort();
    return loop;
}

static void run(struct loop *loop)
{
    struct fault why;

    CU_ASSERT(loop_run(loop, &why));
}

static void trace_timer(void *context)
{
    struct note *note = context;

    buffer_print(note->trace, "%s ", note->name);
    if (note->other != NULL)
        loop_clear_timer(note->loop, note->other);
}

static void stop_timer(void *context)
{
    struct note *note = context;

    buffer_add_text(note->trace, "stop");
    loop_stop(note->loop);
}

static void timers(void)
{
    CLEANUP(buffer_release) struct buffer trace;
    struct loop *loop = new_loop();
    int64_t now_ms = loop_clock_ms();
    static const struct {
        const char *name;
        int64_t after_ms;
    } given[] = {{"c", 3}, {"a", -5}, {"d", 4}, {"b", 1}, {"moved", 0}, {"cleared", 2}, {"by-b", 3}};
    struct note notes[COUNT_OF(given)], last = {loop, &trace, "", .timer = {.fire = stop_timer}};

    buffer_init(&trace, 1000);
    for (size_t i = 0; i < COUNT_OF(given); i++) {
        notes[i] = (struct note){loop, &trace, given[i].name, .timer = {.fire = trace_timer}};
        notes[i].timer.context = &notes[i];
        loop_set_timer(loop, &notes[i].timer, now_ms + given[i].after_ms);
    }
    last.timer.context = &last;
    loop_set_timer(loop, &last.timer, now_ms + 20);
    loop_set_timer(loop, &notes[4].timer, now_ms + 5);
    loop_clear_timer(loop, &notes[5].timer);
    loop_clear_timer(loop, &notes[5].timer);
    notes[3].other = &notes[6].timer;
    run(loop);
    given_same("order", buffer_text(&trace), "a b c d moved stop");
    CU_ASSERT(loop_now_ms(loop) >= now_ms + 20);
    CU_ASSERT_FALSE(loop_timer_is_set(&notes[0].timer));
    loop_free(loop);
}

static void never(void *context)
{
    (void)context;
    CU_FAIL("a timer that is not due has fired");
}

static void many_timers(void)
{
    struct loop *loop = new_loop();
    struct loop_timer timers_of[500] = {0};
    int64_t earlier = 0;
    unsigned random = 7;

    for (size_t i = 0; i < COUNT_OF(timers_of); i++) {
        random = random * 1103515245u + 12345u;
        timers_of[i].fire = never;
        loop_set_timer(loop, &timers_of[i], 1000000 + random % 997);
    }
    for (size_t i = 0; i < COUNT_OF(timers_of); i += 3)
        loop_clear_timer(loop, &timers_of[i]);
    for (size_t left = COUNT_OF(timers_of) - (COUNT_OF(timers_of) + 2) / 3; left > 0; left--) {
        struct loop_timer *first = NULL;
        for (size_t i = 0; i < COUNT_OF(timers_of); i++)
            if (timers_of[i].item.place == 1)
                first = &timers_of[i];
        CU_ASSERT_PTR_NOT_NULL_FATAL(first);
        CU_ASSERT(first->item.due >= earlier);
        earlier = first->item.due;
        loop_clear_timer(loop, first);
    }
    loop_free(loop);
}

static void readable(void *context, uint32_t events)
{
    struct note *note = context;
    char byte;

    CU_ASSERT(events & EPOLLIN);
    CU_ASSERT_EQUAL(read(note->ends[0], &byte, 1), 1);
    if (++note->count == 3)
        loop_stop(note->loop);
}

static void descriptors(void)
{
    struct note note = {.loop = new_loop()};
    struct fault why;

    if (pipe(note.ends) != 0 || write(note.ends[1], "abc", 3) != 3)
        abort();
    CU_ASSERT(loop_watch(note.loop, note.ends[0], EPOLLIN, readable, &note, &why));
    run(note.loop);
    CU_ASSERT_EQUAL(note.count, 3);

    /* Closed first and reported later, then the number comes back as another file. */
    int old = note.ends[0];
    close(note.ends[0]);
    close(note.ends[1]);
    if (pipe(note.ends) != 0 || write(note.ends[1], "a", 1) != 1)
        abort();
    CU_ASSERT_EQUAL(note.ends[0], old);
    note.count = 2;
    CU_ASSERT(loop_watch(note.loop, note.ends[0], EPOLLIN, readable, &note, &why));
    run(note.loop);
    CU_ASSERT_EQUAL(note.count, 3);
    loop_forget(note.loop, note.ends[0]);
    loop_forget(note.loop, note.ends[0]);
    loop_forget(note.loop, 100000);
    close(note.ends[0]);
    CU_ASSERT_FALSE(loop_watch(note.loop, note.ends[0], EPOLLIN, readable, &note, &why));
    CU_ASSERT_EQUAL(why.kind, FAULT_LOCAL);
    close(note.ends[1]);
    loop_free(note.loop);
}

static void caught(void *context, int signal)
{
    struct note *note = context;

    note->count += signal == SIGUSR1 ? 1 : 10;
    loop_stop(note->loop);
}

static void signals(void)
{
    struct note note = {.loop = new_loop()};
    struct fault why;

    CU_ASSERT(loop_catch(note.loop, (const int[]){SIGUSR1, SIGUSR2, 0}, caught, &note, &why));
    raise(SIGUSR1);
    run(note.loop);
    CU_ASSERT_EQUAL(note.count, 1);
    raise(SIGUSR2);
    run(note.loop);
    CU_ASSERT_EQUAL(note.count, 11);
    loop_free(note.loop);
}

static void chore(void *context)
{
    struct note *note = context;

    buffer_print(note->trace, "%s", note->name);
    if (++note->count < 3)
        loop_hurry(note->loop);
    else
        loop_stop(note->loop);
}

static void chores(void)
{
    CLEANUP(buffer_release) struct buffer trace;
    struct note one = {.loop = new_loop(), .trace = &trace, .name = "1"}, two = one;

    two.name = "2";
    buffer_init(&trace, 1000);
    loop_add_chore(one.loop, "one", chore, &one);
    loop_add_chore(one.loop, "two", chore, &two);
    loop_hurry(one.loop);
    run(one.loop);
    given_same("each turn, in order", buffer_text(&trace), "121212");
    loop_remove_chore(one.loop, &one);
    loop_hurry(one.loop);
    run(one.loop);
    given_same("one was taken out", buffer_text(&trace), "1212122");
    loop_free(one.loop);
    CU_ASSERT_PTR_NULL(loop_free(NULL));
}

struct work {
    struct loop *loop;
    int left, turns, most, named;
    int64_t longest_us;
};

/* Work without an end in sight, in shares of the turn. */
static void work(void *context)
{
    struct work *work = context;
    int64_t share = loop_share(work->loop);
    int done = 0;

    work->turns++;
    while (work->left > 0 && !loop_share_over(work->loop, share)) {
        work->left--;
        done++;
    }
    work->most = done > work->most ? done : work->most;
    if (work->left == 0)
        loop_stop(work->loop);
}

static void turned(void *context, const struct loop_turn *turn)
{
    struct work *work = context;

    work->longest_us = turn->took_us > work->longest_us ? turn->took_us : work->longest_us;
    CU_ASSERT(turn->cause_us <= turn->took_us);
    work->named += strcmp(turn->cause, "work") == 0;
}

/* R15: what is too much for one turn comes back in the next, by itself. */
static void budget(void)
{
    struct work much = {.loop = new_loop(), .left = 1000000};

    loop_set_budget(much.loop, 1);
    loop_add_chore(much.loop, "work", work, &much);
    loop_watch_turns(much.loop, turned, &much);
    loop_hurry(much.loop);
    run(much.loop);
    CU_ASSERT(much.left == 0 && much.turns > 1 && much.most < 1000000 && much.longest_us > 0 &&
              much.named > 0);
    loop_free(much.loop);
}

static int next_descriptor(void)
{
    int next = dup(STDERR_FILENO);

    close(next);
    return next;
}

/* A worker makes one loop, the tools and these tests many. */
static void nothing_is_left_open(void)
{
    int before = next_descriptor();
    const int caught[] = {SIGUSR1, 0};
    struct note note = {.name = "signal"};
    struct fault why;

    for (int i = 0; i < 3; i++) {
        struct loop *loop = new_loop();
        CU_ASSERT(loop_catch(loop, caught, NULL, &note, &why));
        loop_free(loop);
        CU_ASSERT_EQUAL(next_descriptor(), before);
    }
    CU_ASSERT_PTR_NULL(loop_free(NULL));
}

CU_TestInfo test_loop[] = {{"budget", budget},
                           {"timers", timers},
                           {"many timers", many_timers},
                           {"descriptors", descriptors},
                           {"signals", signals},
                           {"chores", chores},
                           {"nothing is left open", nothing_is_left_open},
                           CU_TEST_INFO_NULL};
