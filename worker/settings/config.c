/* Reads settings from the file, the environment and secret files, and collects the mistakes in them. */
#include "config.h"

#include "buffer.h"
#include "invariant.h"
#include "memory.h"
#include "settings.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX_BYTES = 1048576 };

static const char prefix_env[] = "WHC_";

/* "request.max.bytes" -> "WHC_REQUEST_MAX_BYTES" */
static void env_name(const char *prefix, const char *name, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s", prefix_env, prefix, name);
    for (char *at = out; *at != '\0'; at++)
        *at = *at == '.' || *at == '-' ? '_' : (char)toupper((unsigned char)*at);
}

static const struct setting *find(const struct setting *table, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

/* The rows of one API have names without it. */
static const char *prefix_of(const struct setting *row)
{
    bool of_api = row >= api_settings_table && row < api_settings_table + api_settings_table_count;

    return of_api ? "bt." : "";
}

static bool parse_number(const struct setting *row, const char *value, const char *where, int64_t *number,
                         struct problems *problems)
{
    char *end, remedy[120];

    errno = 0;
    int64_t parsed = strtoll(value, &end, 10);
    if (*value != '\0' && *end == '\0' && errno == 0 && parsed >= row->least && parsed <= row->most) {
        *number = parsed;
        return true;
    }
    snprintf(remedy, sizeof remedy, "a whole number from %" PRId64 " to %" PRId64 "%s%s", row->least,
             row->most, row->unit[0] != '\0' ? ", in " : "", row->unit);
    problems_add(problems, where, remedy, "%s%s is not an allowed number", prefix_of(row), row->name);
    return false;
}

static bool parse_choice(const struct setting *row, const char *value, const char *where, int64_t *number,
                         struct problems *problems)
{
    int64_t position = 0;

    for (const char *at = row->choices; at != NULL; position++) {
        size_t length = strcspn(at, "|");
        if (strlen(value) == length && strncmp(at, value, length) == 0) {
            *number = position;
            return true;
        }
        at = at[length] == '|' ? at + length + 1 : NULL;
    }
    problems_add(problems, where, row->choices, "%s%s has no such choice", prefix_of(row), row->name);
    return false;
}

static void assign(const struct setting *row, void *record, const char *value, const char *where,
                   struct problems *problems)
{
    char *place = (char *)record + row->place;
    void *slot = place;

    REQUIRE((row->choices != NULL) == (row->type == SETTING_CHOICE));
    REQUIRE(row->type != SETTING_NUMBER || row->least <= row->most);
    switch (row->type) {
    case SETTING_TEXT:
        memory_free(*(char **)slot);
        *(char **)slot = memory_text(value);
        return;
    case SETTING_SECRET:
        secret_release(slot);
        ((struct secret *)slot)->hidden = *value == '\0' ? NULL : memory_text(value);
        return;
    case SETTING_NUMBER:
        (void)parse_number(row, value, where, slot, problems);
        return;
    case SETTING_CHOICE:
        (void)parse_choice(row, value, where, slot, problems);
        return;
    }
}

/* Gives the row, which the next one may move. */
static struct named_value *add_named(struct named_value **list, size_t *count, const char *name,
                                     const char *value, const char *where)
{
    for (size_t i = 0; i < *count; i++) {
        struct named_value *one = &(*list)[i];
        if (strcmp(one->name, name) != 0)
            continue;
        memory_free(one->value);
        one->value = memory_text(value);
        one->file = memory_free(one->file);
        return one;
    }
    *list = memory_resize(*list, *count + 1, sizeof **list);
    (*list)[*count] = (struct named_value){
        .name = memory_text(name), .value = memory_text(value), .where = memory_text(where)};
    return &(*list)[(*count)++];
}

bool settings_read_secret(const char *path, struct secret *secret, struct fault *why)
{
    char text[8192];
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return fault_set(why, FAULT_LOCAL, "cannot open the secret file '%s': %s", path, strerror(errno));
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    secret_release(secret);
    secret->hidden = length > 0 ? memory_text_of(text, length) : NULL;
    explicit_bzero(text, sizeof text);
    return true;
}

static void note_given(struct settings *settings, const struct setting *row, const char *where)
{
    REQUIRE(row >= settings_table && row < settings_table + settings_table_count); /* not a row of the APIs */
    char **given = &settings->given[row - settings_table];

    memory_free(*given);
    *given = memory_text(where);
}

/* bt.client.secret.file=...: the secret is the file's content without white space at its end. */
static bool apply_secret_file(struct settings *settings, const char *name, const char *value,
                              const char *where, struct problems *problems)
{
    char base[128];
    struct fault why;
    size_t length = strlen(name);

    if (length < 6 || length >= sizeof base || strcmp(name + length - 5, ".file") != 0)
        return false;
    memcpy(base, name, length - 5);
    base[length - 5] = '\0';
    const struct setting *row = find(settings_table, settings_table_count, base);
    if (row == NULL || row->type != SETTING_SECRET)
        return false;
    void *slot = (char *)settings + row->place;
    note_given(settings, row, where);
    if (!settings_read_secret(value, slot, &why))
        problems_add(problems, where, "name a file that this user may read", "%s", why.text);
    if (slot == (void *)&settings->client_secret) {
        memory_free(settings->client_secret_file);
        settings->client_secret_file = memory_text(value);
    }
    return true;
}

/* kafka.sasl.password.file=...: passed through as kafka.sasl.password. */
static bool apply_kafka_file(struct settings *settings, const char *name, const char *value,
                             const char *where, struct problems *problems)
{
    static const char *const secrets[] = {"sasl.password", "ssl.key.password", "ssl.keystore.password"};
    size_t length = strlen(name);

    for (size_t i = 0; i < COUNT_OF(secrets); i++) {
        size_t end = strlen(secrets[i]);
        if (length < end + 5 || strcmp(name + length - 5, ".file") != 0 ||
            strncmp(name + length - 5 - end, secrets[i], end) != 0)
            continue;
        struct secret secret = {0};
        struct fault why;
        CLEANUP(memory_release) char *plain = memory_text_of(name, length - 5);
        if (!settings_read_secret(value, &secret, &why))
            problems_add(problems, where, "name a file that this user may read", "%s", why.text);
        else
            add_named(&settings->kafka, &settings->kafka_count, plain,
                      secret.hidden == NULL ? "" : secret.hidden, where)
                ->file = memory_text(value);
        secret_release(&secret);
        return true;
    }
    return false;
}

/* A secret whose value is in a file; false: the name belongs to no such setting. */
static bool apply_from_file(struct settings *settings, const char *name, const char *value, const char *where,
                            struct problems *problems)
{
    return strncmp(name, "kafka.", 6) == 0 ? apply_kafka_file(settings, name + 6, value, where, problems)
                                           : apply_secret_file(settings, name, value, where, problems);
}

static void apply(struct settings *settings, const char *name, const char *value, const char *where,
                  struct problems *problems)
{
    const struct setting *row = find(settings_table, settings_table_count, name);

    if (row == NULL && apply_from_file(settings, name, value, where, problems))
        return;
    if (row != NULL) {
        note_given(settings, row, where);
        assign(row, settings, value, where, problems);
    } else if (strncmp(name, "kafka.", 6) == 0)
        add_named(&settings->kafka, &settings->kafka_count, name + 6, value, where);
    else if (strncmp(name, "input.", 6) == 0)
        add_named(&settings->inputs, &settings->input_count, name + 6, value, where);
    else if (strncmp(name, "bt.", 3) == 0 &&
             (row = find(api_settings_table, api_settings_table_count, name + 3)) != NULL)
        assign(row, &settings->api, value, where, problems);
    else if (strncmp(name, "bt.", 3) == 0)
        add_named(&settings->apis, &settings->api_count, name + 3, value, where);
    else
        problems_add(problems, where, "deploy/configuration.md lists all settings",
                     "there is no setting '%s'", name);
}

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    for (size_t length = strlen(text); length > 0 && isspace((unsigned char)text[length - 1]); length--)
        text[length - 1] = '\0';
    return text;
}

