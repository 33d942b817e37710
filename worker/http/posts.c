/* Collects posted bodies, lets requests wait for their answer, and answers them. */
#include "posts.h"

#include "buffer.h"
#include "callers.h"
#include "invariant.h"
#include "memory.h"
#include "web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIBRARY_CONNECTIONS = CALLERS_MAX + 100, /* those that are just going */
    DISCARDED_MAX = 1 << 20
};

enum post_state { POST_READING, POST_WAITING, POST_ANSWERED };

struct post {
    struct MHD_Connection *connection;
    enum post_state state;
    bool suspended;
    bool queued;         /* the answer is libmicrohttpd's */
    size_t declared;     /* bytes that are counted for it */
    struct buffer bytes; /* of the body */
    void *purpose;
    struct MHD_Response *response;
    int status;
    TAILQ_ENTRY(post) in_all;
};

struct posts {
    struct posts_setup setup;
    struct web *web;
    struct callers callers;
    TAILQ_HEAD(, post) all;
    size_t busy, body_bytes;
    bool closing;
};

static struct post_reply busy_reply(void)
{
    return (struct post_reply){.status = MHD_HTTP_SERVICE_UNAVAILABLE, .retry_after_s = POSTS_AGAIN_S};
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    if (value != NULL)
        MHD_add_response_header(response, name, value);
}

/* Null: out of memory. */
static struct MHD_Response *response_of(const struct post_reply *reply, bool last)
{
    size_t length = reply->content_type == NULL ? 0 : strlen(reply->body);
    char *body = reply->content_type == NULL ? memory_text("") : memory_text(reply->body), number[24];
    struct MHD_Response *response = MHD_create_response_from_buffer(length, body, MHD_RESPMEM_MUST_FREE);

    if (response == NULL) {
        memory_free(body);
        return NULL;
    }
    snprintf(number, sizeof number, "%d", reply->retry_after_s);
    add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
    add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    add_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, reply->authenticate);
    add_header(response, MHD_HTTP_HEADER_ALLOW, reply->allow);
    add_header(response, MHD_HTTP_HEADER_RETRY_AFTER, reply->retry_after_s > 0 ? number : NULL);
    add_header(response, MHD_HTTP_HEADER_CONNECTION, last ? "close" : NULL);
    return response;
}

static enum MHD_Result queue(struct post *post)
{
    struct caller *caller = web_guest(post->connection);

    if (post->response == NULL)
        return MHD_NO;
    if (caller != NULL)
        callers_answer(caller, loop_clock_ms());
    post->queued = true;
    return MHD_queue_response(post->connection, (unsigned)post->status, post->response);
}

static void set_reply(const struct posts *posts, struct post *post, const struct post_reply *reply)
{
    const struct caller *caller = web_guest(post->connection);

    REQUIRE(post->state != POST_ANSWERED);
    post->state = POST_ANSWERED;
    post->status = reply->status;
    post->response = response_of(reply, posts->closing || (caller != NULL && caller->last));
}

void posts_answer(struct posts *posts, struct post *post, const struct post_reply *reply)
{
    set_reply(posts, post, reply);
    if (!post->suspended)
        return;
    post->suspended = false;
    MHD_resume_connection(post->connection);
    web_hurry(posts->web);
}

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static bool reserve(struct posts *posts, struct post *post, size_t bytes)
{
    if (bytes > POSTS_BODIES_MAX - posts->body_bytes)
        return false;
    posts->body_bytes += bytes;
    post->declared += bytes;
    return true;
}

/*
 * Of who is refused the body is read all the same, and not kept: a connection that is closed with bytes unread is reset,
 * and the other side may never see the answer. Not if it is large, or the other side waits for leave to send it.
 */
static bool body_is_awaited(struct MHD_Connection *connection, const char *declared)
{
    bool large = declared != NULL && strtoull(declared, NULL, 10) > DISCARDED_MAX;

    return !large && header_of(connection, MHD_HTTP_HEADER_EXPECT) == NULL;
}

