/* Settings from file, environment and defaults; mistakes all at once, and never with a secret in them. */
#include "deadlines.h"

#include "given_settings.h"
#include "log.h"

#define NONE ((const char *const[]){NULL})

static void defaults(void)
{
    struct settings settings;
    struct problems problems = {0};

    settings_load(NULL, NULL, &settings, &problems);
    CU_ASSERT_EQUAL(problems.count, 0);
    given_same("text", settings.group_id, "whc-worker");
    CU_ASSERT_EQUAL(settings.admin_port, 8080);
    CU_ASSERT_EQUAL(settings.settlement_transactions, 1);
    CU_ASSERT_EQUAL(settings.api.attempts_max, 4);
    CU_ASSERT_PTR_NULL(settings.client_secret.hidden);
    CU_ASSERT(*settings.worker_slot != '\0'); /* the host's name */
    deadlines_check(&settings, &problems);
    CU_ASSERT_EQUAL(problems.count, 0);
    settings_release(&settings);
    problems_release(&problems);
}

static void file(void)
{
    struct settings settings;
    struct problems problems = {0};

    given_settings(
        "# a comment\n! another\n\n  admin.port = 81 \r\ngroup.id=a=b\nlog.format=json\nworker.slot=s\n"
        "kafka.security.protocol=SSL\ninput.cugId=CUG6\nbt.window=7\n"
        "bt.portability.window=9\nbt.client.secret=hush\nlog.level=warn",
        NONE, &settings, &problems);
    CU_ASSERT_EQUAL(problems.count, 0);
    CU_ASSERT_EQUAL(settings.admin_port, 81);
    given_same("value with =", settings.group_id, "a=b");
    CU_ASSERT(settings.log_format == 1 && settings.log_level == LOG_WARN && settings.api.window == 7);
    given_same("secret", settings.client_secret.hidden, "hush");
    CU_ASSERT_FATAL(settings.kafka_count == 1 && settings.input_count == 1 && settings.api_count == 1);
    given_same("kafka", settings.kafka[0].name, "security.protocol");
    given_same("input", settings.inputs[0].value, "CUG6");
    settings_release(&settings);
    problems_release(&problems);
}

static void environment(void)
{
    struct settings settings;
    struct problems problems = {0};

    given_settings("admin.port=81\nbt.window=7\nkafka.bootstrap.servers=file:1\n",
                   (const char *const[]){"PATH=/bin", "WHC_ADMIN_PORT=82",
                                         "WHC_KAFKA_BOOTSTRAP_SERVERS=env:2", "WHC_INPUT_cugId=CUG7",
                                         "WHC_BT_WINDOW=8", "WHC_BT_NUMBER_STOCK_WINDOW=3",
                                         "WHC_BT_CLIENT_SECRET=hush", NULL},
                   &settings, &problems);
    CU_ASSERT_EQUAL(problems.count, 0);
    CU_ASSERT_EQUAL(settings.admin_port, 82);
    CU_ASSERT_EQUAL(settings.api.window, 8);
    CU_ASSERT_FATAL(settings.kafka_count == 1 && settings.input_count == 1);
    given_same("kafka", settings.kafka[0].value, "env:2");
    given_same("an input keeps its capitals", settings.inputs[0].name, "cugId");
    given_same("secret", settings.client_secret.hidden, "hush");
    struct api_settings api;
    settings_of_api(&settings, "number-stock", &api, &problems);
    CU_ASSERT_EQUAL(api.window, 3);
    settings_of_api(&settings, "portability", &api, &problems);
    CU_ASSERT_EQUAL(api.window, 8);
    settings_release(&settings);
    problems_release(&problems);
}

