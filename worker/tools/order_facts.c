/* The ledger's record as facts. */
#include "order_facts.h"

#include "memory.h"
#include "outcome_view.h"
#include "timestamp.h"
#include "tree_build.h"

#include <stdio.h>
#include <string.h>

struct json_object *order_facts_parse(const char *text)
{
    struct json_object *tree = NULL;
    struct fault unused;

    return text != NULL && tree_read_own(text, strlen(text), &tree, &unused) ? tree : NULL;
}

static int64_t number_of(struct json_object *tree, const char *name)
{
    return json_object_get_int64(tree_member(tree, name));
}

static const char *or_dash(const char *text)
{
    return text == NULL || *text == '\0' ? "-" : text;
}

/* "POST /path" of a step's operation, or of the first call of its look-up. */
static const char *call_of(const struct order_type *type, const char *step, bool lookup, char *text,
                           size_t size)
{
    const struct workflow *workflow = type == NULL ? NULL : type->workflow;
    size_t index = workflow == NULL || step == NULL ? 0 : workflow_step(workflow, step);

    *text = '\0';
    if (workflow == NULL || step == NULL || index >= workflow->step_count)
        return text;
    const struct step *found = &workflow->steps[index];
    if (lookup) {
        workflow = found->lookup == NULL ? NULL : arazzo_workflow(&type->arazzo, found->lookup->workflow_id);
        found = workflow == NULL || workflow->step_count == 0 ? NULL : &workflow->steps[0];
    }
    if (found != NULL && found->operation != NULL)
        snprintf(text, size, "%s %s", found->operation->method, found->operation->path);
    return text;
}

static void add_doubt(struct json_object *entry, const struct order_type *type, struct facts *facts)
{
    struct json_object *doubt = tree_member(entry, "doubt");
    const char *step = tree_text_of(entry, "step");
    int64_t looks = number_of(doubt, "looks");
    char call[200], absent[TIMESTAMP_TEXT_SIZE], last[TIMESTAMP_TEXT_SIZE];

    if (doubt == NULL)
        return;
    timestamp_print(tree_moment_of(doubt, "absentFrom"), absent);
    facts_add(facts, FACT_DOUBT, tree_moment_of(doubt, "since"),
              "it may have happened; that BT does not show it counts from %.19sZ on", absent);
    if (looks == 0)
        return;
    timestamp_print(tree_moment_of(doubt, "lastLook"), last);
    call_of(type, step, true, call, sizeof call);
    if (looks == 1)
        facts_add(facts, FACT_LOOK_UP, tree_moment_of(doubt, "firstLook"), "%s  %s", call,
                  or_dash(tree_text_of(doubt, "answer")));
    else
        facts_add(facts, FACT_LOOK_UP, tree_moment_of(doubt, "firstLook"), "%s  %s, %lld times until %.19sZ",
                  call, or_dash(tree_text_of(doubt, "answer")), (long long)looks, last);
}

static void add_attempt(struct json_object *entry, const struct order_type *type, struct facts *facts)
{
    const char *step = tree_text_of(entry, "step");
    int64_t sent_ms = tree_moment_of(entry, "sentAt"), ended_ms = tree_moment_of(entry, "endedAt"),
            status = number_of(entry, "httpStatus");
    bool lost = sent_ms == 0; /* its worker was, before it could note when */
    char call[200];

    call_of(type, step, false, call, sizeof call);
    if (lost)
        sent_ms = tree_moment_of(tree_member(entry, "doubt"), "since");
    struct fact *fact =
        facts_add(facts, FACT_ATTEMPT, sent_ms, "%s  %s  %s%s", or_dash(step), call, lost ? "" : "tracking ",
                  or_dash(tree_text_of(entry, lost ? "said" : "trackingId")));
    snprintf(fact->label, sizeof fact->label, "attempt %lld", (long long)number_of(entry, "attempt"));
    if (ended_ms != 0 && status != 0)
        facts_add(facts, FACT_REPLY, ended_ms, "HTTP %lld: %s", (long long)status,
                  or_dash(tree_text_of(entry, "said")));
    else if (ended_ms != 0)
        facts_add(facts, FACT_REPLY, ended_ms, "none: %s", or_dash(tree_text_of(entry, "said")));
    add_doubt(entry, type, facts);
}

