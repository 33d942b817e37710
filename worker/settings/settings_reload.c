/* Reads the settings again, and takes over only those that may change while the worker runs. */
#include "settings_reload.h"

#include "buffer.h"
#include "invariant.h"
#include "memory.h"
#include "settings.h"
#include "settings_check.h"

#include <string.h>

static bool same_text(const char *one, const char *other)
{
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

static bool same_value(const struct setting *row, const void *one, const void *other)
{
    switch (row->type) {
    case SETTING_TEXT:
        return same_text(*(char *const *)one, *(char *const *)other);
    case SETTING_SECRET:
        return same_text(((const struct secret *)one)->hidden, ((const struct secret *)other)->hidden);
    case SETTING_NUMBER:
    case SETTING_CHOICE:
        break;
    }
    return *(const int64_t *)one == *(const int64_t *)other;
}

static bool may_change(const struct setting *row)
{
    static const char *const names[] = {
        "log.level",        "admin.tls.certificate.file",  "admin.tls.key.file",
        "admin.username",   "listen.tls.certificate.file", "listen.tls.key.file",
        "listen.client.id", "listen.client.previous.id"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(row->name, names[i]) == 0)
            return true;
    return row->type == SETTING_SECRET;
}

/* What `from` has then is released with it. */
static void exchange(const struct setting *row, void *into, void *from)
{
    unsigned char kept[sizeof(struct secret)];
    size_t size = row->type == SETTING_TEXT     ? sizeof(char *)
                  : row->type == SETTING_SECRET ? sizeof(struct secret)
                                                : sizeof(int64_t);

    _Static_assert(sizeof kept >= sizeof(char *) && sizeof kept >= sizeof(int64_t), "a value fits");
    memcpy(kept, into, size);
    memcpy(into, from, size);
    memcpy(from, kept, size);
}

static void note(struct buffer *restart, const char *prefix, const char *name)
{
    buffer_print(restart, "%s%s%s", restart->length > 0 ? " " : "", prefix, name);
}

/* A password that a file holds is followed by itself (kafka/credentials.h). */
static void compare_named(const struct named_value *now, size_t now_count, const struct named_value *then,
                          size_t then_count, const char *prefix, struct buffer *restart)
{
    for (size_t i = 0; i < then_count; i++) {
        size_t at = 0;
        while (at < now_count && strcmp(now[at].name, then[i].name) != 0)
            at++;
        bool same = at < now_count && same_text(now[at].file, then[i].file) &&
                    (then[i].file != NULL || strcmp(now[at].value, then[i].value) == 0);
        if (!same)
            note(restart, prefix, then[i].name);
    }
    for (size_t i = 0; i < now_count; i++) {
        size_t at = 0;
        while (at < then_count && strcmp(now[i].name, then[at].name) != 0)
            at++;
        if (at == then_count)
            note(restart, prefix, now[i].name);
    }
}

/* Its file is just being written, or it is to go: that counts from the next start on. One that is previous may go. */
static bool is_lost_secret(const struct setting *row, const void *now, const void *then)
{
    return strstr(row->name, ".previous") == NULL && row->type == SETTING_SECRET &&
           ((const struct secret *)now)->hidden != NULL && ((const struct secret *)then)->hidden == NULL;
}

static void take_over(struct settings *settings, struct settings *read, struct buffer *restart)
{
    for (size_t i = 0; i < settings_table_count; i++) {
        const struct setting *row = &settings_table[i];
        void *now = (char *)settings + row->place, *then = (char *)read + row->place;
        bool changes = may_change(row) && !is_lost_secret(row, now, then);
        if (changes)
            exchange(row, now, then);
        else if (!same_value(row, now, then))
            note(restart, "", row->name);
    }
    for (size_t i = 0; i < api_settings_table_count; i++) {
        const struct setting *row = &api_settings_table[i];
        if (!same_value(row, (char *)&settings->api + row->place, (char *)&read->api + row->place))
            note(restart, "bt.", row->name);
    }
    compare_named(settings->apis, settings->api_count, read->apis, read->api_count, "bt.", restart);
    compare_named(settings->kafka, settings->kafka_count, read->kafka, read->kafka_count, "kafka.", restart);
    compare_named(settings->inputs, settings->input_count, read->inputs, read->input_count, "input.",
                  restart);
    char *file = settings->client_secret_file;
    settings->client_secret_file = read->client_secret_file;
    read->client_secret_file = file;
}

bool settings_reload(struct settings *settings, char *const environment[], settings_check_fn *check,
                     struct problems *problems, struct buffer *restart)
{
    struct settings read;
    size_t before = problems->count;

    REQUIRE(settings->path != NULL && settings->given != NULL); /* loaded before: null would mean no file */
    settings_load(settings->path, environment, &read, problems);
    settings_check_kafka(&read, problems);
    check(&read, problems);
    bool good = problems->count == before;
    if (good)
        take_over(settings, &read, restart);
    settings_release(&read);
    return good;
}
