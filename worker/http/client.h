/*
 * HTTP calls on the loop: libcurl's multi handle, driven by its sockets and timer.
 *
 * A call ends exactly once, by its callback: with a whole reply, or with how it failed and whether a byte of it can
 * have left this machine. Connections are kept and reused; two deadlines hold for each call; a reply has a cap.
 * HTTP/1.1 only: a refused HTTP/2 stream would be another way to lose track of what was sent.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "config.h"
#include "loop.h"
#include "tree.h"

enum { HTTP_HEADERS_MAX = 24 };

struct http_header {
    const char *name, *value;
};

/* Whose certificates are trusted, and which one is shown; "" for none of its own. All borrowed. */
struct http_tls {
    const char *ca_file, *certificate_file, *key_file;
    const struct secret *key_password;
    bool verify;
};

struct http_request {
    const char *method, *url;
    const char *peer;           /* whom we call, for sentences; null: BT. Must outlive the call */
    const struct http_tls *tls; /* null: BT's, of the settings */
    struct http_header headers[HTTP_HEADERS_MAX];
    size_t header_count;
    const char *body; /* null: none; copied */
    size_t body_length;
    const char *user; /* basic authentication; null: none */
    const struct secret *password;
    const struct secret *bearer; /* Authorization: Bearer; null: none */
    int64_t connect_timeout_ms, call_timeout_ms, tcp_user_timeout_ms;
    size_t reply_max_bytes;
    int64_t retry_after_max_ms; /* a longer Retry-After counts as this */
    int64_t idle_max_ms;        /* a kept connection that was idle for longer is not used; whole seconds */
    bool fresh;                 /* never a kept connection, and this one is not kept */
    bool compressed;            /* gzip and deflate may come; the caps count what is unpacked */
    bool want_headers;          /* the reply's headers, for whoever looks at them */
    /*
     * A call that must not be sent twice asks here, with the call's context, before its first byte and when its body
     * goes; false stops it. A second way to BT within one call, which libcurl would take by itself when a kept
     * connection dies, is never allowed (PROMISE.md R7). Null: a call that may be repeated.
     */
    bool (*permit)(void *context);
};

enum http_end {
    HTTP_UNSENT, /* known: no byte was handed over */
    HTTP_REPLIED,
    HTTP_TIMED_OUT,
    HTTP_CUT,
    HTTP_TOO_LARGE,
    HTTP_NOT_ACCEPTED, /* the server refuses our client certificate: no request was looked at */
};

/* What came of a call. All borrowed for the callback. */
struct http_reply {
    enum http_end end;
    bool kept;  /* it came on a connection that had carried another call before */
    int status; /* 0: none came */
    const char *body;
    size_t length;
    struct json_object *headers; /* {"lower-case name": "value"}; null: none came, or not wanted */
    int64_t retry_after_ms;      /* -1: not asked */
    const char *location;        /* where a redirect leads, perhaps cut; "" none. It is never followed */
    const char *what;            /* how it failed, one sentence; "" when it did not */
};

typedef void http_done_fn(void *context, const struct http_reply *reply);

struct http_client;

/* `settings`: TLS files and verification; must outlive the client. */
MUST_USE bool http_client_new(const struct settings *settings, struct loop *loop, struct http_client **client,
                              struct fault *why);

/* Drops running calls without their callbacks. Accepts null. */
void *http_client_free(struct http_client *client);

/*
 * Starts a call. What `request` points to may go after the return. `done` is called on the loop, never from here.
 * FAULT_INPUT: the URL or a header cannot be used.
 */
MUST_USE bool http_client_start(struct http_client *client, const struct http_request *request,
                                http_done_fn *done, void *context, struct fault *why);

/* How many connections may be kept and used at once. */
void http_client_limit(struct http_client *client, long connections);

#endif
