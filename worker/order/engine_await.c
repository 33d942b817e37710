/*
 * Steps that wait: for a message about a reference, or for the moment at which a call may be made. A wait holds no key;
 * its message is taken out of the mailbox here and judged by engine.c.
 */
#include "engine_inside.h"

#include "event.h"
#include "invariant.h"
#include "marks.h"
#include "memory.h"
#include "text.h"
#include "tree_build.h"

#include <stdio.h>
#include <string.h>

enum { LOOK_SENTENCE_MAX = 1000, LOOK_AGAIN_MS = 60000 };

static void begin_wait(struct order *order, const struct step *step, int64_t until_ms, const char *reference,
                       const struct engine_terms *terms)
{
    struct ledger_wait *wait = &order->waiting.wait;

    engine_end_wait(order);
    *wait =
        (struct ledger_wait){.step = memory_text(step->id), .since_ms = terms->wall_ms, .until_ms = until_ms};
    text_print(wait->reference, sizeof wait->reference, "%s", reference);
}

/* Counts the step as executed; ENGINE_PARK: the workflow has executed as many as it may. */
static enum engine_move count_step(struct order *order, const struct engine_terms *terms)
{
    char text[200];

    if (order->steps_done < terms->steps_max) {
        order->steps_done++;
        return ENGINE_RETRY;
    }
    text_print(text, sizeof text, "the workflow has executed %u steps, as many as steps.max allows",
               order->steps_done);
    return engine_park(order, REASON_UNAVAILABLE, "steps", text, terms);
}

/* A step that receives has no calls of its own. */
static void clear_calls(struct execution *execution, const struct step *step)
{
    struct call_record latest = {.http_status =
                                     execution->calls.http_status}; /* BT's last reply stays that */

    memcpy(latest.bt_code, execution->calls.bt_code, sizeof latest.bt_code);
    execution_clear_calls(execution);
    execution->calls = latest;
    execution->calls.step = step->id;
    execution->step_is_new = false;
}

/* Not all at once, though all wait since the same hour: within a tenth of the time. */
static int64_t next_look(const struct step *step, const struct engine_terms *terms)
{
    int64_t tenth_ms = step->look->every_ms / 10;

    return terms->wall_ms + step->look->every_ms - tenth_ms +
           (int64_t)(terms->random % (uint64_t)(2 * tenth_ms + 1));
}

static enum engine_move await_message(struct order *order, const struct step *step,
                                      const struct engine_terms *terms)
{
    struct scope scope = engine_scope(order);
    CLEANUP(tree_release) struct json_object *reference = payload_value(step->correlation, &scope);
    char text[200];

    if (count_step(order, terms) == ENGINE_PARK) /* when it begins to wait; a call counts when it is made */
        return ENGINE_PARK;
    clear_calls(&order->main, step);
    if (tree_text(reference) == NULL) {
        text_print(text, sizeof text, "step '%s' has no reference to wait for", step->id);
        return engine_park(order, REASON_CONTRACT, step->id, text, terms);
    }
    begin_wait(order, step, terms->wall_ms + step->timeout_ms, tree_text(reference), terms);
    if (step->look != NULL)
        order->waiting.wait.look_at_ms = next_look(step, terms);
    if (step->expected_ms != 0)
        order->waiting.wait.expected_ms = terms->wall_ms + step->expected_ms;
    return engine_hear(order);
}

bool engine_last_look(struct order *order)
{
    const struct look *look = order_step(order)->look;

    if (look == NULL)
        return false;
    order->waiting.looks_last = true;
    engine_begin_lookup(order, &look->lookup);
    return true;
}

enum engine_move engine_look(struct order *order, const struct engine_terms *terms)
{
    const struct step *step = order_step(order);

    REQUIRE(order->waiting.wait.step != NULL && step->look != NULL);
    order->waiting.wait.look_at_ms = next_look(step, terms);
    engine_begin_lookup(order, &step->look->lookup);
    return ENGINE_RETRY;
}

enum engine_move engine_expected(struct order *order, const struct engine_terms *terms)
{
    struct ledger_wait *wait = &order->waiting.wait;
    struct reason reason;

    REQUIRE(wait->expected_ms != 0 && !wait->late);
    wait->late = true;
    reason_set(&reason, REASON_TIMEOUT, "late", "what step '%s' waits for is late; it goes on waiting",
               wait->step);
    engine_note_progress(order, &reason, terms);
    engine_date_progress(order);
    return ENGINE_AWAIT;
}

