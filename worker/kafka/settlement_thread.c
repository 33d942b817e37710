/* The settlement thread and its two hand-overs, jobs in and answers out. What it does is in transaction.c. */
#include "settlement_thread.h"

#include "invariant.h"
#include "memory.h"
#include "transaction.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct settlement_thread {
    struct loop *loop;
    settlement_thread_done_fn *done;
    void *context;
    struct transaction *transaction;
    pthread_t thread;
    bool started;
    int finished; /* eventfd: a job came back */

    pthread_mutex_t lock; /* over those below */
    pthread_cond_t changed;
    struct settlement_job *waiting, *returned;
    bool stopping, busy; /* a job was handed over and is not back on the loop */
};

struct settlement_job *settlement_job_new(enum job_task task)
{
    struct settlement_job *job = memory_new(1, sizeof *job);

    job->task = task;
    return job;
}

void kafka_record_header(struct kafka_record *record, const char *name, const void *value, size_t length)
{
    size_t count = record->header_count;

    REQUIRE(name != NULL && (record->headers != NULL || count == 0));
    if ((count & (count - 1)) == 0) /* room doubles at each power of two */
        record->headers = memory_resize(record->headers, count == 0 ? 1 : count * 2, sizeof *record->headers);
    record->headers[record->header_count++] = (struct kafka_header){
        memory_text(name), value == NULL ? NULL : memory_text_of(value, length), length};
}

void kafka_record_release(struct kafka_record *record)
{
    for (size_t i = 0; i < record->header_count; i++) {
        memory_free(record->headers[i].name);
        memory_free(record->headers[i].value);
    }
    memory_free(record->headers);
    memory_free(record->key);
    memory_free(record->value);
    memory_free(record->note);
}

void *kafka_record_free(struct kafka_record *record)
{
    if (record != NULL)
        kafka_record_release(record);
    return memory_free(record);
}

void *settlement_job_free(struct settlement_job *job)
{
    if (job == NULL)
        return NULL;
    for (size_t i = 0; i < job->position_count; i++)
        memory_free(job->positions[i].metadata);
    if (job->assignment != NULL)
        rd_kafka_consumer_group_metadata_destroy(job->assignment);
    memory_free(job->records);
    memory_free(job->positions);
    return memory_free(job);
}

static void *work(void *context)
{
    struct settlement_thread *thread = context;
    static const uint64_t one = 1;

    pthread_mutex_lock(&thread->lock);
    for (;;) {
        while (thread->waiting == NULL && !thread->stopping)
            pthread_cond_wait(&thread->changed, &thread->lock);
        struct settlement_job *job = thread->waiting;
        if (job == NULL)
            break;
        thread->waiting = NULL;
        pthread_mutex_unlock(&thread->lock);
        int64_t began_ms = loop_clock_ms();
        transaction_carry_out(thread->transaction, job);
        REQUIRE(job->answer <= JOB_FATAL && (job->answer != JOB_UNSAFE || job->task == JOB_PROBE));
        REQUIRE((job->answer != JOB_DIRTY && job->answer != JOB_UNCLEAR) || job->task == JOB_SETTLE);
        job->took_ms = loop_clock_ms() - began_ms;
        pthread_mutex_lock(&thread->lock);
        REQUIRE(thread->returned == NULL && thread->busy);
        thread->returned = job;
        if (write(thread->finished, &one, sizeof one) < 0)
            break; /* an eventfd that cannot be written is gone: the program ends */
    }
    pthread_mutex_unlock(&thread->lock);
    return NULL;
}

static void give_back(void *context, uint32_t events)
{
    struct settlement_thread *thread = context;
    uint64_t count;

    (void)events;
    if (read(thread->finished, &count, sizeof count) < 0)
        return;
    pthread_mutex_lock(&thread->lock);
    struct settlement_job *job = thread->returned;
    thread->returned = NULL;
    thread->busy = thread->busy && job == NULL;
    pthread_mutex_unlock(&thread->lock);
    if (job != NULL)
        thread->done(thread->context, job);
}

/* Signals are the loop's: the thread starts with all of them blocked. */
static bool start_thread(struct settlement_thread *thread, struct fault *why)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread->thread, NULL, work, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    thread->started = error == 0;
    return thread->started ||
           fault_set(why, FAULT_LOCAL, "cannot start the settlement thread: %s", strerror(error));
}

bool settlement_thread_new(const struct settings *settings, struct loop *loop, rd_kafka_t *consumer,
                           settlement_thread_done_fn *done, void *context, struct settlement_thread **out,
                           struct fault *why)
{
    struct settlement_thread *thread = memory_new(1, sizeof *thread);

    *thread = (struct settlement_thread){.loop = loop, .done = done, .context = context};
    pthread_mutex_init(&thread->lock, NULL);
    pthread_cond_init(&thread->changed, NULL);
    thread->finished = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    thread->transaction = transaction_new(settings, consumer);
    if (!loop_watch(loop, thread->finished, EPOLLIN, give_back, thread, why) || !start_thread(thread, why)) {
        settlement_thread_free(thread);
        return false;
    }
    *out = thread;
    return true;
}

void *settlement_thread_free(struct settlement_thread *thread)
{
    if (thread == NULL)
        return NULL;
    if (thread->started) {
        transaction_give_up(thread->transaction);
        pthread_mutex_lock(&thread->lock);
        thread->stopping = true;
        pthread_cond_signal(&thread->changed);
        pthread_mutex_unlock(&thread->lock);
        pthread_join(thread->thread, NULL);
    }
    settlement_job_free(thread->returned);
    transaction_free(thread->transaction);
    loop_forget(thread->loop, thread->finished);
    close(thread->finished);
    pthread_mutex_destroy(&thread->lock);
    pthread_cond_destroy(&thread->changed);
    return memory_free(thread);
}

void settlement_thread_start(struct settlement_thread *thread, struct settlement_job *job)
{
    REQUIRE(job != NULL && job->task <= JOB_PROBE);
    pthread_mutex_lock(&thread->lock);
    REQUIRE(!thread->busy && thread->waiting == NULL); /* one at a time */
    thread->busy = true;
    thread->waiting = job;
    pthread_cond_signal(&thread->changed);
    pthread_mutex_unlock(&thread->lock);
}
