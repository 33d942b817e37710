/* Which connections a call takes: kept ones, fresh ones, those of a proxy, and none that speaks before it is asked. */
#include "given_client.h"

#include <sys/socket.h>
#include <unistd.h>

static struct secret bearer = {(char *)(uintptr_t) "token-1"};

static void connections_are_kept_for_a_while(void)
{
    struct given given;
    struct http_request request = usual;

    begin(&given, &ok, 1);
    request.url = given_url(&given.server, "/");
    call(&given, &request);
    call(&given, &request);
    CU_ASSERT_EQUAL(given.server.connection_count, 1);
    given_jump(given.loop, 50000);
    call(&given, &request);
    CU_ASSERT_EQUAL(given.server.connection_count, 1);
    given_jump(given.loop, 62000); /* a gateway may have closed it by now, and a POST would be in doubt */
    call(&given, &request);
    CU_ASSERT_EQUAL(given.server.connection_count, 2);
    request.fresh = true;
    call(&given, &request);
    call(&given, &request);
    CU_ASSERT_EQUAL(given.server.connection_count, 4);
    request.fresh = false;
    call(&given, &request); /* the fresh ones were not kept, the one before was */
    CU_ASSERT_EQUAL(given.server.connection_count, 4);
    CU_ASSERT(given.end == HTTP_REPLIED && given.ended == 7);
    end(&given);
}

static size_t open_connections(const struct given *given)
{
    size_t open = 0;

    for (size_t i = 0; i < GIVEN_CONNECTIONS_MAX; i++)
        open += given->server.connections[i].socket >= 0;
    return open;
}

/* Each of many calls ends once, whatever order the replies come in; so many connections are kept and no more. */
static void many_calls_at_once(void)
{
    struct given given;
    struct http_request request = usual;

    begin(&given, &ok, 1);
    http_client_limit(given.client, 5);
    request.url = given_url(&given.server, "/");
    for (int round = 1; round <= 2; round++) {
        for (int i = 0; i < 40; i++)
            start(&given, &request);
        given_until(given.loop, &given.ended, 40U * (size_t)round);
    }
    CU_ASSERT(given.ended == 80 && given.server.request_count == 80);
    given_until(given.loop, &given.server.request_count, 80);
    CU_ASSERT(open_connections(&given) >= 1 && open_connections(&given) <= 5);
    end(&given);
}

/* A worker that stops does not hear of the calls it left. */
static void a_client_that_goes_ends_its_calls_quietly(void)
{
    static const struct given_reply silence = {.how = GIVEN_SILENCE};
    struct given given;
    struct http_request request = usual;

    begin(&given, &silence, 1);
    request.url = given_url(&given.server, "/");
    for (int i = 0; i < 3; i++)
        start(&given, &request);
    given_until(given.loop, &given.server.request_count, 3);
    given.client = http_client_free(given.client);
    CU_ASSERT(given.client == NULL && given.ended == 0);
    CU_ASSERT_PTR_NULL(http_client_free(NULL));
    end(&given);
}

/* --- a proxy --- */

