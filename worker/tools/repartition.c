/* Moves the ledger's finished orders, and what it knows of BT's ids, to the partitions that they belong to now. */
#include "repartition.h"

#include "client_config.h"
#include "invariant.h"
#include "ledger_view.h"
#include "memory.h"
#include "partitioner.h"
#include "repartition_ids.h"
#include "topic_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { POLL_MS = 100, TIMEOUT_MS = 20000, FLUSH_MS = 60000, PATIENCE = 5 };

/* One remembered order whose key is elsewhere now. */
struct move {
    char request_id[UUID_TEXT_SIZE];
    int32_t from;
};

struct work {
    const struct setup *setup;
    int partitions;
    struct ledger_owner *owners; /* by partition; an empty token: none */
    struct ledger_view view;
    struct repartition_ids *ids;
    struct move *moves;
    size_t count, room;
    rd_kafka_t *producer, *group;
    size_t failures;
};

static int32_t place_of(const struct work *work, const struct ledger_record *record)
{
    return partitioner_place((enum partitioner_choice)work->setup->settings.requests_partitioner, record->key,
                             record->key_length, work->partitions);
}

static bool take_owner(struct work *work, const rd_kafka_message_t *message, struct fault *why)
{
    struct ledger_owner owner;

    if (message->payload == NULL || message->key_len < 7 || memcmp(message->key, "owner/", 6) != 0)
        return true;
    TRY(ledger_read_owner(&work->setup->ledger, message->payload, message->len, &owner, why));
    if (owner.partition >= 0 && owner.partition < work->partitions)
        work->owners[owner.partition] = owner;
    return true;
}

static bool read_ledger(struct work *work, struct fault *why)
{
    const struct settings *settings = &work->setup->settings;
    struct topic_reader *reader;
    bool read = true;

    TRY(topic_reader_new(settings, settings->topic_ledger, true, &reader, why));
    while (read && !topic_reader_caught_up(reader)) {
        rd_kafka_message_t *message = topic_reader_next(reader, POLL_MS);
        if (message == NULL)
            continue;
        repartition_ids_note(work->ids, message);
        read = take_owner(work, message, why) && ledger_view_take(work->setup, &work->view, message, why);
        rd_kafka_message_destroy(message);
    }
    topic_reader_free(reader);
    return read;
}

/* --- what must be so before anything is written --- */

static bool check_group(const struct work *work, struct fault *why)
{
    const struct rd_kafka_group_list *list;
    rd_kafka_resp_err_t error =
        rd_kafka_list_groups(work->group, work->setup->settings.group_id, &list, TIMEOUT_MS);
    int members = 0;

    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(why, FAULT_PEER, "Kafka says nothing about the group: %s", rd_kafka_err2str(error));
    for (int i = 0; i < list->group_cnt; i++)
        members += list->groups[i].member_cnt;
    rd_kafka_group_list_destroy(list);
    return members == 0 ||
           fault_set(why, FAULT_INPUT, "%d workers of the group '%.100s' run: stop them first", members,
                     work->setup->settings.group_id);
}

static bool check_orders(const struct work *work, struct fault *why)
{
    const struct ledger_item *item;
    size_t live = 0;
    const char *one = "";

    TAILQ_FOREACH(item, &work->view.items, in_all) {
        const struct ledger_record *record = &item->record;
        if (record->order_type == NULL || record->state == LEDGER_DONE)
            continue;
        live++;
        one = record->request_id;
    }
    return live == 0 ||
           fault_set(why, FAULT_INPUT,
                     "%zu orders are live (%s is one): start a worker with requests.partitions set to the "
                     "number before, with upstream stopped, and let them end; whc-worker parked shows them",
                     live, one);
}

/* Messages from the group's position on, in partitions that were there before. */
static bool count_unread(const struct work *work, rd_kafka_topic_partition_list_t *positions, size_t *unread,
                         struct fault *why)
{
    int open = positions->cnt, patience = PATIENCE * 1000 / POLL_MS;

    *unread = 0;
    rd_kafka_assign(work->group, positions);
    while (open > 0 && patience-- > 0) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(work->group, POLL_MS);
        if (message == NULL)
            continue;
        open -= message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
        *unread += message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
        rd_kafka_message_destroy(message);
    }
    rd_kafka_assign(work->group, NULL);
    return open == 0 ||
           fault_set(why, FAULT_PEER, "the requests could not be read to their end: call it again");
}

static bool read_committed(const struct work *work, const char *topic, rd_kafka_topic_partition_list_t **out,
                           struct fault *why)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(work->partitions);

    for (int i = 0; i < work->partitions; i++)
        rd_kafka_topic_partition_list_add(list, topic, i);
    rd_kafka_resp_err_t error = rd_kafka_committed(work->group, list, TIMEOUT_MS);
    for (int i = 0; error == RD_KAFKA_RESP_ERR_NO_ERROR && i < list->cnt; i++)
        error = list->elems[i].err;
    *out = list;
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ||
           fault_set(why, FAULT_PEER, "cannot read the group's positions: %s", rd_kafka_err2str(error));
}