/* A name and its place in the file, by name. */
struct value_path {
    char *name;
    unsigned line;
};

/* "x" and "x.file" are one setting where x is a secret. */
static char *name_of_setting(const char *name)
{
    size_t length = strlen(name);
    bool of_file = length > 5 && strcmp(name + length - 5, ".file") == 0;

    if (!of_file || find(settings_table, settings_table_count, name) != NULL)
        return memory_text(name);
    return memory_text_of(name, length - 5);
}

/* Which of two would count is a guess. The environment may override one. */
static void check_once(struct value_path **places, unsigned *count, const char *name, const char *where,
                       unsigned line, struct problems *problems)
{
    struct value_path place = {name_of_setting(name), line};

    for (unsigned i = 0; i < *count; i++)
        if (strcmp((*places)[i].name, place.name) == 0)
            problems_add(problems, where, "leave one of them", "'%s' is already set in line %u", name,
                         (*places)[i].line);
    *places = memory_resize(*places, *count + 1, sizeof place);
    (*places)[(*count)++] = place;
}

static void load_file(const char *path, struct settings *settings, struct problems *problems)
{
    char line[16384], where[512];
    struct value_path *places = NULL;
    unsigned count = 0;
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        problems_add(problems, path, "name a file that exists with --config", "cannot open the settings: %s",
                     strerror(errno));
        return;
    }
    for (unsigned number = 1; fgets(line, sizeof line, file) != NULL; number++) {
        char *text = trim(line);
        if (*text == '\0' || *text == '#' || *text == '!')
            continue;
        snprintf(where, sizeof where, "%s:%u", path, number);
        char *equals = strchr(text, '=');
        if (equals == NULL) {
            problems_add(problems, where, "name=value", "this line has no '='");
            continue;
        }
        *equals = '\0';
        check_once(&places, &count, trim(text), where, number, problems);
        apply(settings, trim(text), trim(equals + 1), where, problems);
    }
    fclose(file);
    while (count > 0)
        memory_free(places[--count].name);
    memory_free(places);
    explicit_bzero(line, sizeof line);
}

