/* Accepts connections, hands them over to libmicrohttpd, and gives it its turns of the loop. */
#include "web.h"

#include "buffer.h"
#include "invariant.h"
#include "listener.h"
#include "memory.h"
#include "tree.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    PEM_MAX_BYTES = 1 << 20,
    ACCEPTS = 32,  /* of one turn */
    RUNS = 4,      /* of one turn, as long as libmicrohttpd has something to do */
    AGAIN_MS = 100 /* after accept() failed for want of descriptors */
};

static const char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

/* One libmicrohttpd with the certificate that it was made with. */
struct half {
    struct MHD_Daemon *daemon;
    int epoll;
};

struct web {
    struct web_setup setup;
    int listener;            /* -1: closed */
    struct half now, before; /* `before`: with the previous certificate, until its connections have ended */
    struct loop_timer tick, pause;
};

/*
 * libmicrohttpd reports a connection's end before it closes it, and its beginning: inside MHD_add_connection() up to
 * 0.9, from 1.0 on in the next MHD_run().
 */
static void connected(void *context, struct MHD_Connection *connection, void **socket_context,
                      enum MHD_ConnectionNotificationCode code)
{
    struct web *web = context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *socket_context = web->setup.guests->begin(
            web->setup.context,
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
    } else if (*socket_context != NULL) {
        web->setup.guests->leave(web->setup.context, *socket_context);
        *socket_context = NULL;
    }
}

/* Whether it has more to do at once; it says so by a time-out of zero. */
static bool run_half(const struct half *half)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 1;

    if (half->daemon == NULL)
        return false;
    MHD_run(half->daemon);
    return MHD_get_timeout(half->daemon, &wait_ms) == MHD_YES && wait_ms == 0;
}

static void end_half(struct web *web, struct half *half)
{
    if (half->daemon == NULL)
        return;
    loop_forget(web->setup.loop, half->epoll);
    MHD_stop_daemon(half->daemon);
    *half = (struct half){0};
}

