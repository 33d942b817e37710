/* The operators' pages as a visitor sees them: what is answered, to whom, and who must go. */
#include "server.h"

#include "client.h"
#include "given_server.h"
#include "memory.h"

#include <CUnit/CUnit.h>
#include <arpa/inet.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LARGE = 8000000 };

static int status_page(void *context, const struct server_ask *ask, struct buffer *body)
{
    (void)context;
    buffer_print(body, "{\"all\": %d, \"trusted\": %d}", ask->all, ask->trusted);
    return 200;
}

static int health_page(void *context, const struct server_ask *ask, struct buffer *body)
{
    (void)ask;
    buffer_add_text(body, *(bool *)context ? "ready\n" : "not ready\n");
    return *(bool *)context ? 200 : 503;
}

static int large_page(void *context, const struct server_ask *ask, struct buffer *body)
{
    CLEANUP(memory_release) char *text = memory_new(LARGE + 1, 1);

    (void)context, (void)ask;
    memset(text, 'x', LARGE);
    buffer_add_text(body, text);
    return 200;
}

static const struct server_page pages[] = {{"/status", "application/json", status_page, false},
                                           {"/health", "text/plain", health_page, true},
                                           {"/large", "text/plain", large_page, false},
                                           {NULL, NULL, NULL, false}};

struct given {
    struct settings settings;
    struct loop *loop;
    struct server *server;
    bool ready;
};

static void begin_with(struct given *given, const char *user, const char *password)
{
    struct fault why = {.text = ""};

    *given = (struct given){.ready = true};
    given_defaults(&given->settings);
    given_set(&given->settings.admin_address, "127.0.0.1");
    given->settings.admin_port = 0;
    given_set(&given->settings.admin_username, user);
    given->settings.admin_password.hidden = memory_text(password);
    if (!loop_new(&given->loop, &why) ||
        !server_new(given->loop, &given->settings, pages, &given->ready, &given->server, &why)) {
        printf("\n  %s", why.text);
        abort();
    }
}

static void begin(struct given *given)
{
    begin_with(given, "", "");
}

static void end(struct given *given)
{
    server_free(given->server);
    loop_free(given->loop);
    settings_release(&given->settings);
}

static void turns(struct given *given)
{
    size_t zero = 0;

    for (int i = 0; i < 20; i++)
        given_until(given->loop, &zero, 0);
}

/* Who comes to the pages. */
struct visit {
    struct given *given;
    int socket;
    struct buffer came;
    size_t ended;
    bool reads;
};

static void readable(void *context, uint32_t events)
{
    struct visit *visit = context;
    char bytes[65536];
    ssize_t count = recv(visit->socket, bytes, sizeof bytes, MSG_DONTWAIT);

    (void)events;
    if (count > 0) {
        buffer_add(&visit->came, bytes, (size_t)count);
        return;
    }
    visit->ended = 1;
    loop_forget(visit->given->loop, visit->socket);
}

static void read_on(struct visit *visit)
{
    struct fault why;

    if (!loop_watch(visit->given->loop, visit->socket, EPOLLIN, readable, visit, &why))
        abort();
}

/* Comes and says so much; reads what comes, or nothing. */
static void come(struct visit *visit, struct given *given, const char *text, bool reads)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    *visit = (struct visit){.given = given, .socket = socket(AF_INET, SOCK_STREAM, 0)};
    buffer_init(&visit->came, LARGE + 100000);
    if (!reads)
        setsockopt(visit->socket, SOL_SOCKET, SO_RCVBUF, &(int){4096}, sizeof(int));
    address.sin_port = htons((uint16_t)server_port(given->server));
    if (connect(visit->socket, (struct sockaddr *)&address, sizeof address) != 0 ||
        send(visit->socket, text, strlen(text), MSG_NOSIGNAL) < 0)
        abort();
    if (reads)
        read_on(visit);
}

