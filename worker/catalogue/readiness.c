/* Compares the settings with the catalogue: operations to be accepted, base URLs, credentials, the proxy. */
#include "readiness.h"

#include "acceptance.h"
#include "deadlines.h"
#include "memory.h"
#include "settings.h"
#include "settings_check.h"
#include "timestamp.h"
#include "token_hosts.h"
#include "url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { DAY_MS = 86400000, HOLIDAYS_AHEAD = 365 /* days: further than any date that is agreed on */ };
enum { INSTANCE_MAX = 249 /* of a group.instance.id in Kafka's own client */ };

static bool is_production(const struct openapi *openapi, const char *url)
{
    for (size_t i = 0; i < openapi->server_count; i++)
        if (openapi->servers[i].production && url_same_host(openapi->servers[i].url, url))
            return true;
    return false;
}

static bool is_listed(const char *list, const char *id)
{
    size_t length = strlen(id);

    for (const char *at = list; (at = strstr(at, id)) != NULL; at += length)
        if ((at == list || strchr(", ", at[-1]) != NULL) &&
            (at[length] == '\0' || strchr(", ", at[length]) != NULL))
            return true;
    return false;
}

/* Nobody sends orders to a path that we made up without saying so. */
static void check_proposed(const struct settings *settings, const struct openapi *openapi,
                           const struct step *step, const char *type, struct problems *problems)
{
    const struct operation *operation = step->operation;
    struct api_settings api;
    struct problems ignored = {0};
    char remedy[300];

    if (operation == NULL || operation->evidence != EVIDENCE_PROPOSED ||
        is_listed(settings->accept_proposed, operation->id))
        return;
    settings_of_api(settings, operation->tag, &api, &ignored);
    problems_release(&ignored);
    const char *url = *api.base_url != '\0' ? api.base_url : openapi->servers[0].url;
    if (!is_production(openapi, url))
        return;
    snprintf(remedy, sizeof remedy,
             "bt.accept.proposed=...,%.100s once BT has confirmed it, or another bt.%.60s.base.url",
             operation->id, operation->tag);
    problems_add(
        problems, type, remedy,
        "operation '%s' is only proposed (its path is made up), and it would be called on a production host",
        operation->id);
}

/* `tag` "" : the one for all APIs, which is reported once. */
static void check_base(const char *url, const char *tag, struct problems *problems)
{
    const char *where = *tag != '\0' ? tag : "bt.base.url", *dot = *tag != '\0' ? "." : "";
    size_t length = strlen(url);
    struct fault why;

    if (length > 0 && !settings_check_url(url, true, &why))
        problems_add(problems, where, "https://host, perhaps with a path", "bt.%s%sbase.url %s", tag, dot,
                     why.text);
    else if (length > 0 && url[length - 1] == '/')
        problems_add(problems, where, "leave the slash out", "bt.%s%sbase.url ends with a slash", tag, dot);
}

static void check_api(const struct settings *settings, const char *tag, struct problems *problems)
{
    struct api_settings api;

    settings_of_api(settings, tag, &api, problems);
    if (api.base_url != settings->api.base_url)
        check_base(api.base_url, tag, problems);
    /* What holds for all APIs was reported once already. */
    if (api.call_timeout_ms != settings->api.call_timeout_ms ||
        api.tcp_user_timeout_ms != settings->api.tcp_user_timeout_ms ||
        api.delivery_max_ms != settings->api.delivery_max_ms ||
        api.read_lag_ms != settings->api.read_lag_ms ||
        api.absent_after_ms != settings->api.absent_after_ms ||
        api.absent_after_own_ms != settings->api.absent_after_own_ms)
        deadlines_check_api(settings, tag, &api, problems);
}

/*
 * Group "g" with slot "b/c" would be group "g/b" with slot "c". librdkafka cannot copy a membership with other than
 * printable ASCII in it, and Kafka's own clients take such names only for an instance.
 */