static bool check_requests(struct work *work, rd_kafka_topic_partition_list_t *committed, struct fault *why)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(work->partitions);
    size_t unread;

    REQUIRE(committed->cnt == work->partitions);
    for (int i = 0; i < committed->cnt; i++) {
        REQUIRE(committed->elems[i].partition == i); /* owners stand by partition */
        if (committed->elems[i].offset < 0)
            continue; /* new: its requests are where they belong */
        rd_kafka_topic_partition_list_add(list, committed->elems[i].topic, committed->elems[i].partition)
            ->offset = committed->elems[i].offset;
        if (work->owners[i].position < committed->elems[i].offset)
            work->owners[i].position = committed->elems[i].offset;
    }
    bool read = count_unread(work, list, &unread, why);
    rd_kafka_topic_partition_list_destroy(list);
    TRY(read);
    return unread == 0 ||
           fault_set(
               why, FAULT_INPUT,
               "%zu requests are unread: start a worker with requests.partitions set to the number before, with "
               "upstream stopped, and let it read them",
               unread);
}

/* --- writing --- */

static void count_failure(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque)
{
    size_t *failures = opaque;

    (void)handle;
    *failures += message->err != RD_KAFKA_RESP_ERR_NO_ERROR || message->offset < 0;
}

static bool put(struct work *work, int32_t partition, const char *key, const void *value, size_t length,
                struct fault *why)
{
    rd_kafka_resp_err_t error = rd_kafka_producev(
        work->producer, RD_KAFKA_V_TOPIC(work->setup->settings.topic_ledger), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_KEY((void *)(uintptr_t)key, strlen(key)),
        RD_KAFKA_V_VALUE((void *)(uintptr_t)value, length),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK), RD_KAFKA_V_END);

    rd_kafka_poll(work->producer, 0);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ||
           fault_set(why, FAULT_PEER, "cannot write the ledger: %s", rd_kafka_err2str(error));
}

static bool flush(struct work *work, struct fault *why)
{
    return (rd_kafka_flush(work->producer, FLUSH_MS) == RD_KAFKA_RESP_ERR_NO_ERROR && work->failures == 0) ||
           fault_set(why, FAULT_PEER, "not all of it reached the ledger: call it again");
}

/* Copies the record to where its key is now, if that is elsewhere and it is the last one of its order. */
static bool copy(struct work *work, const rd_kafka_message_t *message, const struct ledger_record *record,
                 struct fault *why)
{
    const struct ledger_item *item = ledger_view_in(&work->view, message->partition, record->request_id);
    int32_t place = place_of(work, record);
    char key[LEDGER_KEY_SIZE];

    REQUIRE(place < work->partitions);
    if (place < 0 || place == message->partition || item == NULL ||
        item->record.written_at_ms != record->written_at_ms)
        return true;
    if (work->count == work->room) {
        work->room = work->room * 2 + 64;
        work->moves = memory_resize(work->moves, work->room, sizeof *work->moves);
    }
    struct move *move = &work->moves[work->count++];
    *move = (struct move){.from = message->partition};
    snprintf(move->request_id, sizeof move->request_id, "%s", record->request_id);
    ledger_order_key(record->request_id, key);
    return put(work, place, key, message->payload, message->len, why);
}

static bool copy_id(struct work *work, const rd_kafka_message_t *message, int32_t place, struct fault *why)
{
    CLEANUP(memory_release) char *key = memory_text_of(message->key, message->key_len);

    return put(work, place, key, message->payload, message->len, why);
}

/* The ledger is read once more for the bytes: the view has them as structs. */
static bool copy_all(struct work *work, struct fault *why)
{
    const struct settings *settings = &work->setup->settings;
    struct topic_reader *reader;
    bool copied = true;

    TRY(topic_reader_new(settings, settings->topic_ledger, true, &reader, why));
    while (copied && !topic_reader_caught_up(reader)) {
        rd_kafka_message_t *message = topic_reader_next(reader, POLL_MS);
        struct ledger_record record;
        struct fault unused;
        if (message == NULL)
            continue;
        int32_t place = repartition_ids_place(work->ids, message);
        if (place >= 0)
            copied = copy_id(work, message, place, why);
        if (message->payload != NULL && message->key_len > 6 && memcmp(message->key, "order/", 6) == 0 &&
            ledger_read(&work->setup->ledger, message->payload, message->len, &record, &unused)) {
            copied = copy(work, message, &record, why);
            ledger_release(&record);
        }
        rd_kafka_message_destroy(message);
    }
    topic_reader_free(reader);
    return copied && flush(work, why);
}

/* All copies stand before the first original is forgotten. */
static bool forget_originals(struct work *work, struct fault *why)
{
    char key[LEDGER_KEY_SIZE];

    REQUIRE(work->failures == 0 && work->count <= work->room); /* the copies are there */
    for (size_t i = 0; i < work->count; i++) {
        ledger_order_key(work->moves[i].request_id, key);
        TRY(put(work, work->moves[i].from, key, NULL, 0, why));
    }
    size_t at = 0;
    const char *id_key;
    int32_t partition;
    while (repartition_ids_original(work->ids, &at, &id_key, &partition))
        TRY(put(work, partition, id_key, NULL, 0, why));
    return flush(work, why);
}

