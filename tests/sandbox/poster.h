/*
 * Posts notifications to whoever listens, one after the other, on a thread of its own: a listener that is slow or gone
 * never holds up the sandbox.
 *
 * Each post is on a connection of its own, so that nothing is sent again behind our back. The access token (RFC 6749
 * section 4.4, with Basic) is kept until the listener answers 401, or it ends; a post that got a 401 is made once more
 * with a new one.
 */
#ifndef SANDBOX_POSTER_H
#define SANDBOX_POSTER_H

#include "loop.h"

enum { LISTENER_TEXT_SIZE = 512, POST_WHAT_SIZE = 320 };

struct listener {
    char url[LISTENER_TEXT_SIZE];
    char token_url[LISTENER_TEXT_SIZE];
    char id[LISTENER_TEXT_SIZE];
    char secret[LISTENER_TEXT_SIZE];
    char ca_file[LISTENER_TEXT_SIZE]; /* "": the system's authorities */
};

struct post_result {
    int status;                /* the last one; 0: no reply came */
    unsigned posts;            /* how often it was posted: 0 without a token, 2 after a 401 */
    unsigned tokens;           /* fetched for it */
    char what[POST_WHAT_SIZE]; /* where there is no reply, why; else "" */
};

/* Called on the loop; both borrowed. */
typedef void poster_done_fn(void *owner, void *event, const struct post_result *result);

struct poster;

/* Starts the thread. FAULT_LOCAL when there is none to be had. */
MUST_USE bool poster_new(struct loop *loop, poster_done_fn *done, void *owner, struct poster **poster,
                         struct fault *why);

/* Breaks off what is under way. Accepts null. */
void *poster_free(struct poster *poster);

/* Posts a copy of the body; then `done` is called with the event. */
void poster_post(struct poster *poster, const struct listener *listener, const char *body, void *event);

/* Nothing that was posted so far is told to `done` any more; what has not begun is not posted. */
void poster_forget(struct poster *poster);

#endif
