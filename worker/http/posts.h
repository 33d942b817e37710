/*
 * The HTTP server for what others post to us: requests with a body, whose answer may come later, on the loop.
 *
 * Whoever uses it is asked twice: with the headers, before any of the body is taken, so that a stranger's body costs
 * nothing; and with the whole body. Connections stay open; callers.h keeps their times. All bodies together take
 * POSTS_BODIES_MAX bytes at most: who comes when they are taken is asked to come again (503).
 */
#ifndef HTTP_POSTS_H
#define HTTP_POSTS_H

#include "loop.h"

#include <stddef.h>

enum { POSTS_BODIES_MAX = 32 << 20, POSTS_AGAIN_S = 5 /* Retry-After */ };

struct posts;
struct post; /* one request, until it is answered */

/* What the headers say; texts are null where there is none, and borrowed. */
struct post_head {
    const char *method, *path, *authorization, *content_type;
};

struct post_reply {
    int status;
    const char *content_type; /* null: no body */
    const char *body;
    const char *authenticate; /* WWW-Authenticate; null: none */
    const char *allow;        /* Allow; null: none */
    int retry_after_s;        /* 0: none */
};

/*
 * head(): false: it is refused with *reply. True: a body of at most *body_max bytes is taken; a larger one is refused by
 * itself with `too_large`. body(): answers with posts_answer(), now or later; `bytes` are borrowed until it returns.
 */
struct posts_calls {
    bool (*head)(void *context, const struct post_head *head, size_t *body_max, void **purpose,
                 struct post_reply *reply);
    void (*body)(void *context, struct post *post, void *purpose, const char *authorization,
                 const char *content_type, const char *bytes, size_t length);
    void (*too_large)(void *context, void *purpose, struct post_reply *reply);
};

struct posts_setup {
    struct loop *loop;
    const char *name; /* of its settings: "listen" */
    const char *address;
    int port;
    char *const *certificate_file, *const *key_file; /* "": no TLS; looked at again by posts_renew() */
    const struct posts_calls *calls;
    void *context;
};

/* Listens. The setup's texts must outlive it. */
MUST_USE bool posts_new(const struct posts_setup *setup, struct posts **posts, struct fault *why);

/* What is not answered yet is answered 503. Accepts null. */
void *posts_free(struct posts *posts);

/* Answers a request, once. The texts are copied. */
void posts_answer(struct posts *posts, struct post *post, const struct post_reply *reply);

/* Reads certificate and key again; they count for new connections. On a failure the old ones stay. */
MUST_USE bool posts_renew(struct posts *posts, struct fault *why);

/* Takes no more connections, and ends each with its next answer. */
void posts_close(struct posts *posts);

/* Requests whose headers are there and whose answer is not sent; connections; the port. */
size_t posts_busy(const struct posts *posts);
size_t posts_connections(const struct posts *posts);
int posts_port(const struct posts *posts);

#endif
