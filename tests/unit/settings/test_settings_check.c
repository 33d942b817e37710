/* Values of settings: what is refused, where it was given, and what is only warned of. */
#include "settings_check.h"

#include "given_settings.h"

enum check { CHECK_KAFKA, CHECK_VALUES, CHECK_WARN };

#define READY "bt.client.secret=hush\n"

static const struct {
    enum check check;
    const char *text, *where, *what; /* where null: good */
} cases[] = {
    {CHECK_KAFKA, "", NULL, NULL},
    {CHECK_KAFKA, "group.id=\n", ":1", "group.id is empty"},
    {CHECK_KAFKA, "\ntopic.dead=\n", ":2", "topic.dead '' is not a topic name"},
    {CHECK_KAFKA, "topic.dead=a b\n", ":1", "'a b' is not a topic name"},
    {CHECK_KAFKA, "topic.dead=a/b\n", ":1", "'a/b' is not a topic name"},
    {CHECK_KAFKA, "topic.dead=..\n", ":1", "'..' is not a topic name"},
    {CHECK_KAFKA, "topic.dead=...\n", NULL, NULL},
    {CHECK_KAFKA, "topic.signals=whc.order-ledger\n", "topic.ledger", "and topic.signals are one topic"},
    {CHECK_KAFKA, "topic.outcomes=a\ntopic.dead=a\n", ":2",
     "topic.dead and topic.outcomes are one topic, 'a'"},
    {CHECK_KAFKA, "topic.outcomes=a.b\ntopic.dead=a_b\n", ":2", "to Kafka '.' is '_'"},
    {CHECK_KAFKA, "kafka.ssl.ca.location=/nonexistent/ca.pem\n", ":1",
     "kafka.ssl.ca.location '/nonexistent/ca.pem' cannot be read"},
    {CHECK_KAFKA, "kafka.producer.ssl.key.location=/nonexistent/key.pem\n", ":1", "cannot be read"},
    {CHECK_KAFKA, "kafka.ssl.ca.location=probe\n", NULL, NULL},
    {CHECK_KAFKA, "kafka.ssl.ca.location=/etc\n", NULL, NULL},
    {CHECK_KAFKA, "kafka.ssl.key.location=/etc\n", ":1", "Is a directory"},
    {CHECK_VALUES, READY, NULL, NULL},
    {CHECK_VALUES, "bt.client.secret=\n", ":1", "bt.client.secret is empty"},
    {CHECK_VALUES, "bt.client.secret.file=/dev/null\n", ":1", "bt.client.secret is empty"},
    {CHECK_VALUES, READY "admin.address=localhost\n", ":2", "admin.address is not an IP address"},
    {CHECK_VALUES, READY "admin.address=999.1.1.1\n", ":2", "is not an IP address"},
    {CHECK_VALUES, READY "admin.address=\n", ":2", "is not an IP address"},
    {CHECK_VALUES, READY "admin.address=::1\n", NULL, NULL},
    {CHECK_VALUES, READY "bt.token.url=foo\n", ":2", "bt.token.url is not a URL"},
    {CHECK_VALUES, READY "bt.token.url=https://bt.example/token?x=1\n", NULL, NULL},
    {CHECK_VALUES, READY "registry.url=nonsense\n", ":2", "registry.url is not a URL"},
    {CHECK_VALUES, READY "registry.url=http://a:1, https://b/apis\n", NULL, NULL},
    {CHECK_VALUES, READY "registry.url=http://a:1,b\n", ":2", "registry.url is not a URL"},
    {CHECK_VALUES, READY "registry.url=http://a:1,\n", NULL, NULL},
    {CHECK_VALUES, READY "registry.url=http://a:x\n", ":2", "names no host, or no port"},
    {CHECK_VALUES, READY "bt.ca.file=/nonexistent\n", ":2", "bt.ca.file '/nonexistent' cannot be read"},
    {CHECK_VALUES, READY "bt.certificate.file=/nonexistent\n", ":2", "bt.certificate.file"},
    {CHECK_VALUES, READY "bt.key.file=/nonexistent\n", ":2", "bt.key.file"},
    {CHECK_VALUES, READY "registry.ca.file=/nonexistent\n", ":2", "registry.ca.file"},
    {CHECK_VALUES, READY "registry.certificate.file=/nonexistent\n", ":2", "registry.certificate.file"},
    {CHECK_VALUES, READY "registry.key.file=/nonexistent\n", ":2", "registry.key.file"},
    {CHECK_VALUES, READY "admin.tls.certificate.file=/nonexistent\n", ":2", "admin.tls.certificate.file"},
    {CHECK_VALUES, READY "admin.tls.key.file=/nonexistent\n", ":2", "admin.tls.key.file"},
    {CHECK_VALUES, READY "bt.proxy.url=http://:3128\n", ":2", "bt.proxy.url names no host"},
    {CHECK_VALUES, READY "bt.proxy.url=http://proxy.example:3128\n", NULL, NULL},
    {CHECK_VALUES, READY "bt.ca.file=/etc\n", ":2", "'/etc' cannot be read: Is a directory"},
    {CHECK_VALUES, READY "bt.ca.file=/dev/null\n", NULL, NULL},
    {CHECK_VALUES, READY "topics.replication=1\ntopics.min.replication=2\n", ":2",
     "below topics.min.replication"},
    {CHECK_VALUES, READY "topics.min.replication=4\n", "topics.replication", "below topics.min.replication"},
    {CHECK_WARN, "", NULL, NULL},
    {CHECK_WARN, "bt.tls.verify=off\n", ":1", "bt.tls.verify is off"},
    {CHECK_WARN, "registry.tls.verify=off\n", ":1", "registry.tls.verify is off"},
    {CHECK_WARN, "kafka.enable.ssl.certificate.verification=false\n", "kafka.", "is off"},
    {CHECK_WARN, "bt.token.url=http://bt.example/token\n", ":1", "not encrypted"},
    {CHECK_WARN, "bt.token.url=https://bt.example/token\n", NULL, NULL},
    {CHECK_WARN, "bt.token.url=http://127.0.0.1:8480/token\n", NULL, NULL},
    {CHECK_WARN, "registry.url=http://localhost:1,http://registry:1\n", ":1",
     "registry.url is not encrypted"},
};

