/*
 * The floor: what librdkafka and libcurl cost by themselves. It consumes the requests, makes one GET for each, and
 * publishes an outcome of the same size and key in transactions with the positions, at the worker's pace. It keeps no
 * order, reads no Avro, tries nothing again, and promises nothing.
 *
 *   floor BOOTSTRAP GROUP REQUESTS OUTCOMES URL IN_FLIGHT [CA_FILE [plain]]
 *
 * "plain": without transactions; outcomes are flushed, and then the positions committed. An empty CA_FILE is none.
 */
#include "loop.h"
#include "memory.h"

#include <curl/curl.h>
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { OUTCOME_BYTES = 420, PACE_MS = 10, PARTITIONS_MAX = 64, KEY_MAX = 64 };

struct call {
    CURL *easy;
    char key[KEY_MAX];
    size_t key_length;
    struct call *next;
};

/* What one settlement carries: keys, and a position per partition. */
struct batch {
    struct call **calls;
    size_t count;
    int64_t positions[PARTITIONS_MAX];
};

static struct {
    struct loop *loop;
    CURLM *multi;
    rd_kafka_t *consumer, *producer;
    rd_kafka_queue_t *queue;
    const char *requests, *outcomes;
    char url[512];
    struct curl_slist *headers;
    struct call *spare;
    struct call **done;
    size_t done_count;
    int64_t seen[PARTITIONS_MAX];
    struct loop_timer curl_timer, pace;
    int wake, settled;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct batch *waiting;
    bool settling, plain;
} floor_;

static void must(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "floor: %s\n", what);
        exit(1);
    }
}