static void turn(struct web *web)
{
    bool more = true;

    for (int i = 0; i < RUNS && more; i++) {
        more = run_half(&web->now);
        more = run_half(&web->before) || more;
    }
    web->setup.guests->drop(web->setup.context);
    if (web->before.daemon != NULL &&
        MHD_get_daemon_info(web->before.daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections == 0)
        end_half(web, &web->before);
    int64_t next = web->setup.guests->sweep(web->setup.context, loop_clock_ms());
    if (more)
        next = loop_clock_ms();
    if (next == INT64_MAX)
        loop_clear_timer(web->setup.loop, &web->tick);
    else
        loop_set_timer(web->setup.loop, &web->tick, next);
}

static void run(void *context, uint32_t events)
{
    (void)events;
    turn(context);
}

static void ticked(void *context)
{
    struct web *web = context;

    web->setup.guests->sweep(web->setup.context, loop_clock_ms());
    turn(web);
}

static void enter(struct web *web, int socket, const struct sockaddr *from, socklen_t length)
{
    REQUIRE(web->now.daemon != NULL);
    web->setup.guests->enter(web->setup.context, socket, from);
    (void)MHD_add_connection(web->now.daemon, socket, from, length); /* which closes it when it fails */
}

static void listen_again(void *context);

/* At most so many of a turn: what else the loop has to do comes between. */
static void accept_some(void *context, uint32_t events)
{
    struct web *web = context;

    (void)events;
    for (int i = 0; i < ACCEPTS; i++) {
        struct sockaddr_storage from;
        socklen_t length = sizeof from;
        int socket = accept4(web->listener, (struct sockaddr *)&from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket >= 0) {
            enter(web, socket, (const struct sockaddr *)&from, length);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            loop_forget(web->setup.loop,
                        web->listener); /* it stays readable: the loop would do nothing else */
            loop_set_timer(web->setup.loop, &web->pause, loop_clock_ms() + AGAIN_MS);
            break;
        } else if (errno == EAGAIN) {
            break;
        }
    }
    turn(web);
}

static void listen_again(void *context)
{
    struct web *web = context;
    struct fault why;

    if (!loop_watch(web->setup.loop, web->listener, EPOLLIN, accept_some, web, &why))
        loop_set_timer(web->setup.loop, &web->pause, loop_clock_ms() + AGAIN_MS);
}

/* A PEM file's content; null text where no file is named. */
static bool read_pem(const char *path, struct buffer *content, struct fault *why)
{
    buffer_init(content, PEM_MAX_BYTES * 2);
    return *path == '\0' || tree_load_file(path, PEM_MAX_BYTES, content, why);
}

static bool start_half(struct web *web, struct half *half, struct fault *why)
{
    const struct web_setup *setup = &web->setup;
    CLEANUP(buffer_release) struct buffer certificate = {0}, key = {0};

    TRY(read_pem(*setup->certificate_file, &certificate, why));
    TRY(read_pem(*setup->key_file, &key, why));
    bool tls = certificate.length > 0 || key.length > 0;
    unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | (tls ? MHD_USE_TLS : 0) |
                     (setup->suspends ? MHD_ALLOW_SUSPEND_RESUME : 0);
    if (tls && (certificate.length == 0 || key.length == 0))
        return fault_set(why, FAULT_INPUT,
                         "%s.tls.certificate.file and %s.tls.key.file are both needed, and not empty",
                         setup->tls_name, setup->tls_name);
    const struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    const struct MHD_OptionItem pair[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate.data},
                                          {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key.data},
                                          {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)priorities},
                                          {MHD_OPTION_END, 0, NULL}};
    half->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, setup->request, setup->context, MHD_OPTION_CONNECTION_LIMIT,
        setup->connections_max, MHD_OPTION_NOTIFY_CONNECTION, connected, web, MHD_OPTION_NOTIFY_COMPLETED,
        setup->completed, setup->context, MHD_OPTION_ARRAY, tls ? pair : none, MHD_OPTION_END);
    if (key.data != NULL)
        explicit_bzero(key.data, key.length);
    if (half->daemon == NULL && tls)
        return fault_set(why, FAULT_INPUT,
                         "%s.tls.certificate.file and %s.tls.key.file are not a certificate and its key",
                         setup->tls_name, setup->tls_name);
    if (half->daemon == NULL)
        return fault_set(why, FAULT_INPUT, "libmicrohttpd does not start for %s.address", setup->name);
    half->epoll = MHD_get_daemon_info(half->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    if (loop_watch(setup->loop, half->epoll, EPOLLIN, run, web, why))
        return true;
    MHD_stop_daemon(half->daemon);
    *half = (struct half){0};
    return false;
}

bool web_new(const struct web_setup *setup, struct web **out, struct fault *why)
{
    struct web *web = memory_new(1, sizeof *web);

    *web = (struct web){.setup = *setup, .listener = -1};
    web->tick = (struct loop_timer){.fire = ticked, .context = web};
    web->pause = (struct loop_timer){.fire = listen_again, .context = web};
    if (!start_half(web, &web->now, why) ||
        !listener_open(setup->name, setup->address, setup->port, &web->listener, why) ||
        !loop_watch(setup->loop, web->listener, EPOLLIN, accept_some, web, why)) {
        web_free(web);
        return false;
    }
    *out = web;
    return true;
}

void web_close(struct web *web)
{
    loop_clear_timer(web->setup.loop, &web->pause);
    if (web->listener < 0)
        return;
    loop_forget(web->setup.loop, web->listener);
    close(web->listener);
    web->listener = -1;
}

void *web_free(struct web *web)
{
    if (web == NULL)
        return NULL;
    web_close(web);
    loop_clear_timer(web->setup.loop, &web->tick);
    end_half(web, &web->now);
    end_half(web, &web->before);
    return memory_free(web);
}

bool web_renew(struct web *web, struct fault *why)
{
    struct half renewed = {0};

    REQUIRE(web->now.daemon != NULL);
    if (web->setup.suspends && web->before.daemon != NULL) /* a request may be waiting there */
        return fault_set(
            why, FAULT_EXHAUSTED,
            "connections with the certificate before this one have not ended yet: send HUP again");
    TRY(start_half(web, &renewed, why));
    end_half(web, &web->before); /* the one before that, if it is still here */
    web->before = web->now;
    web->now = renewed;
    turn(web);
    return true;
}

void web_hurry(struct web *web)
{
    loop_set_timer(web->setup.loop, &web->tick, loop_clock_ms());
}

int web_port(const struct web *web)
{
    return listener_port(web->listener);
}

void *web_guest(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}
