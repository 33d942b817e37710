/* Outcome schemas are registered before anything is framed with them. */
#include "given_registry.h"

static const struct {
    const char *reply;
    int64_t framing; /* that the settings want */
    enum framing made;
    uint32_t id;
} registered[] = {
    {"{\"id\": 12, \"guid\": \"123e4567-e89b-42d3-a456-426614174000\"}", FRAME_CONFLUENT_V1,
     FRAMING_CONFLUENT_V1, 12},
    {"{\"id\": 12, \"guid\": \"123e4567-e89b-42d3-a456-426614174000\"}", FRAME_CONFLUENT_V0,
     FRAMING_CONFLUENT_V0, 12},
    {"{\"id\": 4294967295}", FRAME_CONFLUENT_V1, FRAMING_CONFLUENT_V0, 4294967295},
    {"{\"id\": 3, \"guid\": \"none\"}", FRAME_CONFLUENT_V1, FRAMING_CONFLUENT_V0, 3},
};

static void outcome_schemas_are_registered(void)
{
    for (size_t i = 0; i < COUNT_OF(registered); i++) {
        const struct given_reply replies[] = {
            {.status = "409 Conflict", .body = "{\"error_code\": 409, \"message\": \"incompatible\"}"},
            {.status = "200 OK", .body = registered[i].reply}};
        struct schema *schema = given_schema("{'type': 'record', 'name': 'a.Out', 'fields': []}");
        struct frame frame = {.id = 99}, none = {.id = 99};
        struct given given;
        begin(&given, replies, 2);
        given.settings.outcome_framing = registered[i].framing;
        CU_ASSERT(registry_registered(given.registry));
        registry_register(given.registry, "whc.outcomes", schema);
        CU_ASSERT_FALSE(registry_registered(given.registry));
        given_until(given.loop, &given.server.request_count, 1);
        turns(&given);
        CU_ASSERT_PTR_NOT_NULL(
            strstr(registry_trouble(given.registry), "answers 409, error code 409: 'incompatible'"));
        registry_outcome_frame(given.registry, schema, &none);
        CU_ASSERT_EQUAL(none.id, 99); /* nothing is framed before */
        given_jump(given.loop, 260);
        given_until(given.loop, &given.changes, 1);
        CU_ASSERT(registry_registered(given.registry) && *registry_trouble(given.registry) == '\0');
        for (size_t at = 0; at < 2; at++)
            expect_line(&given, at, "POST /base/subjects/whc.outcomes-a.Out/versions");
        const char *text = given_request(&given.server, 1);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "\r\nContent-Type: application/vnd.schemaregistry.v1+json\r\n"));
        CU_ASSERT_STRING_EQUAL(
            strstr(text, "\r\n\r\n") + 4,
            "{\"schemaType\":\"AVRO\",\"schema\":\"{"
            "\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"a.Out\\\",\\\"fields\\\":[]}\"}");
        registry_outcome_frame(given.registry, schema, &frame);
        CU_ASSERT(frame.framing == registered[i].made && frame.id == registered[i].id &&
                  frame.in_header == (registered[i].made == FRAMING_CONFLUENT_V1));
        schema_free(schema);
        end(&given);
    }
}

/* Each of several is known from the others. */
static void two_outcome_schemas(void)
{
    static const struct given_reply replies[] = {{.status = "200 OK", .body = "{\"id\": 1}"},
                                                 {.how = GIVEN_SILENCE}};
    struct schema *one = given_schema("'int'"), *other = given_schema("'long'");
    struct frame frame = {.id = 99};
    struct given given;

    begin(&given, replies, 2);
    registry_register(given.registry, "whc.outcomes", one);
    given_until(given.loop, &given.changes, 1);
    registry_register(given.registry, "whc.outcomes", other);
    given_until(given.loop, &given.server.request_count, 2);
    CU_ASSERT_FALSE(registry_registered(given.registry));
    registry_outcome_frame(given.registry, other, &frame);
    CU_ASSERT_EQUAL(frame.id, 99);
    registry_outcome_frame(given.registry, one, &frame);
    CU_ASSERT_EQUAL(frame.id, 1);
    expect_line(&given, 1, "POST /base/subjects/whc.outcomes-long/versions");
    given.server.replies = &replies[0];
    given.server.reply_count = 1;
    given_jump(given.loop, 5100); /* registry.timeout.ms */
    turns(&given);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(registry_trouble(given.registry), ": no whole reply came: Timeout was reached"));
    given_jump(given.loop, 260);
    given_until(given.loop, &given.changes, 2);
    CU_ASSERT(registry_registered(given.registry));
    end(&given);
    schema_free(one);
    schema_free(other);
}

static void an_outcome_schema_goes_to_the_next_url(void)
{
    static const struct given_reply down = {.status = "503 Service Unavailable"},
                                    good = {.status = "200 OK", .body = "{\"id\": 1}"};
    struct schema *one = given_schema("'int'");
    struct given given;
    struct given_server other;
    char urls[300];

    begin(&given, &good, 1);
    given_server_open(&other, given.loop, &down, 1);
    registry_free(given.registry);
    snprintf(urls, sizeof urls, "http://127.0.0.1:%d,%s", other.port, given_url(&given.server, ""));
    given_set(&given.settings.registry_url, urls);
    open_registry(&given);
    registry_register(given.registry, "t", one);
    given_until(given.loop, &given.changes, 1);
    CU_ASSERT(registry_registered(given.registry) && other.request_count == 1 &&
              given.server.request_count == 1);
    given_server_close(&other);
    end(&given);
    schema_free(one);
}

/* A worker that stops frees what is on its way. */
static void it_goes_in_the_middle(void)
{
    static const struct given_reply silence = {.how = GIVEN_SILENCE}, down = {.status = "503 x"};
    const struct given_reply replies[] = {with_references[0], down, unknown, silence};
    struct given given;

    begin(&given, replies, 4);
    registry_expect(given.registry, &seven);
    given_until(given.loop, &given.server.request_count, 2);
    turns(&given);
    registry_expect(given.registry, &(const struct frame){.framing = FRAMING_CONFLUENT_V0, .id = 8});
    given_until(given.loop, &given.server.request_count, 3);
    turns(&given);
    given.client = http_client_free(given.client);
    given.registry = registry_free(given.registry);
    CU_ASSERT_PTR_NULL(registry_free(NULL));
    given_jump(given.loop, 60000); /* no timer of theirs is left */
    turn(&given);
    CU_ASSERT_EQUAL(given.server.request_count, 3);
    end(&given);
}

CU_TestInfo test_registry_outcomes[] = {
    {"outcome schemas are registered", outcome_schemas_are_registered},
    {"two outcome schemas", two_outcome_schemas},
    {"an outcome schema goes to the next URL", an_outcome_schema_goes_to_the_next_url},
    {"it goes in the middle", it_goes_in_the_middle},
    CU_TEST_INFO_NULL};
