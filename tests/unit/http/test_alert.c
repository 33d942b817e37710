/* Which alerts are about our certificate: then no request was looked at, and nothing is in doubt. */
#include "client.h"

#include "given_server.h"
#include "memory.h"

#include <CUnit/CUnit.h>
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* RFC 8446 section 6.2; null: about something else. */
static const struct {
    uint8_t description;
    const char *words;
} alerts[] = {
    {10, NULL},
    {40, NULL},
    {42, "bad certificate"},
    {43, "unsupported certificate"},
    {44, "certificate revoked"},
    {45, "certificate expired"},
    {46, "certificate unknown"},
    {47, NULL},
    {48, "unknown CA"},
    {49, "access denied"},
    {50, NULL},
    {70, NULL},
    {80, NULL},
    {116, "certificate required"},
    {120, NULL},
};

struct refusing {
    int listener;
    uint8_t description;
};

/* Answers the first bytes of each connection with a fatal alert. */
static void *refuse(void *context)
{
    struct refusing *server = context;
    char bytes[4096];

    for (int connection; (connection = accept(server->listener, NULL, NULL)) >= 0; close(connection)) {
        const uint8_t record[] = {21, 3, 3, 0, 2, 2, server->description};
        if (recv(connection, bytes, sizeof bytes, 0) > 0)
            (void)!send(connection, record, sizeof record, MSG_NOSIGNAL);
        shutdown(connection, SHUT_WR);
        while (recv(connection, bytes, sizeof bytes, 0) > 0)
            ;
    }
    return NULL;
}

struct came {
    size_t ended;
    enum http_end end;
    char what[400];
};

static void done(void *context, const struct http_reply *reply)
{
    struct came *came = context;

    came->end = reply->end;
    snprintf(came->what, sizeof came->what, "%s", reply->what);
    came->ended++;
}

static void call(struct http_client *client, struct loop *loop, int port, struct came *came)
{
    struct http_request request = {.method = "GET",
                                   .connect_timeout_ms = 5000,
                                   .call_timeout_ms = 8000,
                                   .tcp_user_timeout_ms = 5000,
                                   .reply_max_bytes = 1000};
    char url[64];
    struct fault why;
    size_t before = came->ended;

    snprintf(url, sizeof url, "https://127.0.0.1:%d/", port);
    request.url = url;
    if (!http_client_start(client, &request, done, came, &why))
        abort();
    given_until(loop, &came->ended, before + 1);
}

static void which_are_about_our_certificate(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    struct refusing server = {.listener = socket(AF_INET, SOCK_STREAM, 0)};
    struct settings settings;
    struct http_client *client;
    struct loop *loop;
    struct came came = {.ended = 0};
    struct fault why;
    pthread_t thread;

    given_defaults(&settings);
    if (bind(server.listener, (struct sockaddr *)&address, length) != 0 || listen(server.listener, 10) != 0 ||
        getsockname(server.listener, (struct sockaddr *)&address, &length) != 0 || !loop_new(&loop, &why) ||
        !http_client_new(&settings, loop, &client, &why))
        abort();
    pthread_create(&thread, NULL, refuse, &server);
    for (size_t i = 0; i < COUNT_OF(alerts); i++) {
        char what[100] = "BT was not reached: ";
        server.description = alerts[i].description;
        call(client, loop, ntohs(address.sin_port), &came);
        if (alerts[i].words != NULL)
            snprintf(what, sizeof what, "BT does not accept the client certificate: %s", alerts[i].words);
        if (came.end != (alerts[i].words == NULL ? HTTP_UNSENT : HTTP_NOT_ACCEPTED) ||
            strncmp(came.what, what, strlen(what)) != 0) {
            printf("\n  alert %d: end %d, '%s'", alerts[i].description, (int)came.end, came.what);
            CU_FAIL("case above");
        }
    }
    http_client_free(client);
    loop_free(loop);
    settings_release(&settings);
    shutdown(server.listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(server.listener);
}

CU_TestInfo test_alert[] = {{"which are about our certificate", which_are_about_our_certificate},
                            CU_TEST_INFO_NULL};
