/* The thread, its queue, and the posts that are done, which an eventfd tells the loop of. */
#include "poster.h"

#include "memory.h"
#include "post_call.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct post {
    struct listener listener;
    char *body;
    void *event;
    uint64_t generation;
    struct post_result result;
    struct post *next;
};

struct posts {
    struct post *first, *last;
};

struct poster {
    struct loop *loop;
    poster_done_fn *done;
    void *owner;
    int wake;
    uint64_t generation; /* of the loop's: what it has not forgotten */
    pthread_t thread;
    bool runs;
    pthread_mutex_t lock; /* of the rest */
    pthread_cond_t more;
    struct posts waiting, finished;
    bool stop; /* read by the calls without the lock, too */
};

static void append(struct posts *posts, struct post *post)
{
    post->next = NULL;
    if (posts->last != NULL)
        posts->last->next = post;
    else
        posts->first = post;
    posts->last = post;
}

static struct post *take_first(struct posts *posts)
{
    struct post *post = posts->first;

    if (post == NULL)
        return NULL;
    posts->first = post->next;
    if (posts->first == NULL)
        posts->last = NULL;
    return post;
}

static void free_post(struct post *post)
{
    memory_free(post->body);
    memory_free(post);
}

static void free_all(struct posts *posts)
{
    struct post *post;

    while ((post = take_first(posts)) != NULL)
        free_post(post);
}

/* Null: it is to end. */
static struct post *next_to_post(struct poster *poster)
{
    struct post *post = NULL;

    pthread_mutex_lock(&poster->lock);
    while (!poster->stop && (post = take_first(&poster->waiting)) == NULL)
        pthread_cond_wait(&poster->more, &poster->lock);
    pthread_mutex_unlock(&poster->lock);
    return post;
}

static void *work(void *context)
{
    struct poster *poster = context;
    struct post_call *call = post_call_new(&poster->stop);
    struct post *post;
    const uint64_t one = 1;

    while ((post = next_to_post(poster)) != NULL) {
        post_call_make(call, &post->listener, post->body, &post->result);
        pthread_mutex_lock(&poster->lock);
        append(&poster->finished, post);
        pthread_mutex_unlock(&poster->lock);
        if (write(poster->wake, &one, sizeof one) != sizeof one)
            break; /* an eventfd takes it, or the process is beyond help */
    }
    post_call_free(call);
    return NULL;
}

static void tell(void *context, uint32_t events)
{
    struct poster *poster = context;
    uint64_t count;

    (void)events;
    if (read(poster->wake, &count, sizeof count) != sizeof count)
        return;
    for (;;) {
        pthread_mutex_lock(&poster->lock);
        struct post *post = take_first(&poster->finished);
        pthread_mutex_unlock(&poster->lock);
        if (post == NULL)
            return;
        if (post->generation == poster->generation)
            poster->done(poster->owner, post->event, &post->result);
        free_post(post);
    }
}

bool poster_new(struct loop *loop, poster_done_fn *done, void *owner, struct poster **out, struct fault *why)
{
    struct poster *poster = memory_new(1, sizeof *poster);

    *out = poster;
    poster->loop = loop;
    poster->done = done;
    poster->owner = owner;
    pthread_mutex_init(&poster->lock, NULL);
    pthread_cond_init(&poster->more, NULL);
    poster->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (poster->wake < 0)
        return fault_set(why, FAULT_LOCAL, "no eventfd: %s", strerror(errno));
    TRY(loop_watch(loop, poster->wake, EPOLLIN, tell, poster, why));
    int error = pthread_create(&poster->thread, NULL, work, poster);
    if (error != 0)
        return fault_set(why, FAULT_LOCAL, "no thread for notifications: %s", strerror(error));
    poster->runs = true;
    return true;
}

void *poster_free(struct poster *poster)
{
    if (poster == NULL)
        return NULL;
    pthread_mutex_lock(&poster->lock);
    __atomic_store_n(&poster->stop, true, __ATOMIC_RELAXED);
    pthread_cond_signal(&poster->more);
    pthread_mutex_unlock(&poster->lock);
    if (poster->runs)
        pthread_join(poster->thread, NULL);
    if (poster->wake >= 0) {
        loop_forget(poster->loop, poster->wake);
        close(poster->wake);
    }
    free_all(&poster->waiting);
    free_all(&poster->finished);
    pthread_cond_destroy(&poster->more);
    pthread_mutex_destroy(&poster->lock);
    return memory_free(poster);
}

void poster_post(struct poster *poster, const struct listener *listener, const char *body, void *event)
{
    struct post *post = memory_new(1, sizeof *post);

    post->listener = *listener;
    post->body = memory_text(body);
    post->event = event;
    post->generation = poster->generation;
    pthread_mutex_lock(&poster->lock);
    append(&poster->waiting, post);
    pthread_cond_signal(&poster->more);
    pthread_mutex_unlock(&poster->lock);
}

void poster_forget(struct poster *poster)
{
    poster->generation++;
    pthread_mutex_lock(&poster->lock);
    free_all(&poster->waiting);
    pthread_mutex_unlock(&poster->lock);
}
