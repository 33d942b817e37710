/* Compares the words of a notification with those before it. */
#include "marks.h"

#include "memory.h"
#include "tree_build.h"

#include <string.h>

struct mark {
    int rank;
    int64_t time_ms;
};

static bool read_mark(struct json_object *marks, const char *reference, const char *at, struct mark *mark)
{
    struct json_object *one = tree_member(tree_member(marks, reference), at);

    if (one == NULL)
        return false;
    *mark = (struct mark){json_object_get_int(tree_member(one, "rank")),
                          json_object_get_int64(tree_member(one, "timeMs"))};
    return true;
}

static void write_mark(struct json_object **marks, const char *reference, const char *at, const char *word,
                       const struct mark *mark)
{
    struct json_object *one = json_object_new_object();

    if (*marks == NULL)
        *marks = json_object_new_object();
    if (tree_member(*marks, reference) == NULL)
        tree_add(*marks, reference, json_object_new_object());
    tree_add_integer(one, "rank", mark->rank);
    tree_add_integer(one, "timeMs", mark->time_ms);
    tree_add_text(one, "word", word);
    tree_add(tree_member(*marks, reference), at, one);
}

static bool is_older(const struct mark *now, const struct mark *before)
{
    return now->rank < before->rank || (now->rank == before->rank && now->time_ms != 0 &&
                                        before->time_ms != 0 && now->time_ms < before->time_ms);
}

bool marks_are_older(struct json_object **marks, const char *reference, const struct event_message *message,
                     struct json_object *payload, int64_t time_ms)
{
    bool older = false, news = false;

    for (size_t i = 0; i < message->state_count; i++) {
        const struct event_states *states = &message->states[i];
        const char *text = tree_text(tree_at(payload, states->at));
        const struct event_word *word = text == NULL ? NULL : event_states_word(states, text);
        struct mark before;
        if (word == NULL) {
            news = news || text != NULL;
            continue;
        }
        struct mark now = {word->rank, time_ms};
        if (read_mark(*marks, reference, states->at, &before) && is_older(&now, &before)) {
            older = true;
            continue;
        }
        news = true;
        write_mark(marks, reference, states->at, text, &now);
    }
    return older && !news;
}

struct marks_report marks_report(const struct event_message *message, struct json_object *payload,
                                 struct buffer *sentence)
{
    struct marks_report report = {.word = ""};

    buffer_print(sentence, "BT reported");
    for (size_t i = 0; i < message->state_count; i++) {
        const struct event_states *states = &message->states[i];
        const char *text = tree_text(tree_at(payload, states->at)), *name = strrchr(states->at, '/');
        const struct event_word *word = text == NULL ? NULL : event_states_word(states, text);
        if (text == NULL)
            continue;
        buffer_print(sentence, "%s %.60s %.60s", *report.word == '\0' ? "" : ",",
                     name == NULL ? "" : name + 1, text);
        report.word = text;
        report.failed = report.failed || (word != NULL && word->failed);
    }
    if (*report.word == '\0')
        buffer_print(sentence, " '%.60s'", message->name);
    return report;
}
