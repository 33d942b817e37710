/* What a server sees of a call, and what the caller learns of its end. */
#include "given_client.h"

static struct secret bearer = {(char *)"token-1"}, password = {(char *)"pass-1"};

static const struct {
    const char *name;
    struct http_request request;
    const char *holds[4], *lacks[4];
} sent[] = {
    {"a GET is its head only, with our name",
     {.method = "GET"},
     {"GET /x?y=1 HTTP/1.1\r\n", "\r\nUser-Agent: whc-worker/"},
     {"Content-Length", "Authorization", "Accept-Encoding", "Connection: close"}},
    {"a body has its length, and no pause before it",
     {.method = "POST", .body = "{\"a\": 1}", .body_length = 8},
     {"POST /x?y=1 ", "\r\nContent-Length: 8\r\n", "\r\n\r\n{\"a\": 1}"},
     {"Expect:", "Transfer-Encoding"}},
    {"an empty body is a body",
     {.method = "POST", .body = "", .body_length = 0},
     {"POST /x?y=1 ", "\r\nContent-Length: 0\r\n"},
     {"Expect:", "Transfer-Encoding"}},
    {"any method",
     {.method = "PATCH", .body = "{}", .body_length = 2},
     {"PATCH /x?y=1 ", "\r\nContent-Length: 2\r\n"},
     {"POST"}},
    {"any method without a body", {.method = "DELETE"}, {"DELETE /x?y=1 "}, {"Content-Length"}},
    {"a GET with a body stays a GET",
     {.method = "GET", .body = "{}", .body_length = 2},
     {"GET /x?y=1 ", "\r\n\r\n{}"},
     {"POST"}},
    {"headers go as they are",
     {.method = "GET",
      .headers = {{"APIGW-Tracking-Header", "t-1"}, {"Accept", "text/x"}},
      .header_count = 2},
     {"\r\nAPIGW-Tracking-Header: t-1\r\n", "\r\nAccept: text/x\r\n"},
     {"Accept: */*"}},
    {"a token", {.method = "GET", .bearer = &bearer}, {"\r\nAuthorization: Bearer token-1\r\n"}, {NULL}},
    {"a token rather than a password",
     {.method = "GET", .bearer = &bearer, .user = "u", .password = &password},
     {"\r\nAuthorization: Bearer token-1\r\n"},
     {"Basic"}},
    {"a user and password",
     {.method = "GET", .user = "user-1", .password = &password},
     {"\r\nAuthorization: Basic dXNlci0xOnBhc3MtMQ==\r\n"},
     {"Bearer"}},
    {"a user without a password",
     {.method = "GET", .user = "user-1", .password = &(const struct secret){NULL}},
     {"\r\nAuthorization: Basic dXNlci0xOg==\r\n"},
     {NULL}},
    {"a user and no password at all",
     {.method = "GET", .user = "user-1"},
     {"\r\nAuthorization: Basic dXNlci0xOg==\r\n"},
     {NULL}},
    {"no user", {.method = "GET", .user = "", .password = &password}, {"GET"}, {"Authorization"}},
    {"a token that is not there",
     {.method = "GET", .bearer = &(const struct secret){NULL}},
     {"GET"},
     {"Authorization"}},
    {"a reply may be compressed",
     {.method = "GET", .compressed = true},
     {"\r\nAccept-Encoding: gzip, deflate\r\n"},
     {NULL}},
    {"a connection of its own says so",
     {.method = "GET", .fresh = true},
     {"\r\nConnection: close\r\n"},
     {NULL}},
};

static void what_the_server_sees(void)
{
    struct given given;

    begin(&given, &ok, 1);
    for (size_t i = 0; i < COUNT_OF(sent); i++) {
        struct http_request request = sent[i].request;
        request.url = given_url(&given.server, "/x?y=1");
        request.connect_timeout_ms = request.call_timeout_ms = request.tcp_user_timeout_ms = 8000;
        request.reply_max_bytes = 1000;
        request.idle_max_ms = 60000;
        call(&given, &request);
        const char *text = given_request(&given.server, i);
        bool good = given.end == HTTP_REPLIED && given.status == 200 && strcmp(given.body, "ok") == 0;
        for (size_t at = 0; at < 4; at++) {
            good = good && (sent[i].holds[at] == NULL || strstr(text, sent[i].holds[at]) != NULL);
            good = good && (sent[i].lacks[at] == NULL || strstr(text, sent[i].lacks[at]) == NULL);
        }
        if (!good) {
            printf("\n  %s: end %d\n%s", sent[i].name, (int)given.end, text);
            CU_FAIL("case above");
        }
    }
    end(&given);
}

