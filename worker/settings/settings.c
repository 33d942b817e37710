/* The table of all settings, in the order in which deploy/configuration.md shows them. */
#include "settings.h"

#include "memory.h"

#define AT(member) offsetof(struct settings, member)
#define API(member) offsetof(struct api_settings, member)
#define TEXT(name_, member, fallback_, help_)                                                                \
    {                                                                                                        \
        .name = name_, .type = SETTING_TEXT, .place = AT(member), .fallback = fallback_, .help = help_       \
    }
#define SECRET(name_, member, help_)                                                                         \
    {                                                                                                        \
        .name = name_, .type = SETTING_SECRET, .place = AT(member), .fallback = "", .help = help_            \
    }
#define NUMBER(name_, place_, unit_, least_, most_, fallback_, help_)                                        \
    {                                                                                                        \
        .name = name_, .type = SETTING_NUMBER, .place = place_, .unit = unit_, .least = least_,              \
        .most = most_, .fallback = fallback_, .help = help_                                                  \
    }
#define CHOICE(name_, member, choices_, fallback_, help_)                                                    \
    {                                                                                                        \
        .name = name_, .type = SETTING_CHOICE, .place = AT(member), .choices = choices_,                     \
        .fallback = fallback_, .help = help_                                                                 \
    }

enum { DAY_MS = 86400000 };