static void values(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct settings settings;
        struct problems problems = {0};
        given_settings(cases[i].text, (const char *const[]){NULL}, &settings, &problems);
        CU_ASSERT_EQUAL(problems.count, 0);
        (cases[i].check == CHECK_KAFKA    ? settings_check_kafka
         : cases[i].check == CHECK_VALUES ? settings_check_values
                                          : settings_warn)(&settings, &problems);
        bool good = problems.count == (cases[i].where != NULL ? 1 : 0);
        if (good && cases[i].where != NULL)
            good = strstr(problems.list[0].where, cases[i].where) != NULL &&
                   strstr(problems.list[0].what, cases[i].what) != NULL && *problems.list[0].remedy != '\0';
        if (!good) {
            printf("\n  %s: %zu problems, '%s' at '%s'", cases[i].text, problems.count,
                   problems.count > 0 ? problems.list[0].what : "",
                   problems.count > 0 ? problems.list[0].where : "");
            CU_FAIL("case above");
        }
        settings_release(&settings);
        problems_release(&problems);
    }
}

static const struct {
    const char *url;
    bool base, good, clear;
} urls[] = {
    {"https://bt.example", true, true, false},
    {"http://bt.example", true, true, true},
    {"http://bt.example:80/a/b", true, true, true},
    {"http://user:word@bt.example/", true, true, true},
    {"http://user@localhost:80", true, true, false},
    {"http://LOCALHOST", true, true, false},
    {"http://localhost.example", true, true, true},
    {"http://127.9.9.9:1", true, true, false},
    {"http://128.0.0.1:1", true, true, true},
    {"http://[::1]:8080/a", true, true, false},
    {"http://[2001:db8::1]", true, true, true},
    {"http://[::1", true, false, false},
    {"http://bt.example?a", true, false, true},
    {"http://bt.example?a", false, true, true},
    {"http://bt.example#a", false, false, true},
    {"", false, false, false},
    {"bt.example", false, false, false},
    {"ftp://bt.example", false, false, false},
    {"HTTP://bt.example", false, false, false},
    {"http://", false, false, false},
    {"http://:80", false, false, false},
    {"http:///a", false, false, false},
    {"http://bt.example:", false, false, true},
    {"http://bt.example:0", false, false, true},
    {"http://bt.example:65536", false, false, true},
    {"http://bt.example:8o", false, false, true},
    {"http://bt example", false, false, true},
    {"http://bt.example/~a!b", true, true, true},
    {"http://bt.example/a\x7f", false, false, true},
    {"http://bt.example/a\x1f", false, false, true},
    {"http://bt.example:1", true, true, true},
    {"http://bt.example:65535", true, true, true},
    {"http://bt.example:99999999999999999999", false, false, true},
    {"http://bt.example:-1", false, false, true},
    {"http://b\xc3\xa9.example", false, false, true},
};

static void hosts(void)
{
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        struct fault why = {.text = ""};
        bool good = settings_check_url(urls[i].url, urls[i].base, &why);
        bool clear = settings_is_in_the_clear(urls[i].url);
        if (good != urls[i].good || clear != urls[i].clear) {
            printf("\n  %s: good %d, in the clear %d; %s", urls[i].url, good, clear, why.text);
            CU_FAIL("case above");
        }
    }
}

CU_TestInfo test_settings_check[] = {{"values", values}, {"hosts", hosts}, CU_TEST_INFO_NULL};
