/* The table that turns the evidence of one call into a verdict. */
#include "verdict.h"

#include "invariant.h"
#include "memory.h"
#include "names.h"
#include "said.h"
#include "text.h"
#include "utf8.h"

#include <stdio.h>
#include <string.h>

/* "BT answered 400/28: Invalid query-string parameter value: The value ..." */
static void describe_reply(const struct evidence *evidence, const char *code, struct reason *reason)
{
    CLEANUP(buffer_release) struct buffer words;

    buffer_init(&words, sizeof reason->text);
    said_words(evidence->body, &words);
    if (words.length == 0 && evidence->said != NULL && *evidence->said != '\0')
        buffer_print(&words, ": %.300s", evidence->said);
    snprintf(reason->text, sizeof reason->text, "BT answered %d%s%s%s", evidence->status,
             *code != '\0' ? "/" : "", code, buffer_text(&words));
    utf8_repair(reason->text);
    if (*code != '\0')
        snprintf(reason->code, sizeof reason->code, "%s", code);
    else
        snprintf(reason->code, sizeof reason->code, "%d", evidence->status);
}

/* RFC 9110 section 15.5.20 and RFC 8470: refused unread; the same request, perhaps elsewhere or later. */
enum { MISDIRECTED = 421, TOO_EARLY = 425 };

/* Rows 1, 3, 7 and 8 say what was wrong with the reply, or that none came. */
static void describe_failure(const struct evidence *evidence, const char *code, struct reason *reason)
{
    static const char *const codes[] = {
        [CALL_UNSENT] = "connect", [CALL_REPLIED] = "reply",  [CALL_TIMED_OUT] = "timeout",
        [CALL_CUT] = "cut",        [CALL_TOO_LARGE] = "size", [CALL_NOT_ACCEPTED] = "certificate"};
    NAMES_COMPLETE(codes, CALL_NOT_ACCEPTED);

    REQUIRE(evidence->end <= CALL_NOT_ACCEPTED &&
            (!evidence->body_unreadable || evidence->unreadable != NULL));
    if (evidence->end != CALL_REPLIED) {
        reason_set(reason, evidence->end == CALL_TOO_LARGE ? REASON_BAD_REPLY : REASON_UNAVAILABLE,
                   codes[evidence->end], "%s", evidence->what);
        return;
    }
    reason->kind = evidence->status >= 400 ? REASON_UNAVAILABLE : REASON_BAD_REPLY;
    describe_reply(evidence, code, reason);
    if (reason->kind == REASON_UNAVAILABLE)
        return;
    snprintf(reason->code, sizeof reason->code, "%s",
             evidence->body_unreadable ? evidence->unreadable : "criteria");
    const char *words = evidence->said == NULL ? "" : evidence->said;
    text_print(reason->text, sizeof reason->text, "BT answered %d with a body that %s%s%s", evidence->status,
               !evidence->body_unreadable                   ? "meets no criteria of the step"
               : strcmp(evidence->unreadable, "json") == 0  ? "is not JSON"
               : strcmp(evidence->unreadable, "twice") == 0 ? "has a member twice in one object"
               : strcmp(evidence->unreadable, "size") == 0  ? "has more values than bt.reply.max.values"
                                                            : "is JSON of another type than promised",
               *words == '\0' ? "" : ": ", words);
    utf8_repair(reason->text);
}

static enum pace_event pace_of(enum gateway_meaning means, const struct evidence *evidence)
{
    switch (means) {
    case GATEWAY_TOKEN_EXPIRED:
        return PACE_NOTHING;
    case GATEWAY_THROTTLED:
        return PACE_THROTTLED;
    case GATEWAY_BLOCKED:
    case GATEWAY_REFUSED:
        return PACE_HALTED;
    case GATEWAY_UNAVAILABLE:
        return PACE_UNAVAILABLE;
    case GATEWAY_NOTHING:
        break;
    }
    return evidence->end == CALL_REPLIED ? PACE_SUCCESS : PACE_UNAVAILABLE;
}

/* Row 2. */
static bool gateway(enum gateway_meaning means, struct verdict *verdict)
{
    switch (means) {
    case GATEWAY_TOKEN_EXPIRED:
        verdict->kind = VERDICT_AGAIN_AT_ONCE;
        return true;
    case GATEWAY_THROTTLED:
        verdict->kind = VERDICT_WAIT;
        return true;
    case GATEWAY_BLOCKED:
    case GATEWAY_REFUSED:
        verdict->kind = VERDICT_HALT;
        return true;
    case GATEWAY_UNAVAILABLE:
    case GATEWAY_NOTHING:
        break;
    }
    return false;
}

/* Row 3: whether a write may have happened although no usable answer came. */
static bool may_have_happened(const struct step *step, const struct evidence *evidence)
{
    return workflow_step_writes(step) && (evidence->end != CALL_REPLIED || evidence->status == 408 ||
                                          evidence->status >= 500 || evidence->body_unreadable);
}

