/* How a token is asked for, kept fresh, and waited for while its endpoint does not give one. */
#include "token.h"

#include "given_server.h"
#include "memory.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct given {
    struct settings settings;
    struct loop *loop;
    struct http_client *client;
    struct given_server server;
    struct token *token;
    size_t changes;
};

static void changed(void *context)
{
    struct given *given = context;

    given->changes++;
}

static void begin_at(struct given *given, const struct given_reply *replies, size_t count, const char *path)
{
    struct fault why;

    *given = (struct given){.changes = 0};
    given_defaults(&given->settings);
    given_set(&given->settings.client_id, "client-1");
    given->settings.client_secret.hidden = memory_text("secret-1");
    if (!loop_new(&given->loop, &why) ||
        !http_client_new(&given->settings, given->loop, &given->client, &why))
        abort();
    given_server_open(&given->server, given->loop, replies, count);
    given->settings.token_style = strchr(path, '!') == NULL ? TOKEN_POST : TOKEN_GET;
    CLEANUP(memory_release) char *plain = memory_text(path + (*path == '!'));
    if (!token_new(&given->settings, given_url(&given->server, plain), given->loop, given->client, changed,
                   given, &given->token, &why))
        abort();
}

static void begin(struct given *given, const struct given_reply *replies, size_t count)
{
    begin_at(given, replies, count, "/token");
}

static void end(struct given *given)
{
    token_free(given->token);
    http_client_free(given->client);
    given_server_close(&given->server);
    loop_free(given->loop);
    settings_release(&given->settings);
}

static bool is(struct given *given, const char *wanted)
{
    const struct secret *token = token_get(given->token);

    return wanted == NULL ? token == NULL : token != NULL && strcmp(token->hidden, wanted) == 0;
}

/* As many as all that is under way takes; no time passes. */
static void turns(struct given *given)
{
    size_t zero = 0;

    for (int i = 0; i < 20; i++)
        given_until(given->loop, &zero, 0);
}

static const struct given_reply hour = {.status = "200 OK",
                                        .body = "{\"access_token\": \"one\", \"expires_in\": 3600}"};

/* "!": asked with GET, the other style that BT's documentation shows. */
static const struct {
    const char *path, *line, *holds[2], *lacks;
} styles[] = {
    {"/token",
     "POST /token HTTP/1.1\r\n",
     {"\r\nContent-Type: application/x-www-form-urlencoded\r\n", "\r\n\r\ngrant_type=client_credentials"},
     "client-1"},
    {"!/token",
     "GET /token?grant_type=client_credentials HTTP/1.1\r\n",
     {"\r\nAccept: application/json\r\n", "\r\n"},
     "Content-"},
    {"!/token?a=b",
     "GET /token?a=b&grant_type=client_credentials HTTP/1.1\r\n",
     {"\r\n", "\r\n"},
     "Content-"},
    {"!/token?grant_type=client_credentials",
     "GET /token?grant_type=client_credentials HTTP/1.1\r\n",
     {"\r\n", "\r\n"},
     "Content-"},
};

static void how_it_is_asked_for(void)
{
    for (size_t i = 0; i < COUNT_OF(styles); i++) {
        struct given given;
        begin_at(&given, &hour, 1, styles[i].path);
        CU_ASSERT(is(&given, NULL));
        CU_ASSERT_STRING_EQUAL(token_trouble(given.token), ""); /* the first is on its way */
        given_until(given.loop, &given.changes, 1);
        const char *text = given_request(&given.server, 0), *at = strstr(text, styles[i].holds[1]);
        if (strncmp(text, styles[i].line, strlen(styles[i].line)) != 0 ||
            strstr(text, styles[i].holds[0]) == NULL || at == NULL || strstr(text, styles[i].lacks) != NULL ||
            strstr(text, "\r\nAuthorization: Basic Y2xpZW50LTE6c2VjcmV0LTE=\r\n") == NULL ||
            (text[0] == 'P' && at[strlen(styles[i].holds[1])] != '\0')) {
            printf("\n  %s:\n%s", styles[i].path, text);
            CU_FAIL("case above");
        }
        CU_ASSERT(is(&given, "one") && token_serial(given.token) == 1 && given.changes == 1);
        CU_ASSERT_EQUAL(given.server.request_count, 1);
        end(&given);
    }
}

