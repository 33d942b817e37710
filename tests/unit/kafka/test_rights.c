/* Whether the signals may be written, and what is said where they may not. */
#include "rights.h"

#include "given_broker.h"
#include "producer.h"

#include <CUnit/CUnit.h>
#include <string.h>

static void asked(void)
{
    static const rd_kafka_resp_err_t forbidden[] = {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED};
    struct given_broker broker;
    struct fault why;

    given_broker_open(&broker);
    broker.settings.settlement_transactions = true;
    broker.settings.commit_timeout_ms = 3000;
    for (int i = 0; i < 2; i++) {
        struct producer *producer;
        CU_ASSERT_FATAL(producer_new(&broker.settings, false, &producer, &why));
        if (i == 1)
            given_broker_fail(&broker, GIVEN_ADD_PARTITIONS, 1, forbidden);
        bool may = rights_ask(&broker.settings, producer_handle(producer), 0, &why);
        CU_ASSERT_EQUAL(may, i == 0);
        CU_ASSERT(may || strstr(why.text, broker.settings.topic_signals) != NULL);
        producer_free(producer);
    }
    given_broker_close(&broker);
}

CU_TestInfo test_rights[] = {{"asked", asked}, CU_TEST_INFO_NULL};
