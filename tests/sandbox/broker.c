/* Starts librdkafka's mock cluster and makes the worker's topics in it. */
#include "broker.h"

#include "memory.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>
#include <string.h>

enum { PARTITIONS_MAX = 1000 };

struct broker {
    rd_kafka_t *host; /* a client that does nothing but own the cluster */
    rd_kafka_mock_cluster_t *cluster;
};

static const struct {
    const char *name;
    int partitions;
} usual_topics[] = {
    {"whc.order-requests", 6},    {"whc.order-outcomes", 6}, {"whc.order-requests.dead", 1},
    {"whc.order-signals", 6},     {"whc.order-ledger", 6},   {"whc.order-events", 6},
    {"whc.order-events.dead", 1},
};

static bool make_topic(struct broker *broker, const char *name, int partitions, struct fault *why)
{
    rd_kafka_resp_err_t error = rd_kafka_mock_topic_create(broker->cluster, name, partitions, 1);

    return error == RD_KAFKA_RESP_ERR_NO_ERROR ||
           fault_set(why, FAULT_LOCAL, "no topic '%s' in the embedded broker: %s", name,
                     rd_kafka_err2str(error));
}

/* Whether the list "name:partitions,..." has the name. */
static bool named_in(const char *topics, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = topics; at != NULL && *at != '\0'; at += strspn(at, ",")) {
        if (strncmp(at, name, length) == 0 && strchr(":,", at[length]) != NULL)
            return true;
        at += strcspn(at, ",");
    }
    return false;
}

static bool make_listed_topics(struct broker *broker, const char *topics, struct fault *why)
{
    CLEANUP(memory_release) char *copy = memory_text(topics);

    for (char *rest = copy, *name; (name = strsep(&rest, ",")) != NULL;) {
        char *partitions = name;
        strsep(&partitions, ":");
        long count = partitions == NULL ? 1 : strtol(partitions, NULL, 10);
        if (*name == '\0' || count < 1 || count > PARTITIONS_MAX)
            return fault_set(why, FAULT_INPUT,
                             "a topic is written 'name:partitions', with 1 to %d partitions", PARTITIONS_MAX);
        TRY(make_topic(broker, name, (int)count, why));
    }
    return true;
}

static bool make_topics(struct broker *broker, const char *topics, struct fault *why)
{
    for (size_t i = 0; i < COUNT_OF(usual_topics); i++)
        if (!named_in(topics, usual_topics[i].name))
            TRY(make_topic(broker, usual_topics[i].name, usual_topics[i].partitions, why));
    return topics == NULL || make_listed_topics(broker, topics, why);
}

bool broker_start(const char *topics, struct broker **out, struct fault *why)
{
    char text[256];
    struct broker *broker = memory_new(1, sizeof *broker);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    *out = broker;
    rd_kafka_conf_set(conf, "log_level", "3", NULL, 0); /* not its warning that it has no broker to talk to */
    broker->host = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    if (broker->host == NULL) {
        rd_kafka_conf_destroy(conf);
        return fault_set(why, FAULT_LOCAL, "no embedded broker: %s", text);
    }
    broker->cluster = rd_kafka_mock_cluster_new(broker->host, 1);
    if (broker->cluster == NULL)
        return fault_set(why, FAULT_LOCAL, "no embedded broker: the mock cluster does not start");
#ifdef HAVE_MOCK_REBALANCE_DELAY
    rd_kafka_mock_group_initial_rebalance_delay_ms(broker->cluster, 0);
#endif
    return make_topics(broker, topics, why);
}

const char *broker_bootstrap(const struct broker *broker)
{
    return rd_kafka_mock_cluster_bootstraps(broker->cluster);
}

void *broker_stop(struct broker *broker)
{
    if (broker == NULL)
        return NULL;
    if (broker->cluster != NULL)
        rd_kafka_mock_cluster_destroy(broker->cluster);
    if (broker->host != NULL)
        rd_kafka_destroy(broker->host);
    return memory_free(broker);
}