static void secret_files(void)
{
    struct settings settings;
    struct problems problems = {0};
    struct fault why;
    CLEANUP(memory_release) char *path = given_file("first \n");
    char line[256], variable[256];

    snprintf(line, sizeof line, "bt.client.secret.file=%s\n", path);
    snprintf(variable, sizeof variable, "WHC_REGISTRY_PASSWORD_FILE=%s", path);
    given_settings(line, (const char *const[]){variable, NULL}, &settings, &problems);
    CU_ASSERT_EQUAL(problems.count, 0);
    given_same("without white space at its end", settings.client_secret.hidden, "first");
    given_same("by environment", settings.registry_password.hidden, "first");
    FILE *out = fopen(path, "w");
    fputs("second", out);
    fclose(out);
    CU_ASSERT(settings_renew_secret(&settings, &why));
    given_same("renewed", settings.client_secret.hidden, "second");
    unlink(path);
    CU_ASSERT_FALSE(settings_renew_secret(&settings, &why));
    given_same("kept when the file is gone", settings.client_secret.hidden, "second");
    settings_release(&settings);
    given_settings(line, NONE, &settings, &problems);
    CU_ASSERT_EQUAL(problems.count, 1);
    settings_release(&settings);
    problems_release(&problems);
}

static const struct {
    const char *line, *variable, *what;
} mistakes[] = {
    {"no equals sign", NULL, "no '='"},
    {"grop.id=x", NULL, "no setting 'grop.id'"},
    {"admin.port=65536", NULL, "admin.port is not an allowed number"},
    {"admin.port=-1", NULL, "admin.port is not an allowed number"},
    {"admin.port=", NULL, "admin.port is not an allowed number"},
    {"admin.port=80x", NULL, "admin.port is not an allowed number"},
    {"admin.port=99999999999999999999", NULL, "admin.port is not an allowed number"},
    {"log.level=loud", NULL, "log.level has no such choice"},
    {"log.level=", NULL, "log.level has no such choice"},
    {"log.level=debug|info", NULL, "log.level has no such choice"},
    {"bt.window=0", NULL, "bt.window is not an allowed number"},
    {"bt.client.secret.file=/nonexistent/secret", NULL, "cannot open the secret file"},
    {"group.id.file=/dev/null", NULL, "no setting 'group.id.file'"},
    {NULL, "WHC_ADMIN_PROT=1", "names no setting"},
    {NULL, "WHC_ADMIN_PORT=high", "admin.port is not an allowed number"},
};

static void bad_lines(void)
{
    struct settings settings;
    struct problems problems;

    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        problems = (struct problems){0};
        given_settings(mistakes[i].line == NULL ? "" : mistakes[i].line,
                       (const char *const[]){mistakes[i].variable, NULL}, &settings, &problems);
        if (problems.count != 1 || strstr(problems.list[0].what, mistakes[i].what) == NULL) {
            printf("\n  %s: %zu problems, %s", mistakes[i].what, problems.count,
                   problems.count > 0 ? problems.list[0].what : "");
            CU_FAIL("case above");
        } else {
            const char *where = mistakes[i].line != NULL ? ":1" : "WHC_";
            CU_ASSERT(strstr(problems.list[0].where, where) != NULL);
        }
        CU_ASSERT_EQUAL(settings.admin_port, 8080); /* a wrong value does not count */
        settings_release(&settings);
        problems_release(&problems);
    }
}

static void all_at_once(void)
{
    struct settings settings;
    struct problems problems = {0};

    given_settings("a\nb=1\nadmin.port=x\nbt.client.secrt=hush\n", (const char *const[]){"WHC_X=1", NULL},
                   &settings, &problems);
    CU_ASSERT_EQUAL(problems.count, 4);
    settings_check_tags(&settings, (const char *const[]){"portability"}, 1, &problems);
    CU_ASSERT_EQUAL(problems.count, 5);
    for (size_t i = 0; i < problems.count; i++)
        CU_ASSERT(strstr(problems.list[i].what, "hush") == NULL &&
                  strstr(problems.list[i].remedy, "hush") == NULL);
    settings_release(&settings);
    problems_release(&problems);
    settings_load("/nonexistent/file", NULL, &settings, &problems);
    CU_ASSERT_EQUAL(problems.count, 1);
    settings_release(&settings);
    problems_release(&problems);
}

