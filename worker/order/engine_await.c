/*
 * Steps that wait: for a message about a reference, or for the moment at which a call may be made. A wait holds no key;
 * its message is taken out of the mailbox here and judged by engine.c.
 */
#include "engine_inside.h"

#include "invariant.h"
#include "memory.h"
#include "text.h"
#include "tree_build.h"

#include <stdio.h>
#include <string.h>

static void begin_wait(struct order *order, const struct step *step, int64_t until_ms, const char *reference,
                       const struct engine_terms *terms)
{
    struct ledger_wait *wait = &order->waiting.wait;

    ledger_wait_release(wait);
    *wait =
        (struct ledger_wait){.step = memory_text(step->id), .since_ms = terms->wall_ms, .until_ms = until_ms};
    text_print(wait->reference, sizeof wait->reference, "%s", reference);
}

/* A step that receives counts as executed when it begins to wait; a call does when it is made. */
static bool may_enter(struct order *order, const struct engine_terms *terms)
{
    struct execution *execution = &order->main;

    if (order->steps_done >= terms->steps_max)
        return false;
    const struct call_record latest = {.http_status = execution->calls.http_status};
    char bt_code[sizeof latest.bt_code];
    memcpy(bt_code, execution->calls.bt_code, sizeof bt_code);
    execution_clear_calls(execution);
    execution->calls = latest; /* BT's last reply stays that */
    memcpy(execution->calls.bt_code, bt_code, sizeof bt_code);
    execution->calls.step = order_step(order)->id;
    execution->step_is_new = false;
    order->steps_done++;
    return true;
}

static enum engine_move await_message(struct order *order, const struct step *step,
                                      const struct engine_terms *terms)
{
    struct scope scope = engine_scope(order);
    CLEANUP(tree_release) struct json_object *reference = payload_value(step->correlation, &scope);
    char text[200];

    if (!may_enter(order, terms)) {
        text_print(text, sizeof text, "the workflow has executed %u steps, as many as steps.max allows",
                   order->steps_done);
        return engine_park(order, REASON_UNAVAILABLE, "steps", text, terms);
    }
    if (tree_text(reference) == NULL) {
        text_print(text, sizeof text, "step '%s' has no reference to wait for", step->id);
        return engine_park(order, REASON_CONTRACT, step->id, text, terms);
    }
    begin_wait(order, step, terms->wall_ms + step->timeout_ms, tree_text(reference), terms);
    return engine_hear(order);
}

enum engine_move engine_hear(struct order *order)
{
    struct waiting *waiting = &order->waiting;

    REQUIRE(waiting->wait.step != NULL && waiting->message.payload == NULL);
    if (*waiting->wait.reference != '\0' &&
        mailbox_take(&waiting->mailbox, waiting->wait.reference, &waiting->message))
        return ENGINE_HEARD;
    return ENGINE_AWAIT;
}

/* When the step's call may begin; at once where nothing says so. */
static bool window_of(struct order *order, const struct step *step, const struct engine_terms *terms,
                      struct calendar_window *window, struct fault *why)
{
    struct scope scope = engine_scope(order);
    CLEANUP(tree_release)
    struct json_object *value = step->start_at == NULL ? NULL : payload_value(step->start_at, &scope);

    *window = (struct calendar_window){.until_ms = INT64_MAX};
    return value == NULL || calendar_window(terms->calendar, value, window, why);
}

enum engine_move engine_await(struct order *order, const struct engine_terms *terms)
{
    const struct step *step = order_step(order);
    struct calendar_window window;
    struct fault why;

    REQUIRE(step != NULL && order->lookup.workflow == NULL);
    if (step->operation == NULL)
        return await_message(order, step, terms);
    if (!order->main.step_is_new) /* it was begun, so its moment has come */
        return ENGINE_RETRY;
    if (!window_of(order, step, terms, &window, &why))
        return engine_park(order, REASON_CONTRACT, step->id, why.text, terms);
    if (window.until_ms <= terms->wall_ms)
        return ENGINE_LATE;
    if (window.from_ms <= terms->wall_ms)
        return ENGINE_RETRY;
    begin_wait(order, step, window.from_ms, "", terms);
    return ENGINE_AWAIT;
}

bool engine_must_await(const struct order *order)
{
    const struct step *step = order_step(order);

    return step != NULL && order->lookup.workflow == NULL &&
           (step->operation == NULL || (step->start_at != NULL && order->main.step_is_new));
}

void engine_end_wait(struct order *order)
{
    ledger_wait_release(&order->waiting.wait);
    message_release(&order->waiting.message);
}

void engine_note_progress(struct order *order, const struct reason *reason, const struct engine_terms *terms)
{
    const struct call_record *calls = &order->main.calls;
    const struct step *step = order_step(order);

    if (!order->type->workflow->waits || order->lookup.workflow != NULL)
        return;
    struct progress *progress = waiting_add_progress(&order->waiting, step->id, reason, terms->wall_ms);
    progress->result = engine_result_so_far(order);
    const char *reference = step->operation == NULL ? order->waiting.wait.reference : order_reference(order);
    text_print(progress->reference, sizeof progress->reference, "%s", reference == NULL ? "" : reference);
    if (calls->step != step->id) /* those of the step before */
        return;
    progress->calls = *calls;
    for (size_t i = 0; i < calls->tracking_count; i++)
        progress->calls.tracking_ids[i] = memory_text(calls->tracking_ids[i]);
}

void engine_date_progress(struct order *order)
{
    for (struct progress *one = order->waiting.progress; one != NULL; one = one->next)
        if (one->wait.step == NULL)
            one->wait = ledger_wait_copy(&order->waiting.wait);
}

/* Of what is sent under a reference BT may report from then on, so it is known with the intention (PROMISE.md R20). */
void engine_note_reference(struct order *order)
{
    const struct step *step = order_step(order);
    char name[128];

    if (!order->type->workflow->waits)
        return;
    snprintf(name, sizeof name, "%sReference", step->id);
    const char *reference = tree_text_of(order->request.inputs, name);
    REQUIRE(reference != NULL);
    (void)ledger_references_add(&order->waiting.references, step->id, reference);
}
