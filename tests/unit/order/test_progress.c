/* News go through the ledger whole. */
#include "memory.h"
#include "parts_json.h"
#include "progress.h"
#include "tree.h"

#include "../codec/given.h"

static void there_and_back(void)
{
    struct step steps[] = {{.id = (char[]){"a"}}, {.id = (char[]){"m"}}};
    const struct workflow workflow = {.steps = steps, .step_count = COUNT_OF(steps)};
    struct progress *news = memory_new(1, sizeof *news);

    news->step = news->calls.step = steps[1].id;
    reason_set(&news->reason, REASON_REPORTED, "SCHEDULED", "BT reported state %s", "inProgress");
    news->calls.attempts = 2;
    news->calls.http_status = 202;
    news->calls.tracking_ids[news->calls.tracking_count++] = memory_text("t-1");
    news->wait =
        (struct ledger_wait){.step = memory_text("m"), .since_ms = 1772445600001, .until_ms = 1775037600001};
    memcpy(news->reference, "3f1c2d7e-0000-8000-8000-000000000003", sizeof news->reference);
    news->result = given_tree("{'orderId': '7'}");
    news->at_ms = 1772445600999;
    news->sequence = 4;

    struct progress *copy = progress_copy(news);
    progress_free(news);
    CLEANUP(tree_release) struct json_object *tree = progress_tree(copy);
    progress_free(copy);
    struct progress *got = progress_of_tree(tree, &workflow);
    CU_ASSERT_PTR_EQUAL(got->step, steps[1].id); /* of the catalogue */
    CU_ASSERT(got->reason.kind == REASON_REPORTED && got->calls.attempts == 2 &&
              got->calls.http_status == 202);
    given_same("code", got->reason.code, "SCHEDULED");
    given_same("text", got->reason.text, "BT reported state inProgress");
    given_same("tracking id", got->calls.tracking_ids[0], "t-1");
    given_same("waits at", got->wait.step, "m");
    given_same("reference", got->reference, "3f1c2d7e-0000-8000-8000-000000000003");
    CU_ASSERT(got->wait.until_ms == 1775037600001 && got->at_ms == 1772445600999 && got->sequence == 4);
    given_same_tree("result", got->result, "{'orderId': '7'}");
    progress_free(got);
    CU_ASSERT_PTR_NULL(progress_free(NULL));
}

/* Nothing but when it was. */
static void almost_nothing(void)
{
    const struct workflow workflow = {0};
    CLEANUP(tree_release) struct json_object *tree = given_tree("{'atMs': 5}");
    struct progress *got = progress_of_tree(tree, &workflow);

    CU_ASSERT(got->step == NULL && got->reason.kind == REASON_NONE && got->result == NULL && got->at_ms == 5);
    given_same("reference", got->reference, "");
    progress_free(got);
}

CU_TestInfo test_progress[] = {
    {"there and back", there_and_back}, {"almost nothing", almost_nothing}, CU_TEST_INFO_NULL};
