/* The operators' HTTP server: accepts, hands over to libmicrohttpd, and answers each request. */
#include "server.h"

#include "base64.h"
#include "invariant.h"
#include "listener.h"
#include "memory.h"
#include "tree.h"
#include "visitors.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BODY_MAX_BYTES = 16777216,
    PEM_MAX_BYTES = 1 << 20,
    LIBRARY_CONNECTIONS = 256, /* above all that visitors.h lets in, and those that are just going */
    ACCEPTS = 32,              /* of one turn */
    RUNS = 4,                  /* of one turn, as long as libmicrohttpd has something to do */
    AGAIN_MS = 100,            /* after accept() failed for want of descriptors */
    CREDENTIALS_MAX = 1024
};

/* One libmicrohttpd with the certificate that it was made with. */
struct half {
    struct MHD_Daemon *daemon;
    int epoll;
};

struct server {
    struct loop *loop;
    const struct settings *settings;
    const struct server_page *pages;
    void *context;
    int listener;
    struct half now, before; /* `before`: with the previous certificate, until its connections have ended */
    struct visitors visitors;
    struct loop_timer tick, pause;
};

static enum MHD_Result answer(struct MHD_Connection *connection, int status, const char *type,
                              struct buffer *body)
{
    size_t length;
    char *bytes = buffer_take(body, &length);
    struct MHD_Response *response = MHD_create_response_from_buffer(length, bytes, MHD_RESPMEM_MUST_FREE);

