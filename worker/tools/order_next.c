/* The rules of order/engine_decide.c and engine_intervene.c, asked of a ledger record. */
#include "order_next.h"

#include "memory.h"
#include "order_facts.h"
#include "order_standing.h"
#include "tree.h"

#include <string.h>

/* The text of the workflow that the order goes by; null: it is not here. */
static const struct workflow *workflow_of(const struct ledger_record *record, const struct order_type *type)
{
    if (type == NULL || record->workflow == NULL)
        return type == NULL ? NULL : type->workflow;
    const struct workflow_version *version = catalogue_version(type, record->workflow);

    return version != NULL                               ? version->workflow
           : strcmp(record->workflow, type->digest) == 0 ? type->workflow
                                                         : NULL;
}

/* It has gone the whole way that an x-outcome of a goto began: no step is left. */
static bool is_at_end_of_way(const struct ledger_record *record, struct json_object *progress)
{
    return record->step == NULL && tree_member(progress, "way") != NULL;
}

static bool is_in_doubt(struct json_object *progress)
{
    return json_object_get_boolean(tree_member(progress, "wasInDoubt"));
}

static bool may_cancel(const struct ledger_record *record, const struct workflow *workflow,
                       struct json_object *progress)
{
    CLEANUP(tree_release) struct json_object *inputs = order_facts_parse(record->inputs);
    const struct cancellation *cancel = workflow == NULL ? NULL : workflow->cancel;
    const struct scope scope = {.inputs = inputs, .steps = tree_member(progress, "steps")};

    if (cancel == NULL || record->step == NULL || is_in_doubt(progress))
        return false;
    size_t step = workflow_step(workflow, record->step);
    return step < workflow->step_count && step < cancel->before_index &&
           criteria_hold(&cancel->criteria, &scope);
}

static bool may_look(const struct ledger_record *record, const struct workflow *workflow)
{
    size_t step = workflow == NULL ? 0 : workflow_step(workflow, record->wait.step);

    return workflow != NULL && step < workflow->step_count && workflow->steps[step].look != NULL;
}

static void add(struct buffer *text, bool holds, const char *verdict)
{
    if (holds)
        buffer_print(text, "%s%s", text->length == 0 ? "" : " | ", verdict);
}

static void of_parked(const struct ledger_record *record, struct json_object *progress, struct buffer *text)
{
    bool ended = is_at_end_of_way(record, progress),
         wrote = json_object_get_boolean(tree_member(progress, "wrote"));

    add(text, true, ended ? "happened" : "happened REF");
    add(text, !wrote, "did-not-happen");
    add(text, !ended, "retry");
    add(text, !wrote || ended, "reject");
}

void order_next_verdicts(const struct ledger_item *item, const struct order_type *type, struct buffer *text)
{
    const struct ledger_record *record = &item->record;
    const struct workflow *workflow = workflow_of(record, type);
    struct order_standing standing;

    buffer_clear(text);
    order_standing_read(item, &standing);
    if (type != NULL && workflow == NULL) {
        add(text, standing.waits == WAITS_PERSON, "retry"); /* all else is refused until its text is back */
    } else if (standing.waits == WAITS_PERSON) {
        of_parked(record, standing.progress, text);
    } else {
        add(text, standing.waits == WAITS_MESSAGE && may_look(record, workflow), "look | heard");
        add(text, standing.waits == WAITS_MESSAGE || standing.waits == WAITS_DATE, "skip");
    }
    add(text, may_cancel(record, workflow, standing.progress), "cancel");
    order_standing_release(&standing);
}

static void add_decide(const struct order_view *view, const char *before, struct buffer *text)
{
    CLEANUP(buffer_release) struct buffer verdicts;

    buffer_init(&verdicts, text->ceiling);
    order_next_verdicts(order_view_item(view), view->type, &verdicts);
    if (verdicts.length > 0)
        buffer_print(text, "%swhc-worker decide %s %s \"why\"", before, view->request_id,
                     buffer_text(&verdicts));
}

void order_next_step(const struct order_view *view, struct buffer *text)
{
    const struct ledger_item *item = order_view_item(view);
    struct order_standing standing;

    buffer_clear(text);
    if (order_view_dead(view))
        buffer_add_text(text, "mend the cause; whc-worker replay dead sends it again");
    if (item == NULL || !ledger_item_live(item) || order_view_final(view))
        return;
    order_standing_read(item, &standing);
    switch (standing.waits) {
    case WAITS_PERSON:
        add_decide(view, "", text);
        break;
    case WAITS_LOOK_UP:
        buffer_add_text(text,
                        "nothing: it is looked for at BT by itself, and parked where that gives no answer");
        break;
    case WAITS_KEY:
        buffer_print(text, "nothing here; whc-worker order %s shows the order before it",
                     item->first->record.request_id);
        break;
    case WAITS_NOTHING:
    case WAITS_RETRY:
        buffer_add_text(text, "nothing: it goes on by itself");
        break;
    case WAITS_MESSAGE:
    case WAITS_DATE:
        add_decide(view, "nothing, or ", text);
        break;
    }
    order_standing_release(&standing);
}
