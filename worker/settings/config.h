/*
 * Settings: whc-worker.properties (the format of Kafka's own files), then the environment, then defaults.
 *
 * Every setting is one row of a table (settings.c), which deploy/configuration.md is printed from. In the environment
 * it is WHC_ and its name in capitals with '_' for '.' and '-' (request.max.bytes: WHC_REQUEST_MAX_BYTES). A secret may
 * come from a file: <name>.file. Mistakes are collected, so that a person sees all of them at once.
 */
#ifndef SETTINGS_CONFIG_H
#define SETTINGS_CONFIG_H

#include "listen_settings.h"
#include "problems.h"

#include <stdint.h>
#include <stdio.h>

enum framing_choice { FRAME_CONFLUENT_V0, FRAME_CONFLUENT_V1, FRAME_SINGLE_OBJECT };
/* Where a key's requests go; the names are librdkafka's. */
enum partitioner_choice {
    PARTITIONER_MURMUR2_RANDOM,
    PARTITIONER_CONSISTENT_RANDOM,
    PARTITIONER_FNV1A_RANDOM,
    PARTITIONER_NONE, /* upstream answers for it */
};
enum ledger_format_choice { LEDGER_FORMAT_1, LEDGER_FORMAT_2, LEDGER_FORMAT_3, LEDGER_LATEST };
enum token_style { TOKEN_POST, TOKEN_GET };
enum full_choice { FULL_STOP, FULL_FORGET };
enum log_orders_choice { LOG_ORDERS_ALL, LOG_ORDERS_WRITES, LOG_ORDERS_NONE };
/* Settings of one API (a tag of the OpenAPI file): bt.<name> for all, bt.<tag>.<name> for one. Times in ms. */
struct api_settings {
    char *base_url; /* "" : the server named in the OpenAPI file */
    int64_t window; /* calls on their way at once, whole group */
    int64_t rate;   /* calls per second, whole group; 0: no limit */
    int64_t connect_timeout_ms, call_timeout_ms, tcp_user_timeout_ms, idle_max_ms, retry_after_max_ms;
    int64_t reply_max_bytes, reply_max_values;
    int64_t delivery_max_ms,
        read_lag_ms; /* PROMISE.md A3, A5; -1: not known, see deadlines_delivery_max_ms() */
    int64_t absent_after_ms, absent_after_own_ms, lookup_give_up_ms; /* 0: deadlines_absent_after_ms() */
    int64_t attempts_max, backoff_first_ms, backoff_cap_ms, give_up_ms;
    int64_t probe_ms; /* how often a halted API is tried */
};

struct settings {
    char *token_hosts, *proxy_url, *proxy_username, *takeover_accept;
    char *group_id, *worker_slot, *catalogue_path, *catalogue_overlay;
    int64_t log_format, log_level, log_orders, log_key, admin_port;
    char *admin_address, *admin_certificate_file, *admin_key_file, *admin_username;
    char *topic_requests, *topic_outcomes, *topic_dead, *topic_signals, *topic_ledger;
    char *topic_events, *topic_events_dead;
    int64_t requests_partitioner, requests_partitions, ledger_format, lso_alarm_ms;
    int64_t topics_partitions, topics_replication, topics_min_replication;
    int64_t request_max_bytes, request_max_values, orders_max, orders_max_bytes, steps_max;
    int64_t attempt_lease_ms, ledger_after_ms, ledger_orders_max, journeys_max, takeover_trust_ledger;
    int64_t duplicates_window_ms, duplicates_max, duplicates_full, repeat_max_ms, outage_max_ms;
    int64_t outcome_framing, events_hold_ms;
    char *registry_url, *registry_username, *registry_cache_path;
    char *registry_ca_file, *registry_certificate_file, *registry_key_file;
    struct secret registry_password, registry_key_password;
    int64_t registry_timeout_ms, registry_unknown_ms, registry_tls_verify;
    int64_t settlement_transactions, settlement_pace_ms, settlement_deadline_ms;
    int64_t send_offsets_timeout_ms, commit_timeout_ms, socket_timeout_ms, transaction_timeout_ms;
    int64_t session_timeout_ms, broker_session_timeout_ms, max_poll_interval_ms, consumer_socket_timeout_ms;
    int64_t reconnect_backoff_max_ms, stop_grace_ms, watchdog_ms, turn_budget_ms;
    char *token_url, *client_id, *ca_file, *certificate_file, *key_file, *accept_proposed;
    struct secret client_secret, key_password, admin_password, proxy_password;
    struct listen_settings listen;
    char *path, *client_secret_file; /* where all this came from; where the secret did, "": not from a file */
    int64_t token_style, tls_verify, token_margin_ms,
        reread_ms;           /* last SIGHUP by the loop's clock; 0: none */
    struct api_settings api; /* the values for every API that has none of its own */

    struct named_value *apis;   /* bt.<tag>.<name>: name is "<tag>.<name>" */
    struct named_value *kafka;  /* kafka.<name> */
    struct named_value *inputs; /* input.<name>: inputs of every workflow */
    size_t api_count, kafka_count, input_count;
    char **given; /* of each row of the table: the line or variable that gave it; null: the default */
};

/* A setting whose name is open. `where` is the line or variable it came from; `file` that of its value, or null. */
struct named_value {
    char *name, *value, *where, *file;
};

/*
 * Reads the file (null or "": none) and the environment (null-terminated, as environ). Mistakes go to `problems`;
 * what is right is set all the same, so that the catalogue can be checked too. Release the settings in any case.
 */
void settings_load(const char *path, char *const environment[], struct settings *settings,
                   struct problems *problems);
void settings_release(struct settings *settings);

/* Whether the setting of the table was given in the file or the environment. */
bool settings_given(const struct settings *settings, const char *name);

/* The settings of one API, with those named for it. Mistakes go to `problems`. Texts are borrowed from `settings`. */
void settings_of_api(const struct settings *settings, const char *tag, struct api_settings *api,
                     struct problems *problems);

/* Checks the bt.<tag>. settings against the tags there are: one problem for each that names none of them. */
void settings_check_tags(const struct settings *settings, const char *const tags[], size_t count,
                         struct problems *problems);

/* A secret's file, null when it is empty; that of client_secret again, if there is one. FAULT_LOCAL: not to be read. */
MUST_USE bool settings_read_secret(const char *path, struct secret *secret, struct fault *why);
MUST_USE bool settings_renew_secret(struct settings *settings, struct fault *why);

/* Prints the table as Markdown, for deploy/configuration.md. */
void settings_print_table(FILE *out);

#endif
