/* A registry client, its loop and a server that plays the registry; in which tests of several files ask. */
#ifndef TESTS_HTTP_GIVEN_REGISTRY_H
#define TESTS_HTTP_GIVEN_REGISTRY_H

#include "registry.h"

#include "given_server.h"

#include "../codec/given.h"

struct given {
    struct settings settings;
    struct loop *loop;
    struct http_client *client;
    struct given_server server;
    struct registry *registry;
    size_t changes;
};

static inline void changed(void *context)
{
    struct given *given = context;

    given->changes++;
}

static inline void open_registry(struct given *given)
{
    given->registry = registry_new(&given->settings, given->loop, given->client, changed, given);
}

static inline void begin(struct given *given, const struct given_reply *replies, size_t count)
{
    struct fault why;

    *given = (struct given){.changes = 0};
    given_defaults(&given->settings);
    if (!loop_new(&given->loop, &why) ||
        !http_client_new(&given->settings, given->loop, &given->client, &why))
        abort();
    given_server_open(&given->server, given->loop, replies, count);
    given_set(&given->settings.registry_url, given_url(&given->server, "/base/"));
    given->settings.registry_unknown_ms = 10000;
    open_registry(given);
}

static inline void end(struct given *given)
{
    registry_free(given->registry);
    http_client_free(given->client);
    given_server_close(&given->server);
    loop_free(given->loop);
    settings_release(&given->settings);
}

static const struct frame seven = {.framing = FRAMING_CONFLUENT_V0, .id = 7};

/* What the registry answers for a frame: the schema's name, or the sentence. */
static inline enum registry_answer ask(struct given *given, const struct frame *frame, char said[500])
{
    const struct schema *schema = NULL;
    struct fault why = {.text = ""};
    enum registry_answer answer = registry_schema(given->registry, frame, &schema, &why);

    snprintf(said, 500, "%s", answer == REGISTRY_KNOWN ? schema_name(schema) : why.text);
    CU_ASSERT(answer == REGISTRY_KNOWN || why.kind == (answer == REGISTRY_WAIT ? FAULT_PEER : FAULT_INPUT));
    return answer;
}

static inline void expect(struct given *given, const struct frame *frame, enum registry_answer answer,
                          const char *said)
{
    char got[500];
    enum registry_answer came = ask(given, frame, got);

    if (came == answer && strncmp(got, said, strlen(said)) == 0)
        return;
    printf("\n  got  %d %s\n  want %d %s", (int)came, got, (int)answer, said);
    CU_FAIL("case above");
}

static inline void turn(struct given *given)
{
    size_t zero = 0;

    given_until(given->loop, &zero, 0);
}

/* As many as all that is under way takes; no time passes. */
static inline void turns(struct given *given)
{
    for (int i = 0; i < 20; i++)
        turn(given);
}

/* The text of a request's first line. */
static inline void expect_line(const struct given *given, size_t index, const char *line)
{
    const char *text = given_request(&given->server, index);

    if (strncmp(text, line, strlen(line)) != 0 || strncmp(text + strlen(line), " HTTP/1.1\r\n", 11) != 0) {
        printf("\n  want %s\n  got  %.200s", line, text);
        CU_FAIL("request above");
    }
}

static const struct given_reply text_schema = {.status = "200 OK",
                                               .body = "{\"schema\": \"\\\"string\\\"\"}"};
static const struct given_reply unknown = {
    .status = "404 Not Found", .body = "{\"error_code\": 40403, \"message\": \"Schema not found\"}"};

/* One schema with a type of its own, which uses another one, that both name. */
static const struct given_reply with_references[] = {
    {.status = "200 OK",
     .body =
         "{\"schema\": \"{\\\"type\\\": \\\"record\\\", \\\"name\\\": \\\"a.R\\\", "
         "\\\"fields\\\": [{\\\"name\\\": \\\"x\\\", "
         "\\\"type\\\": \\\"a.X\\\"}]}\", \"references\": [{\"name\": \"a.X\", \"subject\": \"a/b X\", \"version\": 3}, "
         "{\"name\": \"a.Y\", \"subject\": \"y-._~1\", \"version\": 1}, {\"name\": \"none\"}]}"},
    {.status = "200 OK",
     .body = "{\"schema\": \"{\\\"type\\\": \\\"record\\\", \\\"name\\\": \\\"a.X\\\", "
             "\\\"fields\\\": [{\\\"name\\\": \\\"y\\\", "
             "\\\"type\\\": \\\"a.Y\\\"}]}\", "
             "\"references\": [{\"name\": \"a.Y\", \"subject\": \"y-._~1\", \"version\": 1}]}"},
    {.status = "200 OK",
     .body =
         "{\"schema\": \"{\\\"type\\\": \\\"enum\\\", \\\"name\\\": \\\"a.Y\\\", \\\"symbols\\\": [\\\"S\\\"]}\"}"}};

#endif