static void add_decision(const struct setup *setup, const struct ledger_item *item,
                         struct json_object *decision, struct facts *facts)
{
    struct fact *fact =
        facts_add(facts, FACT_DECIDED, tree_moment_of(decision, "decidedAt"), "%s by %s: %s; %s%s",
                  or_dash(tree_text_of(decision, "verdict")), or_dash(tree_text_of(decision, "who")),
                  or_dash(tree_text_of(decision, "why")),
                  json_object_get_boolean(tree_member(decision, "applied")) ? "" : "refused: ",
                  or_dash(tree_text_of(decision, "answer")));

    snprintf(fact->label, sizeof fact->label, "%s", or_dash(tree_text_of(decision, "signalId")));
    fact->topic = setup->settings.topic_signals;
    fact->partition = item->partition;
    fact->offset = number_of(decision, "signalOffset");
}

/* Of a message in the mailbox: what it is, and never what is in it. */
static void add_kept(const struct ledger_item *item, struct json_object *message, struct facts *facts)
{
    int64_t time_ms = number_of(message, "timeMs");
    const char *word = tree_text_of(message, "word");

    facts_add(facts, FACT_KEPT, time_ms == 0 ? item->record.written_at_ms : time_ms,
              "%s%s%s  for the step that waits for it%s", or_dash(tree_text_of(message, "type")),
              word == NULL ? "" : "  ", word == NULL ? "" : word,
              time_ms == 0 ? "; it does not say of when it is" : "");
}

static size_t length_of(struct json_object *list)
{
    return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

void order_facts_add(const struct setup *setup, const struct ledger_item *item, const struct order_type *type,
                     struct facts *facts)
{
    CLEANUP(tree_release) struct json_object *progress = order_facts_parse(item->record.progress);
    CLEANUP(tree_release) struct json_object *decisions = order_facts_parse(item->record.decisions);
    struct json_object *journal = tree_member(progress, "journal"),
                       *mailbox = tree_member(progress, "mailbox");
    struct fact *requested = facts_add(facts, FACT_REQUESTED, item->record.requested_at_ms, "%s", "");

    requested->topic = setup->settings.topic_requests;
    requested->partition = item->partition;
    requested->offset = item->record.offset;
    if (number_of(progress, "takenAtMs") != 0)
        facts_add(facts, FACT_TAKEN, number_of(progress, "takenAtMs"), "%s", "");
    for (size_t i = 0; i < length_of(journal); i++)
        add_attempt(json_object_array_get_idx(journal, i), type, facts);
    for (size_t i = 0; i < length_of(decisions); i++)
        add_decision(setup, item, json_object_array_get_idx(decisions, i), facts);
    for (size_t i = 0; i < length_of(mailbox); i++)
        add_kept(item, json_object_array_get_idx(mailbox, i), facts);
    if (number_of(progress, "journalDropped") != 0)
        facts_add(facts, FACT_ATTEMPT, number_of(progress, "startedAtMs"), "%lld attempts are left out here",
                  (long long)number_of(progress, "journalDropped"));
}

const char *order_facts_status(const struct ledger_record *record)
{
    CLEANUP(tree_release) struct json_object *progress = order_facts_parse(record->progress);
    const char *status = tree_text_of(progress, "status");

    return status == NULL ? ledger_state_name(record->state) : outcome_view_status(status);
}

bool order_facts_has(const struct facts *facts, const struct fact *fact)
{
    for (size_t i = 0; i < facts->count; i++) {
        const struct fact *one = &facts->list[i];
        if (one->kind == fact->kind && one->topic != NULL && fact->topic != NULL &&
            strcmp(one->topic, fact->topic) == 0 && one->partition == fact->partition &&
            one->offset == fact->offset)
            return true;
    }
    return false;
}
