/* Posts as a sender sees them: bodies, answers that come later, and connections that end. */
#include "posts.h"

#include "callers.h"
#include "given_server.h"
#include "memory.h"

#include <CUnit/CUnit.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BODY_MAX = 1000, KEPT_MAX = 8 };

struct given {
    struct loop *loop;
    struct posts *posts;
    char *certificate, *key;
    struct post *kept[KEPT_MAX];
    size_t kept_count, bodies;
    char *last_body;
};

/* /refused is refused with its headers; /later is answered by the test; the others get their length back. */
static bool head(void *context, const struct post_head *asked, size_t *body_max, void **purpose,
                 struct post_reply *reply)
{
    (void)context;
    *body_max = BODY_MAX;
    *purpose = strcmp(asked->path, "/later") == 0 ? context : NULL;
    *reply = (struct post_reply){.status = 401, .authenticate = "Bearer"};
    return strcmp(asked->path, "/refused") != 0;
}

static void body(void *context, struct post *post, void *purpose, const char *authorization, const char *type,
                 const char *bytes, size_t length)
{
    struct given *given = context;
    char text[100];

    given->bodies++;
    memory_free(given->last_body);
    given->last_body = memory_text_of(bytes, length);
    if (purpose != NULL) {
        given->kept[given->kept_count++] = post;
        return;
    }
    snprintf(text, sizeof text, "%zu %s %s", length, authorization == NULL ? "-" : authorization,
             type == NULL ? "-" : type);
    posts_answer(given->posts, post,
                 &(struct post_reply){.status = 201, .content_type = "text/plain", .body = text});
}

static void too_large(void *context, void *purpose, struct post_reply *reply)
{
    (void)context;
    (void)purpose;
    *reply = (struct post_reply){.status = 413};
}

static void begin(struct given *given)
{
    static const struct posts_calls calls = {head, body, too_large};
    struct fault why = {.text = ""};

    *given = (struct given){.certificate = memory_text(""), .key = memory_text("")};
    if (!loop_new(&given->loop, &why))
        abort();
    const struct posts_setup setup = {.loop = given->loop,
                                      .name = "listen",
                                      .address = "127.0.0.1",
                                      .certificate_file = &given->certificate,
                                      .key_file = &given->key,
                                      .calls = &calls,
                                      .context = given};
    if (!posts_new(&setup, &given->posts, &why)) {
        printf("\n  %s", why.text);
        abort();
    }
}

static void end(struct given *given)
{
    posts_free(given->posts);
    loop_free(given->loop);
    memory_free(given->certificate);
    memory_free(given->key);
    memory_free(given->last_body);
}

/* A sender: what it reads is counted by answers. */
struct sender {
    struct given *given;
    int socket;
    struct buffer came;
    size_t answers, ended;
};

static void readable(void *context, uint32_t events)
{
    struct sender *sender = context;
    char bytes[4096];
    ssize_t count = recv(sender->socket, bytes, sizeof bytes, MSG_DONTWAIT);

    (void)events;
    if (count > 0) {
        buffer_add(&sender->came, bytes, (size_t)count);
        sender->answers = 0;
        for (const char *at = buffer_text(&sender->came); (at = strstr(at, "HTTP/1.1 ")) != NULL; at++)
            sender->answers += strncmp(at, "HTTP/1.1 100", 12) != 0;
        return;
    }
    sender->ended = 1;
    loop_forget(sender->given->loop, sender->socket);
}

static void come(struct sender *sender, struct given *given)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct fault why;

    *sender = (struct sender){.given = given, .socket = socket(AF_INET, SOCK_STREAM, 0)};
    buffer_init(&sender->came, 1 << 20);
    address.sin_port = htons((uint16_t)posts_port(given->posts));
    if (connect(sender->socket, (struct sockaddr *)&address, sizeof address) != 0 ||
        !loop_watch(given->loop, sender->socket, EPOLLIN, readable, sender, &why))
        abort();
}

static void leave(struct sender *sender)
{
    loop_forget(sender->given->loop, sender->socket);
    close(sender->socket);
    buffer_release(&sender->came);
}

static void say(struct sender *sender, const char *text)
{
    if (send(sender->socket, text, strlen(text), MSG_NOSIGNAL) < 0)
        abort();
}

