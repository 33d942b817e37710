/* The most that the ledger may have to keep of BT's replies: those of every step but the last, from the settings. */
#include "ledger_growth.h"

#include "given_catalogue.h"

#define STEP(id, more) "{'stepId': '" id "', " GIVEN_LIST more "}"
#define OUT ", 'outputs': {'o': '$response.body#/o'}"
#define BACK                                                                                                       \
    ", 'onSuccess': [{'name': 'again', 'type': 'goto', 'stepId': 'a', 'criteria': [{'condition': '$statusCode == " \
    "202'}]}]"
#define W(steps) GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" steps "]}")

static const struct {
    const char *name, *workflow, *settings;
    size_t bytes;
} cases[] = {
    {"one step", W(STEP("a", OUT)), "", 0},
    {"two", W(STEP("a", OUT) "," STEP("b", OUT)), "", 4194304},
    {"without outputs", W(STEP("a", "") "," STEP("b", OUT)), "", 0},
    {"three", W(STEP("a", OUT) "," STEP("b", OUT) "," STEP("c", "")), "bt.reply.max.bytes=5000\n", 10000},
    {"an API's own limit", W(STEP("a", OUT) "," STEP("b", "")), "bt.api.reply.max.bytes=6000\n", 6000},
    {"the last may go back", W(STEP("a", "") "," STEP("b", OUT BACK)), "bt.reply.max.bytes=5000\n", 5000},
};

static void replies(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *folder = given_folder(), path[1024];
        struct problems problems = {0};
        struct settings settings;
        given_order_type(folder, GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O), cases[i].workflow);
        struct catalogue *catalogue = given_load(folder, "", &problems);
        given_no_problem(cases[i].name, &problems);
        snprintf(path, sizeof path, "%s/settings", folder);
        given_in_folder(folder, "settings", cases[i].settings);
        settings_load(path, NULL, &settings, &problems);
        size_t bytes = ledger_growth_of(catalogue->types[0]->workflow, &settings);
        if (bytes != cases[i].bytes) {
            printf("\n  %s: %zu bytes, want %zu", cases[i].name, bytes, cases[i].bytes);
            CU_FAIL("case above");
        }
        /* It only reads, so nothing needs to have room before it is sent. */
        CU_ASSERT_EQUAL(ledger_growth_most(catalogue, &settings), 1048576 + LEDGER_GROWTH_EXTRA_BYTES);
        settings_release(&settings);
        problems_release(&problems);
        catalogue_free(catalogue);
        given_remove_folder(folder);
    }
}

CU_TestInfo test_ledger_growth[] = {{"replies", replies}, CU_TEST_INFO_NULL};
