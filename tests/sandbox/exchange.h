/*
 * One request and its reply on a connection; and the replies that misbehave on purpose.
 */
#ifndef SANDBOX_EXCHANGE_H
#define SANDBOX_EXCHANGE_H

#include "loop.h"
#include "reply.h"
#include "request.h"

#include <microhttpd.h>

struct sandbox;
struct tally;

enum exchange_stage {
    EXCHANGE_NEW,     /* the headers are there */
    EXCHANGE_READING, /* the body comes */
    EXCHANGE_WAITING, /* suspended until the timer fires */
    EXCHANGE_DUE,     /* the reply may go */
    EXCHANGE_SENT,    /* the HTTP library has the reply */
    EXCHANGE_STALLED, /* suspended for good, until the client goes or the sandbox ends */
    EXCHANGE_BROKEN,  /* to be closed */
};

struct exchange {
    struct loop *loop;
    struct sandbox *sandbox;
    struct MHD_Connection *connection;
    enum exchange_stage stage;
    struct request request;
    struct reply reply;
    struct tally *tally;
    int64_t cut_left; /* of the body, until the connection is closed unanswered; -1: it will not be */
    bool counted;     /* in flight: counts_end() is due */
    struct loop_timer timer;
    struct exchange *next; /* the server's list of all */
    struct exchange *previous;
};

/* Suspends the connection until the reply is due: after its delay, or an event that it must not overtake. */
void exchange_wait(struct exchange *exchange);

/* The event was posted: a reply that waits for it is due, after its delay. */
void exchange_told(struct exchange *exchange, uint64_t event);

/*
 * The headers, or more of the body, have come. False when the request was to be cut here: the connection is to be
 * closed, and nothing is done.
 */
bool exchange_goes_on(struct exchange *exchange, size_t more);

/* Hands the reply to the HTTP library, or lets it go wrong as asked. */
enum MHD_Result exchange_send(struct exchange *exchange);

/* For the end of the sandbox: no connection may stay suspended. */
void exchange_break(struct exchange *exchange);

/* It is answered: no longer in flight. May be called twice. */
void exchange_ended(struct exchange *exchange);

#endif
