/* The thread that asks Kafka for partition counts and the ends of logs. */
#include "watch.h"

#include "client_config.h"
#include "invariant.h"
#include "memory.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { ASK_TIMEOUT_MS = 3000, INTERVAL_MAX_MS = 20000, INTERVAL_MIN_MS = 200 };

/* One log, and since when its stable end has not moved. */
struct log {
    bool ledger;
    int32_t partition;
    int64_t stable, end, since_ms;
};

struct watch {
    const struct settings *settings;
    struct loop *loop;
    rd_kafka_t *consumer; /* sees stable ends */
    rd_kafka_t *handle;   /* sees ends */
    watch_news_fn *told;
    void *context;
    pthread_t thread;
    bool started;
    int found; /* eventfd */

    struct log *logs; /* the thread's */
    size_t log_count;

    pthread_mutex_t lock; /* over those below */
    pthread_cond_t changed;
    int32_t *wanted; /* partitions to watch */
    size_t wanted_count;
    bool renewed, stopping;
    struct watch_news news;
    bool has_news;
};

static int count_of(struct watch *watch, const char *name)
{
    const rd_kafka_metadata_t *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(watch->handle, name, NULL);
    int count = 0;

    if (topic == NULL)
        return 0;
    if (rd_kafka_metadata(watch->handle, 0, topic, &metadata, ASK_TIMEOUT_MS) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (metadata->topic_cnt == 1 && metadata->topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR)
            count = metadata->topics[0].partition_cnt;
        rd_kafka_metadata_destroy(metadata);
    }
    rd_kafka_topic_destroy(topic);
    return count;
}

/* The ends of all logs as this handle sees them; false: no answer. */
static bool read_ends(rd_kafka_t *handle, rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++)
        list->elems[i].offset = RD_KAFKA_OFFSET_END;
    return rd_kafka_offsets_for_times(handle, list, ASK_TIMEOUT_MS) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void note_ends(struct watch *watch, const rd_kafka_topic_partition_list_t *stable,
                      const rd_kafka_topic_partition_list_t *ends)
{
    int64_t now_ms = loop_clock_ms();

    REQUIRE((size_t)stable->cnt == watch->log_count && (size_t)ends->cnt == watch->log_count);
    for (size_t i = 0; i < watch->log_count; i++) {
        struct log *log = &watch->logs[i];
        if (stable->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR ||
            ends->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR)
            continue;
        /* The end was asked for second: what was open then still is, if the stable end has not moved since. */
        if (log->stable != stable->elems[i].offset || stable->elems[i].offset >= ends->elems[i].offset)
            log->since_ms = now_ms;
        log->stable = stable->elems[i].offset;
        log->end = ends->elems[i].offset;
    }
}

static void ask_ends(struct watch *watch)
{
    rd_kafka_topic_partition_list_t *stable = rd_kafka_topic_partition_list_new((int)watch->log_count);
    rd_kafka_topic_partition_list_t *ends = rd_kafka_topic_partition_list_new((int)watch->log_count);

    for (size_t i = 0; i < watch->log_count; i++) {
        const char *topic =
            watch->logs[i].ledger ? watch->settings->topic_ledger : watch->settings->topic_requests;
        rd_kafka_topic_partition_list_add(stable, topic, watch->logs[i].partition);
        rd_kafka_topic_partition_list_add(ends, topic, watch->logs[i].partition);
    }
    if (watch->log_count > 0 && read_ends(watch->consumer, stable) && read_ends(watch->handle, ends))
        note_ends(watch, stable, ends);
    rd_kafka_topic_partition_list_destroy(stable);
    rd_kafka_topic_partition_list_destroy(ends);
}

/* Under the lock: the partitions to watch from now on. */
static void take_wanted(struct watch *watch)
{
    watch->renewed = false;
    watch->logs = memory_resize(watch->logs, 2 * watch->wanted_count + 1, sizeof *watch->logs);
    watch->log_count = 0;
    for (size_t i = 0; i < watch->wanted_count; i++) {
        watch->logs[watch->log_count++] = (struct log){false, watch->wanted[i], -1, -1, loop_clock_ms()};
        watch->logs[watch->log_count++] = (struct log){true, watch->wanted[i], -1, -1, loop_clock_ms()};
    }
}

static void find(struct watch *watch, struct watch_news *news)
{
    int64_t now_ms = loop_clock_ms();

    *news = (struct watch_news){.requests = count_of(watch, watch->settings->topic_requests),
                                .ledger = count_of(watch, watch->settings->topic_ledger),
                                .signals = count_of(watch, watch->settings->topic_signals)};
    ask_ends(watch);
    news->stuck = memory_new(watch->log_count + 1, sizeof *news->stuck);
    for (size_t i = 0; i < watch->log_count; i++) {
        const struct log *log = &watch->logs[i];
        if (log->stable >= 0 && log->stable < log->end &&
            now_ms - log->since_ms >= watch->settings->lso_alarm_ms)
            news->stuck[news->stuck_count++] = (struct watch_stuck){log->ledger, log->partition, log->stable,
                                                                    log->end, now_ms - log->since_ms};
    }
}

