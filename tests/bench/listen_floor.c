/*
 * The floor of `whc-worker listen`: what libmicrohttpd and librdkafka cost by themselves. Every POST is written to one
 * partition with the listener's producer settings, and answered 201 after the acknowledgement. It reads no JSON, asks
 * for no token, counts nothing and bounds nothing.
 *
 *   listen_floor BOOTSTRAP TOPIC PARTITION      prints port=N
 */
#include "buffer.h"
#include "memory.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>

enum { BODY_MAX = 1 << 18, POLL_MS = 1000 };

struct post {
    struct MHD_Connection *connection;
    struct buffer body;
    bool written;
};

static struct {
    rd_kafka_t *producer;
    const char *topic;
    int32_t partition;
    struct MHD_Response *empty;
} floor_;

static void must(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "listen_floor: %s\n", what);
        exit(1);
    }
}

/* On the thread that polls; libmicrohttpd's own goes on with the connection. */
static void delivered(rd_kafka_t *handle, const rd_kafka_message_t *message, void *context)
{
    struct post *post = message->_private;

    (void)handle;
    (void)context;
    must(message->err == RD_KAFKA_RESP_ERR_NO_ERROR, rd_kafka_err2str(message->err));
    post->written = true;
    MHD_resume_connection(post->connection);
}

static void produce(struct post *post)
{
    must(rd_kafka_producev(floor_.producer, RD_KAFKA_V_TOPIC(floor_.topic),
                           RD_KAFKA_V_PARTITION(floor_.partition),
                           RD_KAFKA_V_VALUE(post->body.data, post->body.length), RD_KAFKA_V_OPAQUE(post),
                           RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR_NO_ERROR,
         "produce");
}

/* Called for the headers, for each piece of the body, at its end, and once more after the acknowledgement. */
static enum MHD_Result request(void *context, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *bytes, size_t *length,
                               void **slot)
{
    struct post *post = *slot;

    (void)context;
    (void)url;
    (void)method;
    (void)version;
    if (post == NULL) {
        post = *slot = memory_new(1, sizeof *post);
        post->connection = connection;
        buffer_init(&post->body, BODY_MAX);
    } else if (*length > 0) {
        buffer_add(&post->body, bytes, *length);
        *length = 0;
    } else if (!post->written) {
        MHD_suspend_connection(connection);
        produce(post);
    } else {
        return MHD_queue_response(connection, MHD_HTTP_CREATED, floor_.empty);
    }
    return MHD_YES;
}

static void completed(void *context, struct MHD_Connection *connection, void **slot,
                      enum MHD_RequestTerminationCode why)
{
    struct post *post = *slot;

    (void)context;
    (void)connection;
    (void)why;
    if (post == NULL)
        return;
    buffer_release(&post->body);
    *slot = memory_free(post);
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char error[256];

    must(rd_kafka_conf_set(conf, name, value, error, sizeof error) == RD_KAFKA_CONF_OK, error);
}

static void start_kafka(const char *bootstrap)
{
    char error[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    set(conf, "bootstrap.servers", bootstrap);
    set(conf, "linger.ms", "0");
    set(conf, "acks", "all");
    set(conf, "enable.idempotence", "true");
    set(conf, "max.in.flight.requests.per.connection", "1");
    rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    floor_.producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    must(floor_.producer != NULL, error);
}

int main(int argc, char **argv)
{
    must(argc == 4, "listen_floor BOOTSTRAP TOPIC PARTITION");
    floor_.topic = argv[2];
    floor_.partition = (int32_t)strtol(argv[3], NULL, 10);
    floor_.empty = MHD_create_response_from_buffer(0, argv[0], MHD_RESPMEM_PERSISTENT);
    start_kafka(argv[1]);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, request,
                         NULL, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_END);
    must(daemon != NULL, "libmicrohttpd does not start");
    printf("port=%" PRIu16 "\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    for (;;)
        rd_kafka_poll(floor_.producer, POLL_MS);
}
