/*
 * Who is connected to the port where posts are taken, and who must go.
 *
 * A connection has one request after the other. Whatever the other side has to do has a time: its headers, from the
 * connection on or, where it stays open, from the answer before; its body; taking the answer. Only while we have to do
 * something it has none. So half-sent requests and slow readers end. A new connection is always let in: where the places
 * are taken, the one goes that has been without a whole request for longest.
 *
 * Going means shutdown(): libmicrohttpd, which owns the descriptor, sees the end and says so (callers_leave).
 */
#ifndef HTTP_CALLERS_H
#define HTTP_CALLERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

enum {
    CALLERS_MAX = 1000,
    CALLERS_HEADERS_MS = 10000, /* from the connection on, TLS included */
    CALLERS_BODY_MS = 10000,    /* from the headers on */
    CALLERS_ANSWER_MS = 10000,  /* from the answer on */
    CALLERS_IDLE_MS = 60000     /* from the end of an answer to the end of the next headers */
};

struct caller {
    int socket; /* borrowed: libmicrohttpd closes it */
    bool begun; /* libmicrohttpd has taken it; before that nobody reports when it is closed */
    bool gone;
    bool last;      /* its next answer, or this one, is its last */
    bool whole;     /* its request is whole, and not answered yet */
    bool idle;      /* between two requests */
    int64_t due_ms; /* then it goes, by the loop's clock; INT64_MAX: it waits for us */
    TAILQ_ENTRY(caller) in_all;
};

/* In the order in which they were last without a request. */
struct callers {
    TAILQ_HEAD(caller_list, caller) list;
    size_t count; /* without those that are gone */
};

void callers_init(struct callers *callers);

/* Lets a connection in; another one may have to go. Owned by the list until it leaves. */
struct caller *callers_enter(struct callers *callers, int socket, int64_t now_ms);

/* libmicrohttpd has taken the connection of this socket; null when it is not known here. Borrowed. */
struct caller *callers_begin(struct callers *callers, int socket);

/* Forgets those that libmicrohttpd was given and has not taken: they are closed. */
void callers_drop(struct callers *callers);

/* The headers are there; the whole request is; it is being answered; the answer is sent. */
void callers_headers(struct caller *caller, int64_t now_ms);
void callers_whole(struct caller *caller);
void callers_answer(struct caller *caller, int64_t now_ms);
void callers_rest(struct callers *callers, struct caller *caller, int64_t now_ms);

/* From now on each answer is the connection's last, and those without a request go. */
void callers_end(struct callers *callers);

/* It is closed: forgets and frees it. */
void callers_leave(struct callers *callers, struct caller *caller);

/* Sends those away that are due; gives when the next one is, INT64_MAX when nobody has to do anything. */
int64_t callers_sweep(struct callers *callers, int64_t now_ms);

#endif
