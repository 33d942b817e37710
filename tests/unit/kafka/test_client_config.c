/* What reaches librdkafka: what the promise fixes, then what the settings pass through, to each kind its own. */
#include "client_config.h"

#include "credentials.h"
#include "memory.h"

#include <CUnit/CUnit.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void load(struct settings *settings, const char *const lines[])
{
    char path[] = "/tmp/whc-handle-XXXXXX";
    int file = mkstemp(path);
    struct problems problems = {0};

    for (size_t i = 0; file >= 0 && lines[i] != NULL; i++)
        if (dprintf(file, "%s\n", lines[i]) < 0)
            abort();
    close(file);
    settings_load(path, (char *[]){NULL}, settings, &problems);
    unlink(path);
    if (problems.count > 0)
        abort();
    problems_release(&problems);
}

/* One value of a kind's configuration. */
static void expect(const struct settings *settings, enum client_kind kind, const char *name,
                   const char *value)
{
    char got[200] = "";
    size_t size = sizeof got;
    rd_kafka_conf_t *conf;
    struct fault why;

    if (!client_config_make(settings, kind, &conf, &why))
        abort();
    rd_kafka_conf_get(conf, name, got, &size);
    rd_kafka_conf_destroy(conf);
    if (strcmp(got, value) == 0)
        return;
    printf("\n  kind %d, %s: got '%s', want '%s'", (int)kind, name, got, value);
    CU_FAIL("value above");
}

static const char *const lines[] = {"kafka.bootstrap.servers=127.0.0.1:1",
                                    "kafka.client.rack=all",
                                    "kafka.consumer.client.rack=readers",
                                    "kafka.producer.compression.type=lz4",
                                    "kafka.admin.client.rack=admins",
                                    "group.id=group-1",
                                    "worker.slot=slot-1",
                                    "transaction.timeout.ms=7500",
                                    "session.timeout.ms=21000",
                                    NULL};

/* What a transaction, a fence and a look at the log's true end depend on (PROMISE.md R2 to R4). */
static const struct {
    enum client_kind kind;
    const char *name, *value;
} values[] = {
    {CLIENT_CONSUMER, "isolation.level", "read_committed"},
    {CLIENT_CONSUMER, "enable.auto.commit", "false"},
    {CLIENT_CONSUMER, "enable.auto.offset.store", "false"},
    {CLIENT_CONSUMER, "auto.offset.reset", "error"},
    {CLIENT_CONSUMER, "group.id", "group-1"},
    {CLIENT_CONSUMER, "group.instance.id", "group-1-slot-1"},
    {CLIENT_CONSUMER, "session.timeout.ms", "21000"},
    {CLIENT_CONSUMER, "heartbeat.interval.ms", "300"},
    {CLIENT_CONSUMER, "enable.partition.eof", "true"},
    {CLIENT_CONSUMER, "client.rack", "readers"},
    {CLIENT_CONSUMER, "client.id", "whc-worker"},
    {CLIENT_SETTLEMENTS, "transactional.id", "group-1/slot-1"},
    {CLIENT_SETTLEMENTS, "transaction.timeout.ms", "7500"},
    {CLIENT_SETTLEMENTS, "enable.idempotence", "true"},
    {CLIENT_SETTLEMENTS, "acks", "-1"},
    {CLIENT_SETTLEMENTS, "compression.type", "lz4"},
    {CLIENT_SETTLEMENTS, "client.rack", "all"},
    {CLIENT_SETTLEMENTS, "debug", "broker"},
    {CLIENT_TOOL_PRODUCER, "partitioner", "murmur2_random"},
    {CLIENT_TOOL_PRODUCER, "enable.idempotence", "true"},
    {CLIENT_TOOL_PRODUCER, "max.in.flight.requests.per.connection", "1"},
    {CLIENT_EVENTS, "enable.idempotence", "true"},
    {CLIENT_EVENTS, "acks", "-1"},
    {CLIENT_EVENTS, "max.in.flight.requests.per.connection", "1"},
    {CLIENT_EVENTS, "message.timeout.ms", "5000"},
    {CLIENT_EVENTS, "compression.type", "lz4"},
    {CLIENT_TOOL_CONSUMER, "group.id", "whc-worker-tools"},
    {CLIENT_TOOL_CONSUMER, "isolation.level", "read_committed"},
    {CLIENT_TOOL_CONSUMER, "auto.offset.reset", "smallest"},
    {CLIENT_GROUP, "group.id", "group-1"},
    {CLIENT_GROUP, "isolation.level", "read_committed"},
    {CLIENT_WATCH, "isolation.level", "read_uncommitted"},
    {CLIENT_WATCH, "group.id", "group-1"},
    {CLIENT_READER, "isolation.level", "read_committed"},
    {CLIENT_READER, "fetch.wait.max.ms", "10"},
    {CLIENT_PEEK, "auto.offset.reset", "error"},
    {CLIENT_PEEK, "isolation.level", "read_committed"},
    {CLIENT_FETCHER, "isolation.level", "read_uncommitted"},
    {CLIENT_FETCHER, "auto.offset.reset", "error"},
    {CLIENT_ADMIN, "client.rack", "admins"},
};

