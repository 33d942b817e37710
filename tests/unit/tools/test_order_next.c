/* What a person can do about an order is what its owner would not refuse. */
#include "order_next.h"

#include "given_item.h"

#include <CUnit/Basic.h>

#define BEGUN "\"wrote\":true,\"steps\":{\"import\":{\"importOrderId\":\"00226001\"}}"

static const struct {
    const char *about, *type, *step, *wait, *reference, *progress, *want;
} rows[] = {
    {"parked before any write", "reserve-numbers-by-exchange", "reserve", NULL, "", "{\"wasInDoubt\":true}",
     "happened REF | did-not-happen | retry | reject"},
    {"of a type that is not here", NULL, "reserve", NULL, "", "{}",
     "happened REF | did-not-happen | retry | reject"},
    {"parked on its way", "provide-with-ported-numbers", "locate", NULL, "", "{" BEGUN "}",
     "happened REF | retry | cancel"},
    {"nothing to be undone", "provide-with-ported-numbers", "import", NULL, "", "{}",
     "happened REF | did-not-happen | retry | reject"},
    {"in doubt", "provide-with-ported-numbers", "create", NULL, "", "{" BEGUN ",\"wasInDoubt\":true}",
     "happened REF | retry"},
    {"the port is under way", "provide-with-ported-numbers", "activate", NULL, "", "{" BEGUN "}",
     "happened REF | retry"},
    {"at the end of its way", "provide-with-ported-numbers", NULL, NULL, "",
     "{" BEGUN ",\"way\":{\"status\":\"UNKNOWN\"}}", "happened | reject"},
    {"waits for a message", "provide-with-ported-numbers", "awaitAcceptance", "awaitAcceptance", "r",
     "{" BEGUN "}", "look | heard | skip | cancel"},
    {"for one after the activation", "provide-with-ported-numbers", "awaitActivation", "awaitActivation", "r",
     "{" BEGUN "}", "look | heard | skip"},
    {"for a date", "provide-with-ported-numbers", "confirmDate", "confirmDate", "", "{" BEGUN "}",
     "skip | cancel"},
    {"for a message, of a type that is not here", NULL, "m", "m", "r", "{" BEGUN "}", "skip"},
};

static void verdicts(void)
{
    const struct given_inputs given = {(const char *[]){"cugId"}, 1};
    struct problems problems = {0};

    struct catalogue *catalogue = catalogue_load(SOURCE_DIR "/schemas", "", &given, &problems);
    CU_ASSERT_EQUAL_FATAL(problems.count, 0);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(buffer_release) struct buffer text = {0};
        struct ledger_view view;
        ledger_view_init(&view);
        struct ledger_item *item = given_item(&view, 1, rows[i].wait == NULL ? LEDGER_PARKED : LEDGER_QUEUED,
                                              "k", 1, rows[i].progress);
        item->record.step = memory_text(rows[i].step);
        item->record.wait.step = memory_text(rows[i].wait);
        snprintf(item->record.wait.reference, sizeof item->record.wait.reference, "%s", rows[i].reference);
        buffer_init(&text, 1000);
        order_next_verdicts(item, rows[i].type == NULL ? NULL : catalogue_type(catalogue, rows[i].type),
                            &text);
        CU_ASSERT_STRING_EQUAL(buffer_text(&text), rows[i].want);
        if (strcmp(buffer_text(&text), rows[i].want) != 0)
            printf("\n    %s: %s\n", rows[i].about, buffer_text(&text));
        ledger_view_release(&view);
    }
    problems_release(&problems);
    catalogue_free(catalogue);
}

/* Another text of its workflow than those that are here: nothing but to go on once that is back. */
static void another_text(void)
{
    CLEANUP(buffer_release) struct buffer text = {0};
    struct order_type type = {.digest = "today"};
    struct ledger_view view;

    ledger_view_init(&view);
    struct ledger_item *item = given_item(&view, 1, LEDGER_PARKED, "k", 1, "{" BEGUN "}");
    item->record.step = memory_text("m");
    item->record.workflow = memory_text("gone");
    buffer_init(&text, 1000);
    order_next_verdicts(item, &type, &text);
    CU_ASSERT_STRING_EQUAL(buffer_text(&text), "retry");
    ledger_view_release(&view);
}

CU_TestInfo test_order_next[] = {{"verdicts", verdicts}, {"another text", another_text}, CU_TEST_INFO_NULL};
