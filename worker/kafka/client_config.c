/* Configures librdkafka's handles. The values are those of kafka/README.md section 3 and PROMISE.md section 4. */
#include "client_config.h"

#include "credentials.h"
#include "invariant.h"
#include "log.h"
#include "memory.h"
#include "names.h"
#include "partitioner.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ERROR_SIZE = 256, INSTANCE_SIZE = 600, SCRAM_VERSION = 0x020601ff };

/* Set by the worker; a passed-through value would break the promise or contradict a setting of its own. */
static const char *const fixed[] = {
    "group.id",
    "transactional.id",
    "isolation.level",
    "enable.auto.commit",
    "acks",
    "enable.auto.offset.store",
    "enable.idempotence",
    "auto.offset.reset",
    "group.instance.id",
    "partition.assignment.strategy",
    "transaction.timeout.ms",
    "session.timeout.ms",
    "max.poll.interval.ms",
    "reconnect.backoff.max.ms",
    "socket.timeout.ms",
    "debug",
    "request.required.acks",
    "max.in.flight.requests.per.connection",
    "max.in.flight",
    "group.protocol",
    "message.timeout.ms",
    "delivery.timeout.ms",
    "enable.partition.eof",
};

struct value {
    const char *name, *value;
};

static const char *const prefixes[] = {
    [CLIENT_CONSUMER] = "consumer.",      [CLIENT_SETTLEMENTS] = "producer.",
    [CLIENT_TOOL_PRODUCER] = "producer.", [CLIENT_TOOL_CONSUMER] = "consumer.",
    [CLIENT_READER] = "consumer.",        [CLIENT_GROUP] = "consumer.",
    [CLIENT_PEEK] = "consumer.",          [CLIENT_WATCH] = "consumer.",
    [CLIENT_FETCHER] = "consumer.",       [CLIENT_ADMIN] = "admin.",
    [CLIENT_EVENTS] = "producer.",
};
NAMES_COMPLETE(prefixes, CLIENT_ADMIN);

/* Log lines of the library, on whatever thread it writes them. */
static void pass_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    (void)handle;
    if (strcmp(facility, "CONFWARN") == 0)
        level =
            7; /* retry.backoff.ms counts for rd_kafka_committed() on a consumer, whatever the library says */
    LOG(level <= 3   ? LOG_WARN
        : level <= 5 ? LOG_INFO
                     : LOG_DEBUG,
        "librdkafka", log_text("facility", facility), log_text("text", text));
}

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value, const char *where,
                struct fault *why)
{
    char error[ERROR_SIZE];

    if (rd_kafka_conf_set(conf, name, value, error, sizeof error) == RD_KAFKA_CONF_OK)
        return true;
    return fault_set(why, FAULT_INPUT, "%s: %s", where, error);
}

static bool set_all(rd_kafka_conf_t *conf, const struct value *values, size_t count, struct fault *why)
{
    for (size_t i = 0; i < count; i++)
        TRY(set(conf, values[i].name, values[i].value, values[i].name, why));
    return true;
}

static bool set_ms(rd_kafka_conf_t *conf, const char *name, int64_t ms, struct fault *why)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, ms);
    return set(conf, name, text, name, why);
}

static bool configure_consumer(const struct settings *settings, rd_kafka_conf_t *conf, struct fault *why)
{
    static const struct value values[] = {
        {"isolation.level", "read_committed"},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"retry.backoff.ms", "5"},
        {"partition.assignment.strategy", "range"},
        {"auto.offset.reset", "error"},
        {"fetch.wait.max.ms", "100"},
        {"queued.max.messages.kbytes", "65536"},
        {"fetch.error.backoff.ms", "50"},
        {"enable.partition.eof", "true"},
    };

    TRY(set_all(conf, values, COUNT_OF(values), why));
    TRY(set(conf, "group.id", settings->group_id, "group.id", why));
    if (settings->settlement_transactions) { /* without them nobody fences the process that was here before */
        char instance[INSTANCE_SIZE];
        snprintf(instance, sizeof instance, "%s-%s", settings->group_id, settings->worker_slot);
        TRY(set(conf, "group.instance.id", instance, "worker.slot", why));
    }
    TRY(set_ms(conf, "heartbeat.interval.ms", CLIENT_HEARTBEAT_MS, why));
    TRY(set_ms(conf, "session.timeout.ms", settings->session_timeout_ms, why));
    TRY(set_ms(conf, "max.poll.interval.ms", settings->max_poll_interval_ms, why));
    return set_ms(conf, "socket.timeout.ms", settings->consumer_socket_timeout_ms, why);
}

static bool configure_settler(const struct settings *settings, rd_kafka_conf_t *conf, struct fault *why)
{
    static const struct value values[] = {
        {"linger.ms", "0"},
        {"retry.backoff.ms", "5"},
        {"acks", "all"},
        {"enable.idempotence", "true"},
        {"message.max.bytes",
         "1000000000"}}; /* a dead letter is as large as it came: the broker's limit counts */
    char id[INSTANCE_SIZE];

    TRY(set_all(conf, values, COUNT_OF(values), why));
    TRY(set_ms(conf, "socket.timeout.ms", settings->socket_timeout_ms, why));
    if (!settings->settlement_transactions)
        return true;
    snprintf(id, sizeof id, "%s/%s", settings->group_id, settings->worker_slot);
    TRY(set(conf, "transactional.id", id, "worker.slot", why));
    TRY(set(conf, "debug", "broker", "debug",
            why)); /* the only place where repeated failures show: PROMISE.md R3 */
    return set_ms(conf, "transaction.timeout.ms", settings->transaction_timeout_ms, why);
}