static void there_must_be_an_endpoint(void)
{
    struct token *token;
    struct fault why;

    CU_ASSERT_FALSE(token_new(NULL, "", NULL, NULL, changed, NULL, &token, &why));
    CU_ASSERT(why.kind == FAULT_INPUT && strstr(why.text, "bt.token.url") != NULL);
    CU_ASSERT_PTR_NULL(token_free(NULL));
}

/* The margin before its end is the settings', at most half its life; up to a fifth of it is left off at random. */
static const struct {
    const char *lifetime;                       /* "": it does not say */
    int64_t margin_ms, life_s, least_s, most_s; /* renewed between these */
} lives[] = {
    {", \"expires_in\": 3600", 60000, 3600, 3539, 3553},
    {", \"expires_in\": 60", 60000, 60, 29, 37},
    {"", 60000, 300, 239, 253},
    {", \"expires_in\": 3600", 0, 3600, 3599, 3601},
};

static void it_is_renewed_before_it_ends(void)
{
    for (size_t i = 0; i < COUNT_OF(lives); i++) {
        struct given given;
        char body[100];
        const struct given_reply replies[] = {
            {.status = "200 OK", .body = body},
            {.status = "200 OK", .body = "{\"access_token\": \"two\", \"expires_in\": 9999}"}};
        snprintf(body, sizeof body, "{\"access_token\": \"one\"%s}", lives[i].lifetime);
        given.server.request_count = 0;
        begin(&given, replies, 2);
        given.settings.token_margin_ms = lives[i].margin_ms;
        given_until(given.loop, &given.changes, 1);
        given_jump(given.loop, lives[i].least_s * 1000);
        turns(&given);
        CU_ASSERT(is(&given, "one") && given.server.request_count == 1);
        given_jump(given.loop, (lives[i].most_s - lives[i].least_s) * 1000);
        given_until(given.loop, &given.changes, 2);
        CU_ASSERT(is(&given, "two") && token_serial(given.token) == 2 && given.server.request_count == 2);
        end(&given);
    }
}

/* The old one is used as long as it lasts, and no longer. */
static void an_old_one_lasts_while_no_new_one_comes(void)
{
    static const struct given_reply replies[] = {
        {.status = "200 OK", .body = "{\"access_token\": \"one\", \"expires_in\": 100}"},
        {.how = GIVEN_SILENCE}};
    struct given given;

    begin(&given, replies, 2);
    given.settings.token_margin_ms = 20000;
    given_until(given.loop, &given.changes, 1);
    given_jump(given.loop, 90000);
    given_until(given.loop, &given.server.request_count, 2);
    CU_ASSERT(is(&given, "one"));
    given_jump(given.loop, 9000);
    CU_ASSERT(is(&given, "one"));
    given_jump(given.loop, 1500);
    CU_ASSERT(is(&given, NULL) && is(&given, NULL));
    turns(&given);
    CU_ASSERT_EQUAL(given.server.request_count, 2); /* one fetch at a time */
    end(&given);
}

static void one_that_is_refused_is_renewed_once(void)
{
    const struct given_reply replies[] = {hour, {.status = "200 OK", .body = "{\"access_token\": \"two\"}"}};
    struct given given;

    begin(&given, replies, 2);
    given_until(given.loop, &given.changes, 1);
    token_refused(given.token, 1);
    CU_ASSERT(is(&given, NULL));
    token_refused(given.token, 1); /* a second call with the same token had the same answer */
    given_until(given.loop, &given.changes, 2);
    CU_ASSERT(is(&given, "two"));
    token_refused(given.token, 1); /* and a late one, too: it is not about the new token */
    CU_ASSERT(is(&given, "two") && given.server.request_count == 2 && token_serial(given.token) == 2);
    end(&given);
}

