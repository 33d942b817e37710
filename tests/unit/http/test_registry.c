/* Schemas from a registry: asked for once, waited for, and given up. */
#include "given_registry.h"

/* --- schemas that come --- */

static void a_schema_is_asked_for_once_and_kept(void)
{
    struct given given;

    begin(&given, &text_schema, 1);
    expect(&given, &seven, REGISTRY_WAIT, "schema ids/7 is being fetched");
    expect(&given, &seven, REGISTRY_WAIT, "schema ids/7 is being fetched");
    registry_expect(given.registry, &seven);
    given_until(given.loop, &given.changes, 1);
    expect(&given, &seven, REGISTRY_KNOWN, "string");
    turn(&given);
    CU_ASSERT(given.server.request_count == 1 && given.changes == 1);
    expect_line(&given, 0, "GET /base/schemas/ids/7");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(given_request(&given.server, 0),
               "\r\nAccept: application/vnd.schemaregistry.v1+json, application/json\r\n"));
    CU_ASSERT_PTR_NULL(strstr(given_request(&given.server, 0), "Authorization"));
    CU_ASSERT_STRING_EQUAL(registry_trouble(given.registry), "");
    registry_expect(given.registry, &(const struct frame){.framing = FRAMING_CONFLUENT_V0, .id = 4294967295});
    given_until(given.loop, &given.changes, 2);
    expect_line(&given, 1, "GET /base/schemas/ids/4294967295");
    end(&given);
}

static void by_guid_with_a_user(void)
{
    struct frame frame = {.framing = FRAMING_CONFLUENT_V1};
    struct given given;
    struct fault why;

    if (!uuid_parse("123e4567-e89b-42d3-a456-426614174000", &frame.guid, &why))
        abort();
    begin(&given, &text_schema, 1);
    given_set(&given.settings.registry_username, "user-1");
    given.settings.registry_password.hidden = memory_text("pass-1");
    registry_expect(given.registry, &frame);
    given_until(given.loop, &given.changes, 1);
    expect_line(&given, 0, "GET /base/schemas/guids/123e4567-e89b-42d3-a456-426614174000");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(given_request(&given.server, 0), "\r\nAuthorization: Basic dXNlci0xOnBhc3MtMQ==\r\n"));
    expect(&given, &frame, REGISTRY_KNOWN, "string");
    end(&given);
}

static void types_that_it_refers_to_are_fetched_too(void)
{
    struct given given;

    begin(&given, with_references, 3);
    registry_expect(given.registry, &seven);
    given_until(given.loop, &given.changes, 1);
    expect(&given, &seven, REGISTRY_KNOWN, "a.R");
    CU_ASSERT_EQUAL(given.server.request_count, 3); /* a.Y once */
    expect_line(&given, 1, "GET /base/subjects/a%2Fb%20X/versions/3?deleted=true");
    expect_line(&given, 2, "GET /base/subjects/y-._~1/versions/1?deleted=true");
    end(&given);
}

/* A type that a registry lost is not a reason to refuse the order: only the schema's own 40403 is an answer. */
static void a_type_that_is_missing_is_waited_for(void)
{
    const struct given_reply replies[] = {with_references[0], unknown, with_references[1],
                                          with_references[2]};
    struct given given;

    begin(&given, replies, 4);
    registry_expect(given.registry, &seven);
    given_until(given.loop, &given.server.request_count, 2);
    while (*registry_trouble(given.registry) == '\0')
        turn(&given);
    expect(&given, &seven, REGISTRY_WAIT, "schema ids/7: the schema registry 127.0.0.1:");
    given_jump(given.loop, 260);
    given_until(given.loop, &given.changes, 1);
    expect(&given, &seven, REGISTRY_KNOWN, "a.R");
    CU_ASSERT_STRING_EQUAL(registry_trouble(given.registry), "");
    expect_line(&given, 2, "GET /base/subjects/a%2Fb%20X/versions/3?deleted=true");
    end(&given);
}

static void a_schema_that_cannot_be_used(void)
{
    static const struct given_reply replies[] = {
        {.status = "200 OK", .body = "{\"schema\": \"{\\\"type\\\": \\\"none\\\"}\"}"}};
    struct given given;

    begin(&given, replies, 1);
    registry_expect(given.registry, &seven);
    given_until(given.loop, &given.changes, 1);
    expect(&given, &seven, REGISTRY_UNKNOWN, "schema ids/7 cannot be used: ");
    expect(&given, &seven, REGISTRY_UNKNOWN, "schema ids/7 cannot be used: ");
    turn(&given);
    CU_ASSERT_EQUAL(given.server.request_count, 1); /* what is registered does not change */
    end(&given);
}

/* --- schemas that do not come --- */

static void no_registry_is_configured(void)
{
    struct given given;

    begin(&given, &text_schema, 1);
    registry_free(given.registry);
    given_set(&given.settings.registry_url, " , ");
    open_registry(&given);
    expect(&given, &seven, REGISTRY_UNKNOWN,
           "the request is framed for a schema registry and none is configured (registry.url)");
    registry_expect(given.registry, &seven);
    turn(&given);
    CU_ASSERT(given.server.request_count == 0 && registry_registered(given.registry));
    end(&given);
}