/* What the look shows, as a message; false: nothing that this wait has not seen. */
static bool is_shown(struct order *order, const struct step *step, struct json_object *outputs,
                     const struct engine_terms *terms, struct message *message)
{
    struct waiting *waiting = &order->waiting;
    CLEANUP(buffer_release) struct buffer sentence;
    struct scope scope = engine_scope(order);

    scope.outputs = outputs;
    *message = (struct message){.payload = payload_value(step->look->payload, &scope), .offset = -1};
    const struct event_message *what = asyncapi_message(terms->asyncapi, message->payload);
    if (message->payload == NULL || what == NULL)
        return false;
    buffer_init(&sentence, LOOK_SENTENCE_MAX);
    struct marks_report report = marks_report(what, message->payload, &sentence);
    if (*report.word == '\0' ||
        (waiting->shown != NULL && strcmp(waiting->shown, buffer_text(&sentence)) == 0) ||
        marks_are_older(&waiting->marks, waiting->wait.reference, what, message->payload, 0))
        return false;
    memory_free(waiting->shown);
    waiting->shown = memory_text(buffer_text(&sentence));
    message->word = memory_text(report.word);
    message->said = memory_text(waiting->shown);
    memcpy(message->reference, waiting->wait.reference, sizeof message->reference);
    return true;
}

bool engine_person_heard(struct order *order, struct json_object *outputs, const struct engine_terms *terms,
                         struct message *message)
{
    bool is_news = is_shown(order, order_step(order), outputs, terms, message);

    if (!is_news)
        message_release(message);
    return is_news;
}

enum engine_move engine_judge_look(struct order *order, const struct engine_terms *terms)
{
    const struct step *step;
    struct waiting *waiting = &order->waiting;
    CLEANUP(tree_release) struct json_object *outputs = TAKE(order->doubt.answer);
    bool was_last = waiting->looks_last && outputs != NULL; /* one without an answer is tried again */
    struct message message;

    execution_release(&order->lookup);
    step = order_step(order);
    REQUIRE(waiting->wait.step != NULL && step->look != NULL && waiting->message.payload == NULL);
    bool again = waiting->looks_last && !was_last;
    waiting->wait.look_at_ms = again ? terms->wall_ms + LOOK_AGAIN_MS : next_look(step, terms);
    waiting->is_late = was_last;
    if (outputs != NULL && is_shown(order, step, outputs, terms, &message)) {
        waiting->message = message;
        return ENGINE_HEARD;
    }
    if (outputs != NULL)
        message_release(&message);
    return engine_hear(order);
}

enum engine_move engine_hear(struct order *order)
{
    struct waiting *waiting = &order->waiting;

    REQUIRE(waiting->wait.step != NULL && waiting->message.payload == NULL);
    if (*waiting->wait.reference != '\0' &&
        mailbox_take(&waiting->mailbox, waiting->wait.reference, &waiting->message))
        return ENGINE_HEARD;
    return waiting->is_late ? ENGINE_LATE : ENGINE_AWAIT;
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
    if (!window_of(order, step, terms, &window, &why))
        return engine_park(order, REASON_CONTRACT, step->id, why.text, terms);
    if (window.until_ms <= terms->wall_ms) /* a way may lead back here */
        return count_step(order, terms) == ENGINE_PARK ? ENGINE_PARK : ENGINE_LATE;
    if (window.from_ms <= terms->wall_ms || !order->main.step_is_new) /* it was begun: its moment has come */
        return ENGINE_RETRY;
    begin_wait(order, step, window.from_ms, "", terms);
    return ENGINE_AWAIT;
}

bool engine_must_await(const struct order *order)
{
    const struct step *step = order_step(order);

    return step != NULL && order->lookup.workflow == NULL &&
           (step->operation == NULL || step->start_at != NULL);
}

void engine_end_wait(struct order *order)
{
    struct waiting *waiting = &order->waiting;

    ledger_wait_release(&waiting->wait);
    message_release(&waiting->message);
    waiting->shown = memory_free(waiting->shown);
    waiting->looks_last = waiting->is_late = false;
}

void engine_note_progress(struct order *order, const struct reason *reason, const struct engine_terms *terms)
{
    const struct call_record *calls = &order->main.calls;
    const struct step *step = order_step(order);

    if (!order_workflow(order)->waits || order->lookup.workflow != NULL)
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
    struct waiting *waiting = &order->waiting;
    size_t known = waiting->references.count;
    char name[128];

    if (!order_workflow(order)->waits)
        return;
    snprintf(name, sizeof name, "%sReference", step->id);
    const char *reference = tree_text_of(order->request.inputs, name);
    REQUIRE(reference != NULL);
    (void)ledger_references_add(&waiting->references, step->id, reference);
    if (waiting->references.count > known) /* what came before is of another step, whatever it says */
        waiting->taken_before_call = waiting->messages_taken;
}

void engine_note_order_id(struct order *order, const struct step *step, const struct json_object *outputs)
{
    const struct ledger_references *references = &order->waiting.references;
    CLEANUP(memory_release)
    char *id = step->id_output == step->output_count
                   ? NULL
                   : event_text(tree_member(outputs, step->outputs[step->id_output].name));

    for (size_t i = 0; id != NULL && i < references->count; i++) {
        struct ledger_reference *reference = &references->list[i];
        bool same = reference->order_id != NULL && strcmp(reference->order_id, id) == 0;
        if (strcmp(reference->step, step->id) != 0 || same)
            continue;
        memory_free(reference->order_id);
        reference->order_id = memory_text(id);
        reference->told = false;
    }
}
