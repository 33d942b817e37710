/* Adds the attempts of an order's writes, and turns the journal into JSON and back. */
#include "journal.h"

#include "invariant.h"
#include "memory.h"
#include "text.h"
#include "tree_build.h"

#include <stdio.h>
#include <string.h>

void journal_begin(struct journal *journal, const char *step, unsigned attempt)
{
    REQUIRE(journal->count <= JOURNAL_MAX);
    if (journal->count == JOURNAL_MAX) { /* the second half of the list moves up by one */
        memmove(&journal->entries[JOURNAL_MAX / 2], &journal->entries[JOURNAL_MAX / 2 + 1],
                (JOURNAL_MAX - JOURNAL_MAX / 2 - 1) * sizeof *journal->entries);
        journal->count--;
        journal->dropped++;
    }
    journal->entries = memory_resize(journal->entries, journal->count + 1, sizeof *journal->entries);
    struct journal_entry *entry = &journal->entries[journal->count++];
    *entry = (struct journal_entry){.attempt = attempt};
    snprintf(entry->step, sizeof entry->step, "%s", step);
}

struct journal_entry *journal_latest(struct journal *journal)
{
    return journal->count == 0 ? NULL : &journal->entries[journal->count - 1];
}

void journal_note_doubt(struct journal *journal, int64_t since_ms, int64_t absent_from_ms)
{
    struct journal_entry *entry = journal_latest(journal);

    if (entry == NULL)
        return;
    if (entry->doubt.since_ms == 0)
        entry->doubt.since_ms = since_ms;
    entry->doubt.absent_from_ms = absent_from_ms;
}

void journal_note_look(struct journal *journal, int64_t at_ms, const char *answer)
{
    struct journal_entry *entry = journal_latest(journal);

    if (entry == NULL)
        return;
    struct journal_doubt *doubt = &entry->doubt;
    if (doubt->looks++ == 0)
        doubt->first_look_ms = at_ms;
    doubt->last_look_ms = at_ms;
    text_print(doubt->answer, sizeof doubt->answer, "%s", answer);
}

void journal_release(struct journal *journal)
{
    memory_free(journal->entries);
    *journal = (struct journal){0};
}

static void add_known_moment(struct json_object *tree, const char *name, int64_t ms)
{
    if (ms != 0)
        tree_add_moment(tree, name, ms);
}

static void add_doubt(struct json_object *entry, const struct journal_doubt *doubt)
{
    if (doubt->since_ms == 0)
        return;
    struct json_object *tree = json_object_new_object();
    add_known_moment(tree, "since", doubt->since_ms);
    add_known_moment(tree, "absentFrom", doubt->absent_from_ms);
    if (doubt->looks > 0) {
        tree_add_integer(tree, "looks", doubt->looks);
        add_known_moment(tree, "firstLook", doubt->first_look_ms);
        add_known_moment(tree, "lastLook", doubt->last_look_ms);
        tree_add_known(tree, "answer", doubt->answer);
    }
    tree_add(entry, "doubt", tree);
}

struct json_object *journal_tree(const struct journal *journal)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < journal->count; i++) {
        const struct journal_entry *entry = &journal->entries[i];
        struct json_object *tree = json_object_new_object();
        tree_add_known(tree, "step", entry->step);
        tree_add_integer(tree, "attempt", entry->attempt);
        add_known_moment(tree, "sentAt", entry->sent_at_ms);
        add_known_moment(tree, "endedAt", entry->ended_at_ms);
        if (entry->http_status != 0)
            tree_add_integer(tree, "httpStatus", entry->http_status);
        tree_add_known(tree, "trackingId", entry->tracking);
        tree_add_known(tree, "said", entry->said);
        add_doubt(tree, &entry->doubt);
        json_object_array_add(list, tree);
    }
    return list;
}

static void read_text(struct json_object *tree, const char *name, char *text, size_t size)
{
    const char *value = tree_text_of(tree, name);

    snprintf(text, size, "%s", value == NULL ? "" : value);
}

static void read_doubt(struct json_object *tree, struct journal_doubt *doubt)
{
    if (tree == NULL)
        return;
    doubt->since_ms = tree_moment_of(tree, "since");
    doubt->absent_from_ms = tree_moment_of(tree, "absentFrom");
    doubt->looks = (unsigned)json_object_get_int64(tree_member(tree, "looks"));
    doubt->first_look_ms = tree_moment_of(tree, "firstLook");
    doubt->last_look_ms = tree_moment_of(tree, "lastLook");
    read_text(tree, "answer", doubt->answer, sizeof doubt->answer);
}

void journal_of_tree(struct json_object *tree, struct journal *journal)
{
    size_t count = json_object_is_type(tree, json_type_array) ? json_object_array_length(tree) : 0;

    journal_release(journal);
    for (size_t i = 0; i < count && i < JOURNAL_MAX; i++) {
        struct json_object *one = json_object_array_get_idx(tree, i);
        const char *step = tree_text_of(one, "step");
        journal_begin(journal, step == NULL ? "" : step,
                      (unsigned)json_object_get_int64(tree_member(one, "attempt")));
        struct journal_entry *entry = journal_latest(journal);
        entry->sent_at_ms = tree_moment_of(one, "sentAt");
        entry->ended_at_ms = tree_moment_of(one, "endedAt");
        entry->http_status = json_object_get_int(tree_member(one, "httpStatus"));
        read_text(one, "trackingId", entry->tracking, sizeof entry->tracking);
        read_text(one, "said", entry->said, sizeof entry->said);
        read_doubt(tree_member(one, "doubt"), &entry->doubt);
    }
}
