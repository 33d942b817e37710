/* See server.h. */
#include "server.h"

#include "memory.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { BODY_MAX_BYTES = 16777216, IDLE_SECONDS = 30, CONNECTIONS_MAX = 64, TICK_MS = 1000 };

struct server {
    struct loop *loop;
    struct MHD_Daemon *daemon;
    int epoll;
    const struct server_page *pages;
    void *context;
    struct loop_timer tick; /* libmicrohttpd closes idle connections when it is run */
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
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data, size_t *data_length,
                              void **state)
{
    struct server *server = context;
    struct buffer body;

    (void)version;
    (void)data;
    (void)state;
    *data_length = 0;
    buffer_init(&body, BODY_MAX_BYTES);
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        buffer_add_text(&body, "only GET is answered here\n");
        return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", &body);
    }
    for (const struct server_page *page = server->pages; page->path != NULL; page++) {
        if (strcmp(page->path, url) != 0)
            continue;
        int status = page->fill(server->context, &body);
        return answer(connection, status, page->content_type, &body);
    }
    for (const struct server_page *page = server->pages; page->path != NULL; page++)
        buffer_print(&body, "%s\n", page->path);
    return answer(connection, MHD_HTTP_NOT_FOUND, "text/plain", &body);
}

static void run(void *context, uint32_t events)
{
    struct server *server = context;

    (void)events;
    MHD_run(server->daemon);
}

static void ticked(void *context)
{
    struct server *server = context;

    MHD_run(server->daemon);
    loop_set_timer(server->loop, &server->tick, loop_clock_ms() + TICK_MS);
}

bool server_new(struct loop *loop, const char *address, int port, const struct server_page *pages,
                void *context, struct server **out, struct fault *why)
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    if (inet_pton(AF_INET, address, &place.sin_addr) != 1)
        return fault_set(why, FAULT_INPUT, "admin.address '%.60s' is no IPv4 address", address);
    struct server *server = memory_new(1, sizeof *server);
    *server = (struct server){.loop = loop, .pages = pages, .context = context};
    server->tick = (struct loop_timer){.fire = ticked, .context = server};
    server->daemon =
        MHD_start_daemon(MHD_USE_EPOLL, (uint16_t)port, NULL, NULL, handle, server, MHD_OPTION_SOCK_ADDR,
                         &place, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
                         MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_END);
    if (server->daemon == NULL) {
        memory_free(server);
        return fault_set(why, FAULT_LOCAL, "cannot listen on admin.address:admin.port %.60s:%d", address,
                         port);
    }
    server->epoll = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    if (!loop_watch(loop, server->epoll, EPOLLIN, run, server, why)) {
        server_free(server);
        return false;
    }
    ticked(server);
    *out = server;
    return true;
}

void *server_free(struct server *server)
{
    if (server == NULL)
        return NULL;
    loop_clear_timer(server->loop, &server->tick);
    loop_forget(server->loop, server->epoll);
    MHD_stop_daemon(server->daemon);
    return memory_free(server);
}

int server_port(const struct server *server)
{
    return MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}
