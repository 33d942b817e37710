/* Sends decisions and waits for their answers. */
#include "decision_send.h"

#include "client_config.h"
#include "loop.h"
#include "memory.h"
#include "terminal.h"
#include "text.h"
#include "tree.h"

#include <string.h>

enum { POLL_MS = 100, FLUSH_MS = 30000, BODY_MAX = 65536 };

bool decision_check(const struct ledger_item *item, const struct decision *decision, struct fault *why)
{
    if (item == NULL)
        return fault_set(why, FAULT_INPUT, "the ledger has no order %s", decision->request_id);
    if (item->record.state == LEDGER_DONE)
        return fault_set(why, FAULT_INPUT, "the order has its final outcome already");
    bool waits = item->record.wait.step != NULL, is_parked = item->record.state == LEDGER_PARKED;
    if (decision_is_about_wait(decision->verdict))
        return waits || (is_parked && decision->verdict == DECISION_CANCEL) ||
               fault_set(why, FAULT_INPUT, "the order waits for no message and no date: its state is %s",
                         ledger_state_name(item->record.state));
    return is_parked || (item->record.state == LEDGER_QUEUED && decision->verdict == DECISION_REJECT) ||
           fault_set(why, FAULT_INPUT, "the order is not parked: its state is %s",
                     ledger_state_name(item->record.state));
}

void decision_about(const struct ledger_item *item, struct decision *decision)
{
    const struct ledger_wait *wait = &item->record.wait;

    text_print(decision->request_id, sizeof decision->request_id, "%s", item->record.request_id);
    uuid_print(uuid_random(), decision->signal_id);
    decision->attempt = item->record.attempt;
    text_print(decision->step, sizeof decision->step, "%s", wait->step == NULL ? "" : wait->step);
    decision->since_ms = wait->since_ms;
    decision->heard_end = ledger_heard_mark(&item->record.heard);
}

static void count_failure(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque)
{
    size_t *failures = opaque;

    (void)handle;
    *failures += message->err != RD_KAFKA_RESP_ERR_NO_ERROR;
}

static bool produce(const struct setup *setup, rd_kafka_t *handle, const struct sent_decision *sent,
                    struct fault *why)
{
    CLEANUP(buffer_release) struct buffer value = {0};
    CLEANUP(memory_release) char *key = memory_text(sent->decision.request_id);

    buffer_init(&value, BODY_MAX);
    TRY(decision_write(setup->catalogue, &sent->decision, &value, why));
    rd_kafka_resp_err_t error = rd_kafka_producev(
        handle, RD_KAFKA_V_TOPIC(setup->settings.topic_signals), RD_KAFKA_V_PARTITION(sent->partition),
        RD_KAFKA_V_KEY(key, strlen(key)), RD_KAFKA_V_VALUE(value.data, value.length),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK), RD_KAFKA_V_END);
    rd_kafka_poll(handle, 0);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ||
           fault_set(why, FAULT_PEER, "the decision about %s did not reach Kafka: %s",
                     sent->decision.request_id, rd_kafka_err2str(error));
}

bool decision_send(const struct setup *setup, const struct sent_decision sent[], size_t count,
                   struct fault *why)
{
    rd_kafka_conf_t *conf;
    rd_kafka_t *handle;
    size_t failures = 0;
    bool good = true;

    TRY(client_config_make(&setup->settings, CLIENT_TOOL_PRODUCER, &conf, why));
    rd_kafka_conf_set_dr_msg_cb(conf, count_failure);
    rd_kafka_conf_set_opaque(conf, &failures);
    TRY(client_config_connect(RD_KAFKA_PRODUCER, conf, &handle, why));
    for (size_t i = 0; i < count && good; i++)
        good = produce(setup, handle, &sent[i], why);
    rd_kafka_resp_err_t error = rd_kafka_flush(handle, FLUSH_MS);
    if (good && (error != RD_KAFKA_RESP_ERR_NO_ERROR || failures > 0))
        good = fault_set(why, FAULT_PEER, "not all decisions reached Kafka: %s",
                         error != RD_KAFKA_RESP_ERR_NO_ERROR ? rd_kafka_err2str(error)
                                                             : "the broker refuses them");
    rd_kafka_destroy(handle);
    return good;
}

/* Whether the order's record has the owner's answer to this decision. */
static bool take_answer(const struct ledger_item *item, struct sent_decision *sent)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;
    struct fault unused;
    const char *text = item == NULL ? NULL : item->record.last_decision;

    if (text == NULL || !tree_read_own(text, strlen(text), &tree, &unused))
        return false;
    const char *signal = tree_text_of(tree, "signalId"), *answer = tree_text_of(tree, "answer");
    if (signal == NULL || strcmp(signal, sent->decision.signal_id) != 0)
        return false;
    sent->answered = true;
    sent->applied = json_object_get_boolean(tree_member(tree, "applied")) != 0;
    text_print(sent->answer, sizeof sent->answer, "%s", answer == NULL ? "" : answer);
    return true;
}

size_t decision_await(const struct setup *setup, struct topic_reader *reader, struct ledger_view *view,
                      struct sent_decision sent[], size_t count, int64_t timeout_ms)
{
    int64_t end_ms = loop_clock_ms() + timeout_ms;
    size_t answered = 0;
    char id[UUID_TEXT_SIZE];
    struct fault why;

    while (answered < count && loop_clock_ms() < end_ms && !terminal_stopped()) {
        rd_kafka_message_t *message = topic_reader_next(reader, POLL_MS);
        if (message == NULL)
            continue;
        ledger_view_id_of(message, id);
        bool taken = ledger_view_take(setup, view, message, &why);
        rd_kafka_message_destroy(message);
        for (size_t i = 0; taken && i < count; i++)
            if (!sent[i].answered && strcmp(sent[i].decision.request_id, id) == 0)
                answered += take_answer(ledger_view_find(view, id), &sent[i]);
    }
    return answered;
}
