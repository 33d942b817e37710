/* What is kept of an order whose workflow's text is not there. See unserved.h. */
#include "unserved.h"

#include "invariant.h"
#include "memory.h"
#include "parts_json.h"
#include "tree_build.h"

#include <stdio.h>
#include <string.h>

const struct workflow unserved_workflow = {.waits = true}; /* only the orders of such have a digest */

/* Members of `progress` that are read with the workflow at hand: they stay as they are. */
static const char *const walk_members[] = {"begun", "stepIsNew", "stepsLeftOut", "steps",
                                           "calls", "retries",   "tokenRenewed", "latestNews"};

bool unserved_is_missing(const struct order *order)
{
    return order->unserved != NULL && order->unserved->missing;
}

struct unserved *unserved_new(const struct ledger_record *record)
{
    struct unserved *unserved = memory_new(1, sizeof *unserved);

    REQUIRE(record->workflow != NULL);
    unserved->missing = true;
    unserved->was = record->state;
    unserved->step = memory_text(record->step);
    snprintf(unserved->digest, sizeof unserved->digest, "%s", record->workflow);
    return unserved;
}

void *unserved_free(struct unserved *unserved)
{
    if (unserved == NULL)
        return NULL;
    memory_free(unserved->step);
    json_object_put(unserved->walk);
    return memory_free(unserved);
}

void unserved_park(struct order *order, int64_t wall_ms)
{
    struct unserved *unserved = order->unserved;

    REQUIRE(unserved_is_missing(order) && unserved->was != LEDGER_PARKED);
    unserved->refused_as = order->status;
    unserved->refused = order->reason;
    unserved->parked = true;
    order->status = OUTCOME_UNKNOWN;
    order->decide_by_ms = 0;
    reason_set(&order->reason, REASON_NOT_SERVED, unserved->digest,
               "The text of the workflow that it has begun with is not there: put it back as "
               "schemas/%s/history/%s.arazzo.json, start the worker again, and say 'retry'",
               order->type->name, unserved->digest);
    order->finished_at_ms = wall_ms;
}

void unserved_refuse(const struct order *order, struct fault *why)
{
    fault_set(why, FAULT_INPUT,
              "nothing can be decided while the text of its workflow is not there: put it back as "
              "schemas/%.60s/history/%s.arazzo.json, start the worker again, and decide then",
              order->type->name, order->unserved->digest);
}

static void add_set_aside(const struct unserved *unserved, struct json_object *progress)
{
    struct json_object *aside = json_object_new_object();

    tree_add_known(aside, "state", unserved->was == LEDGER_INTENDED ? "INTENDED" : "QUEUED");
    if (unserved->refused.kind != REASON_NONE)
        tree_add_known(aside, "status", outcome_status_name(unserved->refused_as));
    parts_add_reason(aside, "reason", &unserved->refused);
    tree_add(progress, "setAside", aside);
}

void unserved_add(const struct order *order, struct json_object *progress)
{
    const struct unserved *unserved = order->unserved;

    if (unserved == NULL)
        return;
    if (unserved->parked)
        add_set_aside(unserved, progress);
    for (size_t i = 0; unserved->missing && i < COUNT_OF(walk_members); i++)
        if (tree_has(unserved->walk, walk_members[i]))
            tree_add(progress, walk_members[i],
                     json_object_get(tree_member(unserved->walk, walk_members[i])));
}

/* So that its outcome says what was called last. */
static void read_calls(struct order *order)
{
    struct json_object *calls = tree_member(order->unserved->walk, "calls");

    parts_read_calls(calls, &unserved_workflow, &order->main.calls);
    order->main.calls.step = tree_text_of(calls, "step"); /* of the tree that is kept */
}

void unserved_read(struct order *order, struct json_object *progress)
{
    struct json_object *aside = tree_member(progress, "setAside");

    if (aside != NULL && order->unserved == NULL)
        order->unserved = memory_new(1, sizeof *order->unserved);
    if (aside != NULL) {
        const char *state = tree_text_of(aside, "state");
        bool intended = state != NULL && strcmp(state, "INTENDED") == 0;
        order->unserved->parked = true;
        order->unserved->was = intended ? LEDGER_INTENDED : LEDGER_QUEUED;
        order->unserved->refused_as = parts_read_status(aside);
        parts_read_reason(aside, "reason", &order->unserved->refused);
    }
    if (!unserved_is_missing(order))
        return;
    order->unserved->walk = json_object_new_object();
    for (size_t i = 0; i < COUNT_OF(walk_members); i++)
        if (tree_has(progress, walk_members[i]))
            tree_add(order->unserved->walk, walk_members[i],
                     json_object_get(tree_member(progress, walk_members[i])));
    read_calls(order);
}

void unserved_unload(struct order *order)
{
    if (order->unserved == NULL)
        return;
    if (!order->unserved->missing) { /* it is all in the text */
        order->unserved = unserved_free(order->unserved);
        return;
    }
    json_object_put(order->unserved->walk);
    order->unserved->walk = NULL;
}
