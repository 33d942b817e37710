/* Lists the hosts that an API's access token may be sent to. */
#include "token_hosts.h"

#include "url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_listed(const char *list, const char *host)
{
    for (const char *at = list; *at != '\0';) {
        at += strspn(at, ", ");
        size_t length = strcspn(at, ", ");
        if (length > 0 && length == strlen(host) && strncasecmp(at, host, length) == 0)
            return true;
        at += length;
    }
    return false;
}

static bool may_go_to(const struct settings *settings, const struct openapi *openapi, const char *url)
{
    char host[URL_HOST_SIZE];

    if (!url_host(url, host))
        return false;
    if (*settings->api.base_url != '\0' && url_same_host(settings->api.base_url, url))
        return true;
    for (size_t i = 0; i < openapi->server_count; i++)
        if (url_same_host(openapi->servers[i].url, url))
            return true;
    return is_listed(settings->token_hosts, host);
}

static bool sends_token(const struct openapi *openapi, const char *tag)
{
    for (size_t i = 0; i < openapi->operation_count; i++)
        if (openapi->operations[i].token && strcmp(openapi->operations[i].tag, tag) == 0)
            return true;
    return false;
}

void token_hosts_check(const struct settings *settings, const struct openapi *openapi,
                       struct problems *problems)
{
    for (size_t i = 0; i < openapi->tag_count; i++) {
        const char *tag = openapi->tags[i];
        struct problems ignored = {0};
        struct api_settings api;
        char host[URL_HOST_SIZE], remedy[600];

        settings_of_api(settings, tag, &api, &ignored);
        problems_release(&ignored);
        if (*api.base_url == '\0' || !sends_token(openapi, tag) || may_go_to(settings, openapi, api.base_url))
            continue;
        if (!url_host(api.base_url, host))
            continue; /* it is not a URL, and that is reported */
        snprintf(remedy, sizeof remedy,
                 "bt.token.hosts=%s, or \"security\": [] at the operations of '%.100s' if they need none",
                 host, tag);
        problems_add(
            problems, tag, remedy,
            "bt.%s.base.url would send BT's access token to '%s', which the description does not name", tag,
            host);
    }
}
