/* The thread that asks for the topics of events. */
#include "event_topics.h"

#include "memory.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { ASK_TIMEOUT_MS = 3000 };

struct event_topics {
    const struct settings *settings;
    struct loop *loop;
    event_topics_fn *told;
    void *context;
    pthread_t thread;
    bool started;
    int found; /* eventfd */

    pthread_mutex_t lock; /* over those below */
    pthread_cond_t changed;
    bool stopping;
    struct event_topics_news news;
};

/* Under the lock. */
static void pause_for(struct event_topics *topics, int64_t ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    while (!topics->stopping && pthread_cond_timedwait(&topics->changed, &topics->lock, &until) == 0)
        ;
}

static void *work(void *context)
{
    static const uint64_t one = 1;
    struct event_topics *topics = context;
    bool answered = false;

    pthread_mutex_lock(&topics->lock);
    while (!topics->stopping) {
        struct event_topics_news news = {.answered = false};
        pthread_mutex_unlock(&topics->lock);
        news.answered = topics_read_events(topics->settings, ASK_TIMEOUT_MS, news.states, &news.why);
        answered |= news.answered;
        pthread_mutex_lock(&topics->lock);
        topics->news = news;
        if (write(topics->found, &one, sizeof one) < 0)
            break; /* an eventfd that cannot be written is gone: the program ends */
        pause_for(topics, answered ? EVENT_TOPICS_EVERY_MS : EVENT_TOPICS_AGAIN_MS);
    }
    pthread_mutex_unlock(&topics->lock);
    return NULL;
}

static void tell(void *context, uint32_t events)
{
    struct event_topics *topics = context;
    uint64_t count;

    (void)events;
    if (read(topics->found, &count, sizeof count) < 0)
        return;
    pthread_mutex_lock(&topics->lock);
    struct event_topics_news news = topics->news;
    pthread_mutex_unlock(&topics->lock);
    topics->told(topics->context, &news);
}

static bool start_thread(struct event_topics *topics, struct fault *why)
{
    pthread_condattr_t attributes;
    sigset_t all, before;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&topics->lock, NULL);
    pthread_cond_init(&topics->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    sigfillset(&all); /* signals are the loop's */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&topics->thread, NULL, work, topics);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    topics->started = error == 0;
    return topics->started || fault_set(why, FAULT_LOCAL, "cannot start a thread: %s", strerror(error));
}

bool event_topics_new(const struct settings *settings, struct loop *loop, event_topics_fn *told,
                      void *context, struct event_topics **out, struct fault *why)
{
    struct event_topics *topics = memory_new(1, sizeof *topics);

    *topics = (struct event_topics){.settings = settings, .loop = loop, .told = told, .context = context};
    topics->found = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!loop_watch(loop, topics->found, EPOLLIN, tell, topics, why) || !start_thread(topics, why)) {
        event_topics_free(topics);
        return false;
    }
    *out = topics;
    return true;
}

void *event_topics_free(struct event_topics *topics)
{
    if (topics == NULL)
        return NULL;
    if (topics->started) {
        pthread_mutex_lock(&topics->lock);
        topics->stopping = true;
        pthread_cond_signal(&topics->changed);
        pthread_mutex_unlock(&topics->lock);
        pthread_join(topics->thread, NULL);
        pthread_mutex_destroy(&topics->lock);
        pthread_cond_destroy(&topics->changed);
    }
    loop_forget(topics->loop, topics->found);
    close(topics->found);
    return memory_free(topics);
}
