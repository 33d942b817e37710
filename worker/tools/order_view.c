/* Messages become what is known of one order. The ledger's part of the timeline is made in order_facts.c. */
#include "order_view.h"

#include "decision.h"
#include "framing.h"
#include "memory.h"
#include "order_facts.h"
#include "outcome_view.h"
#include "timestamp.h"
#include "topic_reader.h"
#include "tree_build.h"

#include <stdio.h>
#include <string.h>

void order_view_init(struct order_view *view, const struct setup *setup, const char *request_id)
{
    *view = (struct order_view){.setup = setup};
    snprintf(view->request_id, sizeof view->request_id, "%s", request_id);
    ledger_view_init(&view->ledger);
}

void order_view_release(struct order_view *view)
{
    ledger_view_release(&view->ledger);
    facts_release(&view->seen);
    json_object_put(view->outcome);
    view->outcome = NULL;
}

const char *order_topic_name(const struct setup *setup, enum order_topic topic)
{
    const struct settings *settings = &setup->settings;
    const char *const names[] = {[ORDER_TOPIC_LEDGER] = settings->topic_ledger,
                                 [ORDER_TOPIC_REQUESTS] = settings->topic_requests,
                                 [ORDER_TOPIC_OUTCOMES] = settings->topic_outcomes,
                                 [ORDER_TOPIC_SIGNALS] = settings->topic_signals,
                                 [ORDER_TOPIC_DEAD] = settings->topic_dead};

    return names[topic];
}

static bool header_is(const rd_kafka_message_t *message, const char *name, const char *want)
{
    const void *value;
    size_t length;

    return topic_reader_header(message, name, &value, &length) && length == strlen(want) &&
           memcmp(value, want, length) == 0;
}

/* Avro keeps a text as its bytes, so the id of a request stands in its value whatever schema it was written with. */
static bool has_id(const struct order_view *view, const rd_kafka_message_t *message)
{
    return message->payload != NULL &&
           memmem(message->payload, message->len, view->request_id, strlen(view->request_id)) != NULL;
}

static int64_t time_of(const rd_kafka_message_t *message)
{
    rd_kafka_timestamp_type_t kind;

    return rd_kafka_message_timestamp(message, &kind);
}

static struct fact *place(struct fact *fact, const struct order_view *view, enum order_topic topic,
                          const rd_kafka_message_t *message)
{
    fact->topic = order_topic_name(view->setup, topic);
    fact->partition = message->partition;
    fact->offset = message->offset;
    return fact;
}

static void take_request(struct order_view *view, const rd_kafka_message_t *message)
{
    struct frame frame;
    struct fault unused;
    const struct order_type *type = NULL;

    if (!has_id(view, message))
        return;
    if (framing_read(message->payload, message->len, NULL, 0, &frame, &unused) &&
        frame.framing == FRAMING_SINGLE_OBJECT) {
        const struct schema *schema = catalogue_schema(view->setup->catalogue, frame.fingerprint, NULL);
        type = schema == NULL ? NULL : catalogue_type_of_record(view->setup->catalogue, schema_name(schema));
    }
    view->type = view->type == NULL ? type : view->type;
    place(facts_add(&view->seen, FACT_REQUESTED, time_of(message), "%s", ""), view, ORDER_TOPIC_REQUESTS,
          message);
}

static void take_outcome(struct order_view *view, const rd_kafka_message_t *message)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;
    CLEANUP(buffer_release) struct buffer text = {0};
    struct fault why;
    int64_t at_ms = time_of(message);

    if (!header_is(message, "ce_subject", view->request_id))
        return;
    bool again = header_is(message, "whc-repeated", "true");
    if (!outcome_view_read(view->setup->catalogue, message, &tree, &why)) {
        place(facts_add(&view->seen, FACT_OUTCOME, at_ms, "cannot be read: %s", why.text), view,
              ORDER_TOPIC_OUTCOMES, message);
        return;
    }
    struct json_object *outcome = tree_member(tree, "outcome");
    buffer_init(&text, (size_t)2 * FACT_TEXT_SIZE); /* what is too long is cut where it is added */
    outcome_view_fact(outcome, &text);
    place(facts_add(&view->seen, FACT_OUTCOME, at_ms, "%s%s", buffer_text(&text),
                    again ? "  (again, for a repeated request)" : ""),
          view, ORDER_TOPIC_OUTCOMES, message);
    const char *type = tree_text_of(outcome, "orderType");
    view->type = type == NULL ? view->type : catalogue_type(view->setup->catalogue, type);
    json_object_put(view->outcome);
    view->outcome = TAKE(tree);
}

