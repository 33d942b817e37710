/* The server of given_server.h. */
#include "given_server.h"

#include "memory.h"
#include "problems.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void end_connection(struct given_connection *connection)
{
    if (connection->socket < 0)
        return;
    loop_forget(connection->server->loop, connection->socket);
    close(connection->socket);
    connection->socket = -1;
    buffer_release(&connection->came);
}

static void answer(struct given_connection *connection)
{
    struct given_server *server = connection->server;
    size_t turn = server->request_count - 1;
    const struct given_reply *reply =
        &server->replies[turn < server->reply_count ? turn : server->reply_count - 1];
    CLEANUP(buffer_release) struct buffer text = {0};
    const char *body = reply->body == NULL ? "" : reply->body;

    if (reply->how == GIVEN_SILENCE)
        return;
    buffer_init(&text, 1 << 20);
    if (reply->how == GIVEN_RAW || reply->how == GIVEN_RAW_OPEN)
        buffer_add_text(&text, body);
    else if (reply->how != GIVEN_END)
        buffer_print(&text, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", reply->status,
                     reply->headers == NULL ? "" : reply->headers, strlen(body), body);
    if (text.length > 0 &&
        send(connection->socket, text.data, text.length, MSG_NOSIGNAL) != (ssize_t)text.length)
        abort();
    if (reply->how != GIVEN_ANSWER && reply->how != GIVEN_RAW_OPEN)
        end_connection(connection);
}

/* Takes one whole request from what came; false: there is none. */
static bool take_request(struct given_connection *connection)
{
    struct given_server *server = connection->server;
    struct buffer *came = &connection->came;
    const char *end = strstr(buffer_text(came), "\r\n\r\n");
    const char *size = strcasestr(buffer_text(came), "\r\nContent-Length:");

    if (end == NULL)
        return false;
    size_t whole = (size_t)(end - came->data) + 4;
    if (size != NULL && size < end)
        whole += strtoul(size + strlen("\r\nContent-Length:"), NULL, 10);
    if (came->length < whole)
        return false;
    if (server->request_count < GIVEN_REQUESTS_MAX)
        server->requests[server->request_count] = memory_text_of(came->data, whole);
    server->request_count++;
    struct buffer rest;
    buffer_init(&rest, 1 << 22);
    buffer_add(&rest, came->data + whole, came->length - whole);
    buffer_release(came);
    *came = rest;
    return true;
}

static void readable(void *context, uint32_t events)
{
    struct given_connection *connection = context;
    char bytes[16384];
    ssize_t count = recv(connection->socket, bytes, sizeof bytes, MSG_DONTWAIT);

    (void)events;
    if (count > 0)
        buffer_add(&connection->came, bytes, (size_t)count);
    else
        end_connection(connection);
    while (connection->socket >= 0 && take_request(connection))
        answer(connection);
}

static void accept_one(void *context, uint32_t events)
{
    struct given_server *server = context;
    struct given_connection *connection = server->connections;
    struct fault why;

    (void)events;
    while (connection->socket >= 0)
        if (++connection == server->connections + GIVEN_CONNECTIONS_MAX)
            abort();
    connection->socket = accept(server->listener, NULL, NULL);
    buffer_init(&connection->came, 1 << 22);
    server->connection_count++;
    if (connection->socket < 0 ||
        !loop_watch(server->loop, connection->socket, EPOLLIN, readable, connection, &why))
        abort();
}

void given_server_open(struct given_server *server, struct loop *loop, const struct given_reply *replies,
                       size_t count)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    struct fault why;

    *server = (struct given_server){.loop = loop, .replies = replies, .reply_count = count};
    for (size_t i = 0; i < GIVEN_CONNECTIONS_MAX; i++)
        server->connections[i] = (struct given_connection){.server = server, .socket = -1};
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(server->listener, (struct sockaddr *)&address, length) != 0 ||
        listen(server->listener, 100) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &length) != 0 ||
        !loop_watch(loop, server->listener, EPOLLIN, accept_one, server, &why))
        abort();
    server->port = ntohs(address.sin_port);
}

void given_server_close(struct given_server *server)
{
    for (size_t i = 0; i < GIVEN_CONNECTIONS_MAX; i++)
        end_connection(&server->connections[i]);
    if (server->listener >= 0) { /* -1: the test has closed it */
        loop_forget(server->loop, server->listener);
        close(server->listener);
    }
    for (size_t i = 0; i < GIVEN_REQUESTS_MAX; i++)
        memory_free(server->requests[i]);
}

const char *given_request(const struct given_server *server, size_t index)
{
    return index < GIVEN_REQUESTS_MAX && server->requests[index] != NULL ? server->requests[index] : "";
}

const char *given_url(const struct given_server *server, const char *path)
{
    static char urls[4][300];
    static unsigned next;
    char *url = urls[next++ % 4];

    snprintf(url, sizeof urls[0], "http://127.0.0.1:%d%s", server->port, path);
    return url;
}

void given_defaults(struct settings *settings)
{
    struct problems problems = {0};

    settings_load(NULL, (char *[]){NULL}, settings, &problems);
    problems_release(&problems);
}

void given_set(char **text, const char *value)
{
    memory_free(*text);
    *text = memory_text(value);
}
