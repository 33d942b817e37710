/* A worker whose intake reads what a test puts into the request topic, with a registry of the test's own. */
#ifndef TESTS_RUN_GIVEN_INTAKE_H
#define TESTS_RUN_GIVEN_INTAKE_H

#include "intake.h"

#include "fetcher.h"
#include "partitioner.h"
#include "remembered.h"
#include "repeats.h"
#include "tree_build.h"

#include "../http/given_server.h"
#include "given_worker.h"

enum { REQUEST_MOST = 400, HEAD_BYTES = 10, DATUM_BYTES = 41, NO_HURRY_MS = 1000000 };

struct given {
    struct given_worker worker;
    struct given_server registry; /* answers what the test says */
    size_t taken;                 /* whc_requests_total */
    size_t held;                  /* partitions */
    size_t answered;              /* 1: no record of a finished order is waited for */
    char keys[2][20];             /* that belong to the partition of this number */
    int64_t next[2];              /* offset of the next message there */
};

static inline void nothing(void *context)
{
    (void)context;
}

static inline void chore(void *context)
{
    struct given *given = context;
    const struct worker *worker = &given->worker.worker;
    const char *why;

    remembered_chore(worker->remembered);
    intake_chore(worker->intake);
    given->taken = (size_t)strtol(given_metric(worker, "whc_requests_total"), NULL, 10);
    given->held = intake_held(worker->intake, &why);
    given->answered = remembered_waiting(worker->remembered) == 0;
}

static inline void find_keys(struct given *given)
{
    const struct settings *settings = given->worker.worker.settings;

    for (int i = 0; given->keys[0][0] == '\0' || given->keys[1][0] == '\0'; i++) {
        char key[20];
        int length = snprintf(key, sizeof key, "site %d", i);
        int32_t place = partitioner_place((enum partitioner_choice)settings->requests_partitioner, key,
                                          (size_t)length, 2);
        snprintf(given->keys[place], sizeof key, "%s", key);
    }
}

static inline void begin(struct given *given, const char *workflow, const struct given_reply *replies,
                         size_t count)
{
    struct worker *worker = &given->worker.worker;
    struct fault why;

    *given = (struct given){.taken = 0};
    given_worker_member(&given->worker, workflow);
    loop_set_budget(worker->loop, NO_HURRY_MS);
    given_server_open(&given->registry, worker->loop, replies, count);
    given_set(&worker->settings->registry_url, given_url(&given->registry, ""));
    worker->settings->request_max_bytes = REQUEST_MOST;
    worker->gate.orders_max = 100;
    worker->setting_inputs = json_object_new_object();
    tree_add_text(worker->setting_inputs, "cugId", "CUG-1");
    if (!http_client_new(worker->settings, worker->loop, &worker->http, &why) ||
        !fetcher_new(worker->settings, worker->loop, &worker->fetcher, &why))
        abort();
    worker->registry = registry_new(worker->settings, worker->loop, worker->http, nothing, NULL);
    worker->remembered = remembered_new(worker);
    worker->repeats = repeats_new(worker);
    worker->intake = intake_new(worker);
    given_takes(worker);
    find_keys(given);
    loop_add_chore(worker->loop, "intake", chore, given);
}

static inline void end(struct given *given)
{
    struct worker *worker = &given->worker.worker;

    loop_remove_chore(worker->loop, given);
    remembered_free(worker->remembered);
    repeats_free(worker->repeats);
    intake_free(worker->intake);
    ownership_free(worker->ownership);
    registry_free(worker->registry);
    http_client_free(worker->http);
    fetcher_free(worker->fetcher);
    given_server_close(&given->registry);
    json_object_put(worker->setting_inputs);
    given_worker_end(&given->worker);
    CU_ASSERT_PTR_NULL(intake_free(NULL));
}

/* The datum of a request whose id ends in this digit: id, no notAfter, id "7", no q. */
static inline void add_datum(struct buffer *value, char last)
{
    buffer_add_byte(value, 72);
    buffer_print(value, "%s%c", GIVEN_ID_OF(""), last);
    buffer_add(value,
               "\0\2"
               "7\0",
               4);
}

static inline void add_head(struct buffer *value, const struct schema *schema)
{
    const struct frame frame = {.framing = FRAMING_SINGLE_OBJECT, .fingerprint = schema_fingerprint(schema)};

    buffer_init(value, 10000);
    framing_write(&frame, value);
}

static inline void put(struct given *given, int32_t partition, const char *key, const struct buffer *value,
                       const char *const headers[])
{
    const char *topic = given->worker.worker.settings->topic_requests;

    given_broker_put_headers(&given->worker.broker, topic, partition, key, value->data, value->length,
                             headers);
    given->next[partition]++;
}

static const char *const no_headers[] = {NULL};

/* A good request under the key of its partition. */
static inline void put_request(struct given *given, int32_t partition, char last, const char *const headers[])
{
    struct buffer value;

    add_head(&value, given->worker.worker.catalogue->types[0]->request);
    add_datum(&value, last);
    put(given, partition, given->keys[partition], &value, headers);
    buffer_release(&value);
}

static inline void until_taken(struct given *given)
{
    given_until(given->worker.worker.loop, &given->taken, given->taken + 1);
}

static inline struct order *find(const struct given *given, char last)
{
    char id[UUID_TEXT_SIZE];

    snprintf(id, sizeof id, "%s%c", GIVEN_ID_OF(""), last);
    return orders_find(given->worker.worker.orders, id);
}

static const struct given_reply silence = {.how = GIVEN_SILENCE};

#endif