static void leave(struct visit *visit)
{
    loop_forget(visit->given->loop, visit->socket);
    close(visit->socket);
    buffer_release(&visit->came);
}

static bool began(const struct visit *visit, const char *status)
{
    char line[100];

    snprintf(line, sizeof line, "HTTP/1.1 %s", status);
    return strncmp(buffer_text(&visit->came), line, strlen(line)) == 0;
}

/* One request from beginning to end. */
static void ask(struct visit *visit, struct given *given, const char *line, const char *headers)
{
    char text[3000];

    snprintf(text, sizeof text, "%s HTTP/1.1\r\nHost: worker.example\r\n%s\r\n", line, headers);
    come(visit, given, text, true);
    given_until(given->loop, &visit->ended, 1);
}

/* --- what is answered --- */

static const struct {
    const char *line, *status, *holds, *body; /* body null: not looked at */
} answers[] = {
    {"GET /status", "200", "\r\nContent-Type: application/json\r\n", "{\"all\": 0, \"trusted\": 1}"},
    {"GET /status?all", "200", "\r\nCache-Control: no-store\r\n", "{\"all\": 1, \"trusted\": 1}"},
    {"GET /status?all=1", "200", "\r\nConnection: close\r\n", "{\"all\": 1, \"trusted\": 1}"},
    {"GET /status?small", "200", "", "{\"all\": 0, \"trusted\": 1}"},
    {"GET /health", "200", "\r\nContent-Type: text/plain\r\n", "ready\n"},
    {"HEAD /health", "200", "\r\nContent-Length: 6\r\n", ""},
    {"POST /health", "405", "\r\nContent-Type: text/plain\r\n", "only GET is answered here\n"},
    {"DELETE /status", "405", "\r\n", "only GET is answered here\n"},
    {"GET /", "404", "\r\nContent-Type: text/plain\r\n", "/status\n/health\n/large\n"},
    {"GET /statuses", "404", "\r\n", "/status\n/health\n/large\n"},
};

static void what_is_answered(void)
{
    struct given given;

    begin(&given);
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct visit visit;
        ask(&visit, &given, answers[i].line, "");
        const char *text = buffer_text(&visit.came), *body = strstr(text, "\r\n\r\n");
        if (!began(&visit, answers[i].status) || strcasestr(text, answers[i].holds) == NULL || body == NULL ||
            strcmp(body + 4, answers[i].body) != 0 || strstr(text, "WWW-Authenticate") != NULL) {
            printf("\n  %s:\n%s", answers[i].line, text);
            CU_FAIL("case above");
        }
        leave(&visit);
    }
    given.ready = false;
    struct visit visit;
    ask(&visit, &given, "GET /health", "");
    CU_ASSERT(began(&visit, "503") && strstr(buffer_text(&visit.came), "\r\n\r\nnot ready\n") != NULL);
    leave(&visit);
    end(&given);
}

static void a_large_page_comes_whole(void)
{
    struct given given;
    struct visit visit;

    begin(&given);
    ask(&visit, &given, "GET /large", "");
    const char *body = strstr(buffer_text(&visit.came), "\r\n\r\n");
    CU_ASSERT(body != NULL && strspn(body + 4, "x") == LARGE);
    leave(&visit);
    end(&given);
}

/* "operator:pa:ss" and others in base64. */
#define RIGHT "b3BlcmF0b3I6cGE6c3M="

