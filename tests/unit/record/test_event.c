/* Events: what is taken from a payload, and what was written is read. */
#include "event.h"

#include "framing.h"

#include "given_schemas.h"

#define PAYLOAD                                                                                              \
    "{'eventId':'CMP-RESELLER-11-02-2025T125629','eventType':'ProductOrderStateChangeEvent','event':"        \
    "{'productOrder':{'id':'00125420','externalId':'1e34fb00-3209-8bbe-986a-a70dbe3d0003'}}}"
#define TEXT_50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define TEXT_255 TEXT_50 TEXT_50 TEXT_50 TEXT_50 TEXT_50 "aaaaa"

static const char *text_or_none(const char *text)
{
    return text == NULL ? "(none)" : text;
}

static const struct {
    const char *name, *payload, *id, *type, *reference, *order_id;
} cases[] = {
    {"all", PAYLOAD, "CMP-RESELLER-11-02-2025T125629", "ProductOrderStateChangeEvent",
     "1e34fb00-3209-8bbe-986a-a70dbe3d0003", "00125420"},
    {"BT's id only", "{'eventType':'other','event':{'productOrder':{'id':'00125420'}}}", NULL, "other", NULL,
     "00125420"},
    {"numbers", "{'eventId':17,'event':{'productOrder':{'id':700501}}}", "17", NULL, NULL, "700501"},
    {"no text", "{'eventId':1.5,'eventType':true,'event':{'productOrder':{'id':[],'externalId':{}}}}", NULL,
     NULL, NULL, NULL},
    {"empty texts", "{'eventId':'','eventType':'','event':{'productOrder':{'id':'','externalId':''}}}", NULL,
     NULL, NULL, NULL},
    {"nulls", "{'eventId':null,'event':null}", NULL, NULL, NULL, NULL},
    {"another shape", "{'event':{'productOrder':[{'id':'1'}]}}", NULL, NULL, NULL, NULL},
    {"a list", "[1]", NULL, NULL, NULL, NULL},
    {"a text", "'x'", NULL, NULL, NULL, NULL},
    {"null", "null", NULL, NULL, NULL, NULL},
    {"a NUL in a text", "{'eventId':'a\\u0000b'}", NULL, NULL, NULL, NULL},
    {"half a character", "{'eventId':'\xed\xa0\x80','event':{'productOrder':{'id':'1'}}}", NULL, NULL, NULL,
     "1"},
    {"the longest text", "{'eventId':'" TEXT_255 "'}", TEXT_255, NULL, NULL, NULL},
    {"a longer one", "{'eventId':'" TEXT_255 "a'}", NULL, NULL, NULL, NULL},
};

static void filled(void)
{
    struct ledger_schemas unused;
    struct catalogue *catalogue = given_schemas(&unused);
    const struct event_channel *channel = asyncapi_channel(&catalogue->asyncapi, "orderNotifications");

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(tree_release) struct json_object *payload = given_tree(cases[i].payload);
        struct event event = {0};
        event_fill(channel, payload, &event);
        given_same(cases[i].name, text_or_none(event.id), text_or_none(cases[i].id));
        given_same(cases[i].name, text_or_none(event.type), text_or_none(cases[i].type));
        given_same(cases[i].name, text_or_none(event.reference), text_or_none(cases[i].reference));
        given_same(cases[i].name, text_or_none(event.order_id), text_or_none(cases[i].order_id));
        event_release(&event);
        CU_ASSERT_PTR_NULL(event.id);
    }
    catalogue_free(catalogue);
}

/* A description without a message for the payload says nothing of it. */
static void no_message(void)
{
    const struct event_channel channel = {.name = (char *)(uintptr_t) "c"};
    CLEANUP(tree_release) struct json_object *payload = given_tree(PAYLOAD);
    struct event event = {0};

    event_fill(&channel, payload, &event);
    CU_ASSERT(event.id == NULL && event.order_id == NULL && event.reference == NULL && event.type == NULL);
}

