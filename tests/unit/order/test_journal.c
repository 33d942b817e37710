/* The journal: capped in the middle, and the same after it was kept as JSON. */
#include "journal.h"

#include "../codec/given.h"

static void fill(struct journal *journal, unsigned count)
{
    for (unsigned i = 1; i <= count; i++) {
        journal_begin(journal, i % 2 ? "a" : "b", i);
        snprintf(journal_latest(journal)->said, JOURNAL_SAID_SIZE, "attempt %u", i);
    }
}

/* The attempts that are kept, as text: "1 2 ... 10 21 ..." */
static const char *attempts(const struct journal *journal)
{
    static char text[400];
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < journal->count; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%u", i > 0 ? " " : "",
                                   journal->entries[i].attempt);
    return text;
}

static void capped(void)
{
    struct journal journal = {0};

    CU_ASSERT_PTR_NULL(journal_latest(&journal));
    fill(&journal, JOURNAL_MAX);
    CU_ASSERT(journal.count == JOURNAL_MAX && journal.dropped == 0);
    journal_begin(&journal, "a", 21);
    given_same("one too many", attempts(&journal), "1 2 3 4 5 6 7 8 9 10 12 13 14 15 16 17 18 19 20 21");
    given_same("with their texts", journal.entries[10].said, "attempt 12");
    given_same("the latest is new", journal_latest(&journal)->said, "");
    journal_release(&journal);
    CU_ASSERT(journal.count == 0 && journal.dropped == 0);
    fill(&journal, 1000);
    given_same("the first and the latest", attempts(&journal),
               "1 2 3 4 5 6 7 8 9 10 991 992 993 994 995 996 997 998 999 1000");
    CU_ASSERT_EQUAL(journal.dropped, 980);
    journal_release(&journal);
}

static void round_trip(void)
{
    struct journal journal = {0}, again = {0};

    journal_begin(&journal, "a", 1);
    *journal_latest(&journal) = (struct journal_entry){.step = "a",
                                                       .attempt = 1,
                                                       .sent_at_ms = 1772445600001,
                                                       .ended_at_ms = 1772445600999,
                                                       .http_status = 504,
                                                       .tracking = "t-1",
                                                       .said = "no \"answer\""};
    journal_begin(&journal, "b", 2); /* on its way */
    journal_latest(&journal)->sent_at_ms = 1772445601000;
    CLEANUP(tree_release) struct json_object *tree = journal_tree(&journal);
    given_same_tree("tree", tree,
                    "[{'step': 'a', 'attempt': 1, 'sentAt': '2026-03-02T10:00:00.001Z', 'endedAt':"
                    " '2026-03-02T10:00:00.999Z', 'httpStatus': 504, 'trackingId': 't-1', 'said': 'no"
                    " \\\"answer\\\"'}, {'step': 'b', 'attempt': 2, 'sentAt': '2026-03-02T10:00:01.000Z'}]");
    fill(&again, 3); /* what was in it goes */
    journal_of_tree(tree, &again);
    CU_ASSERT_EQUAL_FATAL(again.count, 2);
    CU_ASSERT(again.entries[0].sent_at_ms == 1772445600001 && again.entries[0].ended_at_ms == 1772445600999 &&
              again.entries[0].http_status == 504 && again.entries[0].attempt == 1);
    given_same("step", again.entries[0].step, "a");
    given_same("tracking", again.entries[0].tracking, "t-1");
    given_same("said", again.entries[0].said, "no \"answer\"");
    CU_ASSERT(again.entries[1].attempt == 2 && again.entries[1].ended_at_ms == 0 &&
              again.entries[1].http_status == 0);
    given_same("nothing said", again.entries[1].said, "");
    journal_release(&journal);
    journal_release(&again);
}

/* What became of a doubt is kept with the attempt: when it began, how often it was looked for, and the last answer. */
static void doubts(void)
{
    struct journal journal = {0}, again = {0};

    journal_note_doubt(&journal, 1, 2); /* of no attempt: nothing to note it at */
    journal_note_look(&journal, 3, "absent");
    journal_begin(&journal, "a", 1);
    journal_note_doubt(&journal, 1772445600000, 1772445660000);
    journal_note_look(&journal, 1772445601000, "503/05");
    journal_note_look(&journal, 1772445602000, "found");
    journal_note_doubt(&journal, 1772445603000, 1772445663000); /* by the next owner: it began earlier */
    CLEANUP(tree_release) struct json_object *tree = journal_tree(&journal);
    given_same_tree(
        "tree", tree,
        "[{'step': 'a', 'attempt': 1, 'doubt': {'since': '2026-03-02T10:00:00.000Z', 'absentFrom':"
        " '2026-03-02T10:01:03.000Z', 'looks': 2, 'firstLook': '2026-03-02T10:00:01.000Z',"
        " 'lastLook': '2026-03-02T10:00:02.000Z', 'answer': 'found'}}]");
    journal_of_tree(tree, &again);
    CU_ASSERT_EQUAL_FATAL(again.count, 1);
    CU_ASSERT(memcmp(&again.entries[0], &journal.entries[0], sizeof again.entries[0]) == 0);
    journal_release(&journal);
    journal_release(&again);
}

static void no_journal(void)
{
    static const struct {
        const char *json, *attempts;
    } cases[] = {
        {"null", ""},
        {"{'step': 'a'}", ""},
        {"[]", ""},
        {"[5, null, {'attempt': 7, 'sentAt': 'yesterday', 'said': 5}]", "0 0 7"},
    };
    struct journal journal = {0};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(tree_release) struct json_object *tree = given_tree(cases[i].json);
        journal_of_tree(tree, &journal);
        given_same(cases[i].json, attempts(&journal), cases[i].attempts);
        CU_ASSERT(journal.count == 0 || journal_latest(&journal)->sent_at_ms == 0);
    }
    journal_release(&journal);
}

CU_TestInfo test_journal[] = {{"capped", capped},
                              {"round trip", round_trip},
                              {"doubts", doubts},
                              {"no journal", no_journal},
                              CU_TEST_INFO_NULL};
