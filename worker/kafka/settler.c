/* See settler.h: the thread and its two hand-overs. What it does is in settle.c. */
#include "settler.h"

#include "memory.h"
#include "settle.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct settler {
    struct loop *loop;
    settler_done_fn *done;
    void *context;
    struct settle *settle;
    pthread_t thread;
    bool started;
    int finished; /* eventfd: a job came back */

    pthread_mutex_t lock; /* over the three below */
    pthread_cond_t changed;
    struct settler_job *waiting, *returned;
    bool stopping;
};

struct settler_job *settler_job_new(enum settler_task task)
{
    struct settler_job *job = memory_new(1, sizeof *job);

    job->task = task;
    return job;
}

void settler_record_header(struct settler_record *record, const char *name, const void *value, size_t length)
{
    size_t count = record->header_count;

    if ((count & (count - 1)) == 0) /* room doubles at each power of two */
        record->headers = memory_resize(record->headers, count == 0 ? 1 : count * 2, sizeof *record->headers);
    record->headers[record->header_count++] = (struct settler_header){
        memory_text(name), value == NULL ? NULL : memory_text_of(value, length), length};
}

void settler_record_release(struct settler_record *record)
{
    for (size_t i = 0; i < record->header_count; i++) {
        memory_free(record->headers[i].name);
        memory_free(record->headers[i].value);
    }
    memory_free(record->headers);
    memory_free(record->key);
    memory_free(record->value);
}

void *settler_record_free(struct settler_record *record)
{
    if (record != NULL)
        settler_record_release(record);
    return memory_free(record);
}

void *settler_job_free(struct settler_job *job)
{
    if (job == NULL)
        return NULL;
    for (size_t i = 0; i < job->position_count; i++)
        memory_free(job->positions[i].metadata);
    if (job->pair != NULL)
        rd_kafka_consumer_group_metadata_destroy(job->pair);
    memory_free(job->records);
    memory_free(job->positions);
    return memory_free(job);
}

static void *work(void *context)
{
    struct settler *settler = context;
    static const uint64_t one = 1;

    pthread_mutex_lock(&settler->lock);
    for (;;) {
        while (settler->waiting == NULL && !settler->stopping)
            pthread_cond_wait(&settler->changed, &settler->lock);
        struct settler_job *job = settler->waiting;
        if (job == NULL)
            break;
        settler->waiting = NULL;
        pthread_mutex_unlock(&settler->lock);
        int64_t began_ms = loop_clock_ms();
        settle_job(settler->settle, job);
        job->took_ms = loop_clock_ms() - began_ms;
        pthread_mutex_lock(&settler->lock);
        settler->returned = job;
        if (write(settler->finished, &one, sizeof one) < 0)
            break; /* an eventfd that cannot be written is gone: the program ends */
    }
    pthread_mutex_unlock(&settler->lock);
    return NULL;
}

static void give_back(void *context, uint32_t events)
{
    struct settler *settler = context;
    uint64_t count;

    (void)events;
    if (read(settler->finished, &count, sizeof count) < 0)
        return;
    pthread_mutex_lock(&settler->lock);
    struct settler_job *job = settler->returned;
    settler->returned = NULL;
    pthread_mutex_unlock(&settler->lock);
    if (job != NULL)
        settler->done(settler->context, job);
}

/* Signals are the loop's: the thread starts with all of them blocked. */
static bool start_thread(struct settler *settler, struct fault *why)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&settler->thread, NULL, work, settler);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    settler->started = error == 0;
    return settler->started ||
           fault_set(why, FAULT_LOCAL, "cannot start the settling thread: %s", strerror(error));
}

bool settler_new(const struct settings *settings, struct loop *loop, rd_kafka_t *consumer,
                 settler_done_fn *done, void *context, struct settler **out, struct fault *why)
{
    struct settler *settler = memory_new(1, sizeof *settler);

    *settler = (struct settler){.loop = loop, .done = done, .context = context};
    pthread_mutex_init(&settler->lock, NULL);
    pthread_cond_init(&settler->changed, NULL);
    settler->finished = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    settler->settle = settle_new(settings, consumer);
    if (!loop_watch(loop, settler->finished, EPOLLIN, give_back, settler, why) ||
        !start_thread(settler, why)) {
        settler_free(settler);
        return false;
    }
    *out = settler;
    return true;
}

void *settler_free(struct settler *settler)
{
    if (settler == NULL)
        return NULL;
    if (settler->started) {
        settle_give_up(settler->settle);
        pthread_mutex_lock(&settler->lock);
        settler->stopping = true;
        pthread_cond_signal(&settler->changed);
        pthread_mutex_unlock(&settler->lock);
        pthread_join(settler->thread, NULL);
    }
    settler_job_free(settler->returned);
    settle_free(settler->settle);
    loop_forget(settler->loop, settler->finished);
    close(settler->finished);
    pthread_mutex_destroy(&settler->lock);
    pthread_cond_destroy(&settler->changed);
    return memory_free(settler);
}

void settler_start(struct settler *settler, struct settler_job *job)
{
    pthread_mutex_lock(&settler->lock);
    settler->waiting = job;
    pthread_cond_signal(&settler->changed);
    pthread_mutex_unlock(&settler->lock);
}
