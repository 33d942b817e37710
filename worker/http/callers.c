/* Keeps the times of the connections that post, and shuts down the one that must go. */
#include "callers.h"

#include "invariant.h"
#include "memory.h"

#include <sys/socket.h>

void callers_init(struct callers *callers)
{
    *callers = (struct callers){.count = 0};
    TAILQ_INIT(&callers->list);
}

static void send_away(struct callers *callers, struct caller *caller)
{
    REQUIRE(!caller->gone && callers->count > 0); /* its descriptor may be another's by now */
    caller->gone = true;
    callers->count--;
    shutdown(caller->socket, SHUT_RDWR);
}

/* Who has no whole request, and has had none for longest. */
static struct caller *longest(const struct callers *callers)
{
    struct caller *one;

    TAILQ_FOREACH(one, &callers->list, in_all) {
        if (!one->gone && !one->whole)
            return one;
    }
    return NULL;
}

struct caller *callers_enter(struct callers *callers, int socket, int64_t now_ms)
{
    struct caller *caller = memory_new(1, sizeof *caller);
    struct caller *other = callers->count >= CALLERS_MAX ? longest(callers) : NULL;

    if (other != NULL)
        send_away(callers, other);
    *caller = (struct caller){.socket = socket, .due_ms = now_ms + CALLERS_HEADERS_MS};
    TAILQ_INSERT_TAIL(&callers->list, caller, in_all);
    callers->count++;
    return caller;
}

struct caller *callers_begin(struct callers *callers, int socket)
{
    struct caller *one;

    TAILQ_FOREACH_REVERSE(one, &callers->list, caller_list, in_all)
    {
        if (!one->begun && one->socket == socket) {
            one->begun = true;
            return one;
        }
    }
    return NULL;
}

void callers_drop(struct callers *callers)
{
    for (struct caller *one = TAILQ_FIRST(&callers->list), *next; one != NULL; one = next) {
        next = TAILQ_NEXT(one, in_all);
        if (!one->begun)
            callers_leave(callers, one);
    }
}

void callers_headers(struct caller *caller, int64_t now_ms)
{
    caller->idle = false;
    caller->due_ms = now_ms + CALLERS_BODY_MS;
}

void callers_whole(struct caller *caller)
{
    caller->whole = true;
    caller->due_ms = INT64_MAX;
}

void callers_answer(struct caller *caller, int64_t now_ms)
{
    caller->due_ms = now_ms + CALLERS_ANSWER_MS;
}

void callers_rest(struct callers *callers, struct caller *caller, int64_t now_ms)
{
    caller->whole = false;
    caller->idle = true;
    caller->due_ms = caller->last ? now_ms : now_ms + CALLERS_IDLE_MS;
    TAILQ_REMOVE(&callers->list, caller, in_all);
    TAILQ_INSERT_TAIL(&callers->list, caller, in_all);
}

void callers_end(struct callers *callers)
{
    struct caller *one;

    TAILQ_FOREACH(one, &callers->list, in_all) {
        one->last = true;
        if (one->idle && !one->gone)
            send_away(callers, one);
    }
}

void callers_leave(struct callers *callers, struct caller *caller)
{
    callers->count -= !caller->gone;
    TAILQ_REMOVE(&callers->list, caller, in_all);
    memory_free(caller);
}

int64_t callers_sweep(struct callers *callers, int64_t now_ms)
{
    struct caller *one;
    int64_t next = INT64_MAX;

    TAILQ_FOREACH(one, &callers->list, in_all) {
        if (!one->gone && one->due_ms <= now_ms)
            send_away(callers, one);
        if (!one->gone && one->due_ms < next)
            next = one->due_ms;
    }
    return next;
}
