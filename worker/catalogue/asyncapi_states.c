/* x-states of a message: words of BT and how far each is. */
#include "asyncapi_inside.h"

#include "memory.h"

#include <string.h>
#include <strings.h>

enum { RANK_MAX = 1000 };

static struct event_word *find(const struct event_states *states, const char *word)
{
    for (size_t i = 0; i < states->word_count; i++)
        if (strcasecmp(states->words[i].word, word) == 0)
            return &states->words[i];
    return NULL;
}

static void read_ranks(struct json_object *ranks, struct json_cursor *cursor, struct event_states *states)
{
    size_t mark = json_cursor_enter(cursor, "ranks");

    if (!json_object_is_type(ranks, json_type_object) || json_object_object_length(ranks) == 0)
        json_cursor_problem(cursor, "\"ranks\": {\"acknowledged\": 1, \"completed\": 2}",
                            "these states have no words with ranks");
    TREE_EACH(ranks, word, rank)
    {
        int64_t number = json_object_get_int64(rank);
        if (!json_object_is_type(rank, json_type_int) || number < 0 || number > RANK_MAX)
            json_cursor_problem(cursor, "a whole number from 0 to 1000", "the rank of '%s' is not a rank",
                                word);
        else if (find(states, word) != NULL)
            json_cursor_problem(cursor, "words are compared without regard to case",
                                "the word '%s' has two ranks", word);
        else {
            states->words = memory_resize(states->words, states->word_count + 1, sizeof *states->words);
            states->words[states->word_count++] =
                (struct event_word){.word = memory_text(word), .rank = (int)number};
        }
    }
    json_cursor_leave(cursor, mark);
}

static bool *flag_of(struct event_word *word, bool final)
{
    return final ? &word->final : &word->failed;
}

/* The list "final" or "failed": words with ranks, each once. */
static void read_words(struct json_object *tree, bool final, struct json_cursor *cursor,
                       const struct event_states *states)
{
    const char *member = final ? "final" : "failed";
    size_t mark = json_cursor_enter(cursor, member);
    struct json_object *list = tree_member(tree, member);
    size_t count = json_cursor_length(cursor, list);

    for (size_t i = 0; i < count; i++) {
        const char *text = tree_text(json_object_array_get_idx(list, i));
        struct event_word *word = text != NULL ? find(states, text) : NULL;
        if (text == NULL)
            json_cursor_problem(cursor, "[\"completed\"]", "item %zu of '%s' is not a word", i, member);
        else if (word == NULL)
            json_cursor_problem(cursor, "give it a rank, or correct it", "'%s' in '%s' has no rank", text,
                                member);
        else if (*flag_of(word, final))
            json_cursor_problem(cursor, "leave one out", "'%s' stands twice in '%s'", text, member);
        else
            *flag_of(word, final) = true;
    }
    json_cursor_leave(cursor, mark);
}

static void read_one(struct json_object *root, struct json_object *payload, struct json_object *tree,
                     struct json_cursor *cursor, struct event_message *message)
{
    static const char *const known[] = {"at", "ranks", "final", "failed", NULL};
    struct event_states states = {0};

    json_cursor_known_members(cursor, tree, known);
    states.at = asyncapi_pointer(root, payload, "at", tree_text_of(tree, "at"), cursor);
    for (size_t i = 0; states.at != NULL && i < message->state_count; i++)
        if (message->states[i].at != NULL && strcmp(message->states[i].at, states.at) == 0)
            json_cursor_problem(cursor, "one entry for one member", "%s has states already", states.at);
    read_ranks(tree_member(tree, "ranks"), cursor, &states);
    read_words(tree, true, cursor, &states);
    read_words(tree, false, cursor, &states);
    message->states = memory_resize(message->states, message->state_count + 1, sizeof states);
    message->states[message->state_count++] = states;
}

void asyncapi_states_read(struct json_object *root, struct json_object *payload, struct json_object *list,
                          struct json_cursor *cursor, struct event_message *message)
{
    size_t mark = json_cursor_enter(cursor, "x-states");
    size_t count = json_cursor_length(cursor, list);

    for (size_t i = 0; i < count; i++) {
        size_t item = json_cursor_enter_item(cursor, i);
        read_one(root, payload, json_object_array_get_idx(list, i), cursor, message);
        json_cursor_leave(cursor, item);
    }
    json_cursor_leave(cursor, mark);
}

void asyncapi_states_release(struct event_message *message)
{
    for (size_t i = 0; i < message->state_count; i++) {
        for (size_t k = 0; k < message->states[i].word_count; k++)
            memory_free(message->states[i].words[k].word);
        memory_free(message->states[i].words);
        memory_free(message->states[i].at);
    }
    memory_free(message->states);
}

const struct event_word *event_states_word(const struct event_states *states, const char *word)
{
    return find(states, word);
}