static void each_kind_has_its_values(void)
{
    struct settings settings;

    load(&settings, lines);
    for (size_t i = 0; i < COUNT_OF(values); i++)
        expect(&settings, values[i].kind, values[i].name, values[i].value);
    settings.settlement_transactions = 0; /* then nothing is static and nothing transactional */
    expect(&settings, CLIENT_CONSUMER, "group.instance.id", "");
    expect(&settings, CLIENT_SETTLEMENTS, "transactional.id", "");
    expect(&settings, CLIENT_SETTLEMENTS, "debug", "");
    expect(&settings, CLIENT_TOOL_CONSUMER, "isolation.level", "read_uncommitted");
    settings.requests_partitioner = PARTITIONER_CONSISTENT_RANDOM;
    expect(&settings, CLIENT_TOOL_PRODUCER, "partitioner", "consistent_random");
    settings.requests_partitioner = PARTITIONER_NONE;
    expect(&settings, CLIENT_TOOL_PRODUCER, "partitioner", "murmur2_random");
    const struct named_value *rack = client_config_value(&settings, CLIENT_CONSUMER, "client.rack");
    CU_ASSERT(rack != NULL && strcmp(rack->value, "readers") == 0);
    CU_ASSERT_PTR_NULL(client_config_value(&settings, CLIENT_CONSUMER, "compression.type"));
    settings_release(&settings);
}

static const struct {
    const char *line, *says; /* says null: nothing is wrong */
} checks[] = {
    {"kafka.client.rack=a", NULL},
    {"kafka.consumer.fetch.min.bytes=10", NULL},
    {"kafka.isolation.level=read_uncommitted", "kafka.isolation.level is fixed by the worker"},
    {"kafka.consumer.isolation.level=read_uncommitted",
     "kafka.consumer.isolation.level is fixed by the worker"},
    {"kafka.producer.transactional.id=mine", "kafka.producer.transactional.id is fixed by the worker"},
    {"kafka.acks=1", "kafka.acks is fixed by the worker"},
    {"kafka.enable.partition.eof=false", "kafka.enable.partition.eof is fixed by the worker"},
    {"kafka.group.protocol=consumer", "kafka.group.protocol is fixed by the worker"},
    {"kafka.no.such.thing=1", "No such configuration property: \"no.such.thing\""},
    {"kafka.fetch.min.bytes=many", "fetch.min.bytes"},
};

/* A mistake is found before anything connects, and named. */
static void what_is_passed_through_is_checked(void)
{
    for (size_t i = 0; i < COUNT_OF(checks); i++) {
        const char *const two[] = {"kafka.bootstrap.servers=127.0.0.1:1", checks[i].line, NULL};
        struct problems problems = {0};
        struct settings settings;
        load(&settings, two);
        client_config_check(&settings, &problems);
        bool good = problems.count == (checks[i].says != NULL) &&
                    (checks[i].says == NULL || strstr(problems.list[0].what, checks[i].says) != NULL);
        if (!good) {
            printf("\n  %s: %zu problems, %s", checks[i].line, problems.count,
                   problems.count > 0 ? problems.list[0].what : "");
            CU_FAIL("case above");
        }
        problems_release(&problems);
        settings_release(&settings);
    }
}

static void there_must_be_a_broker(void)
{
    static const struct {
        const char *lines[2];
        size_t problems;
    } servers[] = {{{NULL}, 1},
                   {{"kafka.bootstrap.servers=a:1", NULL}, 0},
                   {{"kafka.metadata.broker.list=a:1", NULL}, 0},
                   {{"kafka.client.rack=a", NULL}, 1}};

    for (size_t i = 0; i < COUNT_OF(servers); i++) {
        struct problems problems = {0};
        struct settings settings;
        load(&settings, servers[i].lines);
        client_config_check(&settings, &problems);
        CU_ASSERT_EQUAL(problems.count, servers[i].problems);
        CU_ASSERT(problems.count == 0 ||
                  strcmp(problems.list[0].what, "there is no Kafka broker to connect to") == 0);
        problems_release(&problems);
        settings_release(&settings);
    }
}