const struct setting settings_table[] = {
    TEXT("group.id", group_id, "whc-worker",
         "Kafka consumer group; workers of one group share the partitions."),
    TEXT(
        "worker.slot", worker_slot, "",
        "This worker's place in its group, the same after a restart: group.instance.id is <group.id>-<worker.slot>, "
        "transactional.id <group.id>/<worker.slot>. Default: the host name."),
    TEXT("catalogue.path", catalogue_path, "schemas", "Folder with the order types."),
    TEXT("catalogue.overlay", catalogue_overlay, "",
         "Folder with order types of your own; a folder or file of the same name wins over catalogue.path."),
    CHOICE("log.format", log_format, "logfmt|json", "logfmt", "How a log line looks."),
    CHOICE("log.level", log_level, "debug|info|warn|error", "info", "The least level that is logged."),
    CHOICE(
        "log.orders", log_orders, "all|writes|none", "all",
        "Which orders have their lines in the log (deploy/README.md): all, those that change something at BT, or none; "
        "what asks for attention, level warn, is logged of each."),
    CHOICE("log.key", log_key, "off|on", "off",
           "on: an order's lines have its Kafka key, which may be a customer's number."),
    TEXT("admin.address", admin_address, "0.0.0.0",
         "IPv4 or IPv6 address of /metrics, /health and /status; \"::\": all of both."),
    NUMBER("admin.port", AT(admin_port), "", 0, 65535, "8080",
           "Port of /metrics, /health and /status; 0: any free one."),
    TEXT("admin.tls.certificate.file", admin_certificate_file, "",
         "Certificate (PEM, with those between) that this port shows; \"\": it speaks HTTP without TLS."),
    TEXT("admin.tls.key.file", admin_key_file, "", "Key of that certificate (PEM)."),
    TEXT(
        "admin.username", admin_username, "",
        "User (HTTP Basic) whom the pages are shown to; \"\": to anybody. /health/live and /health/ready want none, and "
        "then do not say why."),
    SECRET("admin.password", admin_password, "Password of that user."),

    TEXT("topic.requests", topic_requests, "whc.order-requests", "Order requests come from here."),
    TEXT("topic.outcomes", topic_outcomes, "whc.order-outcomes", "Outcomes go here."),
    TEXT("topic.dead", topic_dead, "whc.order-requests.dead", "What cannot be read as a request goes here."),
    TEXT("topic.signals", topic_signals, "whc.order-signals", "What concerns an order already owned."),
    TEXT("topic.ledger", topic_ledger, "whc.order-ledger", "The orders that the group owns."),
    TEXT("topic.events", topic_events, "whc.order-events",
         "BT's notifications, from `listen` to the worker that owns the order."),
    TEXT("topic.events.dead", topic_events_dead, "whc.order-events.dead",
         "Notifications that nobody can use go here."),
    CHOICE(
        "requests.partitioner", requests_partitioner, "murmur2_random|consistent_random|fnv1a_random|none",
        "murmur2_random",
        "How upstream places a key (PROMISE.md R14). murmur2_random: Java, franz-go, kafkajs, Spring; "
        "consistent_random: librdkafka's default; fnv1a_random: Sarama. none: not checked, upstream answers for it."),
    NUMBER(
        "requests.partitions", AT(requests_partitions), "", 0, 100000, "0",
        "Only the first so many partitions are worked on, and keys are placed among them: to let orders end after "
        "partitions were added, before `topics --repartition`. 0: all."),
    NUMBER("topics.partitions", AT(topics_partitions), "", 1, 1000, "6", "Partitions that `topics` creates."),
    NUMBER("topics.replication", AT(topics_replication), "", 1, 15, "3", "Replicas that `topics` creates."),
    NUMBER("topics.min.replication", AT(topics_min_replication), "", 1, 15, "3",
           "The worker refuses to start when a topic has fewer replicas (PROMISE.md A1)."),

    NUMBER("request.max.bytes", AT(request_max_bytes), "bytes", 1024, 16777216, "1048576",
           "A larger request is a dead letter."),
    NUMBER(
        "request.max.values", AT(request_max_values), "", 100, 200000, "25000",
        "A request of more values (fields, items of lists) is rejected: its size as a tree and the time it takes."),
    NUMBER("orders.max", AT(orders_max), "", 1, 1000000, "5000",
           "Orders taken from Kafka and not settled yet; above it the worker takes no more."),
    NUMBER(
        "orders.max.bytes", AT(orders_max_bytes), "bytes", 1048576, (int64_t)1 << 40, "1073741824",
        "How much memory all orders together may take, those of the ledger too; above it the worker takes no more."),
    NUMBER("steps.max", AT(steps_max), "", 1, 100000, "200",
           "Steps one workflow may execute: a loop ends there."),
    NUMBER("attempt.lease.ms", AT(attempt_lease_ms), "ms", 100, 600000, "12000",
           "A write is sent within this time after its attempt began to be settled, or attempted again."),
    NUMBER("ledger.after.ms", AT(ledger_after_ms), "ms", 100, 3600000, "5000",
           "An order that makes no progress moves to the ledger after this, so that its partition goes on."),
    NUMBER(
        "ledger.orders.max", AT(ledger_orders_max), "", 1, 10000000, "100000",
        "Orders owned at once, but those of journeys.max; above it the worker takes no more, and says so."),
    NUMBER("journeys.max", AT(journeys_max), "", 1, 10000000, "1000000",
           "Orders that wait for a message or a date at once; above it the worker takes no more."),
    NUMBER(
        "events.hold.ms", AT(events_hold_ms), "ms", 1000, 7776000000, "604800000",
        "A notification that bears BT's id only waits so long for the order with that id; then it is a dead letter. "
        "An id is remembered as long after its order has ended."),
    CHOICE(
        "ledger.format", ledger_format, "1|2|3|latest", "1",
        "The format that the ledger is written in. All up to the latest are read; move it when every worker of the "
        "group runs a release that reads it, and before that a roll-back is possible."),
    CHOICE("takeover.trust.ledger", takeover_trust_ledger, "off|on", "off",
           "on, for one start: the group's positions were lost or reset, go on at those in the ledger."),
    TEXT(
        "takeover.accept", takeover_accept, "",
        "Positions to go on at where the worker refuses to, as it names them: <topic>/<partition>@<offset>, separated "
        "by commas. Each holds for exactly that position and is ignored, with a warning, otherwise."),
    NUMBER("duplicates.window.ms", AT(duplicates_window_ms), "ms", 1000, 366 * (int64_t)DAY_MS, "604800000",
           "A request that is repeated within this time gets the stored outcome again."),
    NUMBER(
        "duplicates.max", AT(duplicates_max), "", 1, 100000000, "1000000",
        "Finished orders remembered of each partition, 64 bytes each; duplicates.full says what happens then."),
    CHOICE(
        "duplicates.full", duplicates_full, "stop|forget", "stop",
        "stop: no new order that changes something is taken from that partition until some fall out of the window, and "
        "the worker is not ready; forget: the oldest are forgotten early, and a repeat of one is carried out again."),
    NUMBER("upstream.repeat.max.ms", AT(repeat_max_ms), "ms", 0, 366 * (int64_t)DAY_MS, "259200000",
           "Upstream repeats a request within this time."),
    NUMBER("outage.max.ms", AT(outage_max_ms), "ms", 0, 366 * (int64_t)DAY_MS, "259200000",
           "No outage of the workers is longer; the broker keeps the group's positions longer than this."),
    CHOICE("outcome.framing", outcome_framing, "confluent-v0|confluent-v1|single-object", "single-object",
           "How outcomes are framed; the Confluent ones need registry.url."),
    TEXT(
        "registry.url", registry_url, "",
        "Schema registry (Confluent's REST API); several of one registry, separated by commas, are asked in turn "
        "when one is in trouble; \"\": none."),
    TEXT("registry.username", registry_username, "", "User for the registry; \"\": none."),
    SECRET("registry.password", registry_password, "Password for the registry."),
    TEXT("registry.cache.path", registry_cache_path, "",
         "Folder where schemas are kept over restarts; \"\": memory only."),
    NUMBER("registry.timeout.ms", AT(registry_timeout_ms), "ms", 100, 60000, "5000",
           "Longest wait for one answer."),
    NUMBER(
        "registry.unknown.ms", AT(registry_unknown_ms), "ms", 0, 3600000, "30000",
        "A schema that the registry does not know (error code 40403) is asked for so long; then the request is a "
        "dead letter, and the next request has it asked for again."),
    TEXT("registry.ca.file", registry_ca_file, "",
         "CA certificates that the registry's are checked with; \"\": the system's."),
    TEXT("registry.certificate.file", registry_certificate_file, "",
         "Client certificate for the registry (PEM); \"\": none. BT's is never shown to it."),
    TEXT("registry.key.file", registry_key_file, "", "Key of that certificate (PEM)."),
    SECRET("registry.key.password", registry_key_password, "Password of that key file."),
    CHOICE("registry.tls.verify", registry_tls_verify, "off|on", "on",
           "off: accept any certificate of the registry (never in production)."),

    CHOICE("settlement.transactions", settlement_transactions, "off|on", "on",
           "off: for the embedded broker, which has none; an outcome may then appear twice after a crash."),
    NUMBER("settlement.pace.ms", AT(settlement_pace_ms), "ms", 0, 10000, "10",
           "Least time between two settlements under load; when idle they start at once."),
    NUMBER("settlement.deadline.ms", AT(settlement_deadline_ms), "ms", 100, 600000, "6000",
           "A settlement that took longer counts as unclean."),
    NUMBER("settlement.send.offsets.timeout.ms", AT(send_offsets_timeout_ms), "ms", 100, 60000, "1000",
           "Longest wait for sending positions."),
    NUMBER("settlement.commit.timeout.ms", AT(commit_timeout_ms), "ms", 100, 60000, "2000",
           "Longest wait for a commit."),
    NUMBER("settlement.socket.timeout.ms", AT(socket_timeout_ms), "ms", 100, 60000, "3000",
           "Longest wait for a broker's answer while settling."),
    NUMBER("transaction.timeout.ms", AT(transaction_timeout_ms), "ms", 1000, 900000, "7000",
           "The broker ends an open transaction after this."),
    NUMBER("session.timeout.ms", AT(session_timeout_ms), "ms", 1000, 1800000, "20000",
           "A worker that is silent for so long loses its partitions."),
    NUMBER("broker.session.timeout.ms", AT(broker_session_timeout_ms), "ms", 0, 1800000, "9000",
           "The brokers' own broker.session.timeout.ms: how long a dead broker goes unnoticed."),
    NUMBER("max.poll.interval.ms", AT(max_poll_interval_ms), "ms", 1000, 86400000, "300000",
           "Longest time a hand-over may take."),
    NUMBER("consumer.socket.timeout.ms", AT(consumer_socket_timeout_ms), "ms", 100, 60000, "6000",
           "Longest wait for a broker's answer while consuming."),
    NUMBER("reconnect.backoff.max.ms", AT(reconnect_backoff_max_ms), "ms", 10, 60000, "500",
           "Longest pause between two tries to connect to a broker."),
    NUMBER("stop.grace.ms", AT(stop_grace_ms), "ms", 1000, 3600000, "60000",
           "Time the platform leaves between TERM and KILL."),
    NUMBER(
        "lso.alarm.ms", AT(lso_alarm_ms), "ms", 1000, 86400000, "60000",
        "A log that cannot be read further for so long, because a transaction of another producer hangs, is reported."),
    NUMBER(
        "watchdog.ms", AT(watchdog_ms), "ms", 0, 600000, "5000",
        "A loop that stands still for half of this ends the process; 0: never (debuggers only, shown as not ready)."),

    NUMBER(
        "turn.budget.ms", AT(turn_budget_ms), "ms", 1, 10000, "20",
        "What came from outside is left for the next turn of the loop after this: below a quarter of watchdog.ms."),

    TEXT("bt.token.url", token_url, "", "OAuth 2 token endpoint; \"\": the one named in the OpenAPI file."),
    TEXT(
        "bt.token.hosts", token_hosts, "",
        "Hosts, separated by commas, that are sent the token besides those of the OpenAPI file and of bt.base.url."),
    CHOICE("bt.token.style", token_style, "post|get", "post",
           "post: form in the body; get: grant_type in the query (both occur at BT)."),
    NUMBER("bt.token.margin.ms", AT(token_margin_ms), "ms", 0, 3600000, "60000",
           "A token is renewed so long before it expires, less up to a fifth at random."),
    TEXT("bt.client.id", client_id, "", "OAuth 2 client id (BT: Consumer Key)."),
    SECRET("bt.client.secret", client_secret, "OAuth 2 client secret (BT: Consumer Secret)."),
    TEXT(
        "bt.proxy.url", proxy_url, "",
        "Proxy on the way to BT (http://host:port, by CONNECT), which must not repeat calls (PROMISE.md A4); \"\": none, "
        "whatever the environment says."),
    TEXT("bt.proxy.username", proxy_username, "", "User for the proxy; \"\": none."),
    SECRET("bt.proxy.password", proxy_password, "Password for the proxy."),
    TEXT("bt.ca.file", ca_file, "", "CA certificates that BT's are checked with; \"\": the system's."),
    TEXT("bt.certificate.file", certificate_file, "", "Client certificate (PEM); \"\": none."),
    TEXT("bt.key.file", key_file, "", "Key of the client certificate (PEM)."),
    SECRET("bt.key.password", key_password, "Password of the key file."),
    CHOICE("bt.tls.verify", tls_verify, "off|on", "on", "off: accept any certificate (never in production)."),
    TEXT(
        "bt.accept.proposed", accept_proposed, "",
        "Operations marked `proposed` that may be called on a production host, by operationId, separated by commas."),

    TEXT("listen.address", listen.address, "127.0.0.1",
         "IPv4 or IPv6 address where `listen` takes BT's notifications; \"::\": all of both."),
    NUMBER("listen.port", AT(listen.port), "", 0, 65535, "8443", "Its port; 0: any free one."),
    TEXT(
        "listen.tls.certificate.file", listen.certificate_file, "",
        "Certificate (PEM, with those between) that this port shows; \"\": no TLS, on a loopback address or behind a "
        "gateway only."),
    TEXT("listen.tls.key.file", listen.key_file, "", "Key of that certificate (PEM)."),
    CHOICE("listen.behind.proxy", listen.behind_proxy, "off|on", "off",
           "on: a gateway in front speaks TLS, and what lies between is trusted."),
    TEXT(
        "listen.admin.address", listen.admin_address, "127.0.0.1",
        "Address of the pages of `listen` (/metrics, /health, /status); admin.tls.* and admin.username hold for them."),
    NUMBER("listen.admin.port", AT(listen.admin_port), "", 0, 65535, "8081", "Their port; 0: any free one."),
    TEXT("listen.client.id", listen.client_id, "", "OAuth 2 client id that BT was given by us."),
    SECRET("listen.client.secret", listen.client_secret, "Its secret: 16 characters at least."),
    TEXT(
        "listen.client.previous.id", listen.client_id_previous, "",
        "A client that is still let in while BT changes to the other; the same id with another secret will do."),
    SECRET("listen.client.previous.secret", listen.client_secret_previous, "Its secret."),
    SECRET("listen.token.key", listen.token_key,
           "What tokens are signed with, 32 characters at least; the same for all that listen."),
    SECRET("listen.token.key.previous", listen.token_key_previous,
           "Tokens signed with it are still taken, while the key changes."),
    NUMBER("listen.token.lifetime.ms", AT(listen.token_lifetime_ms), "ms", 1000, DAY_MS, "3600000",
           "How long a token holds."),
    NUMBER("listen.request.max.bytes", AT(listen.request_max_bytes), "bytes", 1024, 8388608, "262144",
           "A larger notification is refused (413)."),
    NUMBER("listen.request.max.values", AT(listen.request_max_values), "", 100, 200000, "20000",
           "One of more JSON values is not read: a dead letter."),
    NUMBER("listen.rate", AT(listen.rate), "per second", 1, 1000000, "2000",
           "Above it notifications are refused (429), and BT sends them again."),
};
const size_t settings_table_count = COUNT_OF(settings_table);

