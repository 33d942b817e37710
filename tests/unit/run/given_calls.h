/* A worker that calls: BT and its token endpoint are servers of the test's own. */
#ifndef TESTS_RUN_GIVEN_CALLS_H
#define TESTS_RUN_GIVEN_CALLS_H

#include "calls.h"

#include "../http/given_server.h"
#include "given_worker.h"

#define GIVEN_DONE                                                                                           \
    {                                                                                                        \
        .status = "200 OK", .body = "{\"o\": \"BT-1\"}"                                                      \
    }

enum { LONG_MS = 1000000 };

struct given {
    struct given_worker worker;
    struct given_server bt, tokens;
    struct worker_api api;
    const char *series; /* whc_calls_total{...}, which is looked at in each turn */
    size_t counted;     /* what it says */
    size_t renewed;     /* tokens that came */
};

static inline void token_changed(void *context)
{
    struct given *given = context;

    given->renewed++;
}

static inline void chore(void *context)
{
    struct given *given = context;
    const struct worker *worker = &given->worker.worker;

    calls_chore(worker->calls);
    given->counted =
        given->series == NULL ? 0 : (size_t)strtol(given_metric(worker, given->series), NULL, 10);
}

/* The parts that call, over a worker that is there; the first token has come. */
static inline void begin_calls(struct given *given, const struct given_reply *replies, size_t count)
{
    static const struct given_reply tokens[] = {
        {.status = "200 OK", .body = "{\"access_token\": \"token-1\", \"expires_in\": 3600}"},
        {.status = "200 OK", .body = "{\"access_token\": \"token-2\", \"expires_in\": 3600}"}};
    struct worker *worker = &given->worker.worker;
    struct fault why;

    loop_set_budget(worker->loop, LONG_MS);
    given->worker.world.time = worker_time(worker);
    given_server_open(&given->bt, worker->loop, replies, count);
    given_server_open(&given->tokens, worker->loop, tokens, COUNT_OF(tokens));
    given->api = (struct worker_api){.tag = "api",
                                     .base_url = memory_text(given_url(&given->bt, "/base")),
                                     .settings = worker->settings->api};
    worker->apis = &given->api;
    worker->api_count = 1;
    if (!http_client_new(worker->settings, worker->loop, &worker->http, &why) ||
        !token_new(worker->settings, given_url(&given->tokens, "/token"), worker->loop, worker->http,
                   token_changed, given, &worker->token, &why))
        abort();
    given_takes(worker);
    worker->calls = calls_new(worker);
    given_until(worker->loop, &given->renewed, 1);
}

static inline void end_calls(struct given *given)
{
    struct worker *worker = &given->worker.worker;

    loop_remove_chore(worker->loop, given);
    calls_free(worker->calls);
    ownership_free(worker->ownership);
    token_free(worker->token);
    http_client_free(worker->http);
    given_server_close(&given->bt);
    given_server_close(&given->tokens);
    memory_free((void *)(uintptr_t)given->api.base_url);
    given_worker_end(&given->worker);
    CU_ASSERT_PTR_NULL(calls_free(NULL));
}

/* Calls, until so many have come to this. */
static inline void until_counted(struct given *given, const char *series, size_t count)
{
    struct loop *loop = given->worker.worker.loop;

    given->series = series;
    given->counted = 0;
    loop_add_chore(loop, "calls", chore, given);
    given_until(loop, &given->counted, count);
    loop_remove_chore(loop, given);
    CU_ASSERT_EQUAL(given->counted, count);
}

/* Whether the request has this header line; "X:" any of that name. */
static inline bool has_header(const struct given *given, size_t request, const char *line)
{
    char wanted[700];

    snprintf(wanted, sizeof wanted, "\r\n%s%s", line, line[strlen(line) - 1] == ':' ? "" : "\r\n");
    return strstr(given_request(&given->bt, request), wanted) != NULL;
}

static inline void expect_request(const struct given *given, size_t request, const char *line)
{
    const char *text = given_request(&given->bt, request);

    if (strncmp(text, line, strlen(line)) == 0 && strncmp(text + strlen(line), " HTTP/1.1\r\n", 11) == 0)
        return;
    printf("\n  want %s\n  got  %.200s", line, text);
    CU_FAIL("request above");
}

/* The request was sent under this tracking id, and under nothing else. */
static inline void expect_tracking(const struct given *given, size_t request, const char *id)
{
    char line[300];

    snprintf(line, sizeof line, "APIGW-Tracking-Header: %s", id);
    CU_ASSERT(has_header(given, request, line));
}

#endif