/* --- trouble --- */

static const struct {
    struct given_reply reply;
    const char *trouble;
} troubles[] = {
    {{.status = "401 Unauthorized",
      .body = "{\"error\": \"invalid_client\", \"error_description\": \"no such client\"}"},
     "the token endpoint answered 401: the credentials are refused: invalid_client, no such client"},
    {{.status = "403 Forbidden", .body = "<html>"},
     "the token endpoint answered 403: the credentials are refused"},
    {{.status = "500 Internal Server Error", .body = "{\"ErrorCode\": \"\", \"Error\": \"later\"}"},
     "the token endpoint answered 500: later"},
    {{.status = "400 Bad Request", .body = "{\"ErrorCode\": \"invalid_request\"}"},
     "the token endpoint answered 400: invalid_request"},
    {{.status = "200 OK", .body = "{}"}, "the token endpoint's answer has no accessToken"},
    {{.status = "200 OK", .body = "{\"error\": \"x\"}"}, "the token endpoint answered 200: x"},
    {{.status = "200 OK", .body = "hello"}, "the token endpoint did not answer with JSON"},
    {{.status = "302 Found", .headers = "Location: /login\r\n"}, "the token endpoint answered 302"},
    {{.how = GIVEN_END}, "the token endpoint: no whole reply came: "},
};

static void what_is_wrong_is_said(void)
{
    for (size_t i = 0; i < COUNT_OF(troubles); i++) {
        const struct given_reply replies[] = {troubles[i].reply, hour};
        const char *wanted = troubles[i].trouble;
        struct given given;
        begin(&given, replies, 2);
        given_until(given.loop, &given.changes, 1);
        const char *trouble = token_trouble(given.token);
        if (strncmp(trouble, wanted, strlen(wanted)) != 0 ||
            (wanted[strlen(wanted) - 1] != ' ' && strcmp(trouble, wanted) != 0)) {
            printf("\n  got  %s\n  want %s", trouble, wanted);
            CU_FAIL("case above");
        }
        CU_ASSERT(is(&given, NULL) && is(&given, NULL)); /* orders that ask do not hurry it */
        token_refused(given.token, 0);
        turns(&given);
        CU_ASSERT_EQUAL(given.server.request_count, 1);
        given_jump(given.loop, 510);
        given_until(given.loop, &given.changes, 2);
        CU_ASSERT(is(&given, "one") && *token_trouble(given.token) == '\0' &&
                  given.server.request_count == 2);
        end(&given);
    }
}

/* Each pause is between half and all of twice the one before, up to a minute; and as long as the endpoint says. */
static void it_is_asked_less_and_less_often(void)
{
    static const struct given_reply down[] = {{.status = "503 Service Unavailable"}};
    struct given given;
    int64_t whole_ms = 500;

    begin(&given, down, 1);
    given_until(given.loop, &given.changes, 1);
    for (size_t tried = 1; tried < 12; tried++) {
        given_jump(given.loop, whole_ms / 2 - 20);
        turns(&given);
        CU_ASSERT_EQUAL(given.server.request_count, tried);
        given_jump(given.loop, whole_ms / 2 + 30);
        given_until(given.loop, &given.changes, tried + 1);
        whole_ms = whole_ms * 2 > 60000 ? 60000 : whole_ms * 2;
    }
    end(&given);
}