/* What client_config_connect() must not free when it fails. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:librdkafka";
}

/* Values that only librdkafka can judge together: said with the reason, not with a crash. */
static void a_configuration_that_cannot_be_made(void)
{
    static const char *const bad[] = {"kafka.bootstrap.servers=127.0.0.1:1", "kafka.fetch.min.bytes=many",
                                      NULL};
    static const char *const odd[] = {"kafka.bootstrap.servers=127.0.0.1:1",
                                      "kafka.consumer.security.protocol=ssl",
                                      "kafka.consumer.ssl.ca.location=/nowhere/ca.pem", NULL};
    struct settings settings;
    rd_kafka_conf_t *conf;
    rd_kafka_t *handle;
    struct fault why;

    load(&settings, bad);
    CU_ASSERT_FALSE(client_config_make(&settings, CLIENT_READER, &conf, &why));
    CU_ASSERT(why.kind == FAULT_INPUT && strstr(why.text, "fetch.min.bytes") != NULL);
    settings_release(&settings);
    load(&settings, odd);
    CU_ASSERT_FATAL(client_config_make(&settings, CLIENT_READER, &conf, &why));
    CU_ASSERT_FALSE(client_config_connect(RD_KAFKA_CONSUMER, conf, &handle, &why));
    CU_ASSERT(why.kind == FAULT_LOCAL && strncmp(why.text, "no Kafka client: ", 17) == 0);
    settings_release(&settings);
}

static void write_password(const char *path, const char *password, int seconds)
{
    FILE *file = fopen(path, "w");
    const struct timespec times[] = {{.tv_sec = 1700000000 + seconds}, {.tv_sec = 1700000000 + seconds}};

    fputs(password, file);
    fclose(file);
    if (utimensat(AT_FDCWD, path, times, 0) != 0)
        abort();
}

/* A password that is changed in its file is taken up without a restart; one that cannot be read changes nothing. */
static void a_password_in_a_file_may_change(void)
{
    char path[] = "/tmp/whc-password-XXXXXX", file_line[100], value[100];
    size_t size = sizeof value;
    int file = mkstemp(path);
    struct settings settings;
    rd_kafka_conf_t *conf;
    rd_kafka_t *handle;
    struct fault why;

    close(file);
    write_password(path, "first\n", 1);
    snprintf(file_line, sizeof file_line, "kafka.sasl.password.file=%s", path);
    const char *const with_file[] = {"kafka.bootstrap.servers=127.0.0.1:1",
                                     "kafka.security.protocol=sasl_plaintext",
                                     "kafka.sasl.mechanism=PLAIN",
                                     "kafka.sasl.username=user",
                                     file_line,
                                     NULL};
    load(&settings, with_file);
    const struct named_value *password = client_config_value(&settings, CLIENT_READER, "sasl.password");
    if (password == NULL || password->file == NULL) {
        printf("\n  no file: %s", password == NULL ? "" : password->value);
        CU_FAIL("the setting names no file");
    }
    CU_ASSERT_FATAL(client_config_make(&settings, CLIENT_READER, &conf, &why));
    CU_ASSERT(rd_kafka_conf_get(conf, "sasl.password", value, &size) == RD_KAFKA_CONF_OK);
    CU_ASSERT_STRING_EQUAL(value, "first");
    CU_ASSERT_FATAL(client_config_connect(RD_KAFKA_CONSUMER, conf, &handle, &why));
    CU_ASSERT_FALSE(credentials_look(&settings)); /* the first look knows the file as it is */
    CU_ASSERT_FALSE(credentials_look(&settings));
    write_password(path, "second\n", 2);
    CU_ASSERT(credentials_look(&settings));
    CU_ASSERT_FALSE(credentials_look(&settings));
    write_password(path, "", 3); /* just being written */
    CU_ASSERT_FALSE(credentials_look(&settings));
    write_password(path, "third\n", 3);
    CU_ASSERT(credentials_look(&settings));
    rd_kafka_destroy(handle);
    write_password(path, "fourth\n", 4);
    CU_ASSERT_FALSE(credentials_look(&settings)); /* no handle is left to be updated */
    struct secret now = credentials_value(password);
    CU_ASSERT_STRING_EQUAL(now.hidden, "fourth");
    secret_release(&now);
    unlink(path);
    now = credentials_value(password);
    CU_ASSERT_STRING_EQUAL(now.hidden, "first"); /* what it was at the start */
    secret_release(&now);
    settings_release(&settings);
}

CU_TestInfo test_client_config[] = {
    {"each kind has its values", each_kind_has_its_values},
    {"what is passed through is checked", what_is_passed_through_is_checked},
    {"there must be a broker", there_must_be_a_broker},
    {"a configuration that cannot be made", a_configuration_that_cannot_be_made},
    {"a password in a file may change", a_password_in_a_file_may_change},
    CU_TEST_INFO_NULL};
