/* Reads the ledger records of finished orders back, and follows one that was written again meanwhile. */
#include "remembered.h"

#include "fetcher.h"
#include "invariant.h"
#include "log.h"
#include "memory.h"
#include "records.h"

#include <inttypes.h>
#include <string.h>
#include <sys/queue.h>

enum { TRIES_MAX = 3 };

struct reading {
    struct remembered *remembered;
    struct duplicate done;
    unsigned tries;
    remembered_fn *call;
    void *context;
    LIST_ENTRY(reading) in_all;
};

struct remembered {
    struct worker *worker;
    LIST_HEAD(, reading) readings;
    size_t count;
};

struct remembered *remembered_new(struct worker *worker)
{
    struct remembered *remembered = memory_new(1, sizeof *remembered);

    remembered->worker = worker;
    return remembered;
}

static void end(struct reading *reading, enum remembered_answer answer, const struct ledger_record *kept,
                const struct fault *why)
{
    struct remembered *remembered = reading->remembered;

    REQUIRE((answer == REMEMBERED_FOUND) == (kept != NULL));
    LIST_REMOVE(reading, in_all);
    REQUIRE(remembered->count > 0);
    remembered->count--;
    REQUIRE(LIST_EMPTY(&remembered->readings) == (remembered->count == 0));
    reading->call(reading->context, answer, kept, why);
    memory_free(reading);
}

static void lose(struct remembered *remembered, bool all, int32_t partition)
{
    for (struct reading *next, *reading = LIST_FIRST(&remembered->readings); reading != NULL;
         reading = next) {
        next = LIST_NEXT(reading, in_all);
        if (all || reading->done.partition == partition)
            end(reading, REMEMBERED_LOST, NULL, NULL);
    }
}

void *remembered_free(struct remembered *remembered)
{
    if (remembered != NULL)
        lose(remembered, true, 0);
    REQUIRE(remembered == NULL || remembered->count == 0); /* all have their answer */
    return memory_free(remembered);
}

void remembered_forget(struct remembered *remembered, int32_t partition)
{
    if (remembered->count == 0)
        return;
    fetcher_forget(remembered->worker->fetcher, partition);
    lose(remembered, false, partition);
}

/* Whether the record is the one of this order, and finished. */
static bool is_of(const struct reading *reading, const rd_kafka_message_t *message,
                  struct ledger_record *kept)
{
    struct ledger_schemas schemas = records_ledger_schemas(reading->remembered->worker);
    char key[LEDGER_KEY_SIZE];
    struct fault unused;

    ledger_order_key(reading->done.request_id, key);
    if (message == NULL || message->payload == NULL || message->key_len != strlen(key) ||
        memcmp(message->key, key, strlen(key)) != 0 ||
        !ledger_read(&schemas, message->payload, message->len, kept, &unused))
        return false;
    if (kept->state == LEDGER_DONE && strcmp(kept->request_id, reading->done.request_id) == 0)
        return true;
    ledger_release(kept);
    return false;
}

static void ask(struct reading *reading);

/* Compacted away because it was written again: then the table knows the new place. */
static void ask_elsewhere(struct reading *reading)
{
    struct worker *worker = reading->remembered->worker;
    struct duplicate now;
    struct fault why;

    if (duplicates_find(worker->duplicates, reading->done.request_id, &now) &&
        now.offset != reading->done.offset && now.partition == reading->done.partition) {
        reading->done = now;
        ask(reading);
    } else if (reading->tries < TRIES_MAX) {
        ask(reading);
    } else {
        fault_set(&why, FAULT_INPUT,
                  "the ledger has no record of the finished order %s at offset %" PRId64
                  " of partition %d: it was deleted, by hand or with the topic, and with it the outcome",
                  reading->done.request_id, reading->done.offset, (int)reading->done.partition);
        LOG(LOG_ERROR, "a finished order's outcome is gone; it is not carried out again", log_fault(&why));
        end(reading, REMEMBERED_GONE, NULL, &why);
    }
}

static void fetched(void *context, const rd_kafka_message_t *message)
{
    struct reading *reading = context;
    struct ledger_record kept;

    if (!is_of(reading, message, &kept)) {
        ask_elsewhere(reading);
        return;
    }
    end(reading, REMEMBERED_FOUND, &kept, NULL);
    ledger_release(&kept);
}

static void ask(struct reading *reading)
{
    reading->tries++;
    fetcher_ask(reading->remembered->worker->fetcher, reading->done.partition, reading->done.offset, fetched,
                reading);
}

void remembered_read(struct remembered *remembered, const struct duplicate *done, remembered_fn *call,
                     void *context)
{
    struct reading *reading = memory_new(1, sizeof *reading);

    *reading = (struct reading){.remembered = remembered, .done = *done, .call = call, .context = context};
    LIST_INSERT_HEAD(&remembered->readings, reading, in_all);
    remembered->count++;
    ask(reading);
}

bool remembered_reads(const struct remembered *remembered, const char *request_id)
{
    const struct reading *reading;

    LIST_FOREACH(reading, &remembered->readings, in_all)
        if (strcmp(reading->done.request_id, request_id) == 0)
            return true;
    return false;
}

void remembered_chore(struct remembered *remembered)
{
    fetcher_chore(remembered->worker->fetcher);
}

size_t remembered_waiting(const struct remembered *remembered)
{
    return remembered->count;
}