static void it_waits_as_long_as_it_is_told_to(void)
{
    const struct given_reply replies[] = {
        {.status = "429 Too Many Requests", .headers = "Retry-After: 30\r\n"},
        hour,
        {.status = "503 Service Unavailable"},
        hour};
    struct given given;

    begin(&given, replies, 4);
    given_until(given.loop, &given.changes, 1);
    given_jump(given.loop, 29000);
    turns(&given);
    CU_ASSERT_EQUAL(given.server.request_count, 1);
    given_jump(given.loop, 1100);
    given_until(given.loop, &given.changes, 2);
    CU_ASSERT(is(&given, "one"));
    token_refused(given.token, 1);
    given_until(given.loop, &given.changes, 3);
    given_jump(given.loop, 510); /* the pauses started again with the token that came */
    given_until(given.loop, &given.changes, 4);
    CU_ASSERT(is(&given, "one") && token_serial(given.token) == 2);
    end(&given);
}

/* Whoever changes the secret in its file need not restart the worker; an endpoint that is down says nothing about it. */
static const struct {
    const char *status;
    bool again;
} refusals[] = {
    {"401 Unauthorized", true},       {"400 Bad Request", true}, {"499 x", true},
    {"429 Too Many Requests", false}, {"500 x", false},          {"503 Service Unavailable", false}};

static void a_refused_secret_is_read_again(void)
{
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        const struct given_reply replies[] = {{.status = refusals[i].status}, hour};
        struct given given;
        char path[] = "/tmp/whc-secret-XXXXXX";
        int file = mkstemp(path);
        if (file < 0 || write(file, "secret-2\n", 9) != 9)
            abort();
        close(file);
        begin(&given, replies, 2);
        given_set(&given.settings.client_secret_file, path);
        given_until(given.loop, &given.changes, 1);
        given_jump(given.loop, 510);
        given_until(given.loop, &given.changes, 2);
        bool again = strstr(given_request(&given.server, 1), "Basic Y2xpZW50LTE6c2VjcmV0LTI=") != NULL;
        if (again != refusals[i].again) {
            printf("\n  %s: %s", refusals[i].status, given_request(&given.server, 1));
            CU_FAIL("case above");
        }
        end(&given);
        unlink(path);
    }
}

static void a_url_that_cannot_be_used(void)
{
    struct given given;
    struct token *other;
    struct fault why;

    begin(&given, &hour, 1);
    given_until(given.loop, &given.changes, 1);
    CU_ASSERT_FATAL(token_new(&given.settings, "gopher://127.0.0.1/", given.loop, given.client, changed,
                              &given, &other, &why));
    given_until(given.loop, &given.changes, 2);
    CU_ASSERT_PTR_NULL(token_get(other));
    CU_ASSERT_PTR_NOT_NULL(strstr(token_trouble(other), "the token endpoint: BT was not reached: "));
    token_free(other);
    end(&given);
}

/* A worker that stops leaves no timer behind, whatever the token was waiting for. */
static void it_goes_while_it_waits(void)
{
    static const struct given_reply down[] = {{.status = "503 Service Unavailable"}};
    const struct given_reply *const replies[] = {&hour, down};

    for (size_t i = 0; i < COUNT_OF(replies); i++) {
        struct given given;
        begin(&given, replies[i], 1);
        given_until(given.loop, &given.changes, 1);
        given.token = token_free(given.token);
        given_jump(given.loop, 4000000);
        turns(&given);
        CU_ASSERT_EQUAL(given.server.request_count, 1);
        end(&given);
    }
}

CU_TestInfo test_token_fetch[] = {
    {"how it is asked for", how_it_is_asked_for},
    {"there must be an endpoint", there_must_be_an_endpoint},
    {"it is renewed before it ends", it_is_renewed_before_it_ends},
    {"an old one lasts while no new one comes", an_old_one_lasts_while_no_new_one_comes},
    {"one that is refused is renewed once", one_that_is_refused_is_renewed_once},
    {"what is wrong is said", what_is_wrong_is_said},
    {"it is asked less and less often", it_is_asked_less_and_less_often},
    {"it waits as long as it is told to", it_waits_as_long_as_it_is_told_to},
    {"a refused secret is read again", a_refused_secret_is_read_again},
    {"a URL that cannot be used", a_url_that_cannot_be_used},
    {"it goes while it waits", it_goes_while_it_waits},
    CU_TEST_INFO_NULL};
