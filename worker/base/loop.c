/* The event loop on epoll: its turn, its timers, its caught signals and its chores. */
#include "loop.h"

#include "invariant.h"
#include "memory.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_PER_TURN = 256, CHORES_MAX = 16, BUDGET_USUAL_US = 20000, SHARES = 4 };

struct watch {
    loop_event_fn *call; /* null: not watched */
    void *context;
    uint32_t serial; /* an event of an earlier watch on the same number is not ours */
};

struct chore {
    const char *name;
    loop_chore_fn *call;
    void *context;
};

struct loop {
    int epoll;
    int timer;
    int signals;
    int64_t now_ms;
    int64_t began_us, budget_us; /* of the turn */
    struct loop_turn turn;
    const char *doing;
    loop_turn_fn *turn_call;
    void *turn_context;
    int64_t armed_ms; /* what the timer descriptor is set to, INT64_MAX: nothing */
    bool stopped;
    bool hurried;
    struct watch *watches; /* by descriptor */
    size_t watch_room;
    uint32_t serial;
    struct heap timers;
    struct chore chores[CHORES_MAX];
    size_t chore_count;
    bool in_chores;
    loop_signal_fn *signal_call;
    void *signal_context;
};

int64_t loop_clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t clock_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void timer_fd_ready(void *context, uint32_t events)
{
    struct loop *loop = context;
    uint64_t count;

    (void)events;
    if (read(loop->timer, &count, sizeof count) > 0)
        loop->armed_ms = INT64_MAX;
}

bool loop_new(struct loop **out, struct fault *why)
{
    struct loop *loop = memory_new(1, sizeof *loop);

    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->timer = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    loop->signals = -1;
    loop->armed_ms = INT64_MAX;
    loop->now_ms = loop_clock_ms();
    loop->began_us = clock_us();
    loop->budget_us = BUDGET_USUAL_US;
    if (loop->epoll < 0 || loop->timer < 0) {
        loop_free(loop);
        return fault_set(why, FAULT_LOCAL, "no event loop: %s", strerror(errno));
    }
    if (!loop_watch(loop, loop->timer, EPOLLIN, timer_fd_ready, loop, why)) {
        loop_free(loop);
        return false;
    }
    *out = loop;
    return true;
}

void *loop_free(struct loop *loop)
{
    if (loop == NULL)
        return NULL;
    for (size_t i = 0; i < 3; i++) {
        int descriptor = (int[]){loop->epoll, loop->timer, loop->signals}[i];
        if (descriptor >= 0)
            close(descriptor);
    }
    memory_free(loop->watches);
    heap_release(&loop->timers);
    return memory_free(loop);
}

int64_t loop_now_ms(const struct loop *loop)
{
    return loop->now_ms;
}

bool loop_watch(struct loop *loop, int descriptor, uint32_t events, loop_event_fn *call, void *context,
                struct fault *why)
{
    size_t place = (size_t)descriptor;

    REQUIRE(call != NULL);
    if (descriptor < 0) /* of a caller that did not look whether there are any left */
        return fault_set(why, FAULT_LOCAL, "there is no descriptor to watch: %s", strerror(errno));
    if (place >= loop->watch_room) {
        size_t room = place * 2 + 64;
        loop->watches = memory_resize(loop->watches, room, sizeof *loop->watches);
        memset(loop->watches + loop->watch_room, 0, (room - loop->watch_room) * sizeof *loop->watches);
        loop->watch_room = room;
    }
    struct watch *watch = &loop->watches[place];
    bool fresh = watch->call == NULL;
    *watch = (struct watch){call, context, fresh ? ++loop->serial : watch->serial};

    struct epoll_event event = {.events = events,
                                .data.u64 = (uint64_t)watch->serial << 32 | (uint32_t)descriptor};
    int failed = epoll_ctl(loop->epoll, fresh ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event);
    if (failed != 0 && errno == ENOENT)
        failed = epoll_ctl(loop->epoll, EPOLL_CTL_ADD, descriptor, &event);
    else if (failed != 0 && errno == EEXIST)
        failed = epoll_ctl(loop->epoll, EPOLL_CTL_MOD, descriptor, &event);
    if (failed != 0) {
        watch->call = NULL;
        return fault_set(why, FAULT_LOCAL, "cannot watch descriptor %d: %s", descriptor, strerror(errno));
    }
    return true;
}

void loop_forget(struct loop *loop, int descriptor)
{
    if ((size_t)descriptor >= loop->watch_room || loop->watches[descriptor].call == NULL)
        return;
    loop->watches[descriptor].call = NULL;
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, descriptor, NULL); /* it may be closed already */
}

void loop_set_timer(struct loop *loop, struct loop_timer *timer, int64_t due_ms)
{
    REQUIRE(timer->fire != NULL);
    heap_set(&loop->timers, &timer->item, due_ms);
}

void loop_clear_timer(struct loop *loop, struct loop_timer *timer)
{
    heap_remove(&loop->timers, &timer->item);
}

bool loop_timer_is_set(const struct loop_timer *timer)
{
    return timer->item.place != 0;
}

static void signal_ready(void *context, uint32_t events)
{
    struct loop *loop = context;
    struct signalfd_siginfo info;

    (void)events;
    while (read(loop->signals, &info, sizeof info) == (ssize_t)sizeof info)
        loop->signal_call(loop->signal_context, (int)info.ssi_signo);
}

bool loop_catch(struct loop *loop, const int signals[], loop_signal_fn *call, void *context,
                struct fault *why)
{
    sigset_t set;

