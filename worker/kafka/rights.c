/* Tries whether the signals topic may be written. */
#include "rights.h"

bool rights_ask(const struct settings *settings, struct producer *producer, int32_t partition,
                struct fault *why)
{
    static struct kafka_record record; /* it must outlive the producer, which the caller frees */
    int timeout_ms = (int)settings->commit_timeout_ms;
    struct fault inner;

    record = (struct kafka_record){.topic = settings->topic_signals, .partition = partition, .offset = -1};
    rd_kafka_error_t *error = rd_kafka_begin_transaction(producer_handle(producer));
    if (error == NULL && producer_send(producer, &record, &inner)) {
        rd_kafka_flush(producer_handle(producer), timeout_ms);
        error = record.offset >= 0 ? rd_kafka_abort_transaction(producer_handle(producer), timeout_ms)
                                   : rd_kafka_commit_transaction(producer_handle(producer), timeout_ms);
    }
    bool forbidden = rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    if (forbidden)
        fault_set(
            why, FAULT_PEER,
            "the worker may not write '%.100s', where it tells other workers what is theirs: it needs WRITE there, "
            "see 'whc-worker topics --acls'",
            settings->topic_signals);
    else if (record.offset < 0)
        fault_set(why, FAULT_PEER, "whether '%.100s' may be written is not known yet: %.200s",
                  settings->topic_signals, error == NULL ? "no answer came" : rd_kafka_error_string(error));
    if (error != NULL)
        rd_kafka_error_destroy(error);
    return record.offset >= 0;
}