static const struct {
    const char *name, *line, *header, *status;
} passwords[] = {
    {"none", "GET /status", "", "401"},
    {"the right one", "GET /status", "Authorization: Basic " RIGHT "\r\n", "200"},
    {"written otherwise", "GET /status", "authorization: basic   " RIGHT "\r\n", "200"},
    {"of another kind", "GET /status", "Authorization: Bearer " RIGHT "\r\n", "401"},
    {"another password", "GET /status", "Authorization: Basic b3BlcmF0b3I6cGE6c3Q=\r\n", "401"},
    {"the beginning of it", "GET /status", "Authorization: Basic b3BlcmF0b3I6cGE6cw==\r\n", "401"},
    {"and more", "GET /status", "Authorization: Basic b3BlcmF0b3I6cGE6c3Nz\r\n", "401"},
    {"the user only", "GET /status", "Authorization: Basic b3BlcmF0b3I=\r\n", "401"},
    {"nothing", "GET /status", "Authorization: Basic \r\n", "401"},
    {"no base64", "GET /status", "Authorization: Basic !!!\r\n", "401"},
    {"a page that is not there", "GET /nothing", "", "401"},
    {"health is everybody's", "GET /health", "", "200"},
    {"but not all of it", "GET /health?all", "", "401"},
    {"all of it with the password", "GET /health?all", "Authorization: Basic " RIGHT "\r\n", "200"},
};

static void who_is_answered(void)
{
    struct given given;

    begin_with(&given, "operator", "pa:ss");
    for (size_t i = 0; i < COUNT_OF(passwords); i++) {
        struct visit visit;
        ask(&visit, &given, passwords[i].line, passwords[i].header);
        bool asked =
            strstr(buffer_text(&visit.came), "\r\nWWW-Authenticate: Basic realm=\"whc-worker\"\r\n") != NULL;
        bool refused = strcmp(passwords[i].status, "401") == 0;
        if (!began(&visit, passwords[i].status) || asked != refused ||
            (refused && strstr(buffer_text(&visit.came),
                               "admin.username and admin.password are wanted here\n") == NULL)) {
            printf("\n  %s:\n%s", passwords[i].name, buffer_text(&visit.came));
            CU_FAIL("case above");
        }
        leave(&visit);
    }
    secret_release(&given.settings.admin_password); /* a password that is not there is nobody's */
    struct visit visit;
    ask(&visit, &given, "GET /status", "Authorization: Basic b3BlcmF0b3I6\r\n");
    CU_ASSERT(began(&visit, "401"));
    leave(&visit);
    end(&given);
}

/* A header that goes beyond what a user and password can be is refused, and not cut to one that fits. */
static void too_much_of_a_password(void)
{
    struct given given;
    struct visit visit;
    char header[2000] = "Authorization: Basic ";

    begin_with(&given, "operator", "pa:ss");
    for (size_t i = strlen(header); i < 1900; i++)
        header[i] = 'A';
    memcpy(header + 1900, "\r\n", 3);
    ask(&visit, &given, "GET /status", header);
    CU_ASSERT(began(&visit, "401"));
    leave(&visit);
    end(&given);
}

/* --- who must go --- */

static void half_a_request_is_waited_for_shortly(void)
{
    struct given given;
    struct visit half, slow, health;

    begin(&given);
    come(&half, &given, "GET /sta", true);
    turns(&given);
    given_jump(given.loop, 1900);
    turns(&given);
    come(&slow, &given, "GET /health HTTP/1.1\r\nHost: x\r\n", true);
    turns(&given);
    CU_ASSERT(half.ended == 0 && slow.ended == 0);
    given_jump(given.loop, 150);
    given_until(given.loop, &half.ended, 1);
    CU_ASSERT(half.came.length == 0 && slow.ended == 0);
    CU_ASSERT_EQUAL(send(slow.socket, "\r\n", 2, MSG_NOSIGNAL), 2); /* and who is in time is answered */
    given_until(given.loop, &slow.ended, 1);
    CU_ASSERT(began(&slow, "200"));
    ask(&health, &given, "GET /health", "");
    CU_ASSERT(began(&health, "200"));
    leave(&half);
    leave(&slow);
    leave(&health);
    end(&given);
}

