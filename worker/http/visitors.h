/*
 * Who is connected to the operators' pages, and who must go.
 *
 * Each connection has one request. It is *waiting* until its headers are there, for 2 s at most; then it is answered with
 * a *page* or with its *health*. Each of the three has a number of places of its own, so that half-sent requests and slow
 * readers take none of the health's; one client address gets a part of them. A new connection is always let in: where the
 * places are taken, the one that waited longest goes. So 70 half-sent requests, or 7,000, only drive out each other.
 *
 * Going means shutdown(): libmicrohttpd, which owns the descriptor, sees the end and says so (visitors_leave).
 */
#ifndef HTTP_VISITORS_H
#define HTTP_VISITORS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

enum {
    VISITORS_WAITING_MAX = 32,
    VISITORS_WAITING_OF_ADDRESS_MAX = 8,
    VISITORS_PAGES_MAX = 16,
    VISITORS_PAGES_OF_ADDRESS_MAX = 8,
    VISITORS_HEALTH_MAX = 16,
    VISITORS_HEADERS_MS = 2000, /* from the connection on, TLS included */
    VISITORS_PAGE_MS = 30000,   /* from the headers on */
    VISITORS_HEALTH_MS = 2000,
};

enum visit { VISIT_WAITING, VISIT_PAGE, VISIT_HEALTH, VISIT_GONE };

struct visitor {
    int socket; /* borrowed: libmicrohttpd closes it */
    bool begun; /* libmicrohttpd has taken it; before that nobody reports when it is closed */
    enum visit state;
    int64_t due_ms; /* then it goes; by the loop's clock */
    struct in6_addr from;
    TAILQ_ENTRY(visitor) in_all;
};

/* In the order in which they came into their state. */
TAILQ_HEAD(visitors, visitor);

/* Lets a connection in, from an IPv4 or IPv6 address; another one may have to go. Owned by the list until it leaves. */
struct visitor *visitors_enter(struct visitors *visitors, int socket, const struct sockaddr *from,
                               int64_t now_ms);

/* libmicrohttpd has taken the connection of this socket; null when it is not known here. Borrowed. */
struct visitor *visitors_begin(struct visitors *visitors, int socket);

/* Forgets those that libmicrohttpd was given and has not taken: they are closed. */
void visitors_drop(struct visitors *visitors);

/* Its headers are there. False: it must be closed, since all places for pages are taken. */
bool visitors_ask(struct visitors *visitors, struct visitor *visitor, bool health, int64_t now_ms);

/* It is closed: forgets and frees it. */
void visitors_leave(struct visitors *visitors, struct visitor *visitor);

/* Sends those away that are due; gives when the next one is, INT64_MAX when nobody is here. */
int64_t visitors_sweep(struct visitors *visitors, int64_t now_ms);

#endif
