/* Facts are gathered, put in order, and made into JSON. */
#include "facts.h"

#include "memory.h"
#include "names.h"
#include "text.h"
#include "tree_build.h"

#include <stdarg.h>
#include <stdlib.h>

static const char *const kind_names[] = {
    [FACT_REQUESTED] = "requested", [FACT_TAKEN] = "taken", [FACT_ATTEMPT] = "attempt",
    [FACT_REPLY] = "reply",         [FACT_DOUBT] = "doubt", [FACT_LOOK_UP] = "look-up",
    [FACT_DECIDED] = "decided",     [FACT_KEPT] = "kept",   [FACT_OUTCOME] = "outcome",
    [FACT_DEAD] = "dead",
};
NAMES_COMPLETE(kind_names, FACT_DEAD);

const char *fact_kind_name(enum fact_kind kind)
{
    return kind_names[kind];
}

struct fact *facts_add(struct facts *facts, enum fact_kind kind, int64_t at_ms, const char *format, ...)
{
    va_list arguments;

    if (facts->count == facts->room) {
        facts->room = facts->room * 2 + 16;
        facts->list = memory_resize(facts->list, facts->room, sizeof *facts->list);
    }
    struct fact *fact = &facts->list[facts->count++];
    *fact = (struct fact){.kind = kind, .at_ms = at_ms, .partition = -1, .offset = -1};
    va_start(arguments, format);
    text_vprint(fact->text, sizeof fact->text, format, arguments);
    va_end(arguments);
    return fact;
}

/* An insertion: few facts, nearly in order, and equal times stay as they were added. */
void facts_sort(struct facts *facts)
{
    for (size_t i = 1; i < facts->count; i++) {
        struct fact moved = facts->list[i];
        size_t at = i;
        for (; at > 0 && facts->list[at - 1].at_ms > moved.at_ms; at--)
            facts->list[at] = facts->list[at - 1];
        facts->list[at] = moved;
    }
}

struct json_object *fact_tree(const struct fact *fact)
{
    struct json_object *tree = json_object_new_object();

    tree_add_moment(tree, "at", fact->at_ms);
    tree_add_text(tree, "kind", kind_names[fact->kind]);
    tree_add_known(tree, "label", fact->label);
    tree_add_text(tree, "text", fact->text);
    if (fact->topic == NULL)
        return tree;
    tree_add_text(tree, "topic", fact->topic);
    tree_add_integer(tree, "partition", fact->partition);
    tree_add_integer(tree, "offset", fact->offset);
    return tree;
}

struct json_object *facts_tree(const struct facts *facts)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < facts->count; i++)
        json_object_array_add(list, fact_tree(&facts->list[i]));
    return list;
}

void facts_release(struct facts *facts)
{
    memory_free(facts->list);
    *facts = (struct facts){.list = NULL};
}
