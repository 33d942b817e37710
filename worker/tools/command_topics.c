/* `topics`: creates the worker's topics, or says what differs. */
#include "commands.h"
#include "ledger_growth.h"
#include "memory.h"
#include "options.h"
#include "repartition.h"
#include "setup.h"
#include "topics.h"

#include <stdio.h>
#include <time.h>

enum { BROKER_TIMEOUT_MS = 10000, SEEN_TRIES = 100, FAILED_MAX = 5, SEEN_PAUSE_MS = 100 };

static void print_states(const struct topic_state states[TOPIC_COUNT])
{
    printf("%-28s %10s %8s  %s\n", "TOPIC", "PARTITIONS", "REPLICAS", "CLEANUP");
    for (size_t i = 0; i < TOPIC_COUNT; i++) {
        const struct topic_state *state = &states[i];
        if (state->exists)
            printf("%-28s %10d %8d  %s\n", state->name, state->partitions, state->replicas, state->cleanup);
        else
            printf("%-28s %10s %8s\n", state->name, "-", "-");
    }
}

/* What was just created is not in every broker's metadata at once. */
static bool read_created(const struct settings *settings, struct topic_state states[TOPIC_COUNT],
                         struct fault *why)
{
    bool read = false;
    int failed = 0;

    for (int i = 0; i < SEEN_TRIES; i++) {
        size_t seen = 0;
        read = topics_read(settings, BROKER_TIMEOUT_MS, states, why);
        for (size_t t = 0; t < TOPIC_COUNT; t++)
            seen += states[t].exists;
        if ((read && seen == TOPIC_COUNT) || failed == FAILED_MAX)
            return read;
        failed += !read;
        nanosleep(&(struct timespec){.tv_nsec = SEEN_PAUSE_MS * 1000000L}, NULL);
    }
    return read; /* then the check tells which are missing */
}

static bool same_partitions(const struct topic_state states[TOPIC_COUNT])
{
    int partitions = states[TOPIC_REQUESTS].partitions;

    return states[TOPIC_SIGNALS].partitions == partitions && states[TOPIC_EVENTS].partitions == partitions &&
           states[TOPIC_LEDGER].partitions == partitions;
}

/* Where requests, signals, events and ledger differ in their number, the check that follows says what to do. */
static bool move_orders(const struct setup *setup, const struct topic_state states[TOPIC_COUNT],
                        struct fault *why)
{
    size_t moved;

    if (!states[TOPIC_REQUESTS].exists || !states[TOPIC_LEDGER].exists)
        return fault_set(why, FAULT_INPUT, "there is no request topic or no ledger: --create makes them");
    if (!same_partitions(states))
        return true;
    TRY(repartition(setup, states[TOPIC_REQUESTS].partitions, &moved, why));
    printf(
        "%zu remembered orders were moved; the ledger is for %d partitions now, and the workers can be started\n",
        moved, states[TOPIC_REQUESTS].partitions);
    return true;
}

static int work(const struct setup *setup, bool create, bool repartitions)
{
    const struct settings *settings = &setup->settings;
    struct topic_state states[TOPIC_COUNT];
    struct problems problems = {0};
    size_t ledger_bytes = ledger_growth_most(setup->catalogue, settings);
    struct fault why;

    bool read = topics_read(settings, BROKER_TIMEOUT_MS, states, &why);
    if (read && repartitions)
        read = move_orders(setup, states, &why);
    if (read && create) {
        size_t made = topics_create(settings, states, ledger_bytes, &problems);
        printf("%zu topics created\n", made);
        read = problems.count > 0 || read_created(settings, states, &why);
    }
    if (!read) {
        fprintf(stderr, "whc-worker topics: %s\n", why.text);
        problems_release(&problems);
        return 1;
    }
    print_states(states);
    topics_check(settings, states, ledger_bytes, &problems);
    size_t count = setup_print_problems(&problems);
    problems_release(&problems);
    if (count == 0)
        printf("all topics are as they must be\n");
    return count > 0;
}

static void print_topic_rights(const struct settings *settings, const char *user, bool listener)
{
    for (size_t i = 0; i < TOPIC_COUNT; i++) {
        const char *rights = topics_rights((enum topic_role)i, listener);
        if (rights == NULL)
            continue;
        printf(
            "kafka-acls.sh --bootstrap-server ... --add --allow-principal User:%s --topic %s --operation %s\n",
            user, topics_name(settings, (enum topic_role)i), rights);
    }
}

/* As commands for whoever runs Kafka; the users' names are examples. */
static int print_rights(const struct settings *settings)
{
    static const char start[] = "kafka-acls.sh --bootstrap-server ... --add --allow-principal User:worker";

    printf("# whc-worker run\n");
    print_topic_rights(settings, "worker", false);
    printf("%s --group %s --operation READ\n", start, settings->group_id);
    printf("%s --transactional-id %s/ --resource-pattern-type prefixed --operation WRITE\n", start,
           settings->group_id);
    printf("# whc-worker listen\n");
    print_topic_rights(settings, "listener", true);
    return 0;
}

int command_topics(int argc, char **argv)
{
    static const struct command_help help = {
        "topics", "Shows the worker's topics and what is wrong with them; creates those that are missing.",
        "", "whc-worker topics --create --config whc-worker.properties"};
    const char *config = NULL;
    bool create = false, repartitions = false, rights = false;
    const struct option_row rows[] = {
        {"--config", "FILE", "settings; default whc-worker.properties", .text = &config},
        {"--acls", NULL,
         "print the commands that give worker and listener their least rights, and do nothing else",
         .flag = &rights},
        {"--create", NULL, "create the topics that do not exist", .flag = &create},
        {"--repartition", NULL,
         "partitions were added to requests, signals, events and ledger, or requests.partitioner was changed: move what "
         "is remembered of finished orders to where their keys are now; no worker may run, no order be live",
         .flag = &repartitions}};
    struct setup setup;
    const struct command_line line = {&help, rows, COUNT_OF(rows), &config, SETUP_TOOL};
    int words, code;

    if (setup_begin(&line, argc, argv, &setup, &words, &code))
        code = rights ? print_rights(&setup.settings) : work(&setup, create, repartitions);
    setup_release(&setup);
    return code;
}
