/*
 * `replay`: sends dead letters or the requests of finished orders to the request topic again, in the order in which
 * they came there, each to the partition that its key belongs to. It never bypasses the ledger: a dead letter keeps its
 * request id, so an order that is known already is not carried out again; a finished order gets a new id, for it is a
 * new order.
 */
#include "client_config.h"
#include "commands.h"
#include "invariant.h"
#include "ledger_view.h"
#include "memory.h"
#include "partitioner.h"
#include "topic_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POLL_MS = 100, FLUSH_MS = 30000, METADATA_TIMEOUT_MS = 10000, SHOWN_EVERY = 100 };

struct arguments {
    const char *config, *reason;
    int64_t after; /* -1: all */
    bool dry_run;
};

struct replay {
    const struct setup *setup;
    const struct arguments *arguments;
    rd_kafka_t *producer;
    int32_t partition_count; /* of the request topic */
    size_t sent, skipped, failures;
};

static void count_failure(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque)
{
    size_t *failures = opaque;

    (void)handle;
    *failures += message->err != RD_KAFKA_RESP_ERR_NO_ERROR;
}

static bool count_partitions(struct replay *replay, struct fault *why)
{
    const char *name = replay->setup->settings.topic_requests;
    const rd_kafka_metadata_t *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(replay->producer, name, NULL);
    rd_kafka_resp_err_t error = rd_kafka_metadata(replay->producer, 0, topic, &metadata, METADATA_TIMEOUT_MS);

    rd_kafka_topic_destroy(topic);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(why, FAULT_PEER, "Kafka says nothing about '%.100s': %s", name,
                         rd_kafka_err2str(error));
    replay->partition_count = metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
    rd_kafka_metadata_destroy(metadata);
    return replay->partition_count > 0 || fault_set(why, FAULT_INPUT, "there is no topic '%.100s'", name);
}

static bool new_producer(struct replay *replay, struct fault *why)
{
    rd_kafka_conf_t *conf;

    TRY(client_config_make(&replay->setup->settings, CLIENT_TOOL_PRODUCER, &conf, why));
    rd_kafka_conf_set_dr_msg_cb(conf, count_failure);
    rd_kafka_conf_set_opaque(conf, &replay->failures);
    TRY(client_config_connect(RD_KAFKA_PRODUCER, conf, &replay->producer, why));
    return count_partitions(replay, why);
}

/* The text of a header of ours; false when the message has none. */
static bool header_text(const rd_kafka_message_t *message, const char *name, char *text, size_t size)
{
    rd_kafka_headers_t *headers;
    const void *value;
    size_t length;

    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get_last(headers, name, &value, &length) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return false;
    snprintf(text, size, "%.*s", (int)length, (const char *)value);
    return true;
}

/* How many of the headers are the request's own: those before the worker's, which begin with the topic. */
static size_t own_count(rd_kafka_headers_t *headers)
{
    const char *name;
    const void *value;
    size_t length, own = rd_kafka_header_cnt(headers);

    for (size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &length) == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        if (strcmp(name, "__connect.errors.topic") == 0)
            own = i;
    return own;
}

