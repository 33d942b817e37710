/* Single records of the ledger by their offsets, and the whole of it for a take-over. */
#include "fetcher.h"

#include "given_broker.h"
#include "ledger_reader.h"
#include "memory.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct given {
    struct given_broker broker;
    struct loop *loop;
    struct fetcher *fetcher;
    struct ledger_reader *reader;
    size_t answered;
    char said[200]; /* the values in the order of the answers, "-" for none */
    int again;      /* so many more are asked from within an answer */
};

static void chore(void *context)
{
    struct given *given = context;

    if (given->fetcher != NULL)
        fetcher_chore(given->fetcher);
}

static void begin(struct given *given, int records)
{
    *given = (struct given){.answered = 0};
    struct fault why;

    given_broker_open(&given->broker);
    given_broker_fill(&given->broker, given->broker.settings.topic_ledger, records);
    if (!loop_new(&given->loop, &why))
        abort();
    loop_add_chore(given->loop, "records", chore, given);
}

static void end(struct given *given)
{
    loop_remove_chore(given->loop, given);
    fetcher_free(given->fetcher);
    ledger_reader_free(given->reader);
    loop_free(given->loop);
    given_broker_close(&given->broker);
}

static void came(void *context, const rd_kafka_message_t *message)
{
    struct given *given = context;
    size_t length = strlen(given->said);

    given->answered++;
    snprintf(given->said + length, sizeof given->said - length, "%.*s,",
             message == NULL ? 1 : (int)message->len, message == NULL ? "-" : (const char *)message->payload);
    if (given->again-- > 0)
        fetcher_ask(given->fetcher, 0, 1, came, given);
}

static void expect(struct given *given, const char *said)
{
    size_t wanted = 0;

    for (const char *at = said; *at != '\0'; at++)
        wanted += *at == ',';
    given_until(given->loop, &given->answered, wanted);
    if (strcmp(given->said, said) != 0) {
        printf("\n  got '%s', want '%s'", given->said, said);
        CU_FAIL("answers above");
    }
    given->answered = 0;
    given->said[0] = '\0';
}

static void records_are_found_by_their_offsets(void)
{
    struct given given;
    struct fault why;

    begin(&given, 600);
    CU_ASSERT_FATAL(fetcher_new(&given.broker.settings, given.loop, &given.fetcher, &why));
    fetcher_ask(given.fetcher, 0, 5, came, &given);
    expect(&given, "5,");
    fetcher_ask(given.fetcher, 0, 7, came, &given); /* each once, whatever order they are asked in */
    fetcher_ask(given.fetcher, 0, 3, came, &given);
    fetcher_ask(given.fetcher, 0, 3, came, &given);
    expect(&given, "3,3,7,");
    fetcher_ask(given.fetcher, 0, 590, came, &given); /* too far for one round */
    fetcher_ask(given.fetcher, 0, 2, came, &given);
    expect(&given, "2,590,");
    given.again = 2; /* who is answered asks again */
    fetcher_ask(given.fetcher, 0, 0, came, &given);
    expect(&given, "0,1,1,");
    fetcher_ask(given.fetcher, 0, 4, came, &given);
    fetcher_ask(given.fetcher, 1, 4, came, &given);
    fetcher_forget(given.fetcher, 1); /* it is another worker's: nobody is answered */
    expect(&given, "4,");
    given_turn(given.loop);
    CU_ASSERT_EQUAL(given.answered, 0);
    end(&given);
    CU_ASSERT_PTR_NULL(fetcher_free(NULL));
}

/* The end of the log is believed late: a new leader may not know all of it yet. */
static void a_record_that_is_not_there(void)
{
    struct given given;
    struct fault why;

    begin(&given, 3);
    CU_ASSERT_FATAL(fetcher_new(&given.broker.settings, given.loop, &given.fetcher, &why));
    int64_t began_ms = loop_clock_ms();
    fetcher_ask(given.fetcher, 0, 9, came, &given);
    fetcher_ask(given.fetcher, 0, 3, came, &given);
    fetcher_ask(given.fetcher, 0, 2, came, &given);
    given_until(given.loop, &given.answered, 1);
    CU_ASSERT(loop_clock_ms() - began_ms < 2900);
    given_until(given.loop, &given.answered, 3);
    CU_ASSERT(loop_clock_ms() - began_ms >= 3000);
    expect(&given, "2,-,-,");
    fetcher_ask(given.fetcher, 0, 3, came, &given);
    given_turn(given.loop);
    given_broker_fill(&given.broker, given.broker.settings.topic_ledger, 1); /* it comes in time */
    expect(&given, "0,");
    fetcher_ask(given.fetcher, 0, 99, came, &given);
    given_turn(given.loop);
    end(&given); /* nobody is answered any more */
    CU_ASSERT_EQUAL(given.answered, 0);
}

struct reading {
    struct given *given;
    size_t ends;
    char values[200];
};

static void read_on(void *context)
{
    struct reading *reading = context;
    rd_kafka_message_t *message;

    while ((message = ledger_reader_next(reading->given->reader)) != NULL) {
        size_t length = strlen(reading->values);
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            reading->ends++;
        else
            snprintf(reading->values + length, sizeof reading->values - length, "%.*s,", (int)message->len,
                     (const char *)message->payload);
        rd_kafka_message_destroy(message);
    }
}

/* A take-over reads its partitions from the beginning, as often as it begins. */
static void the_ledger_is_read_from_its_beginning(void)
{
    struct given given;
    struct fault why;
    const int32_t both[] = {0, 1};

    begin(&given, 3);
    CU_ASSERT_FATAL(ledger_reader_new(&given.broker.settings, given.loop, &given.reader, &why));
    for (size_t round = 0; round < 2; round++) {
        struct reading reading = {.given = &given};
        CU_ASSERT(ledger_reader_begin(given.reader, both, 2 - round, &why));
        loop_add_chore(given.loop, "read", read_on, &reading);
        given_until(given.loop, &reading.ends, 2 - round);
        CU_ASSERT_STRING_EQUAL(reading.values, "0,1,2,");
        reading.values[0] = '\0';
        given_broker_fill(&given.broker, given.broker.settings.topic_ledger, 1);
        given_until(given.loop, &reading.ends, 3 - round); /* more comes, and another end */
        CU_ASSERT_STRING_EQUAL(reading.values, "0,");
        loop_remove_chore(given.loop, &reading);
        if (round == 0) {
            ledger_reader_end(given.reader);
            given.reader = ledger_reader_free(given.reader);
            given_broker_close(&given.broker);
            given_broker_open(&given.broker);
            given_broker_fill(&given.broker, given.broker.settings.topic_ledger, 3);
            CU_ASSERT_FATAL(ledger_reader_new(&given.broker.settings, given.loop, &given.reader, &why));
            CU_ASSERT(ledger_reader_begin(given.reader, both, 2, &why)); /* and begins again */
        }
    }
    end(&given);
    CU_ASSERT_PTR_NULL(ledger_reader_free(NULL));
}

CU_TestInfo test_fetcher[] = {
    {"records are found by their offsets", records_are_found_by_their_offsets},
    {"a record that is not there", a_record_that_is_not_there},
    {"the ledger is read from its beginning", the_ledger_is_read_from_its_beginning},
    CU_TEST_INFO_NULL};