    if (response == NULL) {
        memory_free(bytes);
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (status == MHD_HTTP_UNAUTHORIZED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Basic realm=\"whc-worker\"");
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return result;
}

/* Compares in a time that does not show how much of it is right. */
static bool same_secret(const char *given, size_t length, const char *wanted)
{
    size_t wanted_length = strlen(wanted);
    unsigned differs = length != wanted_length;

    for (size_t i = 0; i < length; i++)
        differs |=
            (unsigned char)given[i] ^ (unsigned char)wanted[wanted_length == 0 ? 0 : i % wanted_length];
    return differs == 0;
}

/* RFC 7617: "Basic " and base64 of user:password. */
static bool is_trusted(const struct server *server, struct MHD_Connection *connection)
{
    const char *user = server->settings->admin_username, *password = server->settings->admin_password.hidden;
    const char *header =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
    CLEANUP(buffer_release) struct buffer given = {0};
    char wanted[CREDENTIALS_MAX];
    struct fault unused;

    if (*user == '\0')
        return true;
    if (password == NULL || header == NULL || strncasecmp(header, "Basic ", 6) != 0)
        return false;
    header += 6;
    header += strspn(header, " ");
    buffer_init(&given, CREDENTIALS_MAX);
    if (!base64_read(header, strlen(header), &given, &unused) || given.full)
        return false;
    snprintf(wanted, sizeof wanted, "%s:%s", user, password);
    bool same = same_secret(buffer_text(&given), given.length, wanted);
    explicit_bzero(wanted, sizeof wanted);
    return same;
}

static const struct server_page *page_of(const struct server *server, const char *path)
{
    const struct server_page *page = server->pages;

    while (page->path != NULL && strcmp(page->path, path) != 0)
        page++;
    return page->path == NULL ? NULL : page;
}

static enum MHD_Result answer_page(struct server *server, struct MHD_Connection *connection,
                                   const struct server_page *page)
{
    struct server_ask ask = {.trusted = is_trusted(server, connection)};
    const char *value;
    size_t length;
    struct buffer body;

    buffer_init(&body, BODY_MAX_BYTES);
    ask.all = MHD_lookup_connection_value_n(connection, MHD_GET_ARGUMENT_KIND, "all", strlen("all"), &value,
                                            &length) == MHD_YES;
    if (!ask.trusted && (page == NULL || !page->health || ask.all)) {
        buffer_add_text(&body, "admin.username and admin.password are wanted here\n");
        return answer(connection, MHD_HTTP_UNAUTHORIZED, "text/plain", &body);
    }
    if (page != NULL) {
        int status = page->fill(server->context, &ask, &body);
        return answer(connection, status, page->content_type, &body);
    }
    for (page = server->pages; page->path != NULL; page++)
        buffer_print(&body, "%s\n", page->path);
    return answer(connection, MHD_HTTP_NOT_FOUND, "text/plain", &body);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data, size_t *data_length,
                              void **state)
{
    struct server *server = context;
    const struct server_page *page = page_of(server, url);
    struct visitor *visitor =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    struct buffer body;

    (void)version;
    (void)data;
    (void)state;
    *data_length = 0;
    if (visitor == NULL ||
        !visitors_ask(&server->visitors, visitor, page != NULL && page->health, loop_clock_ms()))
        return MHD_NO; /* closes it */
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
        return answer_page(server, connection, page);
    buffer_init(&body, BODY_MAX_BYTES);
    buffer_add_text(&body, "only GET is answered here\n");
    return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", &body);
}

/*
 * libmicrohttpd reports a connection's end before it closes it, and its beginning: inside MHD_add_connection() up to
 * 0.9, from 1.0 on in the next MHD_run().
 */
static void connected(void *context, struct MHD_Connection *connection, void **socket_context,
                      enum MHD_ConnectionNotificationCode code)
{
    struct server *server = context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *socket_context = visitors_begin(
            &server->visitors,
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
    } else if (*socket_context != NULL) {
        visitors_leave(&server->visitors, *socket_context);
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

static void end_half(struct server *server, struct half *half)
{
    if (half->daemon == NULL)
        return;
    loop_forget(server->loop, half->epoll);
    MHD_stop_daemon(half->daemon);
    *half = (struct half){0};
}

static void turn(struct server *server)
{
    bool more = true;

    for (int i = 0; i < RUNS && more; i++) {
        more = run_half(&server->now);
        more = run_half(&server->before) || more;
    }
    visitors_drop(&server->visitors);
    if (server->before.daemon != NULL &&
        MHD_get_daemon_info(server->before.daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections == 0)
        end_half(server, &server->before);
    int64_t next = visitors_sweep(&server->visitors, loop_clock_ms());
    if (more)
        next = loop_clock_ms();
    if (next == INT64_MAX)
        loop_clear_timer(server->loop, &server->tick);
    else
        loop_set_timer(server->loop, &server->tick, next);
}

static void run(void *context, uint32_t events)
{
    (void)events;
    turn(context);
}

static void ticked(void *context)
{
    struct server *server = context;

    visitors_sweep(&server->visitors, loop_clock_ms());
    turn(server);
}

static void enter(struct server *server, int socket, const struct sockaddr *from, socklen_t length)
{
    REQUIRE(server->now.daemon != NULL);
    visitors_enter(&server->visitors, socket, from, loop_clock_ms());
    (void)MHD_add_connection(server->now.daemon, socket, from, length); /* which closes it when it fails */
}

static void listen_again(void *context);

/* At most so many of a turn: what else the loop has to do comes between. */
static void accept_some(void *context, uint32_t events)
{
    struct server *server = context;

    (void)events;
    for (int i = 0; i < ACCEPTS; i++) {
        struct sockaddr_storage from;
        socklen_t length = sizeof from;
        int socket =
            accept4(server->listener, (struct sockaddr *)&from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket >= 0) {
            enter(server, socket, (const struct sockaddr *)&from, length);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            loop_forget(server->loop,
                        server->listener); /* it stays readable: the loop would do nothing else */
            loop_set_timer(server->loop, &server->pause, loop_clock_ms() + AGAIN_MS);
            break;
        } else if (errno == EAGAIN) {
            break;
        }
    }
    turn(server);
}

static void listen_again(void *context)
{
    struct server *server = context;
    struct fault why;

    if (!loop_watch(server->loop, server->listener, EPOLLIN, accept_some, server, &why))
        loop_set_timer(server->loop, &server->pause, loop_clock_ms() + AGAIN_MS);
}

/* A PEM file's content; null text where no file is named. */
static bool read_pem(const char *path, struct buffer *content, struct fault *why)
{
    buffer_init(content, PEM_MAX_BYTES * 2);
    return *path == '\0' || tree_load_file(path, PEM_MAX_BYTES, content, why);
}

static bool start_half(struct server *server, struct half *half, struct fault *why)
{
    const struct settings *settings = server->settings;
    CLEANUP(buffer_release) struct buffer certificate = {0}, key = {0};
    unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET;

    TRY(read_pem(settings->admin_certificate_file, &certificate, why));
    TRY(read_pem(settings->admin_key_file, &key, why));
    bool tls = certificate.length > 0 || key.length > 0;
    if (tls && (certificate.length == 0 || key.length == 0))
        return fault_set(why, FAULT_INPUT,
                         "admin.tls.certificate.file and admin.tls.key.file are both needed, and not empty");
    const struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    const struct MHD_OptionItem pair[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate.data},
                                          {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key.data},
                                          {MHD_OPTION_END, 0, NULL}};
    half->daemon = MHD_start_daemon(flags | (tls ? MHD_USE_TLS : 0), 0, NULL, NULL, handle, server,
                                    MHD_OPTION_CONNECTION_LIMIT, (unsigned)LIBRARY_CONNECTIONS,
                                    MHD_OPTION_NOTIFY_CONNECTION, connected, server, MHD_OPTION_ARRAY,
                                    tls ? pair : none, MHD_OPTION_END);
    if (key.data != NULL)
        explicit_bzero(key.data, key.length);
    if (half->daemon == NULL)
        return fault_set(
            why, FAULT_INPUT,
            tls ? "admin.tls.certificate.file and admin.tls.key.file are not a certificate and its key"
                : "libmicrohttpd does not start");
    half->epoll = MHD_get_daemon_info(half->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    if (loop_watch(server->loop, half->epoll, EPOLLIN, run, server, why))
        return true;
    MHD_stop_daemon(half->daemon);
    *half = (struct half){0};
    return false;
}

bool server_new(struct loop *loop, const struct settings *settings, const struct server_page *pages,
                void *context, struct server **out, struct fault *why)
{
    struct server *server = memory_new(1, sizeof *server);

    *server = (struct server){
        .loop = loop, .settings = settings, .pages = pages, .context = context, .listener = -1};
    TAILQ_INIT(&server->visitors);
    server->tick = (struct loop_timer){.fire = ticked, .context = server};
    server->pause = (struct loop_timer){.fire = listen_again, .context = server};
    if (!start_half(server, &server->now, why) ||
        !listener_open(settings->admin_address, (int)settings->admin_port, &server->listener, why) ||
        !loop_watch(loop, server->listener, EPOLLIN, accept_some, server, why)) {
        server_free(server);
        return false;
    }
    *out = server;
    return true;
}

void *server_free(struct server *server)
{
    if (server == NULL)
        return NULL;
    loop_clear_timer(server->loop, &server->tick);
    loop_clear_timer(server->loop, &server->pause);
    if (server->listener >= 0) {
        loop_forget(server->loop, server->listener);
        close(server->listener);
    }
    end_half(server, &server->now);
    end_half(server, &server->before);
    return memory_free(server);
}

bool server_renew(struct server *server, struct fault *why)
{
    struct half renewed = {0};

    REQUIRE(server->now.daemon != NULL);
    TRY(start_half(server, &renewed, why));
    end_half(server, &server->before); /* the one before that, if it is still here */
    server->before = server->now;
    server->now = renewed;
    turn(server);
    return true;
}

int server_port(const struct server *server)
{
    return listener_port(server->listener);
}
