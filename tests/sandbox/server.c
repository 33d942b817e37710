/* The HTTP server on libmicrohttpd: accepts, reads requests, sends replies when they are due. */
#include "server.h"

#include "exchange.h"
#include "memory.h"
#include "sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

enum {
    CONNECTIONS_MAX = 16384,
    SPARE_DESCRIPTORS = 64,
    BACKLOG = 4096,
    POOL_BYTES = 12 << 10, /* of a connection, for its headers; the library clears it after each request */
};

struct server {
    struct loop *loop;
    struct sandbox *sandbox;
    struct MHD_Daemon *daemon;
    struct exchange *exchanges;
    int descriptor;
};

static void *exchange_begin(void *context, const char *target, struct MHD_Connection *connection)
{
    struct server *server = context;
    struct exchange *exchange = memory_new(1, sizeof *exchange);

    exchange->loop = server->loop;
    exchange->sandbox = server->sandbox;
    exchange->connection = connection;
    request_init(&exchange->request, "", target);
    reply_init(&exchange->reply);
    exchange->next = server->exchanges;
    if (exchange->next != NULL)
        exchange->next->previous = exchange;
    server->exchanges = exchange;
    return exchange;
}

static void exchange_done(void *context, struct MHD_Connection *connection, void **place,
                          enum MHD_RequestTerminationCode code)
{
    struct server *server = context;
    struct exchange *exchange = *place;

    (void)connection;
    (void)code;
    *place = NULL;
    if (exchange == NULL)
        return;
    exchange_ended(exchange);
    loop_clear_timer(server->loop, &exchange->timer);
    if (exchange->previous != NULL)
        exchange->previous->next = exchange->next;
    else
        server->exchanges = exchange->next;
    if (exchange->next != NULL)
        exchange->next->previous = exchange->previous;
    request_release(&exchange->request);
    reply_release(&exchange->reply);
    memory_free(exchange);
}

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    struct request *request = context;

    (void)kind;
    if (request->header_count < HEADERS_MAX)
        request->headers[request->header_count++] = (struct argument){name, value == NULL ? "" : value};
    return MHD_YES;
}

/* Of the request line and the headers. */
static size_t header_bytes(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    return info == NULL ? 0 : info->header_size;
}

static enum MHD_Result answer(struct exchange *exchange)
{
    if (exchange->request.body.full) {
        reply_json(&exchange->reply, 413);
    } else {
        sandbox_answer(exchange->sandbox, &exchange->request, &exchange->reply, &exchange->tally,
                       &exchange->counted);
    }
    if (exchange->reply.delay_ms == 0 && exchange->request.after_event == 0)
        return exchange_send(exchange);
    exchange_wait(exchange);
    return MHD_YES;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **place)
{
    struct exchange *exchange = *place;

    (void)context;
    (void)path;
    (void)version;
    switch (exchange->stage) {
    case EXCHANGE_NEW:
        exchange->stage = EXCHANGE_READING;
        exchange->request.method = method;
        MHD_get_connection_values(connection, MHD_HEADER_KIND, take_header, &exchange->request);
        exchange->cut_left = sandbox_cut(exchange->sandbox, &exchange->request);
        return exchange_goes_on(exchange, header_bytes(connection)) ? MHD_YES : MHD_NO;
    case EXCHANGE_READING:
        if (!exchange_goes_on(exchange, *upload_size))
            return MHD_NO;
        if (*upload_size == 0)
            return answer(exchange);
        buffer_add(&exchange->request.body, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    case EXCHANGE_DUE:
    case EXCHANGE_BROKEN:
        return exchange_send(exchange);
    case EXCHANGE_WAITING:
    case EXCHANGE_SENT:
    case EXCHANGE_STALLED:
        break;
    }
    return MHD_YES;
}

/* After the events and timers of a turn: what the library has to do now. */
static void run(void *context)
{
    struct server *server = context;
    MHD_UNSIGNED_LONG_LONG timeout;

    MHD_run(server->daemon);
    if (MHD_get_timeout(server->daemon, &timeout) == MHD_YES && timeout == 0)
        loop_hurry(server->loop);
}

/* An event was posted that a reply may wait for. */
static void told(void *context, uint64_t event)
{
    struct server *server = context;

    for (struct exchange *exchange = server->exchanges; exchange != NULL; exchange = exchange->next)
        exchange_told(exchange, event);
}

static void ready(void *context, uint32_t events)
{
    (void)context;
    (void)events;
}

/* As many connections as the process may have descriptors. */
static unsigned connection_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 512;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < CONNECTIONS_MAX + SPARE_DESCRIPTORS)
        return (unsigned)(limit.rlim_max - SPARE_DESCRIPTORS);
    return CONNECTIONS_MAX;
}

static struct MHD_Daemon *start_daemon(struct server *server, const struct sockaddr_in *where)
{
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO, ntohs(where->sin_port),
                            NULL, NULL, handle, server, MHD_OPTION_SOCK_ADDR, where,
                            MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, server, MHD_OPTION_NOTIFY_COMPLETED,
                            exchange_done, server, MHD_OPTION_CONNECTION_LIMIT, connection_limit(),
                            MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned)BACKLOG,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES, MHD_OPTION_END);
}

bool server_start(struct loop *loop, struct sandbox *sandbox, const char *address, uint16_t port,
                  struct server **out, struct fault *why)
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct server *server = memory_new(1, sizeof *server);

    server->loop = loop;
    server->sandbox = sandbox;
    server->descriptor = -1;
    *out = server;
    if (inet_pton(AF_INET, address, &where.sin_addr) != 1)
        return fault_set(why, FAULT_INPUT, "'%s' is no IPv4 address", address);
    server->daemon = start_daemon(server, &where);
    if (server->daemon == NULL)
        return fault_set(why, FAULT_LOCAL, "cannot listen on %s port %u: %s", address, port, strerror(errno));
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL)
        return fault_set(why, FAULT_LOCAL, "the HTTP library has no epoll descriptor");
    TRY(loop_watch(loop, info->epoll_fd, EPOLLIN, ready, server, why));
    server->descriptor = info->epoll_fd;
    loop_add_chore(loop, "requests", run, server);
    events_watch(sandbox->events, told, server);
    return true;
}

uint16_t server_port(const struct server *server)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);

    return info == NULL ? 0 : info->port;
}

void *server_stop(struct server *server)
{
    if (server == NULL)
        return NULL;
    events_watch(server->sandbox->events, NULL, NULL);
    if (server->descriptor >= 0)
        loop_forget(server->loop, server->descriptor);
    for (struct exchange *exchange = server->exchanges; exchange != NULL; exchange = exchange->next)
        exchange_break(exchange);
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    return memory_free(server);
}
