/* Decisions as JSON: one, and the list of all of an order. */
#include "decided.h"

#include "memory.h"
#include "timestamp.h"
#include "tree.h"
#include "utf8.h"

#include <stdio.h>
#include <string.h>

static void add_text(struct json_object *tree, const char *name, const char *text)
{
    json_object_object_add(tree, name, json_object_new_string(text));
}

char *decided_answer(const struct decision *decision, int64_t offset, const char *refused)
{
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();
    bool applied = *refused == '\0';
    char moment[TIMESTAMP_TEXT_SIZE];
    struct buffer text;

    timestamp_print(decision->decided_at_ms, moment);
    add_text(tree, "signalId", decision->signal_id);
    add_text(tree, "verdict", decision_words[decision->verdict]);
    json_object_object_add(tree, "attempt", json_object_new_int64(decision->attempt));
    json_object_object_add(tree, "applied", json_object_new_boolean(applied));
    add_text(tree, "answer", applied ? "applied" : refused);
    add_text(tree, "who", decision->who);
    add_text(tree, "why", decision->why);
    add_text(tree, "decidedAt", moment);
    json_object_object_add(tree, "signalOffset", json_object_new_int64(offset));
    buffer_init(&text, 65536);
    tree_write(tree, &text);
    char *taken = buffer_take(&text, NULL);
    utf8_repair(taken); /* a reason may be cut within a character */
    return taken;
}

char *decided_add(char *list, const char *decision, bool applied)
{
    size_t length = list == NULL ? 0 : strlen(list), more = strlen(decision);

    if (!applied && length + more > DECIDED_MAX)
        return list;
    char *longer = memory_new(length + more + 4, 1);
    if (length < 3)
        snprintf(longer, more + 4, "[%s]", decision);
    else
        snprintf(longer, length + more + 4, "%.*s,%s]", (int)length - 1, list, decision);
    memory_free(list);
    return longer;
}

bool decided_has(const char *list, const char *signal_id)
{
    char quoted[64];

    snprintf(quoted, sizeof quoted, "\"%s\"", signal_id);
    return list != NULL && strstr(list, quoted) != NULL;
}