static void only_bt_is_called_through_the_proxy(void)
{
    static const struct given_reply replies[] = {{.status = "200 Connection established"},
                                                 {.status = "200 OK", .body = "ok"}};
    struct http_tls own = {"", "", "", &(const struct secret){NULL}, true};
    struct given given;
    struct http_request request = usual;

    setenv("http_proxy", "http://127.0.0.1:1", 1); /* nobody named it in the settings: it is not used */
    begin(&given, replies, 2);
    request.url = given_url(&given.server, "/direct");
    call(&given, &request);
    CU_ASSERT_PTR_NOT_NULL(strstr(given_request(&given.server, 0), "GET /direct "));
    end(&given);
    setenv("no_proxy", "*", 1); /* nor does anything switch off the one that is named */
    begin(&given, replies, 2);
    given_set(&given.settings.proxy_url, given_url(&given.server, ""));
    given_set(&given.settings.proxy_username, "proxy-user");
    given.settings.proxy_password.hidden = memory_text("proxy-pass");
    request.url = "http://api.example/orders";
    request.want_headers = true;
    request.bearer = &bearer;
    call(&given, &request);
    CU_ASSERT(given.end == HTTP_REPLIED && given.status == 200);
    CU_ASSERT_STRING_EQUAL(given.body, "ok");
    const char *tunnel = given_request(&given.server, 0), *inside = given_request(&given.server, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(tunnel, "CONNECT api.example:80 "));
    CU_ASSERT_PTR_NOT_NULL(strstr(tunnel, "\r\nProxy-Authorization: Basic cHJveHktdXNlcjpwcm94eS1wYXNz\r\n"));
    CU_ASSERT_PTR_NULL(strstr(tunnel, "token-1"));
    CU_ASSERT_PTR_NOT_NULL(strstr(inside, "GET /orders "));
    CU_ASSERT_PTR_NULL(strstr(inside, "Proxy-Authorization"));
    request.url = given_url(&given.server, "/schemas"); /* the registry's own TLS: it is no API of BT's */
    request.tls = &own;
    call(&given, &request);
    CU_ASSERT_PTR_NOT_NULL(strstr(given_request(&given.server, 2), "GET /schemas "));
    end(&given);
    unsetenv("http_proxy");
    unsetenv("no_proxy");
}

/* A proxy that names no user sends no credentials; what a proxy refuses is unsent. */
static void a_proxy_that_refuses(void)
{
    static const struct given_reply refused = {.status = "403 Forbidden"};
    struct given given;
    struct http_request request = usual;

    begin(&given, &refused, 1);
    given_set(&given.settings.proxy_url, given_url(&given.server, ""));
    request.url = "http://api.example/orders";
    call(&given, &request);
    CU_ASSERT_EQUAL(given.end, HTTP_UNSENT);
    CU_ASSERT_PTR_NULL(strstr(given_request(&given.server, 0), "Proxy-Authorization"));
    end(&given);
}

static size_t permissions;

static bool permit(void *context)
{
    (void)context;
    permissions++;
    return true;
}

/* What speaks before it is asked is tried on one fresh connection more, and then left alone. */
static void a_connection_that_always_brings_something(void)
{
    static const struct given_reply talks = {
        .how = GIVEN_RAW_OPEN,
        .body =
            "HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nno"};
    struct given given;
    struct http_request request = usual;

    begin(&given, &talks, 1);
    permissions = 0;
    given_set(&given.settings.proxy_url, given_url(&given.server, ""));
    request.url = "http://api.example/orders";
    request.method = "POST";
    request.permit = permit;
    call(&given, &request);
    CU_ASSERT(given.end == HTTP_UNSENT && given.server.request_count == 2 && permissions == 0);
    CU_ASSERT_STRING_EQUAL(given.what,
                           "BT was not reached: the connection brought something before anything was sent");
    end(&given);
}

/* And if there is no fresh one, that is why it was not sent. */
static void a_connection_that_brings_something_and_no_other(void)
{
    struct given given;
    struct http_request request = usual;

    begin(&given, &ok, 1);
    request.url = given_url(&given.server, "/");
    request.method = "POST";
    request.permit = permit;
    call(&given, &request);
    CU_ASSERT_EQUAL(send(given.server.connections[0].socket, "HTTP", 4, 0), 4);
    loop_forget(given.loop, given.server.listener);
    close(given.server.listener);
    given.server.listener = -1;
    call(&given, &request);
    CU_ASSERT(given.end == HTTP_UNSENT && given.server.request_count == 1);
    CU_ASSERT(given_cannot_connect(given.what));
    given_server_close(&given.server);
    given_server_open(&given.server, given.loop, &ok, 1);
    end(&given);
}

CU_TestInfo test_client_connections[] = {
    {"connections are kept for a while", connections_are_kept_for_a_while},
    {"many calls at once", many_calls_at_once},
    {"a client that goes ends its calls quietly", a_client_that_goes_ends_its_calls_quietly},
    {"only BT is called through the proxy", only_bt_is_called_through_the_proxy},
    {"a proxy that refuses", a_proxy_that_refuses},
    {"a connection that always brings something", a_connection_that_always_brings_something},
    {"a connection that brings something, and no other", a_connection_that_brings_something_and_no_other},
    CU_TEST_INFO_NULL};
