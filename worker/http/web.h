/*
 * What our HTTP servers share: libmicrohttpd on the loop (its epoll nested in ours), with connections that we accept
 * ourselves, and a certificate that can be read again.
 *
 * Libmicrohttpd's own limits count all connections alike; who may stay and who must go is decided above
 * (visitors.h, callers.h) and is done by shutdown(): libmicrohttpd, which owns the descriptor, sees the end and says so.
 */
#ifndef HTTP_WEB_H
#define HTTP_WEB_H

#include "fault.h"
#include "loop.h"

#include <microhttpd.h>
#include <sys/socket.h>

/* Who is connected, by the socket until libmicrohttpd has taken it, then by what begin() gave. */
struct web_guests {
    void (*enter)(void *context, int socket, const struct sockaddr *from);
    void *(*begin)(void *context, int socket);
    void (*leave)(void *context, void *guest);
    void (*drop)(void *context);                     /* those that were given and not taken are closed */
    int64_t (*sweep)(void *context, int64_t now_ms); /* sends away who is due, gives when the next one is */
};

struct web_setup {
    struct loop *loop;
    const char *name,
        *tls_name; /* of its settings, of those of the certificate, for messages: "admin", "listen" */
    const char *address;
    int port;
    char *const *certificate_file, *const *key_file; /* "": no TLS; looked at again by web_renew() */
    unsigned connections_max;                        /* libmicrohttpd's, above all that the guests let in */
    bool suspends;                                   /* requests may wait for their answer */
    MHD_AccessHandlerCallback request;               /* these have `context`, too */
    MHD_RequestCompletedCallback completed;
    const struct web_guests *guests;
    void *context;
};

struct web;

/* Listens; TLS 1.2 or later where there is a certificate. The setup's texts must outlive it. */
MUST_USE bool web_new(const struct web_setup *setup, struct web **web, struct fault *why);
void *web_free(struct web *web);

/* Reads certificate and key again; they count for new connections. On a failure the old ones stay. */
MUST_USE bool web_renew(struct web *web, struct fault *why);

/* Takes no more connections; those that there are go on. */
void web_close(struct web *web);

/* A request was resumed, or a guest's time has changed: looked at in the next turn of the loop. */
void web_hurry(struct web *web);

/* The port it listens on; what begin() gave for the connection. */
int web_port(const struct web *web);
void *web_guest(struct MHD_Connection *connection);

#endif