static bool write_owners(struct work *work, const char *token, struct fault *why)
{
    const struct settings *settings = &work->setup->settings;
    struct ledger_schemas schemas = work->setup->ledger;
    struct timespec now;
    char key[LEDGER_KEY_SIZE];

    _Static_assert(UUID_TEXT_SIZE + 2 <= sizeof work->owners->token, "the token fits whole");
    if (settings->ledger_format != LEDGER_LATEST)
        schemas.writes = (unsigned)settings->ledger_format + 1;
    REQUIRE(schemas.writes >= 1 && schemas.writes <= LEDGER_FORMATS);
    clock_gettime(CLOCK_REALTIME, &now);
    for (int i = 0; i < work->partitions; i++) {
        CLEANUP(buffer_release) struct buffer value = {0};
        struct ledger_owner owner = work->owners[i];
        bool is_new = *owner.token == '\0';
        snprintf(owner.token, sizeof owner.token, "%s", token);
        snprintf(owner.partitioner, sizeof owner.partitioner, "%s",
                 partitioner_name((enum partitioner_choice)settings->requests_partitioner));
        owner.partition = i;
        owner.partition_count = work->partitions;
        owner.written_at_ms = (int64_t)now.tv_sec * 1000;
        owner.last_offset = is_new ? -1 : owner.last_offset;
        owner.signals = is_new ? 0 : owner.signals;
        buffer_init(&value, 4096);
        TRY(ledger_write_owner(&schemas, &owner, &value, why));
        ledger_owner_key(i, key);
        TRY(put(work, i, key, value.data, value.length, why));
    }
    return flush(work, why);
}

/* A partition without a position, of which the ledger knows an owner, would be one whose position has expired. */
static bool commit_new(struct work *work, const rd_kafka_topic_partition_list_t *committed, const char *token,
                       struct fault *why)
{
    const struct settings *settings = &work->setup->settings;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    char metadata[150];

    snprintf(metadata, sizeof metadata, "1;%s;", token);
    for (int i = 0; i < committed->cnt; i++) {
        if (committed->elems[i].offset >= 0)
            continue;
        rd_kafka_topic_partition_t *one =
            rd_kafka_topic_partition_list_add(list, settings->topic_requests, i);
        one->offset = work->owners[i].position;
        one->metadata = strdup(metadata); /* freed by the list */
        one->metadata_size = strlen(metadata);
        rd_kafka_topic_partition_list_add(list, settings->topic_signals, i)->offset = 0;
    }
    rd_kafka_resp_err_t error =
        list->cnt == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_commit(work->group, list, 0);
    rd_kafka_topic_partition_list_destroy(list);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ||
           fault_set(why, FAULT_PEER, "cannot commit the positions of new partitions: %s",
                     rd_kafka_err2str(error));
}

static bool open_handles(struct work *work, struct fault *why)
{
    const struct settings *settings = &work->setup->settings;
    rd_kafka_conf_t *conf;

    TRY(client_config_make(settings, CLIENT_GROUP, &conf, why));
    TRY(client_config_connect(RD_KAFKA_CONSUMER, conf, &work->group, why));
    rd_kafka_poll_set_consumer(work->group);
    TRY(client_config_make(settings, CLIENT_TOOL_PRODUCER, &conf, why));
    rd_kafka_conf_set_dr_msg_cb(conf, count_failure);
    rd_kafka_conf_set_opaque(conf, &work->failures);
    return client_config_connect(RD_KAFKA_PRODUCER, conf, &work->producer, why);
}

static bool carry_out(struct work *work, struct fault *why)
{
    rd_kafka_topic_partition_list_t *committed = NULL;
    char id[UUID_TEXT_SIZE], token[UUID_TEXT_SIZE + 2];

    uuid_print(uuid_random(), id);
    snprintf(token, sizeof token, "%s:1", id);
    bool done = open_handles(work, why) && check_group(work, why) && read_ledger(work, why) &&
                check_orders(work, why) &&
                read_committed(work, work->setup->settings.topic_requests, &committed, why) &&
                check_requests(work, committed, why) && copy_all(work, why) && forget_originals(work, why) &&
                write_owners(work, token, why) && commit_new(work, committed, token, why);
    if (committed != NULL)
        rd_kafka_topic_partition_list_destroy(committed);
    return done;
}

bool repartition(const struct setup *setup, int partitions, size_t *moved, struct fault *why)
{
    struct work work = {.setup = setup, .partitions = partitions};

    ledger_view_init(&work.view);
    work.ids = repartition_ids_new(partitions);
    work.owners = memory_new((size_t)partitions, sizeof *work.owners);
    bool done = carry_out(&work, why);
    *moved = work.count;
    memory_free(work.moves);
    memory_free(work.owners);
    repartition_ids_free(work.ids);
    ledger_view_release(&work.view);
    if (work.producer != NULL)
        rd_kafka_destroy(work.producer);
    if (work.group != NULL)
        rd_kafka_destroy(work.group);
    return done;
}
