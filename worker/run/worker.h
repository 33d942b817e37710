/*
 * What the parts of the running worker share: one struct, filled by run.c. Only files of run/ include it.
 *
 * intake, decisions, events   messages to orders, signals to decisions, notifications; holds: those that must wait
 * ahead, waking           messages of orders that sleep, and their records
 * overdue                 what is read before a wait ends by time
 * calls                   order to HTTP request, transfer to evidence
 * settlement, batch_port  order/batch to Kafka records and jobs of the settlement thread
 * membership, recovery    the group's word, and the ledger's, to order/ownership
 * remembered, repeats     what finished orders ended with, and those who ask again
 * sweep, surplus, watching, certificates   what becomes slow, is left over, changes, or ends
 * metrics, health, status  figures, words and pages for operators
 */
#ifndef RUN_WORKER_H
#define RUN_WORKER_H

#include "client.h"
#include "consumer.h"
#include "intake_gate.h"
#include "ledger_reader.h"
#include "ownership.h"
#include "registry.h"
#include "settlement_thread.h"
#include "token.h"

/* One API as it is called: the OpenAPI tag with its settings. */
struct worker_api {
    const char *tag;
    const char *base_url; /* without a trailing slash */
    struct api_settings settings;
};

struct worker {
    struct settings *settings;
    struct catalogue *catalogue;
    struct json_object *setting_inputs; /* inputs from the settings */
    struct loop *loop;
    struct worker_api *apis;
    size_t api_count;
    struct ledger_schemas ledger_schemas;
    size_t partition_total;   /* of the request topic */
    size_t outcome_max_bytes; /* what the outcome topic takes, less room for headers */
    size_t ledger_max_bytes;  /* what the ledger takes */
    size_t dead_max_bytes;    /* what the topic of dead letters takes, headers included */

    struct http_client *http;
    struct token *token;
    struct registry *registry;
    struct consumer *consumer;
    struct settlement_thread *settlement_thread;
    struct ledger_reader *ledger_reader; /* of the ledger */
    struct watch *watch;
    struct fetcher *fetcher; /* of single records of it */
    struct orders *orders;
    struct duplicates *duplicates;
    struct partitions *partitions;
    struct batch *batch;
    struct last_words *last_words;
    struct bt_ids *bt_ids;
    struct ownership *ownership; /* null until the group is joined */
    struct intake_gate gate;

    struct intake *intake;
    struct calls *calls;
    struct settlement *settlement;
    struct membership *membership;
    struct decisions *decisions;
    struct events *events;
    struct overdue *overdue;
    struct sweep *sweep;
    struct surplus *surplus;
    struct metrics *metrics;
    struct remembered *remembered;
    struct waking *waking;
    struct repeats *repeats;
    struct status *status;
    struct watching *watching;
    struct certificates *certificates;

    struct watchdog *watchdog;
    struct loop_timer heartbeat, grace;
    struct loop_timer kafka; /* until the group is joined */
    struct loop_timer passwords;
    bool stopping;    /* TERM or INT came, or worker_end() was called */
    char ending[400]; /* why it ends by itself; "" */
    int exit_code;    /* of the process, once the loop has stopped */
};

/* The moment of this turn, for order/. */
struct orders_time worker_time(const struct worker *worker);

/* Whether messages may be taken. */
bool worker_takes(const struct worker *worker);

/* Takes nothing more, drains, leaves the group, and ends the program. */
void worker_stop(struct worker *worker);

/* Ends the program with this sentence and exit code 1. */
void worker_fail(struct worker *worker, const struct fault *why);

/* The same as worker_stop(), with this sentence and exit code 1. */
void worker_end(struct worker *worker, const struct fault *why);

/* The API of a tag; never null for a tag of the catalogue. */
const struct worker_api *worker_api(const struct worker *worker, const char *tag);

#endif
