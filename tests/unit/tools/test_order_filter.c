/* Which orders a filter takes. */
#include "order_filter.h"

#include "memory.h"

#include "given_item.h"

#include <CUnit/Basic.h>

static void takes(void)
{
    static const char progress[] = "{\"reason\":{\"kind\":\"IN_DOUBT\",\"code\":\"lookup\",\"text\":\"t\"}}";
    static const struct {
        struct order_filter filter;
        bool taken;
    } rows[] = {
        {{.states = NULL}, true},
        {{.states = "PARKED"}, true},
        {{.states = "queued,parked"}, true},
        {{.states = "QUEUED,DONE"}, false},
        {{.type = "create-order"}, true},
        {{.type = "create"}, false},
        {{.key = "k"}, true},
        {{.key = "kk"}, false},
        {{.key = ""}, false},
        {{.code = "in_doubt"}, true},
        {{.code = "lookup"}, true},
        {{.code = "IN_DOUBT/lookup"}, true},
        {{.code = "IN_DOUBT/never"}, false},
        {{.waits_for = "person"}, true},
        {{.waits_for = "key"}, false},
        {{.older_ms = 4000}, true},
        {{.older_ms = 4001}, false},
        {{.states = "PARKED", .key = "k", .waits_for = "key"}, false},
    };
    struct ledger_view view;
    struct order_standing standing;

    ledger_view_init(&view);
    struct ledger_item *item = given_item(&view, 1, LEDGER_PARKED, "k", 1, progress);
    ledger_view_line_up(&view);
    order_standing_read(item, &standing);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CU_ASSERT_EQUAL(order_filter_takes(&rows[i].filter, item, &standing, 5000), rows[i].taken);
    order_standing_release(&standing);
    ledger_view_release(&view);
}

/* A message that was expected: only once that is told. */
static void late_ones_are_asked_for(void)
{
    const struct order_filter late = {.late = true};

    for (int is_late = 0; is_late < 2; is_late++) {
        struct ledger_view view;
        struct order_standing standing;
        ledger_view_init(&view);
        struct ledger_item *item = given_item(&view, 1, LEDGER_QUEUED, "k", 1, "{}");
        item->record.wait = (struct ledger_wait){.step = memory_text("awaitReady"), .late = is_late == 1};
        order_standing_read(item, &standing);
        CU_ASSERT_EQUAL(order_filter_takes(&late, item, &standing, 0), is_late == 1);
        order_standing_release(&standing);
        ledger_view_release(&view);
    }
}

static void ended_ones_are_asked_for(void)
{
    const struct order_filter all = {.states = NULL}, done = {.states = "DONE"};
    struct ledger_view view;
    struct order_standing standing;

    ledger_view_init(&view);
    struct ledger_item *item = given_item(&view, 1, LEDGER_DONE, "k", 1, "{}");
    order_standing_read(item, &standing);
    CU_ASSERT(!order_filter_takes(&all, item, &standing, 0) && order_filter_takes(&done, item, &standing, 0));
    order_standing_release(&standing);
    ledger_view_release(&view);
}

static void refused(void)
{
    static const struct {
        struct order_filter filter;
        const char *says;
    } rows[] = {{{.states = "PARKED,ASLEEP"}, "--state 'ASLEEP' is not a state"},
                {{.states = ""}, "--state '' is not a state"},
                {{.states = "PARKED,"}, "--state '' is not a state"},
                {{.waits_for = "godot"}, "--waits-for 'godot' is none of"},
                {{.waits_for = ""}, "--waits-for '' is none of"}};
    struct fault why;

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CU_ASSERT(!order_filter_check(&rows[i].filter, NULL, &why) &&
                  strncmp(why.text, rows[i].says, strlen(rows[i].says)) == 0);
    CU_ASSERT(
        order_filter_check(&(struct order_filter){.states = "parked,DONE", .waits_for = "date"}, NULL, &why));
}

CU_TestInfo test_order_filter[] = {{"takes", takes},
                                   {"ended ones are asked for", ended_ones_are_asked_for},
                                   {"late ones are asked for", late_ones_are_asked_for},
                                   {"refused", refused},
                                   CU_TEST_INFO_NULL};