/* What is there when the headers are: refused, or a body is awaited. */
static enum MHD_Result begin_post(struct posts *posts, struct MHD_Connection *connection, const char *method,
                                  const char *path, void **state)
{
    const struct post_head head = {method, path, header_of(connection, MHD_HTTP_HEADER_AUTHORIZATION),
                                   header_of(connection, MHD_HTTP_HEADER_CONTENT_TYPE)};
    const char *declared = header_of(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
    struct caller *caller = web_guest(connection);
    struct post *post = memory_new(1, sizeof *post);
    struct post_reply reply = {0};
    size_t body_max = 0;

    *post = (struct post){.connection = connection};
    TAILQ_INSERT_TAIL(&posts->all, post, in_all);
    posts->busy++;
    *state = post;
    if (caller != NULL)
        callers_headers(caller, loop_clock_ms());
    if (!posts->setup.calls->head(posts->setup.context, &head, &body_max, &post->purpose, &reply)) {
        set_reply(posts, post, &reply);
    } else if (declared != NULL && strtoull(declared, NULL, 10) > body_max) {
        posts->setup.calls->too_large(posts->setup.context, post->purpose, &reply);
        set_reply(posts, post, &reply);
    }
    buffer_init(&post->bytes, body_max);
    return post->state == POST_ANSWERED && !body_is_awaited(connection, declared) ? queue(post) : MHD_YES;
}

/* A part of the body. What is too large is read to its end, within its time: only then can it be answered. */
static void take(struct posts *posts, struct post *post, const char *bytes, size_t length)
{
    struct post_reply reply = busy_reply();

    if (post->state != POST_READING)
        return;
    bool room = reserve(posts, post, length);
    if (room)
        buffer_add(&post->bytes, bytes, length);
    if (room && !post->bytes.full)
        return;
    if (room)
        posts->setup.calls->too_large(posts->setup.context, post->purpose, &reply);
    set_reply(posts, post, &reply);
    posts->body_bytes -= post->declared;
    post->declared = 0;
    buffer_release(&post->bytes);
}

static enum MHD_Result finish(struct posts *posts, struct post *post)
{
    struct caller *caller = web_guest(post->connection);

    if (post->state == POST_READING) {
        post->state = POST_WAITING;
        if (caller != NULL)
            callers_whole(caller);
        posts->setup.calls->body(posts->setup.context, post, post->purpose,
                                 header_of(post->connection, MHD_HTTP_HEADER_AUTHORIZATION),
                                 header_of(post->connection, MHD_HTTP_HEADER_CONTENT_TYPE),
                                 buffer_text(&post->bytes), post->bytes.length);
        posts->body_bytes -= post->declared;
        post->declared = 0;
        buffer_release(&post->bytes);
    }
    if (post->state == POST_ANSWERED)
        return queue(post);
    post->suspended = true;
    MHD_suspend_connection(post->connection);
    return MHD_YES;
}

static enum MHD_Result request(void *context, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *data, size_t *data_length,
                               void **state)
{
    struct posts *posts = context;
    struct post *post = *state;

    (void)version;
    if (web_guest(connection) == NULL)
        return MHD_NO;
    if (post == NULL)
        return begin_post(posts, connection, method, url, state);
    if (*data_length == 0)
        return finish(posts, post);
    take(posts, post, data, *data_length);
    *data_length = 0;
    return MHD_YES;
}

static void completed(void *context, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode code)
{
    struct posts *posts = context;
    struct post *post = *state;
    struct caller *caller = web_guest(connection);

    (void)code;
    if (post == NULL)
        return;
    REQUIRE(posts->busy > 0 &&
            post->state != POST_WAITING); /* one that waits is suspended, and does not end */
    *state = NULL;
    if (post->response != NULL)
        MHD_destroy_response(post->response);
    posts->body_bytes -= post->declared;
    buffer_release(&post->bytes);
    TAILQ_REMOVE(&posts->all, post, in_all);
    memory_free(post);
    posts->busy--;
    if (caller != NULL)
        callers_rest(&posts->callers, caller, loop_clock_ms());
}

static void enter(void *context, int socket, const struct sockaddr *from)
{
    struct posts *posts = context;

    (void)from;
    callers_enter(&posts->callers, socket, loop_clock_ms());
}

static void *begin(void *context, int socket)
{
    struct posts *posts = context;

    return callers_begin(&posts->callers, socket);
}

static void leave(void *context, void *guest)
{
    struct posts *posts = context;

    callers_leave(&posts->callers, guest);
}

static void drop(void *context)
{
    struct posts *posts = context;

    callers_drop(&posts->callers);
}

static int64_t sweep(void *context, int64_t now_ms)
{
    struct posts *posts = context;

    return callers_sweep(&posts->callers, now_ms);
}

bool posts_new(const struct posts_setup *given, struct posts **out, struct fault *why)
{
    static const struct web_guests guests = {enter, begin, leave, drop, sweep};
    struct posts *posts = memory_new(1, sizeof *posts);

    *posts = (struct posts){.setup = *given};
    callers_init(&posts->callers);
    TAILQ_INIT(&posts->all);
    const struct web_setup setup = {.loop = given->loop,
                                    .name = given->name,
                                    .tls_name = given->name,
                                    .address = given->address,
                                    .port = given->port,
                                    .certificate_file = given->certificate_file,
                                    .key_file = given->key_file,
                                    .connections_max = LIBRARY_CONNECTIONS,
                                    .suspends = true,
                                    .request = request,
                                    .completed = completed,
                                    .guests = &guests,
                                    .context = posts};
    if (!web_new(&setup, &posts->web, why)) {
        memory_free(posts);
        return false;
    }
    *out = posts;
    return true;
}

void *posts_free(struct posts *posts)
{
    struct post_reply reply = busy_reply();
    struct post *post;

    if (posts == NULL)
        return NULL;
    TAILQ_FOREACH(post, &posts->all, in_all) {
        if (post->state == POST_WAITING) /* libmicrohttpd does not stop while one is suspended */
            posts_answer(posts, post, &reply);
    }
    web_free(posts->web);
    return memory_free(posts);
}

bool posts_renew(struct posts *posts, struct fault *why)
{
    TRY(web_renew(posts->web, why));
    callers_end(&posts->callers); /* of the certificate before */
    web_hurry(posts->web);
    return true;
}

void posts_close(struct posts *posts)
{
    posts->closing = true;
    web_close(posts->web);
    callers_end(&posts->callers);
    web_hurry(posts->web);
}

size_t posts_busy(const struct posts *posts)
{
    return posts->busy;
}

size_t posts_connections(const struct posts *posts)
{
    return posts->callers.count;
}

int posts_port(const struct posts *posts)
{
    return web_port(posts->web);
}
