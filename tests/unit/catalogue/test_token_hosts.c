/* Where the access token may go. */
#include "token_hosts.h"

#include "given_catalogue.h"

static char get[] = "getA", tag[] = "a", other_tag[] = "b", live[] = "https://api.bt.example/x",
            sandbox[] = "http://[::1]:80";

static const struct {
    const char *settings;
    bool token;
    const char *mistake; /* null: none */
} cases[] = {
    {"", true, NULL},
    {"bt.a.base.url=https://API.bt.example:8443/y\n", true, NULL},
    {"bt.a.base.url=http://[::1]\n", true, NULL},
    {"bt.a.base.url=https://api.bt.example.evil.example\n", true, "to 'api.bt.example.evil.example'"},
    {"bt.a.base.url=https://api.bt.example@evil.example/x\n", true, "to 'evil.example'"},
    {"bt.a.base.url=https://me@api.bt.example@evil.example\n", true, "to 'evil.example'"},
    {"bt.a.base.url=https://evil.example\n", false, NULL},
    {"bt.base.url=http://127.0.0.1:1\n", true, NULL},
    {"bt.base.url=http://127.0.0.1:1\nbt.a.base.url=http://127.0.0.1:2\n", true, NULL},
    {"bt.base.url=http://127.0.0.1:1\nbt.a.base.url=http://127.0.0.2:1\n", true, "to '127.0.0.2'"},
    {"bt.a.base.url=http://127.0.0.2:1\nbt.token.hosts=x, 127.0.0.2\n", true, NULL},
    {"bt.a.base.url=http://127.0.0.2:1\nbt.token.hosts=127.0.0.22\n", true, "bt.a.base.url would send"},
};

static void places(void)
{
    char *folder = given_folder(), path[1024], *tags[] = {tag, other_tag};
    struct openapi_server servers[] = {{live, true}, {sandbox, false}};

    snprintf(path, sizeof path, "%s/settings", folder);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct operation operation = {.id = get, .tag = tag, .token = cases[i].token};
        struct openapi openapi = {&operation, 1, tags, 2, servers, 2, NULL, NULL, NULL, 0};
        struct problems problems = {0};
        struct settings settings;
        given_in_folder(folder, "settings", cases[i].settings);
        settings_load(path, NULL, &settings, &problems);
        token_hosts_check(&settings, &openapi, &problems);
        if (cases[i].mistake == NULL)
            given_no_problem(cases[i].settings, &problems);
        else
            given_problem(cases[i].settings, &problems, "a", cases[i].mistake);
        settings_release(&settings);
        problems_release(&problems);
    }
    given_remove_folder(folder);
}

CU_TestInfo test_token_hosts[] = {{"places", places}, CU_TEST_INFO_NULL};
