/* From bytes to a record: to which topic and partition, under which key, with which words. */
#include "notification.h"

#include "../record/given_schemas.h"

#define OURS "1e34fb00-3209-8bbe-986a-a70dbe3d0003"

static char topic[] = "events", dead[] = "events.dead";

static const struct {
    const char *name, *bytes;
    enum notification_kind kind;
    int32_t partition;
    const char *key; /* null: none */
} cases[] = {
    {"by our reference",
     "{\"eventId\":\"1\",\"event\":{\"productOrder\":{\"id\":\"00125420\",\"externalId\":\"" OURS "\"}}}",
     NOTIFICATION_EVENT, 3, OURS},
    {"by BT's id", "{\"event\":{\"productOrder\":{\"id\":\"00125420\"}}}", NOTIFICATION_EVENT, 3, "00125420"},
    {"an unknown type and state",
     "{\"eventType\":\"new\",\"event\":{\"productOrder\":{\"id\":\"700501\",\"state\":\"x\"}}}",
     NOTIFICATION_EVENT, 11, "700501"},
    {"an order placed elsewhere", "{\"event\":{\"productOrder\":{\"externalId\":\"PO 17\"}}}",
     NOTIFICATION_UNADDRESSED, -1, NULL},
    {"no order", "{\"eventType\":\"ProductOrderCreateEvent\"}", NOTIFICATION_UNADDRESSED, -1, NULL},
    {"a list", "[1]", NOTIFICATION_UNADDRESSED, -1, NULL},
    {"null", "null", NOTIFICATION_UNADDRESSED, -1, NULL},
    {"no JSON", "<xml/>", NOTIFICATION_JSON, -1, NULL},
    {"nothing", "", NOTIFICATION_JSON, -1, NULL},
    {"no UTF-8", "{\"a\":\"\xff\"}", NOTIFICATION_JSON, -1, NULL},
    {"too many values", "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21]", NOTIFICATION_JSON, -1,
     NULL},
};

static const char *header_of(const struct kafka_record *record, const char *name)
{
    for (size_t i = 0; i < record->header_count; i++)
        if (strcmp(record->headers[i].name, name) == 0)
            return record->headers[i].value;
    return "(none)";
}

static bool is_right(size_t i, const struct catalogue *catalogue, const struct notification *got)
{
    const struct kafka_record *record = &got->record;
    bool event = got->kind == NOTIFICATION_EVENT, json = got->kind == NOTIFICATION_JSON;
    struct event read;
    struct fault why;

    if (got->kind != cases[i].kind || record->partition != cases[i].partition ||
        (record->key == NULL) != (cases[i].key == NULL) ||
        (record->key != NULL && strcmp(record->key, cases[i].key) != 0) ||
        strcmp(record->topic, event ? topic : dead) != 0 ||
        strcmp(header_of(record, "whc-dead-reason"), event ? "(none)" : notification_words[got->kind]) != 0)
        return false;
    if (json) /* as it came */
        return record->length == strlen(cases[i].bytes) && strcmp(record->value, cases[i].bytes) == 0 &&
               strcmp(header_of(record, "content-type"), "(none)") == 0;
    bool same = event_read(catalogue, record->value, record->length, &read, &why) &&
                strcmp(read.payload, cases[i].bytes) == 0 && read.received_at_ms == 1234;
    event_release(&read);
    return same && strcmp(header_of(record, "content-type"), "application/avro") == 0;
}

static void records(void)
{
    struct ledger_schemas unused;
    struct catalogue *catalogue = given_schemas(&unused);
    const struct notification_place place = {
        catalogue, asyncapi_channel(&catalogue->asyncapi, "orderNotifications"), topic, dead, 12, 20};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct notification got;
        struct fault why = {.text = ""};
        if (!notification_read(&place, cases[i].bytes, strlen(cases[i].bytes), 1234, &got, &why) ||
            !is_right(i, catalogue, &got)) {
            printf("\n  %s: %d %d %s", cases[i].name, (int)got.kind, (int)got.record.partition, why.text);
            CU_FAIL("case above");
        }
        notification_release(&got);
    }
    catalogue_free(catalogue);
}

/* A dead letter says why without repeating what came. */
static void words(void)
{
    static const char text[] = "{\"name\": \"Jo Example\", \"broken";
    struct ledger_schemas unused;
    struct catalogue *catalogue = given_schemas(&unused);
    const struct notification_place place = {
        catalogue, asyncapi_channel(&catalogue->asyncapi, "orderNotifications"), topic, dead, 12, 20};
    struct notification got;
    struct fault why;

    CU_ASSERT_FATAL(notification_read(&place, text, sizeof text - 1, 1, &got, &why));
    CU_ASSERT(strstr(header_of(&got.record, "__connect.errors.exception.message"), "Example") == NULL);
    CU_ASSERT(*got.why.text != '\0');
    notification_release(&got);
    struct catalogue without = {0};
    const struct notification_place broken = {&without, place.channel, topic, dead, 12, 20};
    CU_ASSERT_FALSE(notification_read(&broken, "{}", 2, 1, &got, &why));
    CU_ASSERT_EQUAL(why.kind, FAULT_LOCAL);
    notification_release(&got);
    catalogue_free(catalogue);
}

/* A day is allowed: clocks and time zones differ. */
static void dated_ahead(void)
{
    static const struct {
        const char *text;
        bool ahead;
    } times[] = {{"{\"eventTime\":\"1970-01-02T00:00:01.000Z\"}", false},
                 {"{\"eventTime\":\"1970-01-02T00:00:01.001+0000\"}", true},
                 {"{\"eventTime\":\"9999-01-01T00:00:00Z\"}", true},
                 {"{\"eventTime\":\"tomorrow\"}", false},
                 {"{}", false}};
    struct ledger_schemas unused;
    struct catalogue *catalogue = given_schemas(&unused);
    const struct notification_place place = {
        catalogue, asyncapi_channel(&catalogue->asyncapi, "orderNotifications"), topic, dead, 12, 20};

    for (size_t i = 0; i < COUNT_OF(times); i++) {
        struct notification got;
        struct fault why;
        CU_ASSERT_FATAL(notification_read(&place, times[i].text, strlen(times[i].text), 1000, &got, &why));
        CU_ASSERT_EQUAL(got.ahead, times[i].ahead);
        notification_release(&got);
    }
    catalogue_free(catalogue);
}

CU_TestInfo test_notification[] = {
    {"records", records}, {"words", words}, {"dated ahead", dated_ahead}, CU_TEST_INFO_NULL};
