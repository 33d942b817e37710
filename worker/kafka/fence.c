/* Tries whether the broker refuses positions that are sent under a membership that is not ours. */
#include "fence.h"

#include <string.h>

enum { NO_GENERATION = 1 << 30 };

/* What the broker says to positions under this membership, owned by us; NO_ERROR: it takes them. */
static rd_kafka_resp_err_t ask(const struct settings *settings, rd_kafka_t *producer,
                               const rd_kafka_topic_partition_list_t *positions,
                               rd_kafka_consumer_group_metadata_t *wrong)
{
    rd_kafka_error_t *error = rd_kafka_begin_transaction(producer);

    if (error == NULL) {
        error = rd_kafka_send_offsets_to_transaction(producer, positions, wrong,
                                                     (int)settings->send_offsets_timeout_ms);
        rd_kafka_error_t *end = rd_kafka_abort_transaction(producer, (int)settings->commit_timeout_ms);
        if (end != NULL)
            rd_kafka_error_destroy(end);
    }
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    if (error != NULL)
        rd_kafka_error_destroy(error);
    rd_kafka_consumer_group_metadata_destroy(wrong);
    return code;
}

/* Our membership with another member id; null: there is none now. It can be copied only by writing and reading it. */
static rd_kafka_consumer_group_metadata_t *with_another_id(rd_kafka_t *consumer)
{
    rd_kafka_consumer_group_metadata_t *ours = rd_kafka_consumer_group_metadata(consumer), *wrong = NULL;
    char *member = rd_kafka_memberid(consumer);
    void *bytes = NULL;
    size_t size = 0;

    rd_kafka_error_t *error =
        ours == NULL ? NULL : rd_kafka_consumer_group_metadata_write(ours, &bytes, &size);
    size_t length = member == NULL ? 0 : strlen(member);
    char *place = bytes == NULL || length == 0 ? NULL : memmem(bytes, size, member, length);
    if (error == NULL && place != NULL) {
        place[length - 1] = place[length - 1] == '0' ? '1' : '0';
        error = rd_kafka_consumer_group_metadata_read(&wrong, bytes, size);
    }
    if (error != NULL)
        rd_kafka_error_destroy(error);
    if (ours != NULL)
        rd_kafka_consumer_group_metadata_destroy(ours);
    rd_kafka_mem_free(NULL, bytes);
    rd_kafka_mem_free(consumer, member);
    return wrong;
}

static enum fence judge(const struct settings *settings, rd_kafka_resp_err_t code, struct fault *why)
{
    fault_set(why, FAULT_PEER, "the broker answered %s", rd_kafka_err2name(code));
    if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) /* it does not say which */
        fault_set(why, FAULT_PEER,
                  "the worker needs READ on each of '%.80s', '%.80s' and '%.80s': the broker answered %s",
                  settings->topic_requests, settings->topic_signals, settings->topic_events,
                  rd_kafka_err2name(code));
    return code == RD_KAFKA_RESP_ERR_NO_ERROR             ? FENCE_IS_OPEN
           : code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ? FENCE_HOLDS
           : code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID  ? FENCE_HOLDS
           : code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID ? FENCE_HOLDS
                                                          : FENCE_UNKNOWN;
}

enum fence fence_ask(const struct settings *settings, rd_kafka_t *consumer, rd_kafka_t *producer,
                     const rd_kafka_topic_partition_list_t *positions, struct fault *why)
{
    rd_kafka_consumer_group_metadata_t *nobody =
        rd_kafka_consumer_group_metadata_new_with_genid(settings->group_id, NO_GENERATION, "nobody", NULL);
    enum fence answer = judge(settings, ask(settings, producer, positions, nobody), why);

    if (answer != FENCE_HOLDS)
        return answer;
    rd_kafka_consumer_group_metadata_t *other = with_another_id(consumer);
    if (other == NULL) {
        fault_set(why, FAULT_PEER, "this worker is not a member of the group just now");
        return FENCE_UNKNOWN;
    }
    rd_kafka_resp_err_t code = ask(settings, producer, positions, other);
    answer = judge(settings, code, why);
    /* A generation that has just ended is refused for its number: that says nothing of the member id. */
    return code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ? FENCE_UNKNOWN : answer;
}