/* WHC_KAFKA_SECURITY_PROTOCOL -> kafka.security.protocol: these names are open, so '_' can only mean '.'. */
static bool apply_open_env(struct settings *settings, const char *variable, const char *value,
                           struct problems *problems)
{
    char name[256];
    size_t length = 0;

    for (const char *at = variable + strlen(prefix_env); *at != '\0' && length < sizeof name - 1; at++)
        name[length++] = *at == '_' ? '.' : (char)tolower((unsigned char)*at);
    name[length] = '\0';
    if (strncmp(name, "kafka.", 6) != 0)
        return false;
    apply(settings, name, value, variable, problems);
    return true;
}

/* An input's name keeps its capitals: WHC_INPUT_cugId. An API's tag may hold '-', so WHC_BT_ keeps its raw form. */
static void apply_env(struct settings *settings, const char *variable, const char *value,
                      struct problems *problems)
{
    char known[256], file[264];
    _Static_assert(sizeof file >= sizeof known + sizeof "_FILE" - 1, "the name of a secret's file fits");
    const char *rest = variable + strlen(prefix_env);

    for (size_t i = 0; i < settings_table_count; i++) {
        env_name("", settings_table[i].name, known, sizeof known);
        if (strcmp(known, variable) == 0) {
            apply(settings, settings_table[i].name, value, variable, problems);
            return;
        }
        snprintf(file, sizeof file, "%s_FILE", known);
        if (settings_table[i].type == SETTING_SECRET && strcmp(file, variable) == 0) {
            snprintf(file, sizeof file, "%s.file", settings_table[i].name);
            apply(settings, file, value, variable, problems);
            return;
        }
    }
    for (size_t i = 0; i < api_settings_table_count; i++) {
        env_name("BT_", api_settings_table[i].name, known, sizeof known);
        if (strcmp(known, variable) == 0) {
            assign(&api_settings_table[i], &settings->api, value, variable, problems);
            return;
        }
    }
    if (strncmp(rest, "INPUT_", 6) == 0)
        add_named(&settings->inputs, &settings->input_count, rest + 6, value, variable);
    else if (strncmp(rest, "BT_", 3) == 0)
        add_named(&settings->apis, &settings->api_count, rest + 3, value, variable);
    else if (!apply_open_env(settings, variable, value, problems))
        problems_add(problems, variable, "deploy/configuration.md lists all settings",
                     "this environment variable names no setting");
}

static void fill_defaults(const char *path, struct settings *settings, struct problems *problems)
{
    *settings = (struct settings){.path = memory_text(path == NULL ? "" : path),
                                  .client_secret_file = memory_text(""),
                                  .given = memory_new(settings_table_count, sizeof(char *))};
    size_t before = problems->count;
    for (size_t i = 0; i < settings_table_count; i++)
        assign(&settings_table[i], settings, settings_table[i].fallback, "default", problems);
    for (size_t i = 0; i < api_settings_table_count; i++)
        assign(&api_settings_table[i], &settings->api, api_settings_table[i].fallback, "default", problems);
    REQUIRE(problems->count == before); /* a default of ours is within its own bounds */
}