/* Under the lock: waits for the next round. */
static void pause_for(struct watch *watch, int64_t ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    REQUIRE(ms >= INTERVAL_MIN_MS && ms <= INTERVAL_MAX_MS);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    while (!watch->stopping && !watch->renewed &&
           pthread_cond_timedwait(&watch->changed, &watch->lock, &until) == 0)
        ;
}

static void *work(void *context)
{
    struct watch *watch = context;
    int64_t interval_ms = watch->settings->lso_alarm_ms / 3;
    static const uint64_t one = 1;

    if (interval_ms > INTERVAL_MAX_MS)
        interval_ms = INTERVAL_MAX_MS;
    if (interval_ms < INTERVAL_MIN_MS)
        interval_ms = INTERVAL_MIN_MS;
    pthread_mutex_lock(&watch->lock);
    while (!watch->stopping) {
        struct watch_news news;
        if (watch->renewed)
            take_wanted(watch);
        pthread_mutex_unlock(&watch->lock);
        find(watch, &news);
        pthread_mutex_lock(&watch->lock);
        memory_free(watch->news.stuck);
        watch->news = news;
        watch->has_news = true;
        if (write(watch->found, &one, sizeof one) < 0)
            break; /* an eventfd that cannot be written is gone: the program ends */
        pause_for(watch, interval_ms);
    }
    pthread_mutex_unlock(&watch->lock);
    return NULL;
}

static void tell(void *context, uint32_t events)
{
    struct watch *watch = context;
    uint64_t count;

    (void)events;
    if (read(watch->found, &count, sizeof count) < 0)
        return;
    pthread_mutex_lock(&watch->lock);
    struct watch_news news = watch->news;
    bool has_news = watch->has_news && !watch->renewed; /* of the partitions before, otherwise */
    watch->news = (struct watch_news){0};
    watch->has_news = false;
    pthread_mutex_unlock(&watch->lock);
    if (has_news)
        watch->told(watch->context, &news);
    memory_free(news.stuck);
}

static bool start_thread(struct watch *watch, struct fault *why)
{
    pthread_condattr_t attributes;
    sigset_t all, before;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&watch->lock, NULL);
    pthread_cond_init(&watch->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    sigfillset(&all); /* signals are the loop's */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&watch->thread, NULL, work, watch);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    watch->started = error == 0;
    return watch->started || fault_set(why, FAULT_LOCAL, "cannot start a thread: %s", strerror(error));
}

bool watch_new(const struct settings *settings, struct loop *loop, rd_kafka_t *consumer, watch_news_fn *told,
               void *context, struct watch **out, struct fault *why)
{
    struct watch *watch = memory_new(1, sizeof *watch);
    rd_kafka_conf_t *conf;

    *watch = (struct watch){
        .settings = settings, .loop = loop, .consumer = consumer, .told = told, .context = context};
    watch->found = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!client_config_make(settings, CLIENT_WATCH, &conf, why) ||
        !client_config_connect(RD_KAFKA_CONSUMER, conf, &watch->handle, why) ||
        !loop_watch(loop, watch->found, EPOLLIN, tell, watch, why) || !start_thread(watch, why)) {
        watch_free(watch);
        return false;
    }
    *out = watch;
    return true;
}

void *watch_free(struct watch *watch)
{
    if (watch == NULL)
        return NULL;
    if (watch->started) {
        pthread_mutex_lock(&watch->lock);
        watch->stopping = true;
        pthread_cond_signal(&watch->changed);
        pthread_mutex_unlock(&watch->lock);
        pthread_join(watch->thread, NULL);
        pthread_mutex_destroy(&watch->lock);
        pthread_cond_destroy(&watch->changed);
    }
    if (watch->handle != NULL)
        rd_kafka_destroy(watch->handle);
    loop_forget(watch->loop, watch->found);
    close(watch->found);
    memory_free(watch->news.stuck);
    memory_free(watch->wanted);
    memory_free(watch->logs);
    return memory_free(watch);
}

void watch_partitions(struct watch *watch, const int32_t partitions[], size_t count)
{
    pthread_mutex_lock(&watch->lock);
    memory_free(watch->wanted);
    watch->wanted = memory_copy(partitions, count * sizeof *partitions);
    watch->wanted_count = count;
    watch->renewed = true;
    pthread_cond_signal(&watch->changed);
    pthread_mutex_unlock(&watch->lock);
}
