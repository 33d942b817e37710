/*
 * Nothing runs late, and nothing is sent twice by libcurl itself (PROMISE.md R7): the real client against a server that
 * counts what arrives whole.
 */
#include "client.h"

#include "memory.h"

#include <CUnit/CUnit.h>
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Answers the first request of the first connection, reads the second whole and closes without an answer, as a kept
 * connection dies; answers everything on later connections.
 */
struct server {
    int listener;
    pthread_t thread;
    atomic_uint posts; /* that arrived whole */
};

static void open_listener(struct server *server, int receive_bytes)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    *server = (struct server){.listener = socket(AF_INET, SOCK_STREAM, 0)};
    if (receive_bytes > 0)
        setsockopt(server->listener, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    if (bind(server->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(server->listener, 10) != 0)
        abort();
}

static void url_of(const struct server *server, char url[64])
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;

    if (getsockname(server->listener, (struct sockaddr *)&address, &length) != 0)
        abort();
    snprintf(url, 64, "http://127.0.0.1:%d/x", ntohs(address.sin_port));
}

/* Reads one request with its body; false at the end of the connection. */
static bool read_request(int connection, bool *is_post)
{
    char text[4096] = "";
    size_t length = 0;

    for (;;) {
        ssize_t count = recv(connection, text + length, sizeof text - 1 - length, 0);
        if (count <= 0)
            return false;
        length += (size_t)count;
        text[length] = '\0';
        const char *end = strstr(text, "\r\n\r\n"), *size = strcasestr(text, "Content-Length:");
        if (end == NULL)
            continue;
        size_t body = size != NULL && size < end ? strtoul(size + 15, NULL, 10) : 0;
        if (length < (size_t)(end - text) + 4 + body)
            continue;
        *is_post = strncmp(text, "POST", 4) == 0;
        return true;
    }
}

static void *serve(void *context)
{
    static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    struct server *server = context;
    bool is_post = false;

    for (unsigned connections = 0;; connections++) {
        int connection = accept(server->listener, NULL, NULL);
        if (connection < 0)
            return NULL;
        for (unsigned requests = 0; read_request(connection, &is_post); requests++) {
            server->posts += is_post;
            if ((connections == 0 && requests == 1) ||
                send(connection, reply, sizeof reply - 1, MSG_NOSIGNAL) < 0)
                break;
        }
        close(connection);
    }
}

/* A client on a loop of its own. */
struct caller {
    struct settings settings;
    struct loop *loop;
    struct http_client *client;
    enum http_end end;
    int status;
    char body[100];
    unsigned asked, allowed; /* permissions */
};

static void done(void *context, const struct http_reply *reply)
{
    struct caller *caller = context;

    caller->end = reply->end;
    caller->status = reply->status;
    snprintf(caller->body, sizeof caller->body, "%.*s", (int)reply->length, reply->body);
    loop_stop(caller->loop);
}

static bool permit(void *context)
{
    struct caller *caller = context;

    return ++caller->asked <= caller->allowed;
}

static void open_caller(struct caller *caller)
{
    struct problems problems = {0};
    struct fault why;

    *caller = (struct caller){.allowed = 1000};
    settings_load(NULL, (char *[]){NULL}, &caller->settings, &problems);
    problems_release(&problems);
    if (!loop_new(&caller->loop, &why) ||
        !http_client_new(&caller->settings, caller->loop, &caller->client, &why))
        abort();
}

static void close_caller(struct caller *caller)
{
    http_client_free(caller->client);
    loop_free(caller->loop);
    settings_release(&caller->settings);
}

static enum http_end call(struct caller *caller, const char *method, const char *url, const char *body,
                          bool asks)
{
    const struct http_request request = {.method = method,
                                         .url = url,
                                         .body = body,
                                         .body_length = body == NULL ? 0 : strlen(body),
                                         .connect_timeout_ms = 5000,
                                         .call_timeout_ms = 10000,
                                         .tcp_user_timeout_ms = 5000,
                                         .reply_max_bytes = 1000,
                                         .idle_max_ms = 60000,
                                         .permit = asks ? permit : NULL};
    struct fault why;

    if (!http_client_start(caller->client, &request, done, caller, &why) || !loop_run(caller->loop, &why))
        abort();
    return caller->end;
}

static const struct {
    const char *name, *body;
    bool asks;
    unsigned allowed;
    enum http_end end;
    unsigned posts;
} cases[] = {
    /* That it can fail: libcurl takes another way by itself when the kept connection dies. */
    {"without permission a call without a body goes twice", NULL, false, 1000, HTTP_REPLIED, 2},
    {"without a body", NULL, true, 1000, HTTP_CUT, 1},
    {"with a body", "{\"a\": 1}", true, 1000, HTTP_CUT, 1},
    {"with a body, and nobody is asked: it cannot be read again", "{\"a\": 1}", false, 1000, HTTP_CUT, 1},
    {"not allowed", "{\"a\": 1}", true, 0, HTTP_UNSENT, 0},
    {"not allowed any more when the body goes", "{\"a\": 1}", true, 1, HTTP_CUT, 0},
};

static void a_kept_connection_dies(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct server server;
        struct caller caller;
        char url[64];
        open_listener(&server, 0);
        url_of(&server, url);
        pthread_create(&server.thread, NULL, serve, &server);
        open_caller(&caller);
        CU_ASSERT_EQUAL(call(&caller, "GET", url, NULL, false), HTTP_REPLIED);
        caller.allowed = cases[i].allowed;
        enum http_end end = call(&caller, "POST", url, cases[i].body, cases[i].asks);
        close_caller(&caller);
        shutdown(server.listener, SHUT_RDWR);
        pthread_join(server.thread, NULL);
        close(server.listener);
        /* Newer libcurl asks for the body before it sends the head: then it is known that nothing left. */
        bool unsent = end == HTTP_UNSENT && cases[i].posts == 0;
        if ((end != cases[i].end && !unsent) || server.posts != cases[i].posts) {
            printf("\n  %s: end %d, %u posts", cases[i].name, (int)end, (unsigned)server.posts);
            CU_FAIL("case above");
        }
    }
}