void settings_load(const char *path, char *const environment[], struct settings *settings,
                   struct problems *problems)
{
    fill_defaults(path, settings, problems);
    if (path != NULL && *path != '\0')
        load_file(path, settings, problems);
    for (; environment != NULL && *environment != NULL; environment++) {
        const char *equals = strchr(*environment, '=');
        if (strncmp(*environment, prefix_env, strlen(prefix_env)) != 0 || equals == NULL)
            continue;
        CLEANUP(memory_release)
        char *variable = memory_text_of(*environment, (size_t)(equals - *environment));
        apply_env(settings, variable, equals + 1, problems);
    }
    if (*settings->worker_slot == '\0') {
        char host[256] = "";
        gethostname(host, sizeof host - 1);
        memory_free(settings->worker_slot);
        settings->worker_slot = memory_text(host);
    }
}

bool settings_given(const struct settings *settings, const char *name)
{
    const struct setting *row = find(settings_table, settings_table_count, name);

    REQUIRE(row != NULL); /* a name that is spelled wrong was never given */
    return settings->given[row - settings_table] != NULL;
}

const char *settings_where(const struct settings *settings, const char *name)
{
    const struct setting *row = find(settings_table, settings_table_count, name);

    return row != NULL && settings->given[row - settings_table] != NULL
               ? settings->given[row - settings_table]
               : name;
}

static void release_named(struct named_value *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        memory_free(list[i].name);
        memory_free(list[i].value);
        memory_free(list[i].where);
        memory_free(list[i].file);
    }
    memory_free(list);
}

void settings_release(struct settings *settings)
{
    for (size_t i = 0; i < settings_table_count; i++) {
        void *slot = (char *)settings + settings_table[i].place;
        if (settings_table[i].type == SETTING_TEXT)
            memory_free(*(char **)slot);
        else if (settings_table[i].type == SETTING_SECRET)
            secret_release(slot);
        if (settings->given != NULL)
            memory_free(settings->given[i]);
    }
    memory_free(settings->api.base_url);
    memory_free(settings->path);
    memory_free(settings->client_secret_file);
    memory_free(settings->given);
    release_named(settings->apis, settings->api_count);
    release_named(settings->kafka, settings->kafka_count);
    release_named(settings->inputs, settings->input_count);
    *settings = (struct settings){0};
}

/* The part of an API setting's name after its tag, in either spelling; null when it belongs to another tag. */
static const struct setting *row_of_tag(const struct named_value *value, const char *tag)
{
    char plain[256], env[256];

    for (size_t i = 0; i < api_settings_table_count; i++) {
        snprintf(plain, sizeof plain, "%s.%s", tag, api_settings_table[i].name);
        env_name("", plain, env, sizeof env);
        if (strcmp(value->name, plain) == 0 || strcmp(value->name, env + strlen(prefix_env)) == 0)
            return &api_settings_table[i];
    }
    return NULL;
}

void settings_of_api(const struct settings *settings, const char *tag, struct api_settings *api,
                     struct problems *problems)
{
    *api = settings->api;
    for (size_t i = 0; i < settings->api_count; i++) {
        const struct named_value *value = &settings->apis[i];
        const struct setting *row = row_of_tag(value, tag);
        if (row != NULL && row->type == SETTING_TEXT)
            *(char **)(void *)((char *)api + row->place) = value->value;
        else if (row != NULL)
            assign(row, api, value->value, value->where, problems);
    }
}

void settings_check_tags(const struct settings *settings, const char *const tags[], size_t count,
                         struct problems *problems)
{
    for (size_t i = 0; i < settings->api_count; i++) {
        bool known = false;
        for (size_t tag = 0; tag < count && !known; tag++)
            known = row_of_tag(&settings->apis[i], tags[tag]) != NULL;
        if (!known)
            problems_add(problems, settings->apis[i].where,
                         "bt.<tag>.<name>, as deploy/configuration.md lists them",
                         "there is no setting 'bt.%s'", settings->apis[i].name);
    }
}

bool settings_renew_secret(struct settings *settings, struct fault *why)
{
    if (*settings->client_secret_file == '\0')
        return true;
    return settings_read_secret(settings->client_secret_file, &settings->client_secret, why);
}
