/* Checks the values of settings: addresses, URLs, files and names. */
#include "settings_check.h"

#include "memory.h"
#include "settings.h"
#include "url.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOPIC_LENGTH_MAX = 249 /* Kafka's, since it is a folder's name */, PORT_MAX = 65535 };

static void complain(const struct settings *settings, const char *name, const char *remedy,
                     struct problems *problems, const char *what)
{
    problems_add(problems, settings_where(settings, name), remedy, "%s %s", name, what);
}

/* --- Kafka --- */

struct topic {
    const char *setting, *name;
};

static bool is_topic(const char *name)
{
    static const char legal[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    return *name != '\0' && strlen(name) <= TOPIC_LENGTH_MAX && strspn(name, legal) == strlen(name) &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* Kafka takes "a.b" and "a_b" for one name: its metrics write both alike. */
static bool is_same_topic(const char *one, const char *other)
{
    size_t i = 0;

    while (one[i] != '\0' && (one[i] == '.' ? '_' : one[i]) == (other[i] == '.' ? '_' : other[i]))
        i++;
    return one[i] == '\0' && other[i] == '\0';
}

static void check_topics(const struct settings *settings, struct problems *problems)
{
    const struct topic topics[] = {{"topic.requests", settings->topic_requests},
                                   {"topic.outcomes", settings->topic_outcomes},
                                   {"topic.dead", settings->topic_dead},
                                   {"topic.signals", settings->topic_signals},
                                   {"topic.ledger", settings->topic_ledger},
                                   {"topic.events", settings->topic_events},
                                   {"topic.events.dead", settings->topic_events_dead}};
    char what[400];

    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        if (!is_topic(topics[i].name)) {
            snprintf(what, sizeof what, "'%.260s' is not a topic name", topics[i].name);
            complain(settings, topics[i].setting, "1 to 249 letters, digits, '.', '_' and '-'", problems,
                     what);
        }
        for (size_t before = 0; before < i; before++)
            if (is_same_topic(topics[before].name, topics[i].name)) {
                snprintf(what, sizeof what, "and %s are one topic, '%.260s'%s", topics[before].setting,
                         topics[i].name,
                         strcmp(topics[before].name, topics[i].name) == 0 ? "" : ": to Kafka '.' is '_'");
                complain(settings, topics[i].setting, "a topic for each", problems, what);
            }
    }
}

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), end_length = strlen(end);

    return length >= end_length && strcmp(name + length - end_length, end) == 0;
}

/* False: it is not to be read; `what` says why. A pipe would be waited for. */
static bool can_be_read(const char *path, bool folder, char *what, size_t size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status = {0};
    bool read = file >= 0 && fstat(file, &status) == 0 && (folder || !S_ISDIR(status.st_mode));

    if (!read)
        snprintf(what, size, "'%.250s' cannot be read: %s", path,
                 strerror(S_ISDIR(status.st_mode) ? EISDIR : errno));
    if (file >= 0)
        close(file);
    return read;
}

/* kafka.ssl.ca.location may be a folder, or "probe" for librdkafka to look for one. */
static void check_kafka_files(const struct settings *settings, struct problems *problems)
{
    static const char *const files[] = {"ssl.ca.location", "ssl.certificate.location", "ssl.key.location",
                                        "ssl.keystore.location", "ssl.crl.location"};

    for (size_t i = 0; i < settings->kafka_count; i++) {
        const struct named_value *value = &settings->kafka[i];
        char what[400];
        for (size_t f = 0; f < COUNT_OF(files); f++)
            if (ends_with(value->name, files[f]) && *value->value != '\0' &&
                strcmp(value->value, "probe") != 0 &&
                !can_be_read(value->value, ends_with(files[f], "ca.location"), what, sizeof what))
                problems_add(problems, value->where, "name a file that this user may read", "kafka.%s %s",
                             value->name, what);
    }
}

void settings_check_kafka(const struct settings *settings, struct problems *problems)
{
    if (*settings->group_id == '\0')
        complain(settings, "group.id", "group.id=whc-worker", problems, "is empty");
    check_topics(settings, problems);
    check_kafka_files(settings, problems);
}

/* --- URLs --- */

/* What follows the host: nothing, or ":" and a number. */
static bool is_port_good(const char *url)
{
    const char *start = strstr(url, "://") + 3, *end = start + strcspn(start, "/?#"), *at;
    char *behind;

    at = memrchr(start, '@', (size_t)(end - start));
    start = at != NULL ? at + 1 : start;
    start = *start == '[' ? start + strcspn(start, "]") + 1 : start + strcspn(start, ":/?#");
    if (start >= end)
        return true;
    unsigned long port = strtoul(start + 1, &behind, 10);
    return *start == ':' && start[1] >= '0' && start[1] <= '9' && behind == end && port > 0 &&
           port <= PORT_MAX;
}