/* A whole request with `length` bytes of body. */
static void post(struct sender *sender, const char *path, size_t length)
{
    CLEANUP(memory_release) char *text = memory_new(length + 200, 1);
    int start = snprintf(text, 200, "POST %s HTTP/1.1\r\nHost: us.example\r\nContent-Length: %zu\r\n\r\n",
                         path, length);

    memset(text + start, 'x', length);
    say(sender, text);
}

static bool holds(const struct sender *sender, const char *text)
{
    if (strstr(buffer_text(&sender->came), text) != NULL)
        return true;
    printf("\n  '%s' is not in:\n%s", text, buffer_text(&sender->came));
    return false;
}

/* One connection, one request after the other. */
static void kept_open(void)
{
    struct given given;
    struct sender sender;

    begin(&given);
    come(&sender, &given);
    post(&sender, "/a", 5);
    given_until(given.loop, &sender.answers, 1);
    CU_ASSERT(holds(&sender, "HTTP/1.1 201 ") && holds(&sender, "\r\n\r\n5 - -"));
    CU_ASSERT(holds(&sender, "Cache-Control: no-store"));
    say(&sender, "POST /a HTTP/1.1\r\nHost: us.example\r\nAuthorization: Bearer x\r\nContent-Type: a/b\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
    given_until(given.loop, &sender.answers, 2);
    CU_ASSERT(holds(&sender, "7 Bearer x a/b"));
    CU_ASSERT_STRING_EQUAL(given.last_body, "abcdefg");
    post(&sender, "/a", 0);
    given_until(given.loop, &sender.answers, 3);
    CU_ASSERT(holds(&sender, "\r\n\r\n0 - -"));
    CU_ASSERT_EQUAL(posts_busy(given.posts), 0);
    CU_ASSERT_EQUAL(posts_connections(given.posts), 1);
    leave(&sender);
    end(&given);
}

/* Answers come when they are there, in whatever order. */
static void later(void)
{
    struct given given;
    struct sender one, other;

    begin(&given);
    come(&one, &given);
    come(&other, &given);
    post(&one, "/later", 3);
    given_until(given.loop, &given.kept_count, 1);
    post(&other, "/later", 4);
    given_until(given.loop, &given.kept_count, 2);
    CU_ASSERT(one.answers == 0 && other.answers == 0 && posts_busy(given.posts) == 2);
    posts_answer(given.posts, given.kept[1], &(struct post_reply){.status = 201});
    given_until(given.loop, &other.answers, 1);
    CU_ASSERT(holds(&other, "HTTP/1.1 201 ") && one.answers == 0);
    posts_answer(given.posts, given.kept[0], &(struct post_reply){.status = 503, .retry_after_s = 5});
    given_until(given.loop, &one.answers, 1);
    CU_ASSERT(holds(&one, "HTTP/1.1 503 ") && holds(&one, "Retry-After: 5\r\n"));
    leave(&one);
    leave(&other);
    end(&given);
}

/* With its headers, and all of its body may come: it sees why. */
static void refused(void)
{
    static const size_t lengths[] = {0, 10, BODY_MAX + 1, 200000};
    struct given given;

    begin(&given);
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        struct sender sender;
        come(&sender, &given);
        post(&sender, "/refused", lengths[i]);
        given_until(given.loop, &sender.answers, 1);
        CU_ASSERT(holds(&sender, "HTTP/1.1 401 ") && holds(&sender, "WWW-Authenticate: Bearer\r\n"));
        leave(&sender);
    }
    CU_ASSERT_EQUAL(given.bodies, 0);
    end(&given);
}

