/* Tries whether the signals topic may be written. */
#include "rights.h"

bool rights_ask(const struct settings *settings, rd_kafka_t *producer, int32_t partition, struct fault *why)
{
    static char key[] = "a worker has started";
    rd_kafka_error_t *error = rd_kafka_begin_transaction(producer);

    if (error == NULL) {
        rd_kafka_resp_err_t sent = rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(settings->topic_signals),
                                                     RD_KAFKA_V_PARTITION(partition),
                                                     RD_KAFKA_V_KEY(key, sizeof key - 1), RD_KAFKA_V_END);
        if (sent == RD_KAFKA_RESP_ERR_NO_ERROR)
            (void)rd_kafka_flush(producer,
                                 (int)settings->commit_timeout_ms); /* the commit says why it is not */
        error = sent == RD_KAFKA_RESP_ERR_NO_ERROR
                    ? rd_kafka_commit_transaction(producer, (int)settings->commit_timeout_ms)
                    : rd_kafka_error_new(sent, "%s", rd_kafka_err2str(sent));
    }
    if (error == NULL)
        return true;
    if (rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
        fault_set(
            why, FAULT_PEER,
            "the worker may not write '%.100s', where it tells other workers what is theirs: it needs WRITE there, "
            "see 'whc-worker topics --acls'",
            settings->topic_signals);
    else
        fault_set(why, FAULT_PEER, "whether '%.100s' may be written is not known yet: %.200s",
                  settings->topic_signals, rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return false;
}
