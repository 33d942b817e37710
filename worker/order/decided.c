/* Decisions as JSON: one, and the list of all of an order. */
#include "decided.h"

#include "invariant.h"
#include "memory.h"
#include "tree.h"
#include "tree_build.h"
#include "utf8.h"

#include <stdio.h>
#include <string.h>

char *decided_answer(const struct decision *decision, int64_t offset, const char *refused)
{
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();
    bool applied = *refused == '\0';
    struct buffer text;

    tree_add_text(tree, "signalId", decision->signal_id);
    tree_add_text(tree, "verdict", decision_words[decision->verdict]);
    tree_add_integer(tree, "attempt", decision->attempt);
    tree_add_boolean(tree, "applied", applied);
    tree_add_text(tree, "answer", applied ? "applied" : refused);
    tree_add_text(tree, "who", decision->who);
    tree_add_text(tree, "why", decision->why);
    tree_add_moment(tree, "decidedAt", decision->decided_at_ms);
    tree_add_known(tree, "outputs", decision->outputs);
    tree_add_integer(tree, "signalOffset", offset);
    buffer_init(&text, 65536);
    tree_write(tree, &text);
    REQUIRE(!text.full); /* all of its texts are short: cut, it would be no JSON */
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
    _Static_assert(sizeof quoted >= UUID_TEXT_SIZE + 2, "an id that is cut would match another one");

    snprintf(quoted, sizeof quoted, "\"%s\"", signal_id);
    return list != NULL && strstr(list, quoted) != NULL;
}
