/*
 * The small HTTP server for operators: GET pages on one port, on the loop (libmicrohttpd, its epoll nested in ours).
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "buffer.h"
#include "loop.h"

/* One page: fills `body` (ceiling 16 MiB) and gives the HTTP status. */
struct server_page {
    const char *path, *content_type;
    int (*fill)(void *context, struct buffer *body);
};

struct server;

/* Listens on address and port (0: any free one). `pages` must outlive the server; a null path ends the list. */
MUST_USE bool server_new(struct loop *loop, const char *address, int port, const struct server_page *pages,
                         void *context, struct server **server, struct fault *why);
void *server_free(struct server *server);

/* The port it listens on. */
int server_port(const struct server *server);

#endif
