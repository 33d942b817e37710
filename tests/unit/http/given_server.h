/*
 * An HTTP server of the test's own, on the loop of what is tested: it answers what the test says, keeps what was asked.
 * What does not work ends the program: the test is wrong then.
 */
#ifndef TESTS_HTTP_GIVEN_SERVER_H
#define TESTS_HTTP_GIVEN_SERVER_H

#include "buffer.h"
#include "config.h"

#include "../base/given_loop.h"

enum { GIVEN_REQUESTS_MAX = 64, GIVEN_CONNECTIONS_MAX = 128 };

enum given_how { GIVEN_ANSWER, GIVEN_SILENCE, GIVEN_END, GIVEN_ANSWER_AND_END, GIVEN_RAW, GIVEN_RAW_OPEN };

struct given_reply {
    const char *status;  /* "200 OK" */
    const char *headers; /* whole lines; null: none. Content-Length is added */
    const char *body;    /* null: empty */
    enum given_how how;  /* GIVEN_RAW: `body` is all there is, then the connection ends; _OPEN: it does not */
};

struct given_server {
    struct loop *loop;
    int listener, port;
    const struct given_reply *replies; /* in turn, the last of them again and again */
    size_t reply_count;
    char *requests[GIVEN_REQUESTS_MAX]; /* the first ones, head and body */
    size_t request_count, connection_count;
    struct given_connection {
        struct given_server *server;
        int socket; /* -1: it has ended */
        struct buffer came;
    } connections[GIVEN_CONNECTIONS_MAX];
};

void given_server_open(struct given_server *server, struct loop *loop, const struct given_reply *replies,
                       size_t count);
void given_server_close(struct given_server *server);

/* The text of the request, from 0; "" when there was none. */
const char *given_request(const struct given_server *server, size_t index);

/* "http://127.0.0.1:<port><path>"; valid until the next call but three. */
const char *given_url(const struct given_server *server, const char *path);

/* The settings as they are without any file, with the port of no API called. */
void given_defaults(struct settings *settings);

/* Replaces a text of the settings. */
void given_set(char **text, const char *value);

/* So far ahead are the clocks of this process: given_clock.c. The loop is hurried, so that timers see it. */
void given_jump(struct loop *loop, int64_t ms);

/* A key and a certificate for it as PEM files; `issuer` null: it signs itself and is an authority. */
struct given_pair {
    char certificate[64], key[64]; /* paths */
    void *x509, *private_key;
};
void given_pair_make(struct given_pair *pair, const char *name, const struct given_pair *issuer,
                     char *key_password);
void given_pair_end(struct given_pair *pair);

#endif