/* A line break in a value would be another header, or another request. */
static void no_header_is_smuggled_in(void)
{
    static const char *const values[] = {"a\r\nEvil: 1", "a\nb", "a\x7f", "a\tb"};
    struct given given;
    struct fault why = {.text = ""};

    begin(&given, &ok, 1);
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        struct http_request request = usual;
        request.url = given_url(&given.server, "/");
        request.headers[0] = (struct http_header){"X-Reference", values[i]};
        request.header_count = 1;
        CU_ASSERT_FALSE(http_client_start(given.client, &request, done, &given, &why));
        CU_ASSERT(why.kind == FAULT_INPUT);
        CU_ASSERT_STRING_EQUAL(why.text, "the header 'X-Reference' holds a control character");
    }
    struct http_request request = usual;
    char large[17000];
    memset(large, 'x', sizeof large);
    large[sizeof large - 1] = '\0';
    request.url = given_url(&given.server, "/");
    request.headers[0] = (struct http_header){"X-Reference", large};
    request.header_count = 1;
    CU_ASSERT_FALSE(http_client_start(given.client, &request, done, &given, &why));
    request.header_count = 0;
    call(&given, &request); /* and the client still works */
    CU_ASSERT(given.end == HTTP_REPLIED && given.ended == 1);
    end(&given);
}

/* --- how it ends --- */