/*
 * Answers each connection's first request and, when a byte comes through the pipe, sends a reply that nobody asked for;
 * counts requests.
 */
struct odd_server {
    struct server server;
    const char *unasked;
    int told[2], done[2]; /* pipes: a byte each way */
    atomic_uint connections;
};

static void *serve_oddly(void *context)
{
    static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    struct odd_server *odd = context;
    bool is_post = false;
    char byte = 0;

    for (int connection; (connection = accept(odd->server.listener, NULL, NULL)) >= 0; close(connection)) {
        bool first = odd->connections++ == 0;
        while (read_request(connection, &is_post)) {
            odd->server.posts += is_post;
            if (send(connection, reply, sizeof reply - 1, MSG_NOSIGNAL) < 0)
                break;
            if (!first || read(odd->told[0], &byte, 1) != 1)
                continue;
            first = false;
            if (send(connection, odd->unasked, strlen(odd->unasked), MSG_NOSIGNAL) < 0 ||
                write(odd->done[1], "x", 1) != 1)
                break;
        }
    }
    return NULL;
}

static const struct {
    const char *name, *unasked, *method;
    bool asks;
} unasked[] = {
    {"a second reply", "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nno", "POST", true},
    {"a second reply, and a call that only reads", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno", "GET",
     false},
    {"a gateway's 408", "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
     "POST", true},
    {"half a line", "HTTP", "POST", true},
};

static void a_connection_with_something_to_read_is_not_used(void)
{
    for (size_t i = 0; i < COUNT_OF(unasked); i++) {
        struct odd_server odd = {.unasked = unasked[i].unasked};
        struct caller caller;
        char url[64], byte;
        open_listener(&odd.server, 0);
        url_of(&odd.server, url);
        if (pipe(odd.told) != 0 || pipe(odd.done) != 0)
            abort();
        pthread_create(&odd.server.thread, NULL, serve_oddly, &odd);
        open_caller(&caller);
        CU_ASSERT_EQUAL(call(&caller, "GET", url, NULL, false), HTTP_REPLIED);
        CU_ASSERT_EQUAL(write(odd.told[1], "x", 1), 1);
        CU_ASSERT_EQUAL(read(odd.done[0], &byte, 1), 1);
        bool posts = strcmp(unasked[i].method, "POST") == 0;
        CU_ASSERT_EQUAL(call(&caller, unasked[i].method, url, posts ? "{}" : NULL, unasked[i].asks),
                        HTTP_REPLIED);
        CU_ASSERT_STRING_EQUAL(caller.body, "ok");
        CU_ASSERT_EQUAL(caller.status, 200);
        close_caller(&caller);
        shutdown(odd.server.listener, SHUT_RDWR);
        pthread_join(odd.server.thread, NULL);
        close(odd.server.listener);
        if (odd.connections != 2 || odd.server.posts != posts) {
            printf("\n  %s: %u connections, %u posts", unasked[i].name, (unsigned)odd.connections,
                   (unsigned)odd.server.posts);
            CU_FAIL("case above");
        }
    }
}

enum { LARGE = 300000, LITTLE = 4096 };

/* Sends LARGE bytes to a server that does not read, through the client or a plain socket; ends only by a signal. */
static void send_and_wait(const char *url, bool by_client)
{
    char *body = memory_new(LARGE + 1, 1);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct caller caller;

    memset(body, 'x', LARGE);
    if (by_client) {
        open_caller(&caller);
        call(&caller, "POST", url, body, true);
    } else {
        int plain = socket(AF_INET, SOCK_STREAM, 0);
        address.sin_port = htons((uint16_t)strtoul(strrchr(url, ':') + 1, NULL, 10));
        if (connect(plain, (struct sockaddr *)&address, sizeof address) != 0 ||
            send(plain, body, LARGE, 0) < 0)
            _exit(1);
    }
    for (;;)
        pause();
}

/* How many bytes arrive of a process that was killed while they were in its socket's buffer. */
static size_t bytes_of_a_killed(bool by_client)
{
    struct server server;
    char url[64], bytes[65536];
    size_t total = 0;
    int waiting = 0, before = -1;

    open_listener(&server, LITTLE);
    url_of(&server, url);
    pid_t child = fork();
    if (child == 0)
        send_and_wait(url, by_client);
    int connection = accept(server.listener, NULL, NULL);
    do { /* until no more comes: the window is full, the rest lies with the sender */
        before = waiting;
        struct timeval tick = {.tv_usec = 100000};
        select(0, NULL, NULL, NULL, &tick);
        ioctl(connection, FIONREAD, &waiting);
    } while (waiting == 0 || waiting != before);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    for (ssize_t count; (count = recv(connection, bytes, sizeof bytes, 0)) > 0;)
        total += (size_t)count;
    close(connection);
    close(server.listener);
    return total;
}

static void a_killed_process_delivers_nothing_more(void)
{
    CU_ASSERT_EQUAL(bytes_of_a_killed(false), LARGE); /* without SO_LINGER the kernel goes on for the dead */
    CU_ASSERT(bytes_of_a_killed(true) < LARGE / 2);
}

CU_TestInfo test_transfer[] = {
    {"a kept connection dies", a_kept_connection_dies},
    {"a connection with something to read is not used", a_connection_with_something_to_read_is_not_used},
    {"a killed process delivers nothing more", a_killed_process_delivers_nothing_more},
    CU_TEST_INFO_NULL};