/* A decision whose answer is in the ledger's list is shown from there. */
static void take_signal(struct order_view *view, const rd_kafka_message_t *message)
{
    struct decision decision;
    struct fault unused;

    if (message->payload == NULL ||
        !decision_read(view->setup->catalogue, message->payload, message->len, &decision, &unused) ||
        strcmp(decision.request_id, view->request_id) != 0)
        return;
    struct fact *fact =
        facts_add(&view->seen, FACT_DECIDED, decision.decided_at_ms, "%s by %s: %s; sent, not answered yet",
                  decision_words[decision.verdict], decision.who, decision.why);
    snprintf(fact->label, sizeof fact->label, "%s", decision.signal_id);
    place(fact, view, ORDER_TOPIC_SIGNALS, message);
}

static void take_dead(struct order_view *view, const rd_kafka_message_t *message)
{
    const void *reason = "", *words = "";
    size_t length = 0, words_length = 0;

    if (!has_id(view, message))
        return;
    topic_reader_header(message, "whc-dead-reason", &reason, &length);
    topic_reader_header(message, "__connect.errors.exception.message", &words, &words_length);
    place(facts_add(&view->seen, FACT_DEAD, time_of(message), "%.*s: %.*s", (int)length, (const char *)reason,
                    (int)words_length, (const char *)words),
          view, ORDER_TOPIC_DEAD, message);
}

bool order_view_take(struct order_view *view, enum order_topic topic, const rd_kafka_message_t *message,
                     struct fault *why)
{
    switch (topic) {
    case ORDER_TOPIC_LEDGER:
        TRY(ledger_view_take(view->setup, &view->ledger, message, why));
        break;
    case ORDER_TOPIC_REQUESTS:
        take_request(view, message);
        break;
    case ORDER_TOPIC_OUTCOMES:
        take_outcome(view, message);
        break;
    case ORDER_TOPIC_SIGNALS:
        take_signal(view, message);
        break;
    case ORDER_TOPIC_DEAD:
        take_dead(view, message);
        break;
    }
    if (view->type == NULL && order_view_item(view) != NULL)
        view->type = catalogue_type(view->setup->catalogue, order_view_item(view)->record.order_type);
    return true;
}

const struct ledger_item *order_view_item(const struct order_view *view)
{
    return ledger_view_find(&view->ledger, view->request_id);
}

bool order_view_known(const struct order_view *view)
{
    return order_view_item(view) != NULL || view->seen.count > 0;
}

bool order_view_final(const struct order_view *view)
{
    const struct ledger_item *item = order_view_item(view);

    return order_view_published(view) || (item != NULL && item->record.state == LEDGER_DONE);
}

bool order_view_published(const struct order_view *view)
{
    return json_object_get_boolean(tree_member(tree_member(view->outcome, "outcome"), "final"));
}

/* Sent again, it is an order of its own, or a dead letter once more. */
bool order_view_dead(const struct order_view *view)
{
    const struct fact *latest = NULL;

    for (size_t i = 0; i < view->seen.count; i++) {
        const struct fact *fact = &view->seen.list[i];
        if ((fact->kind == FACT_REQUESTED || fact->kind == FACT_DEAD) &&
            (latest == NULL || fact->at_ms >= latest->at_ms))
            latest = fact;
    }
    return order_view_item(view) == NULL && view->outcome == NULL && latest != NULL &&
           latest->kind == FACT_DEAD;
}

void order_view_facts(const struct order_view *view, struct facts *facts)
{
    const struct ledger_item *item = order_view_item(view);

    *facts = (struct facts){.list = NULL};
    if (item != NULL)
        order_facts_add(view->setup, item, view->type, facts);
    for (size_t i = 0; i < view->seen.count; i++) {
        const struct fact *fact = &view->seen.list[i];
        if (!order_facts_has(facts, fact))
            *facts_add(facts, fact->kind, fact->at_ms, "%s", "") = *fact;
    }
    if (item != NULL && item->record.state == LEDGER_DONE && !order_view_published(view))
        facts_add(facts, FACT_OUTCOME, item->record.written_at_ms,
                  "%s  (as the ledger has it: the event is gone)", order_facts_status(&item->record));
    facts_sort(facts);
}

const char *order_view_state(const struct order_view *view)
{
    const struct ledger_item *item = order_view_item(view);
    struct json_object *outcome = tree_member(view->outcome, "outcome");
    const char *status = tree_text_of(outcome, "status");

    if (order_view_published(view)) /* the ledger may be read a moment later */
        return outcome_view_status(status);
    if (item != NULL && item->record.state == LEDGER_DONE)
        return order_facts_status(&item->record);
    return item != NULL ? ledger_state_name(item->record.state) : order_view_dead(view) ? "DEAD" : "OPEN";
}
