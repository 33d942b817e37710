/* What is known of an order's events, and its news. */
#include "memory.h"
#include "waiting.h"

#include "../codec/given.h"

static void the_latest_events(void)
{
    struct waiting waiting;
    char id[16];

    waiting_init(&waiting);
    for (int i = 0; i < EVENT_IDS_MAX + 2; i++) {
        snprintf(id, sizeof id, "e%d", i);
        CU_ASSERT_FALSE(waiting_has_event(&waiting, id));
        waiting_note_event(&waiting, id);
        waiting_note_event(&waiting, id); /* once */
        CU_ASSERT(waiting_has_event(&waiting, id));
    }
    CU_ASSERT_EQUAL(waiting.event_id_count, EVENT_IDS_MAX);
    CU_ASSERT_FALSE(waiting_has_event(&waiting, "e1"));
    CU_ASSERT(waiting_has_event(&waiting, "e2"));
    waiting_note_event(&waiting, NULL);
    CU_ASSERT_FALSE(waiting_has_event(&waiting, NULL)); /* without an id each is another one */
    waiting_release(&waiting);
    CU_ASSERT_EQUAL(waiting.event_id_count, 0);
}

static void news(void)
{
    struct waiting waiting;
    struct reason reason = {.kind = REASON_REPORTED};
    struct progress *one;

    waiting_init(&waiting);
    CU_ASSERT_PTR_NULL(waiting_take_progress(&waiting));
    (void)waiting_add_progress(&waiting, "a", &reason, 5);
    (void)waiting_add_progress(&waiting, "b", &reason, 6);
    for (int i = 0; i < 2; i++) {
        one = waiting_take_progress(&waiting);
        CU_ASSERT_FATAL(one != NULL);
        given_same("step", one->step, i == 0 ? "a" : "b");
        CU_ASSERT(one->at_ms == 5 + i && one->reason.kind == REASON_REPORTED);
        progress_free(one);
    }
    (void)waiting_add_progress(&waiting, "c", &reason, 7); /* after it was empty */
    CU_ASSERT_PTR_NOT_NULL(waiting.progress);
    waiting_release(&waiting);
    CU_ASSERT_PTR_NULL(waiting.progress);
}

static void for_what(void)
{
    struct waiting waiting;

    waiting_init(&waiting);
    CU_ASSERT_FALSE(waiting_for(&waiting, ""));
    waiting.wait.step = memory_text("s");
    memcpy(waiting.wait.reference, "r", 2);
    CU_ASSERT(waiting_for(&waiting, "r") && !waiting_for(&waiting, "q"));
    waiting_release(&waiting);
}

CU_TestInfo test_waiting[] = {
    {"the latest events", the_latest_events}, {"news", news}, {"for what", for_what}, CU_TEST_INFO_NULL};