const struct setting api_settings_table[] = {
    {.name = "base.url",
     .type = SETTING_TEXT,
     .place = API(base_url),
     .fallback = "",
     .help = "Where the API is; \"\": the server named in the OpenAPI file."},
    NUMBER("window", API(window), "", 1, 100000, "100", "Calls on their way at once, in the whole group."),
    NUMBER("rate", API(rate), "per second", 0, 1000000, "0",
           "Calls per second of the whole group; 0: no limit."),
    NUMBER("connect.timeout.ms", API(connect_timeout_ms), "ms", 10, 600000, "5000",
           "Longest wait for a connection."),
    NUMBER("call.timeout.ms", API(call_timeout_ms), "ms", 10, 600000, "30000",
           "Longest time of one call, connecting included."),
    NUMBER("tcp.user.timeout.ms", API(tcp_user_timeout_ms), "ms", 10, 600000, "30000",
           "Sent bytes that BT's host does not confirm for so long end the connection."),
    NUMBER(
        "idle.max.ms", API(idle_max_ms), "ms", 0, 600000, "5000",
        "A connection that was idle for longer is not used again: below what gateways allow. Whole seconds."),
    NUMBER("retry.after.max.ms", API(retry_after_max_ms), "ms", 0, DAY_MS, "600000",
           "A longer Retry-After of BT counts as this."),
    NUMBER("reply.max.bytes", API(reply_max_bytes), "bytes", 1024, 268435456, "4194304",
           "A larger reply is not read."),
    NUMBER(
        "reply.max.values", API(reply_max_values), "", 100, 400000, "100000",
        "A reply of more JSON values is not read: its turn would be long, and its memory a multiple of its bytes."),
    NUMBER(
        "delivery.max.ms", API(delivery_max_ms), "ms", -1, DAY_MS, "-1",
        "Last byte left us, then BT decides within this time. -1: not known; a look-up that finds nothing then "
        "proves nothing, and the order is parked (elsewhere it counts as 120 s)."),
    NUMBER("read.lag.ms", API(read_lag_ms), "ms", -1, DAY_MS, "-1",
           "Accepted, then a look-up shows it within this time. -1: not known, as above (counts as 60 s)."),
    NUMBER("absent.after.ms", API(absent_after_ms), "ms", 0, 7 * (int64_t)DAY_MS, "0",
           "A look-up may answer \"absent\" so long after a take-over; 0: the least that is safe."),
    NUMBER("absent.after.own.ms", API(absent_after_own_ms), "ms", 0, 7 * (int64_t)DAY_MS, "0",
           "The same after a call of this worker ended without an answer."),
    NUMBER("lookup.give.up.ms", API(lookup_give_up_ms), "ms", 1000, 30 * (int64_t)DAY_MS, "86400000",
           "A doubt that no look-up resolves in this time is parked for a person."),
    NUMBER("attempts.max", API(attempts_max), "", 1, 1000, "4",
           "Calls of one step before the order ends, or is parked."),
    NUMBER("backoff.first.ms", API(backoff_first_ms), "ms", 1, 600000, "200",
           "Longest pause after the first call."),
    NUMBER("backoff.cap.ms", API(backoff_cap_ms), "ms", 1, 3600000, "10000", "Longest pause after any call."),
    NUMBER("give.up.ms", API(give_up_ms), "ms", 1, DAY_MS, "120000",
           "No call of a reading step is repeated later than this."),
    NUMBER("probe.ms", API(probe_ms), "ms", 100, DAY_MS, "30000", "How often a halted API is tried again."),
};
const size_t api_settings_table_count = COUNT_OF(api_settings_table);