/* A schema that was just registered is there a moment later; what was never registered is a request's fault. */
static void an_unknown_schema_is_asked_for_a_while(void)
{
    struct given given;
    size_t asked = 1;

    begin(&given, &unknown, 1);
    registry_expect(given.registry, &seven);
    given_until(given.loop, &given.server.request_count, 1);
    for (int64_t passed_ms = 0; passed_ms < 9900; passed_ms += 300) {
        turn(&given);
        given_jump(given.loop, 300);
    }
    turn(&given);
    expect(&given, &seven, REGISTRY_WAIT, "the registry has no schema ids/7, it is asked again");
    CU_ASSERT_STRING_EQUAL(registry_trouble(given.registry), ""); /* the registry works */
    asked = given.server.request_count;
    CU_ASSERT(asked >= 5 && asked <= 9); /* after 250, 500, 1000, 2000, 2000 ... ms */
    given_jump(given.loop, 200);
    given_until(given.loop, &given.changes, 1);
    expect(&given, &seven, REGISTRY_UNKNOWN, "the registry has no schema ids/7; it was asked for 10");
    CU_ASSERT_EQUAL(given.server.request_count, asked + 1);
    end(&given);
}

/* The next request asks once more; after a long time it is another occasion, which has all the time again. */
static void an_unknown_schema_may_come_later(void)
{
    const struct given_reply replies[] = {unknown, unknown, unknown, unknown, text_schema};
    struct given given;

    begin(&given, replies, 5);
    given.settings.registry_unknown_ms = 1000;
    registry_expect(given.registry, &seven);
    given_until(given.loop, &given.server.request_count, 1);
    turns(&given);
    given_jump(given.loop, 1000);
    given_until(given.loop, &given.changes, 1);
    CU_ASSERT_EQUAL(given.server.request_count, 2);
    given.settings.registry_unknown_ms = 10000;
    expect(&given, &seven, REGISTRY_UNKNOWN, "the registry has no schema ids/7; it was asked for 1");
    given_jump(given.loop, 9500);
    expect(&given, &seven, REGISTRY_WAIT, "schema ids/7 is asked for again");
    given_until(given.loop, &given.changes, 2);
    CU_ASSERT_EQUAL(given.server.request_count, 3);
    expect(&given, &seven, REGISTRY_UNKNOWN, "the registry has no schema ids/7; it was asked for 1");
    given_jump(given.loop, 10001);
    expect(&given, &seven, REGISTRY_WAIT, "schema ids/7 is asked for again");
    given_until(given.loop, &given.server.request_count, 4);
    turns(&given);
    expect(&given, &seven, REGISTRY_WAIT, "the registry has no schema ids/7, it is asked again");
    given_jump(given.loop, 251); /* the pauses start again, too */
    given_until(given.loop, &given.changes, 3);
    expect(&given, &seven, REGISTRY_KNOWN, "string");
    end(&given);
}

/* Requests may name any number of ids: unknown ones do not fill the memory, and known ones stay. */
static void unknown_schemas_are_forgotten_when_there_are_many(void)
{
    const struct given_reply replies[] = {text_schema, unknown};
    struct given given;

    begin(&given, replies, 2);
    given.settings.registry_unknown_ms = 0;
    registry_expect(given.registry, &seven);
    given_until(given.loop, &given.changes, 1);
    for (uint32_t id = 1; id < 2000; id++) {
        struct frame frame = {.framing = FRAMING_CONFLUENT_V0, .id = 1000 + id};
        registry_expect(given.registry, &frame);
        given_until(given.loop, &given.changes, id + 1);
        expect(&given, &frame, REGISTRY_UNKNOWN, "the registry has no schema ids/");
    }
    struct frame first = {.framing = FRAMING_CONFLUENT_V0, .id = 1001},
                 more = {.framing = FRAMING_CONFLUENT_V0, .id = 5};
    size_t before = given.server.request_count;
    registry_expect(given.registry, &first); /* it is remembered, and not asked for again by expecting it */
    turn(&given);
    CU_ASSERT_EQUAL(given.server.request_count, before);
    registry_expect(given.registry, &more);
    given_until(given.loop, &given.server.request_count, before + 1);
    registry_expect(given.registry, &first);
    given_until(given.loop, &given.server.request_count, before + 2);
    expect(&given, &seven, REGISTRY_KNOWN, "string");
    CU_ASSERT_EQUAL(given.server.request_count, before + 2);
    end(&given);
}

CU_TestInfo test_registry[] = {
    {"a schema is asked for once and kept", a_schema_is_asked_for_once_and_kept},
    {"by GUID, with a user", by_guid_with_a_user},
    {"types that it refers to are fetched too", types_that_it_refers_to_are_fetched_too},
    {"a type that is missing is waited for", a_type_that_is_missing_is_waited_for},
    {"a schema that cannot be used", a_schema_that_cannot_be_used},
    {"no registry is configured", no_registry_is_configured},
    {"an unknown schema is asked for a while", an_unknown_schema_is_asked_for_a_while},
    {"an unknown schema may come later", an_unknown_schema_may_come_later},
    {"unknown schemas are forgotten when there are many", unknown_schemas_are_forgotten_when_there_are_many},
    CU_TEST_INFO_NULL};