static void round_trip(void)
{
    static char id[] = "E-1", type[] = "T", reference[] = "R", order_id[] = "O-1",
                payload[] = "{\"name\": \"Zo\xc3\xab\"}";
    const struct event all = {id, type, reference, order_id, payload, 1772445600001},
                       least = {.payload = payload, .received_at_ms = 1};
    struct ledger_schemas unused;
    struct catalogue *catalogue = given_schemas(&unused);

    for (int i = 0; i < 2; i++) {
        const struct event *given = i == 0 ? &all : &least;
        CLEANUP(buffer_release) struct buffer value;
        struct event got;
        struct fault why = {.text = ""};
        buffer_init(&value, 65536);
        CU_ASSERT_FATAL(event_write(catalogue, given, &value, &why));
        CU_ASSERT_FATAL(event_read(catalogue, value.data, value.length, &got, &why));
        given_same("id", text_or_none(got.id), text_or_none(given->id));
        given_same("type", text_or_none(got.type), text_or_none(given->type));
        given_same("reference", text_or_none(got.reference), text_or_none(given->reference));
        given_same("order id", text_or_none(got.order_id), text_or_none(given->order_id));
        given_same("payload", text_or_none(got.payload), text_or_none(given->payload));
        CU_ASSERT_EQUAL(got.received_at_ms, given->received_at_ms);
        event_release(&got);
        for (size_t length = 0; length < value.length; length++)
            CU_ASSERT_FALSE(event_read(catalogue, value.data, length, &got, &why));
    }
    catalogue_free(catalogue);
}

static void refusals(void)
{
    static char payload[] = "{}", broken[] = "\xff";
    struct ledger_schemas unused;
    struct catalogue *catalogue = given_schemas(&unused);
    struct catalogue none = {0};
    CLEANUP(buffer_release) struct buffer value;
    struct event event = {.payload = payload}, got;
    struct fault why;
    const struct frame other = {.framing = FRAMING_SINGLE_OBJECT,
                                .fingerprint = schema_fingerprint(catalogue->decision)};

    buffer_init(&value, 65536);
    CU_ASSERT_FALSE(event_write(&none, &event, &value, &why));
    given_same("no schema", why.text, "the catalogue has no common/Event.avsc");
    CU_ASSERT_FATAL(event_write(catalogue, &event, &value, &why));
    CU_ASSERT_FALSE(event_read(&none, value.data, value.length, &got, &why));
    value.length = 0;
    framing_write(&other, &value);
    CU_ASSERT_FALSE(event_read(catalogue, value.data, value.length, &got, &why));
    given_same("of another schema", why.text, "it is not an event, or one of a newer listener");
    CU_ASSERT_PTR_NULL(got.payload);
    event.payload = broken;
    CU_ASSERT_FALSE(event_write(catalogue, &event, &value, &why));
    CU_ASSERT_EQUAL(why.kind, FAULT_LOCAL);
    catalogue_free(catalogue);
}

/* What a strange writer puts there is not taken in where it could not be written again. */
static void texts(void)
{
    static char long_id[] = TEXT_255 "a", no_id[] = "", payload[] = "{}";
    struct ledger_schemas unused;
    struct catalogue *catalogue = given_schemas(&unused);
    char *const ids[] = {long_id, no_id};

    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        const struct event odd = {.order_id = ids[i], .payload = payload};
        CLEANUP(buffer_release) struct buffer value;
        struct event got;
        struct fault why;
        buffer_init(&value, 65536);
        CU_ASSERT_FATAL(event_write(catalogue, &odd, &value, &why));
        CU_ASSERT(!event_read(catalogue, value.data, value.length, &got, &why) && why.kind == FAULT_INPUT);
    }
    catalogue_free(catalogue);
}

CU_TestInfo test_event[] = {{"texts", texts},
                            {"filled from a payload", filled},
                            {"no message for a payload", no_message},
                            {"round trip", round_trip},
                            {"refusals", refusals},
                            CU_TEST_INFO_NULL};
