/* Shows an order of the ledger to people and scripts. */
#include "ledger_view.h"

#include "memory.h"
#include "order_standing.h"
#include "timestamp.h"
#include "tree.h"
#include "tree_build.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static struct json_object *parsed(const char *text)
{
    struct json_object *tree = NULL;
    struct fault unused;

    return text != NULL && tree_read_own(text, strlen(text), &tree, &unused) ? tree : NULL;
}

static const char *or_dash(const char *text)
{
    return text == NULL || *text == '\0' ? "-" : text;
}

/* A key is bytes: what a terminal cannot show is shown as a dot. */
static void print_key(const struct ledger_record *record, int width)
{
    int shown = 0;

    for (size_t i = 0; i < record->key_length && shown < width; i++, shown++)
        putchar(isprint((unsigned char)record->key[i]) ? record->key[i] : '.');
    printf("%*s", width - shown, "");
}

static void show_attempt(struct json_object *entry)
{
    struct json_object *status = tree_member(entry, "httpStatus");

    printf("  attempt %lld  step %-16s sent %.23s  ended %.23s  http %s  tracking %s\n    %s\n",
           (long long)json_object_get_int64(tree_member(entry, "attempt")),
           or_dash(tree_text_of(entry, "step")), or_dash(tree_text_of(entry, "sentAt")),
           or_dash(tree_text_of(entry, "endedAt")), status == NULL ? "-" : json_object_get_string(status),
           or_dash(tree_text_of(entry, "trackingId")), or_dash(tree_text_of(entry, "said")));
}

static void show_member(const char *name, const char *value)
{
    if (value != NULL && *value != '\0')
        printf("%-14s %s\n", name, value);
}

static void show_progress(struct json_object *progress)
{
    struct json_object *reason = tree_member(progress, "reason"), *journal = tree_member(progress, "journal");
    struct json_object *doubt = tree_member(progress, "doubt");

    show_member("BT's order id", tree_text_of(progress, "orderId"));
    if (reason != NULL)
        printf("%-14s %s/%s: %s\n", "why", or_dash(tree_text_of(reason, "kind")),
               or_dash(tree_text_of(reason, "code")), or_dash(tree_text_of(reason, "text")));
    show_member("doubt", tree_text_of(doubt, "text"));
    printf("journal\n");
    for (size_t i = 0; journal != NULL && i < json_object_array_length(journal); i++)
        show_attempt(json_object_array_get_idx(journal, i));
}

/* What BT knows the order by: the references among its inputs. */
static void show_references(struct json_object *inputs)
{
    TREE_EACH(inputs, name, value)
    {
        size_t length = strlen(name);
        if (length > 9 && strcmp(name + length - 9, "Reference") == 0 && tree_text(value) != NULL)
            printf("%-14s %s (%s)\n", "reference", tree_text(value), name);
    }
}

void ledger_view_show(const struct ledger_item *item)
{
    const struct ledger_record *record = &item->record;
    CLEANUP(tree_release) struct json_object *progress = parsed(record->progress);
    CLEANUP(tree_release) struct json_object *inputs = parsed(record->inputs);
    CLEANUP(tree_release) struct json_object *decision = parsed(record->last_decision);
    char moment[TIMESTAMP_TEXT_SIZE];

    show_member("request", record->request_id);
    show_member("order type", record->order_type);
    show_member("step", record->step);
    printf("%-14s ", "key");
    print_key(record, (int)record->key_length);
    printf("\n%-14s %s\n%-14s %u\n%-14s %d, offset %lld\n", "state", ledger_state_name(record->state),
           "attempt", record->attempt, "partition", (int)item->partition, (long long)record->offset);
    timestamp_print(record->requested_at_ms, moment);
    show_member("requested", moment);
    timestamp_print(record->written_at_ms, moment);
    show_member("since", moment);
    show_references(inputs);
    show_progress(progress);
    if (decision != NULL)
        printf("%-14s %s by %s at %s: %s (%s)\n", "last decision", or_dash(tree_text_of(decision, "verdict")),
               or_dash(tree_text_of(decision, "who")), or_dash(tree_text_of(decision, "decidedAt")),
               or_dash(tree_text_of(decision, "answer")), or_dash(tree_text_of(decision, "why")));
}

static void add_standing(struct json_object *tree, const struct ledger_item *item)
{
    struct order_standing standing;

    order_standing_read(item, &standing);
    tree_add_known(tree, "waitsFor", order_waits_words[standing.waits]);
    tree_add_known(tree, "waitsBehind", standing.waits == WAITS_KEY ? item->first->record.request_id : NULL);
    tree_add_integer(tree, "behind", (int64_t)item->behind);
    tree_add_known(tree, "writer", item->writer);
    order_standing_release(&standing);
}

void ledger_view_json(const struct ledger_item *item)
{
    const struct ledger_record *record = &item->record;
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();
    char moment[TIMESTAMP_TEXT_SIZE];
    struct buffer text;

    tree_add_text(tree, "requestId", record->request_id);
    tree_add_text(tree, "orderType", record->order_type);
    tree_add(tree, "step", record->step == NULL ? NULL : json_object_new_string(record->step));
    tree_add(tree, "key",
             record->key == NULL ? NULL : json_object_new_string_len(record->key, (int)record->key_length));
    tree_add_text(tree, "state", ledger_state_name(record->state));
    add_standing(tree, item);
    tree_add_integer(tree, "attempt", record->attempt);
    tree_add_integer(tree, "partition", item->partition);
    tree_add_integer(tree, "offset", record->offset);
    timestamp_print(record->written_at_ms, moment);
    tree_add_text(tree, "since", moment);
    tree_add(tree, "inputs", parsed(record->inputs));
    tree_add(tree, "progress", parsed(record->progress));
    tree_add(tree, "lastDecision", parsed(record->last_decision));
    tree_add(tree, "decisions", parsed(record->decisions));
    buffer_init(&text, 64 << 20);
    tree_write(tree, &text);
    puts(buffer_text(&text));
    buffer_release(&text);
}
