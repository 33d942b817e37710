/* The settings of whc-worker listen: what is refused, and with which words. */
#include "listen_check.h"

#include "given_settings.h"

#include <stdio.h>

#define CLIENT "listen.client.id=bt\nlisten.client.secret=0123456789abcdef\n"
#define KEY "listen.token.key=0123456789abcdef0123456789abcdef\n"
#define GOOD CLIENT KEY
#define READABLE SOURCE_DIR "/CMakeLists.txt"

static const struct {
    const char *name, *text, *where, *what; /* what null: nothing is wrong */
} cases[] = {
    {"as it is delivered, with client and key", GOOD, NULL, NULL},
    {"IPv6 of this machine", GOOD "listen.address=::1\n", NULL, NULL},
    {"behind a gateway", GOOD "listen.address=0.0.0.0\nlisten.behind.proxy=on\n", NULL, NULL},
    {"in the clear", GOOD "listen.address=0.0.0.0\n", "listen.address", "would travel in the clear"},
    {"in the clear by IPv6", GOOD "listen.address=::\n", "listen.address", "would travel in the clear"},
    {"a name", GOOD "listen.address=localhost\n", "listen.address", "is not an IP address"},
    {"a name for the pages", GOOD "listen.admin.address=localhost\n", "listen.admin.address",
     "is not an IP address"},
    {"a certificate without a key", GOOD "listen.tls.certificate.file=" READABLE "\nlisten.address=0.0.0.0\n",
     "listen.tls.key.file", "is missing"},
    {"a key without a certificate", GOOD "listen.tls.key.file=" READABLE "\n", "listen.tls.certificate.file",
     "is missing"},
    {"files that are not there", GOOD "listen.tls.certificate.file=/none\nlisten.tls.key.file=" READABLE "\n",
     "listen.tls.certificate.file", "cannot be read"},
    {"no client", KEY "listen.client.secret=0123456789abcdef\n", "listen.client.id", "is missing"},
    {"a colon", KEY "listen.client.id=b:t\nlisten.client.secret=0123456789abcdef\n", "listen.client.id",
     "has a ':'"},
    {"no secret", KEY "listen.client.id=bt\n", "listen.client.secret", "is missing"},
    {"a short secret", KEY "listen.client.id=bt\nlisten.client.secret=0123456789abcde\n",
     "listen.client.secret", "shorter than 16"},
    {"a second client without a secret", GOOD "listen.client.previous.id=bt\n",
     "listen.client.previous.secret", "is missing"},
    {"a second secret without a client", GOOD "listen.client.previous.secret=0123456789abcdef\n",
     "listen.client.previous.id", "is missing"},
    {"two clients of one id",
     GOOD "listen.client.previous.id=bt\nlisten.client.previous.secret=fedcba9876543210\n", NULL, NULL},
    {"no key", CLIENT, "listen.token.key", "is missing"},
    {"a short key", CLIENT "listen.token.key=0123456789abcdef0123456789abcde\n", "listen.token.key",
     "shorter than 32"},
    {"a short key before", GOOD "listen.token.key.previous=short\n", "listen.token.key.previous",
     "shorter than 32"},
};

static void values(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct settings settings;
        struct problems problems = {0};
        given_settings(cases[i].text, NULL, &settings, &problems);
        size_t before = problems.count;
        listen_check(&settings, &problems);
        bool right =
            cases[i].what == NULL
                ? problems.count == before
                : problems.count == before + 1 && strstr(problems.list[before].what, cases[i].what) != NULL &&
                      strncmp(problems.list[before].what, cases[i].where, strlen(cases[i].where)) == 0;
        if (!right) {
            printf("\n  %s: %zu problems, %s", cases[i].name, problems.count - before,
                   problems.count > before ? problems.list[before].what : "");
            CU_FAIL("case above");
        }
        settings_release(&settings);
        problems_release(&problems);
    }
}

CU_TestInfo test_listen_check[] = {{"values", values}, CU_TEST_INFO_NULL};
