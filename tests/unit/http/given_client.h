/* A client on its loop with a server, and what came of the last call. */
#ifndef TESTS_HTTP_GIVEN_CLIENT_H
#define TESTS_HTTP_GIVEN_CLIENT_H

#include "client.h"

#include "given_server.h"
#include "memory.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct given {
    struct settings settings;
    struct loop *loop;
    struct http_client *client;
    struct given_server server;
    size_t ended;
    enum http_end end;
    int status;
    int64_t retry_after_ms;
    char body[100], what[400], location[100], header[100];
    bool has_headers;
};

static inline void done(void *context, const struct http_reply *reply)
{
    struct given *given = context;
    const char *header = tree_text_of(reply->headers, "x-kind");

    given->ended++;
    given->end = reply->end;
    given->status = reply->status;
    given->retry_after_ms = reply->retry_after_ms;
    given->has_headers = reply->headers != NULL;
    snprintf(given->body, sizeof given->body, "%.*s", (int)reply->length, reply->body);
    snprintf(given->what, sizeof given->what, "%s", reply->what);
    snprintf(given->location, sizeof given->location, "%s", reply->location);
    snprintf(given->header, sizeof given->header, "%s", header == NULL ? "" : header);
}

static inline void begin(struct given *given, const struct given_reply *replies, size_t count)
{
    struct fault why;

    *given = (struct given){.ended = 0};
    given_defaults(&given->settings);
    if (!loop_new(&given->loop, &why) ||
        !http_client_new(&given->settings, given->loop, &given->client, &why))
        abort();
    given_server_open(&given->server, given->loop, replies, count);
}

static inline void end(struct given *given)
{
    http_client_free(given->client);
    given_server_close(&given->server);
    loop_free(given->loop);
    settings_release(&given->settings);
}

static const struct http_request usual = {.method = "GET",
                                          .connect_timeout_ms = 5000,
                                          .call_timeout_ms = 8000,
                                          .tcp_user_timeout_ms = 5000,
                                          .reply_max_bytes = 1000,
                                          .retry_after_max_ms = 600000,
                                          .idle_max_ms = 60000};

static inline void start(struct given *given, const struct http_request *request)
{
    struct fault why = {.text = ""};

    if (!http_client_start(given->client, request, done, given, &why)) {
        printf("\n  %s", why.text);
        abort();
    }
}

static inline void call(struct given *given, const struct http_request *request)
{
    size_t before = given->ended;

    start(given, request);
    given_until(given->loop, &given->ended, before + 1);
}

static const struct given_reply ok = {.status = "200 OK", .body = "ok"};

/* libcurl 7 and 8 have other words for it. */
static inline bool given_cannot_connect(const char *what)
{
    return strcmp(what, "BT was not reached: Couldn't connect to server") == 0 ||
           strcmp(what, "BT was not reached: Could not connect to server") == 0;
}

#endif
