/* A request is sent to the broker, and nobody waits for it. */
#include "nudge.h"

#include "given_broker.h"

#include <CUnit/CUnit.h>

/* The broker is asked once: what it would have answered to the next one is used up. */
static void the_broker_is_asked(void)
{
    struct given_broker broker;

    given_broker_open(&broker);
    given_broker_fill(&broker, broker.settings.topic_ledger, 3);
    rd_kafka_t *member = given_broker_member(&broker);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, broker.settings.topic_ledger, 0)->offset = RD_KAFKA_OFFSET_END;
    CU_ASSERT_EQUAL_FATAL(rd_kafka_offsets_for_times(member, list, 10000), RD_KAFKA_RESP_ERR_NO_ERROR);
    given_broker_fail(&broker, GIVEN_LIST_OFFSETS, 1,
                      (const rd_kafka_resp_err_t[]){RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
    consumer_nudge(member, NULL); /* nothing is assigned: nothing is asked */
    consumer_nudge(member, list);
    list->elems[0].err = RD_KAFKA_RESP_ERR_NO_ERROR;
    list->elems[0].offset = RD_KAFKA_OFFSET_END;
    CU_ASSERT_EQUAL(rd_kafka_offsets_for_times(member, list, 10000), RD_KAFKA_RESP_ERR_NO_ERROR);
    CU_ASSERT_EQUAL(list->elems[0].err, RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(member);
    given_broker_close(&broker);
}

CU_TestInfo test_nudge[] = {{"the broker is asked", the_broker_is_asked}, CU_TEST_INFO_NULL};
