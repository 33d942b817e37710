/* Reads from a ledger record what the order waits for, and why. */
#include "order_standing.h"

#include "names.h"
#include "order_facts.h"
#include "tree.h"

#include <stdio.h>
#include <string.h>

const char *const order_waits_words[] = {
    [WAITS_NOTHING] = "",  [WAITS_RETRY] = "retry", [WAITS_LOOK_UP] = "look-up", [WAITS_MESSAGE] = "message",
    [WAITS_DATE] = "date", [WAITS_KEY] = "key",     [WAITS_PERSON] = "person",   [WAITS_PERSON + 1] = NULL,
};

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

/* The latest attempt has come back, or its worker was lost: the order is looked for. */
static bool is_in_doubt(const struct ledger_record *record, struct json_object *progress)
{
    return record->state == LEDGER_INTENDED && tree_member(progress, "wasInDoubt") != NULL;
}

static enum order_waits waits_of(const struct ledger_item *item, struct json_object *progress)
{
    if (!ledger_item_live(item))
        return WAITS_NOTHING;
    if (item->record.state == LEDGER_PARKED)
        return WAITS_PERSON;
    if (item->record.wait.step != NULL)
        return *item->record.wait.reference == '\0' ? WAITS_DATE : WAITS_MESSAGE;
    if (item->first != NULL && item->first != item)
        return WAITS_KEY;
    if (item->record.state == LEDGER_INTENDED)
        return is_in_doubt(&item->record, progress) ? WAITS_LOOK_UP : WAITS_NOTHING;
    return WAITS_RETRY;
}

static int64_t decide_by_ms(const struct ledger_item *item, struct json_object *progress)
{
    return ledger_item_live(item) && item->record.state == LEDGER_PARKED
               ? json_object_get_int64(tree_member(progress, "decideByMs"))
               : 0;
}

void order_standing_read(const struct ledger_item *item, struct order_standing *standing)
{
    struct json_object *progress = order_facts_parse(item->record.progress);
    struct json_object *reason = tree_member(progress, "reason");
    const char *parent = tree_text_of(progress, "traceparent");

    if (reason == NULL)
        reason = tree_member(progress, "doubt");
    *standing =
        (struct order_standing){.waits = waits_of(item, progress),
                                .until_ms = item->record.wait.step == NULL ? 0 : item->record.wait.until_ms,
                                .decide_by_ms = decide_by_ms(item, progress),
                                .is_late = item->record.wait.step != NULL && item->record.wait.late,
                                .kind = or_empty(tree_text_of(reason, "kind")),
                                .code = or_empty(tree_text_of(reason, "code")),
                                .text = or_empty(tree_text_of(reason, "text")),
                                .order_id = or_empty(tree_text_of(progress, "orderId")),
                                .progress = progress};
    if (parent != NULL && strlen(parent) > 35) /* W3C Trace Context: 00-<32>-<16>-<2> */
        snprintf(standing->trace, sizeof standing->trace, "%.32s", parent + 3);
}

void order_standing_release(struct order_standing *standing)
{
    json_object_put(standing->progress);
    standing->progress = NULL;
}