static void slow_readers_take_no_place_of_the_healths(void)
{
    struct given given;
    struct visit slow[8], more;

    begin(&given);
    for (size_t i = 0; i < COUNT_OF(slow); i++) {
        come(&slow[i], &given, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n", false);
        turns(&given);
    }
    ask(&more, &given, "GET /large", ""); /* one address has so many places */
    CU_ASSERT_EQUAL(more.came.length, 0);
    leave(&more);
    ask(&more, &given, "GET /health", "");
    CU_ASSERT(began(&more, "200"));
    leave(&more);
    given_jump(given.loop, 15000); /* half of what they have: the machine may be slow, too */
    turns(&given);
    read_on(&slow[0]); /* who still reads gets it all */
    given_until(given.loop, &slow[0].ended, 1);
    CU_ASSERT(slow[0].came.length > LARGE);
    given_jump(given.loop, 15100);
    turns(&given);
    read_on(&slow[1]);
    given_until(given.loop, &slow[1].ended, 1);
    CU_ASSERT(slow[1].came.length < LARGE);
    ask(&more, &given, "GET /status", "");
    CU_ASSERT(began(&more, "200"));
    leave(&more);
    for (size_t i = 0; i < COUNT_OF(slow); i++)
        leave(&slow[i]);
    end(&given);
}

static int highest_descriptor(void)
{
    DIR *all = opendir("/proc/self/fd");
    int highest = 0;

    for (struct dirent *one; (one = readdir(all)) != NULL;)
        if ((int)strtol(one->d_name, NULL, 10) > highest && strtol(one->d_name, NULL, 10) != dirfd(all))
            highest = (int)strtol(one->d_name, NULL, 10);
    closedir(all);
    return highest;
}

/* Without free descriptors the loop does not turn for nothing, and goes on when there are some. */
static void no_descriptor_is_free(void)
{
    struct given given;
    struct visit visit;
    struct rlimit before, none;
    int filled[1000];
    size_t count = 0;

    begin(&given);
    come(&visit, &given, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n", true);
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = (rlim_t)highest_descriptor() + 1;
    setrlimit(RLIMIT_NOFILE, &none);
    while (count < COUNT_OF(filled) && (filled[count] = dup(visit.socket)) >= 0)
        count++;
    turns(&given);
    CU_ASSERT_EQUAL(visit.ended, 0);
    setrlimit(RLIMIT_NOFILE, &before);
    while (count > 0)
        close(filled[--count]);
    turns(&given);
    CU_ASSERT_EQUAL(visit.ended, 0); /* it is not asked in each turn */
    given_jump(given.loop, 110);
    given_until(given.loop, &visit.ended, 1);
    CU_ASSERT(began(&visit, "200"));
    leave(&visit);
    end(&given);
}

static void many_at_once(void)
{
    struct given given;
    struct visit visits[100];
    size_t answered = 0;

    begin(&given);
    for (size_t i = 0; i < COUNT_OF(visits); i++)
        come(&visits[i], &given, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n", true);
    for (size_t i = 0; i < COUNT_OF(visits); i++) {
        given_until(given.loop, &visits[i].ended, 1);
        answered += began(&visits[i], "200");
        leave(&visits[i]);
    }
    CU_ASSERT(answered >= 16); /* who came first may have had to go for who came next */
    turns(&given);
    struct visit visit;
    ask(&visit, &given, "GET /health", "");
    CU_ASSERT(began(&visit, "200"));
    leave(&visit);
    come(&visit, &given, "GET /sta", true);
    turns(&given);
    end(&given); /* with somebody here */
    close(visit.socket);
    buffer_release(&visit.came);
}

CU_TestInfo test_server[] = {
    {"what is answered", what_is_answered},
    {"a large page comes whole", a_large_page_comes_whole},
    {"who is answered", who_is_answered},
    {"too much of a password", too_much_of_a_password},
    {"half a request is waited for shortly", half_a_request_is_waited_for_shortly},
    {"slow readers take no place of the health's", slow_readers_take_no_place_of_the_healths},
    {"no descriptor is free", no_descriptor_is_free},
    {"many at once", many_at_once},
    CU_TEST_INFO_NULL};