/* Whether it says so before or not. */
static void larger(void)
{
    struct given given;
    struct sender sender;
    char text[3000];

    begin(&given);
    come(&sender, &given);
    post(&sender, "/a", BODY_MAX);
    given_until(given.loop, &sender.answers, 1);
    CU_ASSERT(holds(&sender, "\r\n\r\n1000 - -"));
    post(&sender, "/a", BODY_MAX + 1);
    given_until(given.loop, &sender.answers, 2);
    CU_ASSERT(holds(&sender, "HTTP/1.1 413 "));
    leave(&sender);
    come(&sender, &given);
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    say(&sender, "POST /a HTTP/1.1\r\nHost: us.example\r\nTransfer-Encoding: chunked\r\n\r\nbb7\r\n");
    say(&sender, text);
    say(&sender, "\r\n0\r\n\r\n");
    given_until(given.loop, &sender.answers, 1);
    CU_ASSERT(holds(&sender, "HTTP/1.1 413 "));
    leave(&sender);
    come(&sender, &given);
    say(&sender,
        "POST /a HTTP/1.1\r\nHost: us.example\r\nExpect: 100-continue\r\nContent-Length: 5000000\r\n\r\n");
    given_until(given.loop, &sender.answers, 1);
    CU_ASSERT(holds(&sender, "HTTP/1.1 413 "));
    leave(&sender);
    CU_ASSERT_EQUAL(given.bodies, 1);
    end(&given);
}

/* Half headers, half a body: each has its time. */
static void half_sent(void)
{
    static const char *const texts[] = {
        "",
        "POST /a HTTP/1.1\r\nHost:", "POST /a HTTP/1.1\r\nHost: us.example\r\nContent-Length: 9\r\n\r\nabc",
        "POST /refused HTTP/1.1\r\nHost: us.example\r\nContent-Length: 9\r\n\r\nabc"};
    struct given given;

    begin(&given);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct sender sender;
        come(&sender, &given);
        if (*texts[i] != '\0')
            say(&sender, texts[i]);
        for (int turn = 0; turn < 20; turn++)
            given_turn(given.loop);
        CU_ASSERT(sender.ended == 0 && sender.answers == 0);
        given_jump(given.loop, CALLERS_HEADERS_MS + CALLERS_BODY_MS);
        given_until(given.loop, &sender.ended, 1);
        leave(&sender);
    }
    CU_ASSERT(given.bodies == 0 && posts_busy(given.posts) == 0);
    end(&given);
}

/* No new ones; who has nothing to do goes, who waits gets its answer and goes. */
static void closing(void)
{
    struct given given;
    struct sender idle, waiting;

    begin(&given);
    come(&idle, &given);
    post(&idle, "/a", 1);
    given_until(given.loop, &idle.answers, 1);
    come(&waiting, &given);
    post(&waiting, "/later", 1);
    given_until(given.loop, &given.kept_count, 1);
    posts_close(given.posts);
    given_until(given.loop, &idle.ended, 1);
    CU_ASSERT_EQUAL(waiting.ended, 0);
    posts_answer(given.posts, given.kept[0], &(struct post_reply){.status = 201});
    given_until(given.loop, &waiting.ended, 1);
    CU_ASSERT(holds(&waiting, "HTTP/1.1 201 ") && holds(&waiting, "Connection: close\r\n"));
    CU_ASSERT_EQUAL(posts_busy(given.posts), 0);
    leave(&idle);
    leave(&waiting);
    end(&given);
}

/* Freed with a request that waits, and with one whose sender is gone: nothing is left behind. */
static void freed(void)
{
    struct given given;
    struct sender waiting, gone;

    begin(&given);
    come(&waiting, &given);
    post(&waiting, "/later", 1);
    come(&gone, &given);
    post(&gone, "/later", 1);
    given_until(given.loop, &given.kept_count, 2);
    leave(&gone);
    given.posts = posts_free(given.posts);
    leave(&waiting);
    end(&given);
}

static void not_an_address(void)
{
    static const struct posts_calls calls = {head, body, too_large};
    struct given given;
    struct posts *posts;
    struct fault why = {.text = ""};

    begin(&given);
    struct posts_setup setup = {.loop = given.loop,
                                .name = "listen",
                                .address = "here",
                                .certificate_file = &given.certificate,
                                .key_file = &given.key,
                                .calls = &calls,
                                .context = &given};
    CU_ASSERT_FALSE(posts_new(&setup, &posts, &why));
    CU_ASSERT_STRING_EQUAL(why.text, "listen.address 'here' is not an IP address");
    end(&given);
}

CU_TestInfo test_posts[] = {
    {"kept open", kept_open}, {"answered later", later},          {"refused", refused},
    {"larger", larger},       {"half sent", half_sent},           {"closing", closing},
    {"freed", freed},         {"not an address", not_an_address}, CU_TEST_INFO_NULL};