    sigemptyset(&set);
    for (; *signals != 0; signals++)
        sigaddset(&set, *signals);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0 ||
        (loop->signals = signalfd(loop->signals, &set, SFD_NONBLOCK | SFD_CLOEXEC)) < 0)
        return fault_set(why, FAULT_LOCAL, "cannot receive signals: %s", strerror(errno));
    loop->signal_call = call;
    loop->signal_context = context;
    return loop_watch(loop, loop->signals, EPOLLIN, signal_ready, loop, why);
}

void loop_add_chore(struct loop *loop, const char *name, loop_chore_fn *call, void *context)
{
    REQUIRE(loop->chore_count < CHORES_MAX && call != NULL);
    loop->chores[loop->chore_count++] = (struct chore){name, call, context};
}

void loop_remove_chore(struct loop *loop, const void *context)
{
    size_t kept = 0;

    REQUIRE(!loop->in_chores); /* those behind it would be left out of this turn */
    for (size_t i = 0; i < loop->chore_count; i++)
        if (loop->chores[i].context != context)
            loop->chores[kept++] = loop->chores[i];
    loop->chore_count = kept;
}

void loop_watch_turns(struct loop *loop, loop_turn_fn *call, void *context)
{
    loop->turn_call = call;
    loop->turn_context = context;
}

void loop_doing(struct loop *loop, const char *what)
{
    loop->doing = what;
}

void loop_hurry(struct loop *loop)
{
    loop->hurried = true;
}

void loop_set_budget(struct loop *loop, int64_t budget_ms)
{
    loop->budget_us = budget_ms * 1000;
}

int64_t loop_share(const struct loop *loop)
{
    int64_t least_us = clock_us() + loop->budget_us / SHARES, until_us = loop->began_us + loop->budget_us;

    return least_us > until_us ? least_us : until_us;
}

bool loop_share_over(struct loop *loop, int64_t share)
{
    if (clock_us() < share)
        return false;
    loop_hurry(loop);
    return true;
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
}

/* The timer descriptor is set only to wake earlier than it would; a late setting costs one empty turn. */
static void arm(struct loop *loop)
{
    const struct heap_item *first = heap_first(&loop->timers);

    if (first == NULL || first->due >= loop->armed_ms)
        return;
    int64_t due_ms = first->due > 1 ? first->due : 1;
    struct itimerspec when = {.it_value = {.tv_sec = due_ms / 1000, .tv_nsec = due_ms % 1000 * 1000000}};
    int set = timerfd_settime(loop->timer, TFD_TIMER_ABSTIME, &when, NULL);
    REQUIRE(set == 0); /* it refuses only times that are none */
    loop->armed_ms = due_ms;
}

static void fire_timers(struct loop *loop)
{
    struct heap_item *first;

    while ((first = heap_first(&loop->timers)) != NULL && first->due <= loop->now_ms) {
        struct loop_timer *timer = CONTAINER_OF(first, struct loop_timer, item);
        loop_clear_timer(loop, timer);
        timer->fire(timer->context);
    }
}

static void dispatch(struct loop *loop, const struct epoll_event *event)
{
    size_t descriptor = (size_t)(event->data.u64 & UINT32_MAX);
    REQUIRE(descriptor < loop->watch_room);
    const struct watch *watch = &loop->watches[descriptor];

    if (watch->call != NULL && watch->serial == (uint32_t)(event->data.u64 >> 32))
        watch->call(watch->context, event->events);
}

/* What just ended began at *since_us; it is the turn's cause if nothing took longer. */
static void note(struct loop *loop, int64_t *since_us)
{
    int64_t now_us = clock_us(), took_us = now_us - *since_us;

    if (took_us > loop->turn.cause_us) {
        loop->turn.cause_us = took_us;
        loop->turn.cause = loop->doing;
    }
    *since_us = now_us;
}

static int64_t cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void turn(struct loop *loop, const struct epoll_event events[], int count)
{
    int64_t since_us = clock_us(), cpu_began_us = cpu_us();

    loop->began_us = since_us;
    loop->turn = (struct loop_turn){.cause = "nothing"};
    for (int i = 0; i < count; i++) {
        loop->doing = "an event";
        dispatch(loop, &events[i]);
        note(loop, &since_us);
    }
    loop->doing = "timers";
    fire_timers(loop);
    note(loop, &since_us);
    loop->in_chores = true;
    for (size_t i = 0; i < loop->chore_count; i++) {
        loop->doing = loop->chores[i].name;
        loop->chores[i].call(loop->chores[i].context);
        note(loop, &since_us);
    }
    loop->in_chores = false;
    loop->turn.took_us = since_us - loop->began_us;
    loop->turn.cpu_us = cpu_us() - cpu_began_us;
    if (loop->turn_call != NULL)
        loop->turn_call(loop->turn_context, &loop->turn);
}

bool loop_run(struct loop *loop, struct fault *why)
{
    struct epoll_event events[EVENTS_PER_TURN];

    while (!loop->stopped) {
        arm(loop);
        int count = epoll_wait(loop->epoll, events, EVENTS_PER_TURN, loop->hurried ? 0 : -1);
        if (count < 0 && errno != EINTR)
            return fault_set(why, FAULT_LOCAL, "the event loop failed: %s", strerror(errno));
        loop->hurried = false;
        loop->now_ms = loop_clock_ms();
        turn(loop, events, count);
    }
    loop->stopped = false;
    return true;
}