static void check_slot(const struct settings *settings, struct problems *problems)
{
    static const char legal[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    const char *slot = settings->worker_slot, *group = settings->group_id;
    size_t length = strlen(group) + 1 + strlen(slot);

    if (slot[strspn(slot, legal)] != '\0')
        problems_add(problems, "worker.slot", "letters, digits, '.', '_' and '-'",
                     "worker.slot '%.100s' has another character in it", slot);
    for (; *group != '\0'; group++)
        if (*group < ' ' || *group > '~') {
            problems_add(problems, "group.id", "printable ASCII", "group.id has a character that is not");
            break;
        }
    if (length > INSTANCE_MAX)
        problems_add(problems, "worker.slot", "a shorter name",
                     "<group.id>-<worker.slot> has %zu characters, %d are possible", length, INSTANCE_MAX);
}

/* A misspelt name would accept nothing, or another operation than is meant. */
static void check_accepted(const struct settings *settings, const struct openapi *openapi,
                           struct problems *problems)
{
    for (const char *at = settings->accept_proposed; *(at += strspn(at, ", ")) != '\0';) {
        size_t length = strcspn(at, ", ");
        CLEANUP(memory_release) char *id = memory_text_of(at, length);
        if (openapi_operation(openapi, id) == NULL)
            problems_add(problems, settings_where(settings, "bt.accept.proposed"),
                         "an operationId of bt-whc.openapi.json",
                         "bt.accept.proposed has no operation '%.200s'", id);
        at += length;
    }
}

static void check_acceptance(const struct settings *settings, struct problems *problems)
{
    struct fault why;

    if (!acceptance_check(settings->takeover_accept, &why))
        problems_add(problems, "takeover.accept", "as the worker named it: whc.order-requests/3@1200", "%s",
                     why.text);
}

/* What the operators' pages are given must be whole: half of it would show them to anybody. */
static void check_pages(const struct settings *settings, struct problems *problems)
{
    bool certificate = *settings->admin_certificate_file != '\0', key = *settings->admin_key_file != '\0';
    bool user = *settings->admin_username != '\0', password = settings->admin_password.hidden != NULL;

    if (certificate != key)
        problems_add(problems, "admin.tls.certificate.file", "both of them, or none",
                     "admin.tls.certificate.file and admin.tls.key.file are both needed");
    if (user != password)
        problems_add(problems, "admin.username", "both of them, or none",
                     "admin.username and admin.password are both needed");
    if (strchr(settings->admin_username, ':') != NULL)
        problems_add(problems, "admin.username", "a name without it",
                     "admin.username has a colon, which ends the name in HTTP Basic");
}

static void check_needs(const struct settings *settings, struct problems *problems)
{
    if (settings->outcome_framing != FRAME_SINGLE_OBJECT && *settings->registry_url == '\0')
        problems_add(problems, "outcome.framing",
                     "registry.url=http://host:port, or outcome.framing=single-object",
                     "Confluent framing needs a schema registry");
    if (*settings->proxy_url != '\0' && strncmp(settings->proxy_url, "http://", 7) != 0)
        problems_add(problems, "bt.proxy.url", "http://host:port",
                     "bt.proxy.url is not a proxy that can be used");
    if (*settings->client_id == '\0')
        problems_add(problems, "bt.client.id", "bt.client.id and bt.client.secret, from BT's portal",
                     "there are no credentials for BT");
}

static bool has_dates(const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++)
        if (workflow->steps[i].start_at != NULL)
            return true;
    return false;
}

/* The first order type that starts a step on a day (x-start-at); null: none does. */
static const struct order_type *dated_type(const struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->type_count; i++) {
        const struct order_type *type = catalogue->types[i];
        if (has_dates(type->workflow))
            return type;
        for (size_t v = 0; v < type->version_count; v++)
            if (has_dates(type->versions[v]->workflow))
                return type;
    }
    return NULL;
}