static bool configure_tool_consumer(const struct settings *settings, rd_kafka_conf_t *conf, struct fault *why)
{
    static const struct value values[] = {
        {"enable.auto.commit", "false"},   {"enable.auto.offset.store", "false"},
        {"auto.offset.reset", "earliest"}, {"fetch.wait.max.ms", "50"},
        {"enable.partition.eof", "true"},  {"group.id", "whc-worker-tools"}};

    char unknown[64];

    TRY(set_all(conf, values, COUNT_OF(values), why));
    (void)rd_kafka_conf_set(conf, "fetch.queue.backoff.ms", "1", unknown,
                            sizeof unknown); /* since 2.3, see nudge.h */
    return set(conf, "isolation.level",
               settings->settlement_transactions ? "read_committed" : "read_uncommitted", "isolation.level",
               why);
}

/*
 * One batch at a time: a refused batch, followed by one that a broker without state of the producer takes, would be
 * reported as delivered (see producer_unplaced()).
 */
static const struct value tool_producer[] = {
    {"linger.ms", "5"},
    {"enable.idempotence", "true"},
    {"max.in.flight.requests.per.connection", "1"},
    {"message.max.bytes", "1000000000"}}; /* the broker's limit counts */

/* The same; and what is not acknowledged in time is answered for, and sent again. */
static const struct value event_producer[] = {{"linger.ms", "0"},
                                              {"retry.backoff.ms", "50"},
                                              {"acks", "all"},
                                              {"enable.idempotence", "true"},
                                              {"max.in.flight.requests.per.connection", "1"},
                                              {"message.timeout.ms", "5000"},
                                              {"queue.buffering.max.messages", "20000"},
                                              {"queue.buffering.max.kbytes", "65536"},
                                              {"message.max.bytes", "1000000000"}};

/*
 * What is asked for by its offset is known to be committed, so that nobody's open transaction hides it; and what comes
 * after it is seldom wanted. A queue that is full with less, what is left of the round before included, stands still.
 */
static const struct value fetcher[] = {{"isolation.level", "read_uncommitted"},
                                       {"auto.offset.reset", "error"},
                                       {"fetch.wait.max.ms", "10"},
                                       {"queued.max.messages.kbytes", "16384"},
                                       {"fetch.message.max.bytes", "262144"}};

/* The tools place keys as upstream does; where nobody says how, as most do. */
static const char *partitioner_for_tools(const struct settings *settings)
{
    return partitioner_name(settings->requests_partitioner == PARTITIONER_NONE
                                ? PARTITIONER_MURMUR2_RANDOM
                                : (enum partitioner_choice)settings->requests_partitioner);
}

/* Reads beside the group's member, in its name: so no right is needed but the member's. */
static bool configure_beside(const struct settings *settings, rd_kafka_conf_t *conf, struct fault *why)
{
    TRY(configure_tool_consumer(settings, conf, why));
    return set(conf, "group.id", settings->group_id, "group.id", why);
}

/* It is not read faster than its records are taken, and what lies between is memory. */
static bool configure_reader(rd_kafka_conf_t *conf, struct fault *why)
{
    char text[24];

    snprintf(text, sizeof text, "%d", CLIENT_READER_QUEUE_KIB);
    TRY(set(conf, "queued.max.messages.kbytes", text, "queued.max.messages.kbytes", why));
    return set(conf, "fetch.wait.max.ms", "10", "fetch.wait.max.ms", why);
}

static bool configure_kind(const struct settings *settings, enum client_kind kind, rd_kafka_conf_t *conf,
                           struct fault *why)
{
    switch (kind) {
    case CLIENT_CONSUMER:
        return configure_consumer(settings, conf, why);
    case CLIENT_SETTLEMENTS:
        return configure_settler(settings, conf, why);
    case CLIENT_TOOL_PRODUCER:
        TRY(set(conf, "partitioner", partitioner_for_tools(settings), "requests.partitioner", why));
        return set_all(conf, tool_producer, COUNT_OF(tool_producer), why);
    case CLIENT_EVENTS:
        return set_all(conf, event_producer, COUNT_OF(event_producer), why);
    case CLIENT_TOOL_CONSUMER:
        return configure_tool_consumer(settings, conf, why);
    case CLIENT_GROUP:
        return configure_beside(settings, conf, why);
    case CLIENT_READER:
        TRY(configure_beside(settings, conf, why));
        return configure_reader(conf, why);
    case CLIENT_WATCH:
        TRY(configure_beside(settings, conf, why));
        return set(conf, "isolation.level", "read_uncommitted", "isolation.level", why);
    case CLIENT_PEEK:
        TRY(configure_beside(settings, conf, why));
        TRY(set(conf, "auto.offset.reset", "error", "auto.offset.reset", why));
        return set(conf, "fetch.wait.max.ms", "10", "fetch.wait.max.ms", why);
    case CLIENT_FETCHER:
        TRY(configure_beside(settings, conf, why));
        return set_all(conf, fetcher, COUNT_OF(fetcher), why);
    case CLIENT_ADMIN:
        return true;
    }
    return false;
}