/* Which of two would count is a guess; the environment may override one. */
static void twice(void)
{
    static const struct {
        const char *text, *what; /* null: good */
    } texts[] = {
        {"group.id=a\ngroup.id=b\n", "'group.id' is already set in line 1"},
        {"group.id=a\n# x\ngroup.id=a\n", "'group.id' is already set in line 1"},
        {"kafka.bootstrap.servers=a\nkafka.bootstrap.servers=b\n", "'kafka.bootstrap.servers'"},
        {"input.x=1\ninput.x=2\n", "'input.x'"},
        {"bt.window=1\nbt.window=2\n", "'bt.window'"},
        {"bt.portability.window=1\nbt.portability.window=2\n", "'bt.portability.window'"},
        {"bt.client.secret=x\nbt.client.secret.file=/dev/null\n", "'bt.client.secret.file'"},
        {"kafka.sasl.password=x\nkafka.sasl.password.file=/dev/null\n", "'kafka.sasl.password.file'"},
        {"bt.window=1\nbt.portability.window=2\nbt.ca.file=/dev/null\nbt.certificate.file=/dev/null\n", NULL},
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct settings settings;
        struct problems problems = {0};
        given_settings(texts[i].text, (const char *const[]){"WHC_GROUP_ID=c", NULL}, &settings, &problems);
        CU_ASSERT_EQUAL(problems.count, texts[i].what != NULL);
        if (problems.count == 1 && texts[i].what != NULL) {
            CU_ASSERT(strstr(problems.list[0].what, texts[i].what) != NULL);
            CU_ASSERT(strchr(problems.list[0].where, ':') != NULL);
        }
        settings_release(&settings);
        problems_release(&problems);
    }
}

static void api_tags(void)
{
    struct settings settings;
    struct problems problems = {0};
    struct api_settings api;
    const char *const tags[] = {"portability"};

    given_settings("bt.portability.base.url=http://x\nbt.portability.window=0\nbt.portability.nothing=1\n",
                   NONE, &settings, &problems);
    CU_ASSERT_EQUAL(problems.count, 0);
    settings_of_api(&settings, "portability", &api, &problems);
    CU_ASSERT_EQUAL(problems.count, 1); /* the window */
    given_same("text", api.base_url, "http://x");
    CU_ASSERT_EQUAL(api.window, 100);
    settings_check_tags(&settings, tags, 1, &problems);
    CU_ASSERT_EQUAL(problems.count, 2); /* nothing */
    settings_release(&settings);
    problems_release(&problems);
}

/* Passed-through secrets of Kafka come from files, too; other names that end so are passed through as they are. */
static void kafka_secret_files(void)
{
    CLEANUP(memory_release) char *path = given_file("hush\n");
    struct settings settings;
    struct problems problems = {0};
    char text[300];

    snprintf(text, sizeof text, "kafka.producer.sasl.password.file=%s\nkafka.ssl.ca.file=ca.pem\n", path);
    given_settings(text, (const char *const[]){NULL}, &settings, &problems);
    CU_ASSERT_EQUAL(problems.count, 0);
    CU_ASSERT_EQUAL_FATAL(settings.kafka_count, 2);
    given_same("name", settings.kafka[0].name, "producer.sasl.password");
    given_same("value", settings.kafka[0].value, "hush");
    given_same("as it is", settings.kafka[1].name, "ssl.ca.file");
    settings_release(&settings);
    unlink(path);
    given_settings("kafka.sasl.password.file=/nonexistent", (const char *const[]){NULL}, &settings,
                   &problems);
    CU_ASSERT_EQUAL(problems.count, 1);
    settings_release(&settings);
    problems_release(&problems);
}

CU_TestInfo test_config[] = {{"defaults", defaults},
                             {"file", file},
                             {"environment", environment},
                             {"secret files", secret_files},
                             {"Kafka's secret files", kafka_secret_files},
                             {"bad lines", bad_lines},
                             {"all mistakes at once", all_at_once},
                             {"twice", twice},
                             {"settings of one API", api_tags},
                             CU_TEST_INFO_NULL};
