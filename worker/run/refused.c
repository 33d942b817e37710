/* Makes a record smaller, step by step, after Kafka has refused it. */
#include "refused.h"

#include "dead_letter.h"
#include "invariant.h"
#include "log.h"
#include "memory.h"
#include "records.h"
#include "text.h"

#include <string.h>

/* Whose outcome it is, as its headers say. */
static const char *subject(const struct kafka_record *record)
{
    for (size_t i = 0; i < record->header_count; i++)
        if (strcmp(record->headers[i].name, "ce_subject") == 0 && record->headers[i].value != NULL)
            return record->headers[i].value;
    return "";
}

/*
 * An outcome that nothing can be taken from any more: whoever reads the dead letters sees there that it is missing. The
 * headers of an outcome are often its largest part and then go first, so the request is named in one that stays.
 */
static void give_up_outcome(const struct worker *worker, struct kafka_record *record)
{
    char why[100];

    LOG(LOG_ERROR, "Kafka refuses an outcome even without its result: a dead letter names it instead",
        log_text("error", record->refused));
    REQUIRE(record->topic == worker->settings->topic_outcomes);
    text_print(why, sizeof why, "Kafka refuses the outcome of the request %s", subject(record));
    record->topic = worker->settings->topic_dead;
    kafka_record_header(record, DEAD_FIRST_HEADER, worker->settings->topic_outcomes,
                        strlen(worker->settings->topic_outcomes));
    kafka_record_header(record, "__connect.errors.exception.message", why, strlen(why));
    kafka_record_header(record, DEAD_REASON_HEADER, "outcome", strlen("outcome"));
    dead_letter_reduce(record);
}

static void replace_outcome(const struct worker *worker, const struct order *order,
                            struct kafka_record *record)
{
    struct kafka_record smaller;
    struct fault why;

    if (order == NULL || order->state != ORDER_SETTLING || order->result == NULL) {
        give_up_outcome(worker, record);
        return;
    }
    fault_set(&why, FAULT_EXHAUSTED, "Kafka refuses the outcome with its result: %s", record->refused);
    record_of_order_smaller(worker, order, &why, &smaller);
    /* Of a writing order COMPLETED stays; one that only reads may be refused as often as it likes. */
    if (smaller.length + smaller.key_length >= record->length + record->key_length) {
        kafka_record_release(&smaller);
        give_up_outcome(worker, record);
        return;
    }
    kafka_record_release(record);
    *record = smaller;
}

/* What is another owner's, an event or whose an id is: people see among the dead letters that it did not get there. */
static void give_up_signal(const struct worker *worker, struct kafka_record *record)
{
    static const char why[] = "Kafka refuses to pass it on to its owner";

    LOG(LOG_ERROR, "Kafka refuses what is passed on to another owner: it is a dead letter instead",
        log_text("error", record->refused));
    record->topic = worker->settings->topic_events_dead;
    record->partition = RD_KAFKA_PARTITION_UA;
    kafka_record_header(record, DEAD_FIRST_HEADER, worker->settings->topic_signals,
                        strlen(worker->settings->topic_signals));
    kafka_record_header(record, "__connect.errors.exception.message", why, sizeof why - 1);
    kafka_record_header(record, DEAD_REASON_HEADER, "refused", strlen("refused"));
}

bool refused_replace(const struct worker *worker, const struct order *order, int32_t partition,
                     struct kafka_record *record, struct fault *why)
{
    const struct settings *settings = worker->settings;

    REQUIRE(record->refused != NULL);
    if (record->topic == settings->topic_outcomes) {
        replace_outcome(worker, order, record);
        return true;
    }
    if (record->topic == settings->topic_signals) {
        give_up_signal(worker, record);
        return true;
    }
    if (record->topic == settings->topic_dead || record->topic == settings->topic_events_dead) {
        LOG(LOG_WARN, "Kafka refuses a dead letter: its largest part is left out, and named in it",
            log_int("partition", partition), log_text("error", record->refused));
        return dead_letter_reduce(record) ||
               fault_set(why, FAULT_PEER,
                         "Kafka refuses even the smallest dead letter (%s): repair the topic '%s'",
                         record->refused, record->topic);
    }
    return fault_set(
        why, FAULT_PEER,
        "Kafka refuses the ledger's record '%.*s' of partition %d (%s), which was within the limits at start: "
        "raise max.message.bytes of '%s' again",
        (int)record->key_length, record->key, (int)partition, record->refused, record->topic);
}
