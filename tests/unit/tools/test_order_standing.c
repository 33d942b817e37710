/* What an order waits for, and why. */
#include "order_standing.h"

#include "given_item.h"

#include <CUnit/Basic.h>

static void waits(void)
{
    static const struct {
        enum ledger_state state;
        const char *progress;
        enum order_waits alone, behind;
    } rows[] = {
        {LEDGER_PARKED, "{}", WAITS_PERSON, WAITS_PERSON},
        {LEDGER_QUEUED, "{}", WAITS_RETRY, WAITS_KEY},
        {LEDGER_INTENDED, "{}", WAITS_NOTHING, WAITS_NOTHING}, /* it is always the first */
        {LEDGER_INTENDED, "{\"wasInDoubt\":true}", WAITS_LOOK_UP, WAITS_LOOK_UP},
        {LEDGER_DONE, "{\"wasInDoubt\":true}", WAITS_NOTHING, WAITS_NOTHING},
        {LEDGER_PARKED, "{damaged", WAITS_PERSON, WAITS_PERSON},
        {LEDGER_QUEUED, NULL, WAITS_RETRY, WAITS_KEY},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (int with = 0; with < 2; with++) {
            struct ledger_view view;
            struct order_standing standing;
            ledger_view_init(&view);
            if (with == 1)
                given_item(&view, 1, LEDGER_QUEUED, "k", 1, NULL);
            struct ledger_item *item = given_item(&view, 2, rows[i].state, "k", 2, rows[i].progress);
            ledger_view_line_up(&view);
            order_standing_read(item, &standing);
            CU_ASSERT_EQUAL(standing.waits, with == 1 ? rows[i].behind : rows[i].alone);
            order_standing_release(&standing);
            ledger_view_release(&view);
        }
    }
}

/* Only a parked order must be decided by some moment. */
static void decide_by(void)
{
    struct ledger_view view;
    struct order_standing standing;

    ledger_view_init(&view);
    for (int parked = 0; parked < 2; parked++) {
        struct ledger_item *item = given_item(&view, parked + 1, parked ? LEDGER_PARKED : LEDGER_QUEUED, "k",
                                              1, "{\"decideByMs\":1797206400000}");
        order_standing_read(item, &standing);
        CU_ASSERT_EQUAL(standing.decide_by_ms, parked ? 1797206400000 : 0);
        order_standing_release(&standing);
    }
    ledger_view_release(&view);
}

/* For a message or a date: it holds no key, and nobody is behind it. */
static void without_its_key(void)
{
    for (int date = 0; date < 2; date++) {
        struct ledger_view view;
        struct order_standing standing;
        ledger_view_init(&view);
        struct ledger_item *item = given_item(&view, 1, LEDGER_QUEUED, "k", 1, "{}");
        struct ledger_item *second = given_item(&view, 2, LEDGER_QUEUED, "k", 2, "{}");
        item->record.wait.step = memory_text("m");
        if (date == 0)
            memcpy(item->record.wait.reference, "r", 2);
        ledger_view_line_up(&view);
        order_standing_read(item, &standing);
        CU_ASSERT(standing.waits == (date == 0 ? WAITS_MESSAGE : WAITS_DATE) && item->behind == 0);
        order_standing_release(&standing);
        order_standing_read(second, &standing);
        CU_ASSERT(standing.waits == WAITS_RETRY && second->first == second);
        order_standing_release(&standing);
        ledger_view_release(&view);
    }
}

static void reasons(void)
{
    static const char progress[] =
        "{\"orderId\":\"00126001\",\"doubt\":{\"kind\":\"TIMEOUT\",\"code\":\"time\",\"text\":\"no reply\"},"
        "\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\"}";
    struct ledger_view view;
    struct order_standing standing;

    ledger_view_init(&view);
    order_standing_read(given_item(&view, 1, LEDGER_INTENDED, "k", 1, progress), &standing);
    CU_ASSERT_STRING_EQUAL(standing.kind, "TIMEOUT");
    CU_ASSERT_STRING_EQUAL(standing.code, "time");
    CU_ASSERT_STRING_EQUAL(standing.order_id, "00126001");
    CU_ASSERT_STRING_EQUAL(standing.trace, "4bf92f3577b34da6a3ce929d0e0e4736");
    order_standing_release(&standing);
    ledger_view_release(&view);
}

CU_TestInfo test_order_standing[] = {{"decide by", decide_by},
                                     {"waits", waits},
                                     {"without its key", without_its_key},
                                     {"reasons", reasons},
                                     CU_TEST_INFO_NULL};