/* Of an unreadable success no criterion is asked: it would read HTML as "nothing found". */
static bool is_readable(const struct evidence *evidence)
{
    return evidence->end == CALL_REPLIED && !(evidence->body_unreadable && evidence->status < 400);
}

static const struct action *matching_action(const struct step *step, const struct scope *scope)
{
    for (size_t i = 0; i < step->on_failure_count; i++)
        if (criteria_hold(&step->on_failure[i].criteria, scope))
            return &step->on_failure[i];
    return NULL;
}

static void judge_reply(const struct step *step, const struct evidence *evidence, const struct scope *scope,
                        verdict_fits_fn *fits, void *context, const char *code, struct verdict *verdict)
{
    struct fault misfit = {.text = ""};
    bool succeeded = is_readable(evidence) && criteria_hold(&step->success, scope);

    if (evidence->is_nobodys) {
        verdict->kind = VERDICT_IN_DOUBT;
        reason_set(&verdict->reason, REASON_BAD_REPLY, "reference",
                   "BT answered %d on a kept connection and did not show to what", evidence->status);
        return;
    }
    if (succeeded && (fits == NULL || fits(context, &misfit))) {
        verdict->kind = VERDICT_DONE;
        return;
    }
    bool about_this = !succeeded && is_readable(evidence) && !evidence->is_anothers;
    verdict->action = about_this ? matching_action(step, scope) : NULL;
    if (verdict->action != NULL) {
        verdict->kind = VERDICT_ACTION;
        verdict->reason.kind = REASON_REFUSED;
        describe_reply(evidence, code, &verdict->reason);
        return;
    }
    if (evidence->end == CALL_REPLIED && evidence->status >= 400 && evidence->status < 500 &&
        evidence->status != 408) {
        verdict->kind = VERDICT_REFUSED;
        verdict->reason.kind = REASON_REFUSED;
        describe_reply(evidence, code, &verdict->reason);
        return;
    }
    verdict->kind = workflow_step_writes(step) ? VERDICT_IN_DOUBT : VERDICT_AGAIN;
    describe_failure(evidence, code, &verdict->reason);
    if (succeeded) {
        reason_set(&verdict->reason, REASON_BAD_REPLY, "result", "BT's reply does not fit the result: %s",
                   misfit.text);
    }
}

static void judge(const struct step *step, const struct openapi *openapi, const struct evidence *evidence,
                  const struct scope *scope, verdict_fits_fn *fits, void *context, struct verdict *verdict)
{
    char code[BT_CODE_SIZE];

    *verdict = (struct verdict){.kind = VERDICT_AGAIN};
    said_code(evidence->body, code);
    enum gateway_meaning means =
        evidence->end == CALL_REPLIED
            ? openapi_gateway(openapi, step->operation->tag, evidence->status, *code == '\0' ? NULL : code)
            : GATEWAY_NOTHING;
    /* A page instead of BT's JSON: something in front of BT has refused us, not this order. */
    if (evidence->status == 403 && evidence->is_page && means == GATEWAY_NOTHING)
        means = GATEWAY_REFUSED;
    verdict->pace = pace_of(means, evidence);
    if (evidence->end == CALL_NOT_ACCEPTED) {
        verdict->kind = VERDICT_HALT;
        verdict->pace = PACE_HALTED;
        describe_failure(evidence, code, &verdict->reason);
        return;
    }
    if (evidence->end == CALL_UNSENT) {
        describe_failure(evidence, code, &verdict->reason);
        return;
    }
    if (gateway(means, verdict)) {
        verdict->reason.kind = REASON_UNAVAILABLE;
        describe_reply(evidence, code, &verdict->reason);
        return;
    }
    if (evidence->status == MISDIRECTED || evidence->status == TOO_EARLY) {
        describe_failure(evidence, code, &verdict->reason);
        return;
    }
    if (may_have_happened(step, evidence)) {
        verdict->kind = VERDICT_IN_DOUBT;
        describe_failure(evidence, code, &verdict->reason);
        return;
    }
    judge_reply(step, evidence, scope, fits, context, code, verdict);
}

void verdict_of(const struct step *step, const struct openapi *openapi, const struct evidence *evidence,
                const struct scope *scope, verdict_fits_fn *fits, void *context, struct verdict *verdict)
{
    judge(step, openapi, evidence, scope, fits, context, verdict);
    REQUIRE((verdict->kind == VERDICT_ACTION) == (verdict->action != NULL));
    REQUIRE(verdict->kind == VERDICT_DONE || verdict->reason.kind != REASON_NONE);
    REQUIRE(verdict->kind != VERDICT_IN_DOUBT || workflow_step_writes(step));
}