static const struct {
    const char *name;
    struct given_reply reply;
    enum http_end end;
    int status;
    const char *body, *what;
} ends[] = {
    {"any status is a reply",
     {.status = "503 Service Unavailable", .body = "no"},
     HTTP_REPLIED,
     503,
     "no",
     ""},
    {"the reply after an interim one",
     {.how = GIVEN_RAW,
      .body = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nno"},
     HTTP_REPLIED,
     201,
     "no",
     ""},
    {"a redirect is not followed",
     {.status = "302 Found", .headers = "Location: /elsewhere\r\n"},
     HTTP_REPLIED,
     302,
     "",
     ""},
    {"the connection ends without an answer", {.how = GIVEN_END}, HTTP_CUT, 0, "", "no whole reply came: "},
    {"half a reply",
     {.how = GIVEN_RAW, .body = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"},
     HTTP_CUT,
     200,
     "half",
     "no whole reply came: "},
    {"no HTTP at all",
     {.how = GIVEN_RAW, .body = "220 mail.example ESMTP\r\n"},
     HTTP_CUT,
     0,
     "",
     "no whole reply came: "},
    {"compressed twice",
     {.status = "200 OK", .headers = "Content-Encoding: gzip, gzip\r\n", .body = "x"},
     HTTP_CUT,
     200,
     "",
     "BT's reply is compressed more than once"},
};

static void how_a_call_ends(void)
{
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct given given;
        struct http_request request = usual;
        begin(&given, &ends[i].reply, 1);
        request.url = given_url(&given.server, "/");
        request.method = "POST"; /* so that libcurl does not try it again by itself */
        request.body = "{}";
        request.body_length = 2;
        call(&given, &request);
        if (given.end != ends[i].end || given.status != ends[i].status ||
            strcmp(given.body, ends[i].body) != 0 || given.ended != 1 ||
            strncmp(given.what, ends[i].what, strlen(ends[i].what)) != 0 ||
            (*ends[i].what == '\0' && *given.what != '\0') || given.server.request_count != 1) {
            printf("\n  %s: end %d, status %d, body '%s', what '%s', requests %zu", ends[i].name,
                   (int)given.end, given.status, given.body, given.what, given.server.request_count);
            CU_FAIL("case above");
        }
        end(&given);
    }
}

/* Neither a body nor headers without end fill the memory. */
static void a_reply_that_is_too_large(void)
{
    char body[1002], headers[70000];
    struct given_reply replies[] = {{.status = "200 OK", .body = body + 1},
                                    {.status = "200 OK", .body = body},
                                    {.status = "200 OK", .headers = headers}};
    struct given given;
    struct http_request request = usual;

    memset(body, 'x', sizeof body);
    body[1001] = '\0';
    size_t length = 0;
    while (length < sizeof headers - 100)
        length += (size_t)snprintf(headers + length, sizeof headers - length, "X-Long: %060d\r\n", 1);
    begin(&given, replies, COUNT_OF(replies));
    request.url = given_url(&given.server, "/");
    call(&given, &request);
    CU_ASSERT(given.end == HTTP_REPLIED && given.status == 200);
    call(&given, &request);
    CU_ASSERT_EQUAL(given.end, HTTP_TOO_LARGE);
    CU_ASSERT_STRING_EQUAL(given.what, "BT's reply is larger than 1000 bytes");
    request.peer = "the schema registry a.example";
    call(&given, &request);
    CU_ASSERT_EQUAL(given.end, HTTP_TOO_LARGE);
    CU_ASSERT_STRING_EQUAL(
        given.what, "the headers of the schema registry a.example's reply are larger than 65536 bytes");
    end(&given);
}

/* A refused connection is known to be unsent; silence is not. */
static void nobody_answers(void)
{
    static const struct given_reply silence = {.how = GIVEN_SILENCE};
    struct given given;
    struct http_request request = usual;

    begin(&given, &silence, 1);
    request.url = given_url(&given.server, "/");
    request.call_timeout_ms = 50;
    call(&given, &request);
    CU_ASSERT(given.end == HTTP_TIMED_OUT && given.status == 0 && given.server.request_count == 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(given.what, "no whole reply came: Timeout was reached"));
    given_server_close(&given.server);
    request.peer = NULL;
    request.method = "POST";
    request.body = "{}";
    request.body_length = 2;
    call(&given, &request);
    CU_ASSERT_EQUAL(given.end, HTTP_UNSENT);
    CU_ASSERT(given_cannot_connect(given.what));
    request.url = "ftp://127.0.0.1/";
    call(&given, &request);
    CU_ASSERT_EQUAL(given.end, HTTP_UNSENT);
    request.url = "http://no such host/";
    call(&given, &request);
    CU_ASSERT_EQUAL(given.end, HTTP_UNSENT);
    given_server_open(&given.server, given.loop, &ok, 1);
    end(&given);
}

/* A peer that takes the connection and never the bytes: TLS that does not begin. */
static void a_connection_that_does_not_come_about(void)
{
    struct given given;
    struct http_request request = usual;
    char url[64];

    begin(&given, &ok, 1);
    snprintf(url, sizeof url, "https://127.0.0.1:%d/",
             given.server.port); /* which waits for a plain request */
    request.url = url;
    request.connect_timeout_ms = 50;
    call(&given, &request);
    CU_ASSERT(given.end == HTTP_UNSENT && given.server.request_count == 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(given.what, "BT was not reached: "));
    end(&given);
}

static void what_is_told_of_the_headers(void)
{
    static const struct given_reply replies[] = {
        {.status = "429 Too Many Requests", .headers = "Retry-After: 7\r\nX-Kind: a\r\n"},
        {.status = "429 Too Many Requests",
         .headers = "Date: Fri, 02 Jan 2026 10:00:00 GMT\r\nRetry-After: Fri, 02 Jan 2026 10:00:30 GMT\r\n"},
        {.status = "201 Created", .headers = "Location: /orders/1\r\n"}};
    struct given given;
    struct http_request request = usual;

    begin(&given, replies, COUNT_OF(replies));
    request.url = given_url(&given.server, "/");
    request.retry_after_max_ms = 20000;
    request.want_headers = true;
    call(&given, &request);
    CU_ASSERT(given.retry_after_ms == 7000 && *given.location == '\0');
    CU_ASSERT_STRING_EQUAL(given.header, "a");
    request.want_headers = false;
    call(&given, &request);
    CU_ASSERT(given.retry_after_ms == 20000 && !given.has_headers);
    call(&given, &request); /* nothing is left of the reply before */
    CU_ASSERT_EQUAL(given.retry_after_ms, -1);
    CU_ASSERT_STRING_EQUAL(given.location, "/orders/1");
    end(&given);
}

CU_TestInfo test_client[] = {{"what the server sees", what_the_server_sees},
                             {"no header is smuggled in", no_header_is_smuggled_in},
                             {"how a call ends", how_a_call_ends},
                             {"a reply that is too large", a_reply_that_is_too_large},
                             {"nobody answers", nobody_answers},
                             {"a connection that does not come about", a_connection_that_does_not_come_about},
                             {"what is told of the headers", what_is_told_of_the_headers},
                             CU_TEST_INFO_NULL};
