/* The host of a URL: wherever a person has put what he likes around it. */
#include "url.h"

#include "memory.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *url, *host; /* null: none */
} cases[] = {
    {"https://bt.example", "bt.example"},
    {"https://bt.example:8443/x?y#z", "bt.example"},
    {"bt.example/x", "bt.example"},
    {"https://me@bt.example/x@y", "bt.example"},
    {"https://me:secret@bt.example:1", "bt.example"},
    {"https://bt.example@a@evil.example", "evil.example"}, /* the last one counts, as for libcurl */
    {"https://evil.example?@bt.example", "evil.example"},
    {"http://[::1]:80/x", "::1"},
    {"http://[::1", NULL},
    {"http://", NULL},
    {"http://:80", NULL},
    {"", NULL},
};

static void hosts(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char host[URL_HOST_SIZE];
        bool found = url_host(cases[i].url, host);
        if (found != (cases[i].host != NULL) || (found && strcmp(host, cases[i].host) != 0)) {
            printf("\n  %s: %s", cases[i].url, found ? host : "none");
            CU_FAIL("case above");
        }
    }
}

static void same(void)
{
    CU_ASSERT(url_same_host("https://BT.example:1/x", "http://me@bt.EXAMPLE"));
    CU_ASSERT_FALSE(url_same_host("https://bt.example", "https://bt.example.evil.example"));
    CU_ASSERT_FALSE(url_same_host("", "")); /* two URLs without a host are not at one host */
}

CU_TestInfo test_url[] = {{"hosts", hosts}, {"same", same}, CU_TEST_INFO_NULL};
