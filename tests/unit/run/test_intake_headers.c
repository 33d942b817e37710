/* Which headers of a request travel on with its order; and orders that only read, which need no key. */
#include "given_intake.h"

#define PARENT "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

/* A read's repeats need not find each other: any key does, and none. */
static void what_has_no_place(struct given *given)
{
    struct buffer value;

    add_head(&value, given->worker.worker.catalogue->types[0]->request);
    add_datum(&value, '1');
    put(given, 0, NULL, &value, no_headers);
    until_taken(given);
    CU_ASSERT_FATAL(find(given, '1') != NULL);
    CU_ASSERT_PTR_NULL(find(given, '1')->source.key);
    value.length = HEAD_BYTES;
    add_datum(&value, '2');
    put(given, 0, given->keys[1], &value, no_headers);
    until_taken(given);
    CU_ASSERT_FATAL(find(given, '2') != NULL);
    CU_ASSERT_EQUAL(find(given, '2')->source.partition, 0);
    buffer_release(&value);
}

static char longest[ORDER_HEADER_MAX + 1], too_long[ORDER_HEADER_MAX + 2], long_parent[ORDER_HEADER_MAX + 2];

static const struct {
    const char *headers[10];
    const char *parent, *state, *tracking; /* null: it does not travel on */
} travellers[] = {
    {{"traceparent", PARENT, "tracestate", "a=1", "whc-tracking", "t 1", NULL}, PARENT, "a=1", "t 1"},
    {{"tracestate", "a=1", "traceparent", PARENT, "tracestate", "b=2", NULL}, PARENT, "a=1,b=2", NULL},
    {{"traceparent", PARENT, "traceparent", PARENT, "tracestate", "a=1", NULL}, NULL, NULL, NULL},
    {{"traceparent", PARENT "-1", "tracestate", "a=1", "whc-tracking", "t", NULL}, NULL, NULL, "t"},
    {{"traceparent", NULL, "tracestate", "a=1", "whc-tracking", NULL, NULL}, NULL, NULL, NULL},
    {{"traceparent", long_parent, NULL}, NULL, NULL, NULL},
    {{"traceparent", PARENT, "tracestate", NULL, NULL}, PARENT, NULL, NULL},
    {{"tracestate", "a=1", "whc-tracking", "", NULL}, NULL, NULL, NULL},
    {{"whc-tracking", "one", "whc-tracking", "two", NULL}, NULL, NULL, "two"},
    {{"whc-tracking", longest, NULL}, NULL, NULL, longest},
    {{"whc-tracking", too_long, NULL}, NULL, NULL, NULL},
    {{"whc-tracking", "a\tb", NULL}, NULL, NULL, NULL},
    {{"whc-tracking", "a\x7f", NULL}, NULL, NULL, NULL},
    {{"whc-tracking", "caf\xc3\xa9", NULL}, NULL, NULL, NULL},
};

static void same_header(size_t row, const char *name, const char *got, const char *want)
{
    char title[60];

    snprintf(title, sizeof title, "row %zu, %s", row, name);
    given_same(title, got == NULL ? "(none)" : got, want == NULL ? "(none)" : want);
}

static void which_headers_travel_on(struct given *given)
{
    memset(longest, 't', sizeof longest - 1);
    memset(too_long, 't', sizeof too_long - 1);
    memset(long_parent, 'a', sizeof long_parent - 1);
    memcpy(long_parent, PARENT "-", strlen(PARENT) + 1);
    memcpy(long_parent, "01", 2); /* a later version may have more */
    given->worker.worker.settings->request_max_bytes = 10000;
    for (size_t i = 0; i < COUNT_OF(travellers); i++) {
        char last = "03456789abcdef"[i];
        put_request(given, 0, last, travellers[i].headers);
        until_taken(given);
        const struct order *order = find(given, last);
        CU_ASSERT_PTR_NOT_NULL_FATAL(order);
        same_header(i, "traceparent", order->source.headers.traceparent, travellers[i].parent);
        same_header(i, "tracestate", order->source.headers.tracestate, travellers[i].state);
        same_header(i, "tracking", order->source.headers.tracking, travellers[i].tracking);
    }
}

static void orders_that_read(void)
{
    struct given given;

    begin(&given, GIVEN_ONE_READ, &silence, 1);
    what_has_no_place(&given);
    which_headers_travel_on(&given);
    end(&given);
}

CU_TestInfo test_intake_headers[] = {{"orders that read", orders_that_read}, CU_TEST_INFO_NULL};