/* The name for this kind of handle, null when it is for another. */
static const char *name_for(const char *name, enum client_kind kind)
{
    for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
        size_t length = strlen(prefixes[i]);
        if (strncmp(name, prefixes[i], length) == 0)
            return strcmp(prefixes[i], prefixes[kind]) == 0 ? name + length : NULL;
    }
    return name;
}

static bool is_fixed(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(fixed); i++)
        if (strcmp(fixed[i], name) == 0)
            return true;
    return false;
}

const struct named_value *client_config_value(const struct settings *settings, enum client_kind kind,
                                              const char *wanted)
{
    const struct named_value *value = NULL;

    for (size_t i = 0; i < settings->kafka_count; i++) {
        const char *name = name_for(settings->kafka[i].name, kind);
        if (name != NULL && strcmp(name, wanted) == 0)
            value = &settings->kafka[i];
    }
    return value;
}

static bool pass_through(rd_kafka_conf_t *conf, const char *name, const struct named_value *setting,
                         struct fault *why)
{
    if (setting->file == NULL)
        return set(conf, name, setting->value, setting->where, why);
    struct secret secret = credentials_value(setting);
    bool taken = set(conf, name, secret.hidden, setting->where, why);
    secret_release(&secret);
    return taken;
}

bool client_config_make(const struct settings *settings, enum client_kind kind, rd_kafka_conf_t **out,
                        struct fault *why)
{
    REQUIRE(kind <= CLIENT_ADMIN);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    bool configured = set(conf, "client.id", "whc-worker", "client.id", why) &&
                      set_ms(conf, "reconnect.backoff.max.ms", settings->reconnect_backoff_max_ms, why) &&
                      configure_kind(settings, kind, conf, why);

    for (size_t i = 0; configured && i < settings->kafka_count; i++) {
        const char *name = name_for(settings->kafka[i].name, kind);
        if (name != NULL && !is_fixed(name))
            configured = pass_through(conf, name, &settings->kafka[i], why);
    }
    if (!configured) {
        rd_kafka_conf_destroy(conf);
        return false;
    }
    rd_kafka_conf_set_log_cb(conf, pass_log);
    credentials_follow(conf, kind);
    *out = conf;
    return true;
}

bool client_config_connect(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **handle,
                           struct fault *why)
{
    char error[ERROR_SIZE];

    *handle = rd_kafka_new(type, conf, error, sizeof error);
    if (*handle != NULL)
        return true;
    /*
     * The configuration is not freed: librdkafka has freed its interceptors (credentials_follow()) when it failed, and
     * would free them again. It happens when a file named in kafka.* is missing, and mostly once, for the worker ends.
     */
    return fault_set(why, FAULT_LOCAL, "no Kafka client: %s", error);
}

/* Until 2.6.1 librdkafka sends the server's nonce twice, which Kafka 4 refuses. */
static void warn_of_scram(const struct named_value *value)
{
    bool of_scram = strstr(value->name, "sasl.mechanism") != NULL && strncmp(value->value, "SCRAM", 5) == 0;

    if (of_scram && rd_kafka_version() < SCRAM_VERSION)
        LOG(LOG_WARN,
            "SCRAM of this librdkafka is refused by Kafka 4: use 2.6.1 or later, or another mechanism",
            log_text("setting", value->where), log_text("librdkafka", rd_kafka_version_str()));
}

void client_config_check(const struct settings *settings, struct problems *problems)
{
    bool has_servers = false;

    for (size_t i = 0; i < settings->kafka_count; i++) {
        const struct named_value *value = &settings->kafka[i];
        rd_kafka_conf_t *conf = rd_kafka_conf_new();
        const char *name = value->name;
        struct fault why;
        warn_of_scram(value);
        for (size_t kind = 0; kind < COUNT_OF(prefixes); kind++)
            if (strncmp(value->name, prefixes[kind], strlen(prefixes[kind])) == 0)
                name = value->name + strlen(prefixes[kind]);
        if (is_fixed(name))
            problems_add(problems, value->where, "leave it out; deploy/configuration.md has what can be set",
                         "kafka.%s is fixed by the worker", value->name);
        else if (!set(conf, name, value->value, "librdkafka", &why))
            problems_add(problems, value->where, "a setting of librdkafka's CONFIGURATION.md", "%s",
                         why.text);
        has_servers = has_servers || strcmp(name, "bootstrap.servers") == 0 ||
                      strcmp(name, "metadata.broker.list") == 0;
        rd_kafka_conf_destroy(conf);
    }
    if (!has_servers)
        problems_add(problems, "kafka.bootstrap.servers", "kafka.bootstrap.servers=host:9092",
                     "there is no Kafka broker to connect to");
}
