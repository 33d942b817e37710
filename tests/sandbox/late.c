/* Keeps held requests with a timer each, and carries them out when it fires. */
#include "late.h"

#include "loop.h"
#include "memory.h"
#include "sandbox.h"

struct late_request {
    struct late *late;
    const struct operation *operation;
    struct request request;
    struct loop_timer timer;
    struct late_request *next;
    struct late_request *previous;
};

struct late {
    struct sandbox *sandbox;
    struct late_request *first;
    size_t count;
};

struct late *late_new(struct sandbox *sandbox)
{
    struct late *late = memory_new(1, sizeof *late);

    late->sandbox = sandbox;
    return late;
}

static void forget(struct late_request *one)
{
    struct late *late = one->late;

    if (one->previous != NULL)
        one->previous->next = one->next;
    else
        late->first = one->next;
    if (one->next != NULL)
        one->next->previous = one->previous;
    late->count--;
    loop_clear_timer(late->sandbox->loop, &one->timer);
    request_release(&one->request);
    memory_free(one);
}

void late_clear(struct late *late)
{
    while (late->first != NULL)
        forget(late->first);
}

void *late_free(struct late *late)
{
    if (late == NULL)
        return NULL;
    late_clear(late);
    return memory_free(late);
}

static void due(void *context)
{
    struct late_request *one = context;
    struct reply reply = {.status = 0};

    reply_init(&reply);
    sandbox_carry_out(one->late->sandbox, one->operation, &one->request, &reply);
    reply_release(&reply);
    forget(one);
}

void late_add(struct late *late, const struct operation *operation, const struct request *request, int64_t ms)
{
    struct loop *loop = late->sandbox->loop;
    struct late_request *one = memory_new(1, sizeof *one);

    one->late = late;
    one->operation = operation;
    request_copy(&one->request, request);
    one->next = late->first;
    if (one->next != NULL)
        one->next->previous = one;
    late->first = one;
    late->count++;
    one->timer = (struct loop_timer){.fire = due, .context = one};
    loop_set_timer(loop, &one->timer, loop_now_ms(loop) + ms);
}

size_t late_count(const struct late *late)
{
    return late->count;
}
