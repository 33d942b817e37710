/* What is said of a registry that does not give a schema, and when it is asked again. */
#include "given_registry.h"

static const struct {
    struct given_reply reply;
    const char *said; /* after "schema ids/7: the schema registry <host> " */
} troubles[] = {
    {{.status = "404 Not Found", .body = "{\"error_code\": 40401, \"message\": \"no 'subject'\\n\"}"},
     "answers 404, error code 40401: 'no ?subject?"
     "?'"},
    {{.status = "404 Not Found", .body = "{\"error_code\": \"40403\"}"}, "answers 404, error code 40403: ''"},
    {{.status = "200 OK", .body = "{\"error_code\": 40403, \"message\": \"x\"}"},
     "answers 200, error code 40403: 'x'"},
    {{.status = "404 Not Found", .body = "<html>not here</html>"},
     "answers 404 with what is not the registry's: '<html>not here</html>'"},
    {{.status = "200 OK", .body = "{\"schema\": 7}"},
     "answers 200 with what is not the registry's: '{\"schema\": 7}'"},
    {{.status = "201 Created", .body = "{\"schema\": \"x\"}"},
     "answers 201 with what is not the registry's: '{\"schema\": \"x\"}'"},
    {{.status = "200 OK", .body = "[]"}, "answers 200 with what is not the registry's: '[]'"},
    {{.status = "503 Service Unavailable"}, "answers 503 with no body"},
    {{.status = "302 Found", .headers = "Location: https://login.example/\r\n"},
     "answers 302 with a redirection to 'https://login.example/', which is not followed"},
    {{.status = "300 Multiple Choices", .headers = "Location: /a\r\n"},
     "answers 300 with a redirection to '/a', which is not followed"},
    {{.status = "304 Not Modified"}, "answers 304 with no body"},
    {{.status = "400 Bad Request", .headers = "Location: /a\r\n", .body = "x"},
     "answers 400 with what is not the registry's: 'x'"},
    {{.status = "200 OK",
      .headers = "Content-Encoding: gzip\r\n",
      .body = "{\"schema\": \"\\\"string\\\"\"}"},
     "answers 200 with a body in an encoding that was not asked for, 'gzip'"},
    {{.how = GIVEN_RAW, .body = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"},
     ": no whole reply came: "},
    {{.status = "500 x",
      .body =
          "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
          "01234567890123456789"},
     "answers 500 with what is not the registry's: "
     "'0123456789012345678901234567890123456789012345678901234567890123456789"
     "01234567890123456789012345678901234567890123456...'"},
};

static void what_is_wrong_with_the_registry_is_said(void)
{
    for (size_t i = 0; i < COUNT_OF(troubles); i++) {
        const struct given_reply replies[] = {troubles[i].reply, text_schema};
        struct given given;
        char start[100];
        begin(&given, replies, 2);
        registry_expect(given.registry, &seven);
        given_until(given.loop, &given.server.request_count, 1);
        turns(&given);
        snprintf(start, sizeof start, "schema ids/7: the schema registry 127.0.0.1:%d", given.server.port);
        const char *said = registry_trouble(given.registry),
                   *rest = said + strlen(start) + (*troubles[i].said != ':');
        bool whole = troubles[i].said[strlen(troubles[i].said) - 1] != ' ';
        if (strncmp(said, start, strlen(start)) != 0 ||
            strncmp(rest, troubles[i].said, strlen(troubles[i].said)) != 0 ||
            (whole && strcmp(rest, troubles[i].said) != 0)) {
            printf("\n  got  %s\n  want %s %s", said, start, troubles[i].said);
            CU_FAIL("case above");
        }
        expect(&given, &seven, REGISTRY_WAIT, start);
        CU_ASSERT_EQUAL(given.changes, 0);
        given_jump(given.loop, 260);
        given_until(given.loop, &given.changes, 1);
        expect(&given, &seven, REGISTRY_KNOWN, "string");
        CU_ASSERT_STRING_EQUAL(registry_trouble(given.registry), "");
        end(&given);
    }
}

/* The pauses double from a quarter of a second to half a minute. */
static void a_registry_that_is_away_is_asked_less_often(void)
{
    static const struct given_reply down = {.status = "503 Service Unavailable"};
    struct given given;
    int64_t pause_ms = 250;

    begin(&given, &down, 1);
    registry_expect(given.registry, &seven);
    for (size_t asked = 1; asked <= 10; asked++) {
        given_until(given.loop, &given.server.request_count, asked);
        turns(&given);
        given_jump(given.loop, pause_ms - 30);
        turns(&given);
        CU_ASSERT_EQUAL(given.server.request_count, asked);
        given_jump(given.loop, 40);
        pause_ms = pause_ms * 2 > 30000 ? 30000 : pause_ms * 2;
    }
    end(&given);
}

/* A registry with several members: the next one is asked at once, and the one that answers is asked first then. */
static void several_urls_are_asked_in_turn(void)
{
    static const struct given_reply down = {.status = "503 Service Unavailable", .body = "x"};
    struct given given;
    struct given_server other;
    char urls[300];

    begin(&given, &text_schema, 1);
    given_server_open(&other, given.loop, &down, 1);
    registry_free(given.registry);
    snprintf(urls, sizeof urls, " http://user:secret@127.0.0.1:%d/a/ ,\t, %s/", other.port,
             given_url(&given.server, "/b"));
    given_set(&given.settings.registry_url, urls);
    open_registry(&given);
    registry_expect(given.registry, &seven);
    given_until(given.loop, &given.changes, 1);
    CU_ASSERT(other.request_count == 1 && given.server.request_count == 1);
    expect_line(&given, 0, "GET /b/schemas/ids/7");
    registry_expect(given.registry, &(const struct frame){.framing = FRAMING_CONFLUENT_V0, .id = 8});
    given_until(given.loop, &given.changes, 2);
    CU_ASSERT(other.request_count == 1 && given.server.request_count == 2);
    given.server.replies = &down;
    registry_expect(given.registry, &(const struct frame){.framing = FRAMING_CONFLUENT_V0, .id = 9});
    given_until(given.loop, &other.request_count, 2);
    turns(&given);
    char said[100];
    snprintf(said, sizeof said, "schema ids/9: the schema registry 127.0.0.1:%d answers 503", other.port);
    CU_ASSERT_EQUAL(strncmp(registry_trouble(given.registry), said, strlen(said)), 0);
    CU_ASSERT_PTR_NULL(strstr(registry_trouble(given.registry), "secret"));
    CU_ASSERT(other.request_count == 2 && given.server.request_count == 3); /* each once, then a pause */
    given_jump(given.loop, 260);
    turns(&given);
    CU_ASSERT(other.request_count == 3 && given.server.request_count == 4); /* and both again */
    given_server_close(&other);
    end(&given);
}

CU_TestInfo test_registry_words[] = {
    {"what is wrong with the registry is said", what_is_wrong_with_the_registry_is_said},
    {"a registry that is away is asked less often", a_registry_that_is_away_is_asked_less_often},
    {"several URLs are asked in turn", several_urls_are_asked_in_turn},
    CU_TEST_INFO_NULL};
