/* Settings that are read again: what changes, what waits for a restart, and that a mistake changes nothing. */
#include "settings_reload.h"

#include "given_settings.h"
#include "log.h"
#include "settings_check.h"

#include <stdio.h>

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
}

static const char before[] =
    "worker.slot=s\nlog.level=warn\nbt.client.secret=old\nadmin.username=ann\nregistry.password=r\n"
    "bt.call.timeout.ms=1000\nkafka.client.rack=a\ninput.cugId=C\n";

static const struct {
    const char *name, *after;
    bool good;
    const char *restart, *secret, *user;
    int64_t level;
} cases[] = {
    {"the same", before, true, "", "old", "ann", LOG_WARN},
    {"what may change",
     "worker.slot=s\nlog.level=debug\nbt.client.secret=new\nadmin.username=bob\nadmin.password=p\nregistry.password=q\n"
     "bt.call.timeout.ms=1000\nkafka.client.rack=a\ninput.cugId=C\n",
     true, "", "new", "bob", LOG_DEBUG},
    {"what needs a restart",
     "worker.slot=t\nlog.level=warn\nbt.client.secret=new\nadmin.username=ann\nbt.call.timeout.ms=2000\n"
     "kafka.client.rack=b\nkafka.client.id=x\nbt.portability.window=3\nwatchdog.ms=9000\nregistry.password=r\n",
     true,
     "worker.slot watchdog.ms bt.call.timeout.ms bt.portability.window kafka.client.rack kafka.client.id"
     " input.cugId",
     "new", "ann", LOG_WARN},
    {"a secret that is empty",
     "worker.slot=s\nlog.level=warn\nbt.client.secret=old\nadmin.username=ann\nbt.call.timeout.ms=1000\n"
     "kafka.client.rack=a\ninput.cugId=C\nregistry.password.file=/dev/null\n",
     true, "registry.password", "old", "ann", LOG_WARN},
    {"BT's secret is empty", "worker.slot=s\nlog.level=warn\nbt.client.secret.file=/dev/null\n", false, "",
     "old", "ann", LOG_WARN},
    {"a file that is not there", "bt.client.secret=new\nadmin.tls.key.file=/no/such/file\n", false, "", "old",
     "ann", LOG_WARN},
    {"a mistake", "worker.slot=s\nlog.level=loud\nbt.client.secret=new\n", false, "", "old", "ann", LOG_WARN},
    {"a secret that is gone", "worker.slot=s\nlog.level=warn\nbt.client.secret.file=/no/such/file\n", false,
     "", "old", "ann", LOG_WARN},
};

static void reloaded(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(memory_release) char *path = given_file(before);
        CLEANUP(buffer_release) struct buffer restart = {0};
        struct problems problems = {0};
        struct settings settings;

        buffer_init(&restart, 1000);
        settings_load(path, NULL, &settings, &problems);
        CU_ASSERT_EQUAL(problems.count, 0);
        write_text(path, cases[i].after);
        CU_ASSERT_EQUAL(settings_reload(&settings, NULL, settings_check_values, &problems, &restart),
                        cases[i].good);
        CU_ASSERT_EQUAL(problems.count == 0, cases[i].good);
        given_same(cases[i].name, buffer_text(&restart), cases[i].restart);
        given_same(cases[i].name, settings.client_secret.hidden, cases[i].secret);
        given_same(cases[i].name, settings.admin_username, cases[i].user);
        CU_ASSERT_EQUAL(settings.log_level, cases[i].level);
        CU_ASSERT_EQUAL(settings.api.call_timeout_ms, 1000);
        settings_release(&settings);
        problems_release(&problems);
        unlink(path);
    }
}

CU_TestInfo test_settings_reload[] = {{"reloaded", reloaded}, CU_TEST_INFO_NULL};
