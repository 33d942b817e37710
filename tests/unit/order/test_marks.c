/* States only move forward; what BT reports, as a sentence. */
#include "marks.h"
#include "memory.h"

#include "../catalogue/given_catalogue.h"

#define WORDS                                                                                                \
    "{'asyncapi':'3.0.0','channels':{'c':{'messages':{'m':{'payload':{'properties':{'o':{'properties':"      \
    "{'state':{},'portStatus':{}}}}},'x-states':[{'at':'/o/state','ranks':{'taken':1,'working':2,'done':3,"  \
    "'dead':3},'failed':['dead']},{'at':'/o/portStatus','ranks':{'SENT':1,'ACCEPTED':2}}]}}}}}"

static const struct {
    const char *name, *before, *now; /* members of o */
    int64_t before_ms, now_ms;
    bool older;
} cases[] = {
    {"the first", "", "'state': 'working'", 0, 0, false},
    {"further", "'state': 'taken'", "'state': 'working'", 0, 0, false},
    {"back", "'state': 'working'", "'state': 'taken'", 0, 0, true},
    {"the same", "'state': 'working'", "'state': 'working'", 0, 0, false},
    {"the same, earlier", "'state': 'working'", "'state': 'working'", 9, 8, true},
    {"the same, at a time that is not known", "'state': 'working'", "'state': 'working'", 9, 0, false},
    {"further, and earlier", "'state': 'taken'", "'state': 'working'", 9, 8, false},
    {"no word", "'state': 'done'", "", 0, 0, false},
    {"a word of no rank", "'state': 'done'", "'state': 'surveyed'", 0, 0, false},
    {"one back, one further", "'state': 'working', 'portStatus': 'SENT'",
     "'state': 'taken', 'portStatus': 'ACCEPTED'", 0, 0, false},
    {"one back, one the same and earlier", "'state': 'working', 'portStatus': 'SENT'",
     "'state': 'taken', 'portStatus': 'SENT'", 9, 8, true},
    {"in other letters", "'state': 'WORKING'", "'state': 'Taken'", 0, 0, true},
};

static struct json_object *payload_of(const char *members)
{
    char text[300];

    snprintf(text, sizeof text, "{'o': {%s}}", members);
    return given_tree(text);
}

static const struct event_message *given_words(struct asyncapi *asyncapi)
{
    CLEANUP(tree_release) struct json_object *tree = given_tree(WORDS);
    struct problems problems = {0};
    struct json_cursor cursor;

    json_cursor_init(&cursor, "words", &problems);
    asyncapi_read(tree, &cursor, asyncapi);
    json_cursor_release(&cursor);
    given_no_problem("words", &problems);
    return asyncapi->messages[0];
}

static void forward_only(void)
{
    struct asyncapi asyncapi;
    const struct event_message *message = given_words(&asyncapi);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(tree_release) struct json_object *marks = NULL;
        CLEANUP(tree_release) struct json_object *before = payload_of(cases[i].before);
        CLEANUP(tree_release) struct json_object *now = payload_of(cases[i].now);
        CU_ASSERT_FALSE(marks_are_older(&marks, "r", message, before, cases[i].before_ms));
        CU_ASSERT_FALSE(marks_are_older(&marks, "another", message, now, cases[i].now_ms));
        bool older = marks_are_older(&marks, "r", message, now, cases[i].now_ms);
        if (older != cases[i].older)
            printf("\n  %s", cases[i].name);
        CU_ASSERT_EQUAL(older, cases[i].older);
    }
    asyncapi_release(&asyncapi);
}

static void in_words(void)
{
    static const struct {
        const char *members, *word, *sentence;
        bool failed;
    } rows[] = {
        {"'state': 'working', 'portStatus': 'SENT'", "SENT", "BT reported state working, portStatus SENT",
         false},
        {"'state': 'dead'", "dead", "BT reported state dead", true},
        {"'state': 'surveyed'", "surveyed", "BT reported state surveyed", false},
        {"", "", "BT reported 'm'", false},
    };
    struct asyncapi asyncapi;
    const struct event_message *message = given_words(&asyncapi);

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(tree_release) struct json_object *payload = payload_of(rows[i].members);
        CLEANUP(buffer_release) struct buffer sentence;
        buffer_init(&sentence, 1000);
        struct marks_report report = marks_report(message, payload, &sentence);
        given_same("word", report.word, rows[i].word);
        given_same("sentence", buffer_text(&sentence), rows[i].sentence);
        CU_ASSERT_EQUAL(report.failed, rows[i].failed);
    }
    asyncapi_release(&asyncapi);
}

CU_TestInfo test_marks[] = {{"forward only", forward_only}, {"in words", in_words}, CU_TEST_INFO_NULL};