bool settings_check_url(const char *url, bool base, struct fault *why)
{
    char host[URL_HOST_SIZE];

    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
        return fault_set(why, FAULT_INPUT, "is not a URL");
    for (const char *at = url; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~')
            return fault_set(why, FAULT_INPUT, "has a blank or another character that no URL has");
    if (!url_host(url, host) || !is_port_good(url))
        return fault_set(why, FAULT_INPUT, "names no host, or no port after it");
    if (base && strpbrk(url, "?#") != NULL)
        return fault_set(why, FAULT_INPUT, "has a '?' or '#', and paths are appended to it");
    if (strchr(url, '#') != NULL)
        return fault_set(why, FAULT_INPUT, "has a '#', and nothing after one is sent");
    return true;
}

static bool is_this_machine(const char *host)
{
    char name[256] = "";
    struct in_addr address;
    struct in6_addr address6;

    gethostname(name, sizeof name - 1);
    return strcasecmp(host, "localhost") == 0 || strcasecmp(host, name) == 0 ||
           (inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127) ||
           (inet_pton(AF_INET6, host, &address6) == 1 && IN6_IS_ADDR_LOOPBACK(&address6));
}

bool settings_is_in_the_clear(const char *url)
{
    char host[URL_HOST_SIZE];

    return strncmp(url, "http://", 7) == 0 && url_host(url, host) && !is_this_machine(host);
}

/* Calls `use` for each of the registry's URLs, which are separated by commas. */
static void each_registry(const struct settings *settings, struct problems *problems,
                          void (*use)(const struct settings *, const char *, struct problems *))
{
    for (const char *at = settings->registry_url; *at != '\0'; at += *at == ',') {
        at += strspn(at, " ");
        size_t length = strcspn(at, ",");
        CLEANUP(memory_release) char *url = memory_text_of(at, length);
        while (length > 0 && url[length - 1] == ' ')
            url[--length] = '\0';
        use(settings, url, problems);
        at += strcspn(at, ",");
    }
}

static void check_registry(const struct settings *settings, const char *url, struct problems *problems)
{
    struct fault why;

    if (!settings_check_url(url, true, &why))
        complain(settings, "registry.url", "http://host:port or https://host:port", problems, why.text);
}

static void warn_of_registry(const struct settings *settings, const char *url, struct problems *warnings)
{
    if (settings_is_in_the_clear(url))
        complain(settings, "registry.url", "https://", warnings, "is not encrypted on its way");
}

/* --- the worker's own --- */

static void check_files(const struct settings *settings, struct problems *problems)
{
    const struct topic files[] = {{"bt.ca.file", settings->ca_file},
                                  {"bt.certificate.file", settings->certificate_file},
                                  {"bt.key.file", settings->key_file},
                                  {"registry.ca.file", settings->registry_ca_file},
                                  {"registry.certificate.file", settings->registry_certificate_file},
                                  {"registry.key.file", settings->registry_key_file},
                                  {"admin.tls.certificate.file", settings->admin_certificate_file},
                                  {"admin.tls.key.file", settings->admin_key_file}};
    char what[400];

    for (size_t i = 0; i < COUNT_OF(files); i++)
        if (*files[i].name != '\0' && !can_be_read(files[i].name, false, what, sizeof what))
            complain(settings, files[i].setting, "name a file that this user may read", problems, what);
}

void settings_check_values(const struct settings *settings, struct problems *problems)
{
    unsigned char address[sizeof(struct in6_addr)];
    struct fault why;

    if (inet_pton(AF_INET, settings->admin_address, address) != 1 &&
        inet_pton(AF_INET6, settings->admin_address, address) != 1)
        complain(settings, "admin.address", "an address in digits: 0.0.0.0, 127.0.0.1, ::", problems,
                 "is not an IP address");
    if (*settings->token_url != '\0' && !settings_check_url(settings->token_url, false, &why))
        complain(settings, "bt.token.url", "https://host/path", problems, why.text);
    if (strncmp(settings->proxy_url, "http://", 7) == 0 && /* any other is reported by readiness_check() */
        !settings_check_url(settings->proxy_url, true, &why))
        complain(settings, "bt.proxy.url", "http://host:port", problems, why.text);
    each_registry(settings, problems, check_registry);
    check_files(settings, problems);
    if (settings->client_secret.hidden == NULL)
        complain(settings, "bt.client.secret", "bt.client.secret.file=..., BT's Consumer Secret in it",
                 problems, "is empty: there are no credentials for BT");
    if (settings->topics_replication < settings->topics_min_replication)
        complain(settings, "topics.replication", "at least as many as topics.min.replication", problems,
                 "is below topics.min.replication: the worker would refuse the topics that `topics` creates");
}

static bool kafka_is(const struct settings *settings, const char *name, const char *value)
{
    for (size_t i = 0; i < settings->kafka_count; i++)
        if (ends_with(settings->kafka[i].name, name) && strcasecmp(settings->kafka[i].value, value) == 0)
            return true;
    return false;
}

void settings_warn(const struct settings *settings, struct problems *warnings)
{
    static const char unverified[] = "is off: anybody can answer in its place";

    if (settings->tls_verify == 0)
        complain(settings, "bt.tls.verify", "bt.tls.verify=on, with bt.ca.file", warnings, unverified);
    if (settings->registry_tls_verify == 0)
        complain(settings, "registry.tls.verify", "registry.tls.verify=on, with registry.ca.file", warnings,
                 unverified);
    if (kafka_is(settings, "enable.ssl.certificate.verification", "false"))
        complain(settings, "kafka.enable.ssl.certificate.verification",
                 "leave it out, with kafka.ssl.ca.location", warnings, unverified);
    if (settings_is_in_the_clear(settings->token_url))
        complain(settings, "bt.token.url", "https://", warnings,
                 "is not encrypted on its way, and BT's secret goes there");
    each_registry(settings, warnings, warn_of_registry);
}