/* Without a zone 10:00 would be some other hour; a zone that the system does not have was reported. */
static void check_calendar(const struct catalogue *catalogue, struct problems *problems)
{
    const struct order_type *type = dated_type(catalogue);

    if (type != NULL && catalogue->calendar.time_zone == NULL)
        problems_add(problems, "common/holidays.json", "{\"timeZone\": \"Europe/London\", \"days\": []}",
                     "'%s' starts a step on a day (x-start-at), and no calendar says where days begin",
                     type->name);
}

static void warn_of_calendar(const struct catalogue *catalogue, int64_t wall_ms, struct problems *warnings)
{
    const struct calendar *calendar = &catalogue->calendar;
    const struct order_type *type = dated_type(catalogue);
    int32_t last = calendar->count == 0 ? 0 : calendar->days[calendar->count - 1];
    char text[TIMESTAMP_TEXT_SIZE] = "never";

    if (type == NULL || last >= wall_ms / DAY_MS + HOLIDAYS_AHEAD)
        return;
    if (calendar->count > 0)
        timestamp_print_date(last, text);
    problems_add(
        warnings, "common/holidays.json", "add the holidays of the next years",
        "the holidays do not reach 12 months ahead (the last one: %s): after it '%s' starts steps on "
        "days that may be holidays",
        text, type->name);
}

void readiness_check(const struct settings *settings, const struct catalogue *catalogue,
                     struct problems *problems)
{
    const struct openapi *openapi = &catalogue->openapi;

    deadlines_check(settings, problems);
    if (catalogue->ledger_record == NULL || catalogue->ledger_owner == NULL || catalogue->decision == NULL)
        problems_add(
            problems, "common", "take them over from the catalogue that came with this worker",
            "LedgerRecord.avsc, LedgerOwner.avsc or Decision.avsc is missing: nothing could be owned");
    check_calendar(catalogue, problems);
    if (openapi->server_count == 0)
        return;
    settings_check_tags(settings, (const char *const *)openapi->tags, openapi->tag_count, problems);
    check_base(settings->api.base_url, "", problems);
    for (size_t i = 0; i < openapi->tag_count; i++)
        check_api(settings, openapi->tags[i], problems);
    token_hosts_check(settings, openapi, problems);
    check_needs(settings, problems);
    settings_check_values(settings, problems);
    check_accepted(settings, openapi, problems);
    check_pages(settings, problems);
    check_acceptance(settings, problems);
    check_slot(settings, problems);
    for (size_t i = 0; i < catalogue->type_count; i++) {
        const struct order_type *type = catalogue->types[i];
        for (size_t w = 0; catalogue_serves(type, settings) && w < type->arazzo.workflow_count; w++)
            for (size_t s = 0; s < type->arazzo.workflows[w].step_count; s++)
                check_proposed(settings, openapi, &type->arazzo.workflows[w].steps[s], type->name, problems);
    }
}

void readiness_warn(const struct settings *settings, const struct catalogue *catalogue, int64_t wall_ms,
                    struct problems *warnings)
{
    const struct openapi *openapi = &catalogue->openapi;
    struct problems ignored = {0};

    settings_warn(settings, warnings);
    warn_of_calendar(catalogue, wall_ms, warnings);
    if (settings_is_in_the_clear(settings->api.base_url))
        problems_add(warnings, "bt.base.url", "https://", "bt.base.url is not encrypted on its way: %s",
                     settings->api.base_url);
    for (size_t i = 0; i < openapi->tag_count && openapi->server_count > 0; i++) {
        struct api_settings api;
        settings_of_api(settings, openapi->tags[i], &api, &ignored);
        const char *url = *api.base_url != '\0' ? api.base_url : openapi->servers[0].url;
        if (url != settings->api.base_url && settings_is_in_the_clear(url))
            problems_add(warnings, openapi->tags[i], "https://",
                         "bt.%s.base.url is not encrypted on its way: %s", openapi->tags[i], url);
    }
    problems_release(&ignored);
}
