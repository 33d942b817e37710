/* The operators' pages under TLS, and a certificate that is renewed. */
#include "server.h"

#include "client.h"
#include "given_server.h"
#include "memory.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int live_page(void *context, const struct server_ask *ask, struct buffer *body)
{
    (void)context, (void)ask;
    buffer_add_text(body, "live\n");
    return 200;
}

static const struct server_page pages[] = {{"/health", "text/plain", live_page, true},
                                           {NULL, NULL, NULL, false}};

struct given {
    struct settings settings;
    struct loop *loop;
    struct server *server;
    struct http_client *client;
    size_t ended;
    enum http_end end;
    char body[40];
};

static void done(void *context, const struct http_reply *reply)
{
    struct given *given = context;

    given->end = reply->end;
    snprintf(given->body, sizeof given->body, "%.*s", (int)reply->length, reply->body);
    given->ended++;
}

static void open_given(struct given *given)
{
    struct fault why;

    *given = (struct given){.ended = 0};
    given_defaults(&given->settings);
    given_set(&given->settings.admin_address, "127.0.0.1");
    given->settings.admin_port = 0;
    if (!loop_new(&given->loop, &why) ||
        !http_client_new(&given->settings, given->loop, &given->client, &why))
        abort();
}

static void close_given(struct given *given)
{
    http_client_free(given->client);
    server_free(given->server);
    loop_free(given->loop);
    settings_release(&given->settings);
}

/* Whether the page comes to somebody who trusts this authority. */
static bool answers(struct given *given, const char *scheme, const char *authority)
{
    char url[64];
    struct fault why;
    size_t before = given->ended;
    const struct http_tls tls = {authority, "", "", &(const struct secret){NULL}, true};

    snprintf(url, sizeof url, "%s://127.0.0.1:%d/health", scheme, server_port(given->server));
    const struct http_request request = {.method = "GET",
                                         .url = url,
                                         .tls = &tls,
                                         .connect_timeout_ms = 5000,
                                         .call_timeout_ms = 8000,
                                         .tcp_user_timeout_ms = 5000,
                                         .reply_max_bytes = 1000,
                                         .fresh = true};
    if (!http_client_start(given->client, &request, done, given, &why))
        abort();
    given_until(given->loop, &given->ended, before + 1);
    return given->end == HTTP_REPLIED && strcmp(given->body, "live\n") == 0;
}

static void a_certificate_is_shown_and_renewed(void)
{
    struct given_pair first, second;
    struct given given;
    struct fault why = {.text = ""};

    given_pair_make(&first, "127.0.0.1", NULL, NULL);
    given_pair_make(&second, "127.0.0.1", NULL, NULL);
    open_given(&given);
    given_set(&given.settings.admin_certificate_file, first.certificate);
    given_set(&given.settings.admin_key_file, first.key);
    CU_ASSERT_FATAL(server_new(given.loop, &given.settings, pages, NULL, &given.server, &why));
    CU_ASSERT_FALSE(answers(&given, "http", first.certificate));
    CU_ASSERT(answers(&given, "https", first.certificate));
    given_set(&given.settings.admin_key_file, second.key); /* not the certificate's */
    CU_ASSERT_FALSE(server_renew(given.server, &why));
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "are not a certificate and its key"));
    CU_ASSERT(answers(&given, "https", first.certificate)); /* those before stay */
    given_set(&given.settings.admin_certificate_file, second.certificate);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT(server_renew(given.server, &why));
        CU_ASSERT(answers(&given, "https", second.certificate));
        CU_ASSERT_FALSE(answers(&given, "https", first.certificate));
    }
    close_given(&given);
    given_pair_end(&first);
    given_pair_end(&second);
}

/* null: the file is not named. */
static const struct {
    const char *certificate, *key, *address, *says;
    enum fault_kind kind;
} mistakes[] = {
    {"pair", NULL, "127.0.0.1", "admin.tls.certificate.file and admin.tls.key.file are both needed",
     FAULT_INPUT},
    {NULL, "pair", "127.0.0.1", "admin.tls.certificate.file and admin.tls.key.file are both needed",
     FAULT_INPUT},
    {"pair", "/dev/null", "127.0.0.1", "admin.tls.certificate.file and admin.tls.key.file are both needed",
     FAULT_INPUT},
    {"/nowhere/a", "pair", "127.0.0.1", "/nowhere/a", FAULT_LOCAL},
    {"pair", "/nowhere/b", "127.0.0.1", "/nowhere/b", FAULT_LOCAL},
    {NULL, NULL, "here", "admin.address 'here' is", FAULT_INPUT},
    {NULL, NULL, "192.0.2.1", "cannot listen on admin.address, admin.port 192.0.2.1, 0: ", FAULT_LOCAL},
};

static void settings_that_cannot_be_used(void)
{
    struct given_pair pair;

    given_pair_make(&pair, "127.0.0.1", NULL, NULL);
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        struct given given;
        struct fault why = {.text = ""};
        const char *certificate = mistakes[i].certificate, *key = mistakes[i].key;
        open_given(&given);
        given_set(&given.settings.admin_address, mistakes[i].address);
        if (certificate != NULL)
            given_set(&given.settings.admin_certificate_file,
                      strcmp(certificate, "pair") == 0 ? pair.certificate : certificate);
        if (key != NULL)
            given_set(&given.settings.admin_key_file, strcmp(key, "pair") == 0 ? pair.key : key);
        bool opened = server_new(given.loop, &given.settings, pages, NULL, &given.server, &why);
        if (opened || strstr(why.text, mistakes[i].says) == NULL || why.kind != mistakes[i].kind) {
            printf("\n  %zu: %d '%s'", i, (int)why.kind, why.text);
            CU_FAIL("case above");
        }
        close_given(&given);
    }
    given_pair_end(&pair);
}

/* Pages elsewhere have the certificate of admin.* as well, and a mistake in it names those settings. */
static void pages_elsewhere(void)
{
    static const struct server_place place = {"listen.admin", "127.0.0.1", 0};
    struct given_pair pair;
    struct given given;
    struct fault why = {.text = ""};

    given_pair_make(&pair, "127.0.0.1", NULL, NULL);
    open_given(&given);
    given_set(&given.settings.admin_certificate_file, pair.certificate);
    CU_ASSERT_FALSE(server_new_at(given.loop, &place, &given.settings, pages, NULL, &given.server, &why));
    CU_ASSERT(strncmp(why.text, "admin.tls.certificate.file and", 30) == 0);
    close_given(&given);
    given_pair_end(&pair);
}

CU_TestInfo test_server_tls[] = {{"a certificate is shown and renewed", a_certificate_is_shown_and_renewed},
                                 {"settings that cannot be used", settings_that_cannot_be_used},
                                 {"pages elsewhere", pages_elsewhere},
                                 CU_TEST_INFO_NULL};
