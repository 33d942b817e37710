/*
 * The small HTTP server for operators: GET pages on one port, on the loop (libmicrohttpd, its epoll nested in ours).
 *
 * We accept ourselves and hand the connections over: libmicrohttpd's own limits count all connections alike, so
 * half-sent requests could take the places of the health pages, and with TLS nobody knows before the request which page
 * is wanted. visitors.h says who must go. A connection is closed after its answer.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "buffer.h"
#include "config.h"
#include "loop.h"

/* What a page is asked. */
struct server_ask {
    bool all;     /* ?all */
    bool trusted; /* by its password, or there is none: it may see everything */
};

/* One page: fills `body` (ceiling 16 MiB) and gives the HTTP status. */
struct server_page {
    const char *path, *content_type;
    int (*fill)(void *context, const struct server_ask *ask, struct buffer *body);
    bool health; /* places of its own; answered without a password, unless ?all is asked */
};

struct server;

/* Where it listens, and what its settings begin with, for messages. */
struct server_place {
    const char *name; /* "admin" */
    const char *address;
    int port;
};

/*
 * Listens as admin.* of the settings says, which must outlive the server as `pages` must; a null path ends the list. With
 * a certificate only TLS is spoken; with a user name all pages but the health ones want it and the password.
 */
MUST_USE bool server_new(struct loop *loop, const struct settings *settings, const struct server_page *pages,
                         void *context, struct server **server, struct fault *why);
/* The same elsewhere; certificate and password are those of admin.*. */
MUST_USE bool server_new_at(struct loop *loop, const struct server_place *place,
                            const struct settings *settings, const struct server_page *pages, void *context,
                            struct server **server, struct fault *why);
void *server_free(struct server *server);

/* Reads certificate and key again; they count for new connections. On a failure the old ones stay. */
MUST_USE bool server_renew(struct server *server, struct fault *why);

/* The port it listens on. */
int server_port(const struct server *server);

#endif