/* The headers that the request came with, in their order. */
static rd_kafka_headers_t *own_headers(const rd_kafka_message_t *message)
{
    rd_kafka_headers_t *all, *own = rd_kafka_headers_new(8);
    const char *name;
    const void *value;
    size_t length;

    if (rd_kafka_message_headers(message, &all) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return own;
    size_t count = own_count(all);
    for (size_t i = 0;
         i < count && rd_kafka_header_get_all(all, i, &name, &value, &length) == RD_KAFKA_RESP_ERR_NO_ERROR;
         i++)
        rd_kafka_header_add(own, name, -1, value, (ssize_t)length);
    return own;
}

/* Where a request with this key belongs; `usual` where no partitioner says. */
static int32_t place_of(const struct replay *replay, const rd_kafka_message_t *message, int32_t usual)
{
    int32_t place = partitioner_place((enum partitioner_choice)replay->setup->settings.requests_partitioner,
                                      message->key, message->key_len, replay->partition_count);

    REQUIRE(place < replay->partition_count);
    return place < 0 ? usual : place;
}

/* What the dead letter could not hold is at its place in the request topic, or nowhere. */
static bool is_whole(const rd_kafka_message_t *message)
{
    char left_out[200], offset[24] = "?", partition[24] = "?";

    if (!header_text(message, "whc-dead-left-out", left_out, sizeof left_out))
        return true;
    (void)header_text(message, "__connect.errors.partition", partition, sizeof partition);
    (void)header_text(message, "__connect.errors.offset", offset, sizeof offset);
    fprintf(stderr,
            "offset %" PRId64
            " of partition %d: its %.*s was left out, the original stood at offset %s of partition %s: "
            "not sent\n",
            message->offset, (int)message->partition, (int)strcspn(left_out, ":"), left_out, offset,
            partition);
    return false;
}

static bool send_again(struct replay *replay, const rd_kafka_message_t *message, int32_t partition,
                       const void *value, size_t length, struct fault *why)
{
    if (replay->arguments->dry_run) {
        replay->sent++;
        return true;
    }
    rd_kafka_headers_t *headers = own_headers(message);
    rd_kafka_resp_err_t error =
        rd_kafka_producev(replay->producer, RD_KAFKA_V_TOPIC(replay->setup->settings.topic_requests),
                          RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_KEY(message->key, message->key_len),
                          RD_KAFKA_V_VALUE((void *)(uintptr_t)value, length), RD_KAFKA_V_HEADERS(headers),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK), RD_KAFKA_V_END);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_headers_destroy(headers);
        return fault_set(why, FAULT_PEER, "cannot send: %s", rd_kafka_err2str(error));
    }
    rd_kafka_poll(replay->producer, 0);
    if (++replay->sent % SHOWN_EVERY == 0 && isatty(STDERR_FILENO))
        fprintf(stderr, "\r%zu sent again", replay->sent);
    return true;
}

static bool is_wanted(const struct replay *replay, const rd_kafka_message_t *message)
{
    const struct arguments *arguments = replay->arguments;
    char reason[100], topic[300];

    if (!header_text(message, "__connect.errors.topic", topic, sizeof topic) ||
        strcmp(topic, replay->setup->settings.topic_requests) != 0)
        return false; /* of a signal or an outcome: no request */
    if (message->offset <= arguments->after)
        return false;
    return arguments->reason == NULL || (header_text(message, "whc-dead-reason", reason, sizeof reason) &&
                                         strcmp(reason, arguments->reason) == 0);
}

static bool replay_dead(struct replay *replay, struct fault *why)
{
    struct topic_reader *reader;
    char partition[24];
    bool good = true;

    TRY(topic_reader_new(&replay->setup->settings, replay->setup->settings.topic_dead, true, &reader, why));
    while (good && !topic_reader_caught_up(reader)) {
        rd_kafka_message_t *message = topic_reader_next(reader, POLL_MS);
        if (message == NULL)
            continue;
        if (topic_reader_ended(reader, message->partition))
            ; /* it came while we were at it: perhaps one of ours again */
        else if (is_wanted(replay, message) && is_whole(message) &&
                 header_text(message, "__connect.errors.partition", partition, sizeof partition))
            good =
                send_again(replay, message, place_of(replay, message, (int32_t)strtol(partition, NULL, 10)),
                           message->payload, message->len, why);
        else
            replay->skipped++;
        rd_kafka_message_destroy(message);
    }
    topic_reader_free(reader);
    return good;
}

/* The request with a new id: 36 characters for 36, wherever they stand in the datum. */
static bool renew(const rd_kafka_message_t *message, const char *request_id, char **value,
                  char id[UUID_TEXT_SIZE])
{
    *value = memory_text_of(message->payload, message->len);
    char *at = memmem(*value, message->len, request_id, UUID_TEXT_SIZE - 1);
    uuid_print(uuid_random(), id);
    if (at != NULL)
        memcpy(at, id, UUID_TEXT_SIZE - 1);
    return at != NULL;
}

static bool replay_one(struct replay *replay, const struct ledger_item *item,
                       const rd_kafka_message_t *message, struct fault *why)
{
    CLEANUP(memory_release) char *value = NULL;
    char id[UUID_TEXT_SIZE];

    if (!renew(message, item->record.request_id, &value, id)) {
        fprintf(stderr, "%s: its request is not at offset %" PRId64 " of partition %d any more: not sent\n",
                item->record.request_id, item->record.offset, (int)item->partition);
        replay->skipped++;
        return true;
    }
    printf("%s %s\n", item->record.request_id, id);
    return send_again(replay, message, item->partition, value, message->len, why);
}