static size_t drop(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

static void collect(void)
{
    int left;

    for (CURLMsg *message; (message = curl_multi_info_read(floor_.multi, &left)) != NULL;) {
        struct call *call;
        must(message->data.result == CURLE_OK, curl_easy_strerror(message->data.result));
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
        curl_multi_remove_handle(floor_.multi, message->easy_handle);
        floor_.done[floor_.done_count++] = call;
    }
}

static void socket_ready(void *context, uint32_t events)
{
    int running;

    curl_multi_socket_action(floor_.multi, (curl_socket_t)(intptr_t)context,
                             (events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                                 (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                                 (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0),
                             &running);
    collect();
}

static int socket_changed(CURL *easy, curl_socket_t socket, int what, void *context, void *known)
{
    struct fault why;

    (void)easy;
    (void)context;
    (void)known;
    if (what == CURL_POLL_REMOVE)
        loop_forget(floor_.loop, socket);
    else
        must(loop_watch(floor_.loop, socket,
                        (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) |
                            (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0),
                        socket_ready, (void *)(intptr_t)socket, &why),
             "epoll");
    return 0;
}

static void curl_due(void *context)
{
    int running;

    (void)context;
    curl_multi_socket_action(floor_.multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect();
}

static int timer_changed(CURLM *multi, long timeout_ms, void *context)
{
    (void)multi;
    (void)context;
    if (timeout_ms < 0)
        loop_clear_timer(floor_.loop, &floor_.curl_timer);
    else
        loop_set_timer(floor_.loop, &floor_.curl_timer, loop_clock_ms() + timeout_ms);
    return 0;
}

static void take_messages(void)
{
    rd_kafka_consumer_poll(floor_.consumer, 0);
    while (floor_.spare != NULL) {
        rd_kafka_message_t *message = rd_kafka_consume_queue(floor_.queue, 0);
        if (message == NULL)
            return;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            struct call *call = floor_.spare;
            floor_.spare = call->next;
            call->key_length = message->key_len < KEY_MAX ? message->key_len : KEY_MAX;
            memcpy(call->key, message->key, call->key_length);
            floor_.seen[message->partition] = message->offset + 1;
            curl_multi_add_handle(floor_.multi, call->easy);
        }
        rd_kafka_message_destroy(message);
    }
}

/* The settlement thread: positions first, then records, as the worker does it. */
static void settle(struct batch *batch)
{
    static char outcome[OUTCOME_BYTES];
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTITIONS_MAX);
    rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata(floor_.consumer);

    for (int32_t i = 0; i < PARTITIONS_MAX; i++)
        if (batch->positions[i] > 0)
            rd_kafka_topic_partition_list_add(list, floor_.requests, i)->offset = batch->positions[i];
    if (!floor_.plain) {
        must(rd_kafka_begin_transaction(floor_.producer) == NULL, "begin");
        must(rd_kafka_send_offsets_to_transaction(floor_.producer, list, group, 5000) == NULL, "positions");
    }
    for (size_t i = 0; i < batch->count; i++)
        must(rd_kafka_producev(
                 floor_.producer, RD_KAFKA_V_TOPIC(floor_.outcomes), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                 RD_KAFKA_V_KEY(batch->calls[i]->key, batch->calls[i]->key_length),
                 RD_KAFKA_V_VALUE(outcome, sizeof outcome), RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR_NO_ERROR,
             "produce");
    if (floor_.plain) {
        must(rd_kafka_flush(floor_.producer, 5000) == RD_KAFKA_RESP_ERR_NO_ERROR, "flush");
        must(rd_kafka_commit(floor_.consumer, list, 0) == RD_KAFKA_RESP_ERR_NO_ERROR, "commit");
    } else {
        must(rd_kafka_commit_transaction(floor_.producer, 5000) == NULL, "commit");
    }
    rd_kafka_consumer_group_metadata_destroy(group);
    rd_kafka_topic_partition_list_destroy(list);
}

static void *settling(void *context)
{
    static const uint64_t one = 1;

    (void)context;
    for (;;) {
        pthread_mutex_lock(&floor_.lock);
        while (floor_.waiting == NULL)
            pthread_cond_wait(&floor_.changed, &floor_.lock);
        struct batch *batch = floor_.waiting;
        floor_.waiting = NULL;
        pthread_mutex_unlock(&floor_.lock);
        settle(batch);
        memory_free(batch->calls);
        memory_free(batch);
        must(write(floor_.settled, &one, sizeof one) > 0, "eventfd");
    }
    return NULL;
}

static void start_settlement(void)
{
    if (floor_.settling || floor_.done_count == 0 || loop_timer_is_set(&floor_.pace))
        return;
    struct batch *batch = memory_new(1, sizeof *batch);
    batch->calls = memory_copy(floor_.done, floor_.done_count * sizeof(struct call *));
    batch->count = floor_.done_count;
    memcpy(batch->positions, floor_.seen, sizeof batch->positions);
    for (size_t i = 0; i < floor_.done_count; i++) {
        floor_.done[i]->next = floor_.spare;
        floor_.spare = floor_.done[i];
    }
    floor_.done_count = 0;
    floor_.settling = true;
    pthread_mutex_lock(&floor_.lock);
    floor_.waiting = batch;
    pthread_cond_signal(&floor_.changed);
    pthread_mutex_unlock(&floor_.lock);
}

static void settled(void *context, uint32_t events)
{
    uint64_t count;

    (void)context;
    (void)events;
    must(read(floor_.settled, &count, sizeof count) > 0, "eventfd");
    floor_.settling = false;
    loop_set_timer(floor_.loop, &floor_.pace, loop_clock_ms() + PACE_MS);
}

static void nothing(void *context)
{
    (void)context;
}

static void woken(void *context, uint32_t events)
{
    uint64_t count;

    (void)context;
    (void)events;
    must(read(floor_.wake, &count, sizeof count) > 0, "eventfd");
}

static void chores(void *context)
{
    (void)context;
    take_messages();
    start_settlement();
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char error[256];

    must(rd_kafka_conf_set(conf, name, value, error, sizeof error) == RD_KAFKA_CONF_OK, error);
}

static void drop_report(rd_kafka_t *handle, rd_kafka_event_t *event, void *context)
{
    (void)handle;
    (void)context;
    rd_kafka_event_destroy(event);
}

static void rebalanced(rd_kafka_t *handle, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t *list,
                       void *context)
{
    (void)context;
    for (int i = 0; what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && i < list->cnt; i++) {
        rd_kafka_queue_t *queue =
            rd_kafka_queue_get_partition(handle, list->elems[i].topic, list->elems[i].partition);
        rd_kafka_queue_forward(queue, floor_.queue);
        rd_kafka_queue_destroy(queue);
    }
    rd_kafka_assign(handle, what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS ? list : NULL);
}

static void start_kafka(const char *bootstrap, const char *group)
{
    static const uint64_t one = 1;
    char error[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    set(conf, "bootstrap.servers", bootstrap);
    set(conf, "group.id", group);
    set(conf, "isolation.level", "read_committed");
    set(conf, "enable.auto.commit", "false");
    set(conf, "auto.offset.reset", "earliest");
    rd_kafka_conf_set_rebalance_cb(conf, rebalanced);
    floor_.consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    must(floor_.consumer != NULL, error);
    rd_kafka_poll_set_consumer(floor_.consumer);
    floor_.queue = rd_kafka_queue_new(floor_.consumer);
    rd_kafka_queue_io_event_enable(floor_.queue, floor_.wake, &one, sizeof one);
    rd_kafka_queue_io_event_enable(rd_kafka_queue_get_consumer(floor_.consumer), floor_.wake, &one,
                                   sizeof one);

    conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", bootstrap);
    if (!floor_.plain)
        set(conf, "transactional.id", group);
    set(conf, "linger.ms", "0");
    set(conf, "retry.backoff.ms", "5");
    rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR);
    rd_kafka_conf_set_background_event_cb(conf, drop_report);
    floor_.producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    must(floor_.producer != NULL, error);
    rd_kafka_queue_forward(rd_kafka_queue_get_main(floor_.producer),
                           rd_kafka_queue_get_background(floor_.producer));
    must(floor_.plain || rd_kafka_init_transactions(floor_.producer, 10000) == NULL, "init_transactions");
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, floor_.requests, RD_KAFKA_PARTITION_UA);
    rd_kafka_subscribe(floor_.consumer, topics);
    rd_kafka_topic_partition_list_destroy(topics);
}

/* As many easy handles as calls may be on their way, each with the request that the worker would send. */
static void start_curl(const char *base, int in_flight, const char *ca_file)
{
    snprintf(
        floor_.url, sizeof floor_.url,
        "%s/v1/resourceManagement/directoryNumbers/portability?directoryNumber=01632960000&customerId=CUG5009999999",
        base);
    floor_.headers =
        curl_slist_append(floor_.headers, "APIGW-Tracking-Header: 5b0c1f6e-3f0e-4a55-9d3b-0f2f6a1d7c11");
    floor_.headers = curl_slist_append(floor_.headers, "Authorization: Bearer none");
    floor_.multi = curl_multi_init();
    curl_multi_setopt(floor_.multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
    curl_multi_setopt(floor_.multi, CURLMOPT_TIMERFUNCTION, timer_changed);
    curl_multi_setopt(floor_.multi, CURLMOPT_MAXCONNECTS, (long)in_flight + 16);
    floor_.done = memory_new((size_t)in_flight, sizeof(struct call *));
    for (int i = 0; i < in_flight; i++) {
        struct call *call = memory_new(1, sizeof *call);
        call->easy = curl_easy_init();
        curl_easy_setopt(call->easy, CURLOPT_URL, floor_.url);
        curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, floor_.headers);
        curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, drop);
        curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
        curl_easy_setopt(call->easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, 30000L);
        if (*ca_file != '\0')
            curl_easy_setopt(call->easy, CURLOPT_CAINFO, ca_file);
        call->next = floor_.spare;
        floor_.spare = call;
    }
}

int main(int argc, char **argv)
{
    struct fault why;
    pthread_t thread;

    must(argc >= 7 && argc <= 9, "floor BOOTSTRAP GROUP REQUESTS OUTCOMES URL IN_FLIGHT [CA_FILE [plain]]");
    must(loop_new(&floor_.loop, &why), "no loop");
    floor_.requests = argv[3];
    floor_.outcomes = argv[4];
    floor_.curl_timer = (struct loop_timer){.fire = curl_due};
    floor_.pace = (struct loop_timer){.fire = nothing};
    floor_.wake = eventfd(0, EFD_NONBLOCK);
    floor_.settled = eventfd(0, EFD_NONBLOCK);
    pthread_mutex_init(&floor_.lock, NULL);
    pthread_cond_init(&floor_.changed, NULL);
    floor_.plain = argc == 9;
    start_curl(argv[5], (int)strtol(argv[6], NULL, 10), argc > 7 ? argv[7] : "");
    start_kafka(argv[1], argv[2]);
    must(pthread_create(&thread, NULL, settling, NULL) == 0, "no thread");
    must(loop_watch(floor_.loop, floor_.wake, EPOLLIN, woken, NULL, &why), "epoll");
    must(loop_watch(floor_.loop, floor_.settled, EPOLLIN, settled, NULL, &why), "epoll");
    loop_add_chore(floor_.loop, "all", chores, NULL);
    return loop_run(floor_.loop, &why) ? 0 : 1;
}