static const struct ledger_item *item_at(const struct ledger_view *view, int words, char **argv,
                                         const rd_kafka_message_t *message)
{
    for (int i = 0; i < words; i++) {
        const struct ledger_item *item = ledger_view_find(view, argv[i]);
        if (item != NULL && item->partition == message->partition && item->record.offset == message->offset)
            return item;
    }
    return NULL;
}

/* The requests of the named orders, in the order of the request topic: so a key's orders keep theirs. */
static bool replay_finished(struct replay *replay, int words, char **argv, struct fault *why)
{
    struct ledger_view view = {0};
    struct topic_reader *reader = NULL;
    bool good = ledger_view_read(replay->setup, &view, why);
    size_t left = 0;

    for (int i = 0; good && i < words; i++) {
        const struct ledger_item *item = ledger_view_find(&view, argv[i]);
        if (item == NULL || item->record.state != LEDGER_DONE)
            good = fault_set(why, FAULT_INPUT, "order %.60s is %s", argv[i],
                             item == NULL ? "not in the ledger" : "not finished: nothing was sent");
        left++;
    }
    good = good && topic_reader_new(&replay->setup->settings, replay->setup->settings.topic_requests, true,
                                    &reader, why);
    while (good && left > 0 && !topic_reader_caught_up(reader)) {
        rd_kafka_message_t *message = topic_reader_next(reader, POLL_MS);
        const struct ledger_item *item = message == NULL ? NULL : item_at(&view, words, argv, message);
        if (item != NULL) {
            left--;
            good = replay_one(replay, item, message, why);
        }
        if (message != NULL)
            rd_kafka_message_destroy(message);
    }
    replay->skipped += left;
    topic_reader_free(reader);
    ledger_view_release(&view);
    return good;
}

static int run(struct replay *replay, int words, char **argv)
{
    struct fault why = {.text = ""};
    bool dead = words == 1 && strcmp(argv[0], "dead") == 0;
    bool good = words > 0 && (dead || strcmp(argv[0], "finished") == 0) && new_producer(replay, &why);

    if (words == 0 || *why.text != '\0' || !good) {
        fprintf(stderr, "whc-worker replay: %s\n",
                *why.text != '\0' ? why.text : "say 'dead', or 'finished' and the orders");
        return 2;
    }
    good = dead ? replay_dead(replay, &why) : replay_finished(replay, words - 1, argv + 1, &why);
    if (rd_kafka_flush(replay->producer, FLUSH_MS) != RD_KAFKA_RESP_ERR_NO_ERROR || replay->failures > 0)
        good = good && fault_set(&why, FAULT_PEER, "not all of it reached Kafka");
    rd_kafka_destroy(replay->producer);
    if (!good)
        fprintf(stderr, "whc-worker replay: %s\n", why.text);
    fprintf(stderr, "%zu %s, %zu left out\n", replay->sent,
            replay->arguments->dry_run ? "would be sent again" : "sent again", replay->skipped);
    return good ? 0 : 1;
}

int command_replay(int argc, char **argv)
{
    static const struct command_help help = {
        "replay",
        "Sends dead letters again as they were, or the requests of finished orders under new ids (old and new id are "
        "printed).",
        "dead | finished ORDER...", "whc-worker replay dead --reason schema --dry-run"};
    struct arguments arguments = {.after = -1};
    const struct option_row rows[] = {
        {"--config", "FILE", "settings; default whc-worker.properties", .text = &arguments.config},
        {"--reason", "WORD", "only dead letters with this whc-dead-reason", .text = &arguments.reason},
        {"--after", "OFFSET", "only dead letters after this offset of their partition",
         .number = &arguments.after},
        {"--dry-run", NULL, "send nothing, only count", .flag = &arguments.dry_run}};
    struct setup setup;
    const struct command_line line = {&help, rows, COUNT_OF(rows), &arguments.config, SETUP_TOOL};
    struct replay replay = {.setup = &setup, .arguments = &arguments};
    int words, code;

    if (setup_begin(&line, argc, argv, &setup, &words, &code))
        code = run(&replay, words, argv);
    setup_release(&setup);
    return code;
}
