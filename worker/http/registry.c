/* Asks the registry at its URLs in turn, and registers outcome schemas. Fetching is in registry_fetch.c. */
#include "registry_inside.h"

#include "invariant.h"
#include "log.h"
#include "memory.h"
#include "registry_words.h"
#include "tree_build.h"

#include <stdio.h>
#include <string.h>

struct registry *registry_new(const struct settings *settings, struct loop *loop, struct http_client *client,
                              void (*changed)(void *context), void *context)
{
    struct registry *registry = memory_new(1, sizeof *registry);

    *registry = (struct registry){
        .settings = settings, .loop = loop, .client = client, .changed = changed, .context = context};
    registry_read_urls(registry);
    registry->tls = (struct http_tls){settings->registry_ca_file, settings->registry_certificate_file,
                                      settings->registry_key_file, &settings->registry_key_password,
                                      settings->registry_tls_verify != 0};
    return registry;
}

void registry_forget_texts(struct entry *entry)
{
    for (size_t i = 0; i < entry->type_count; i++) {
        memory_free(entry->types[i].subject);
        memory_free(entry->types[i].text);
    }
    entry->types = memory_free(entry->types);
    entry->type_count = 0;
    entry->text = memory_free(entry->text);
}

static void free_entry(struct registry *registry, struct entry *entry)
{
    loop_clear_timer(registry->loop, &entry->again);
    registry_forget_texts(entry);
    schema_free(entry->schema);
    memory_free(entry);
}

void *registry_free(struct registry *registry)
{
    if (registry == NULL)
        return NULL;
    for (struct entry *next, *entry = registry->entries; entry != NULL; entry = next) {
        next = entry->next;
        free_entry(registry, entry);
    }
    for (struct registration *next, *one = registry->registrations; one != NULL; one = next) {
        next = one->next;
        loop_clear_timer(registry->loop, &one->again);
        memory_free(one->subject);
        memory_free(one);
    }
    for (size_t i = 0; i < registry->url_count; i++)
        memory_free(registry->urls[i].base);
    return memory_free(registry);
}

void registry_forget_unknown(struct registry *registry)
{
    if (registry->entry_count < ENTRIES_MAX)
        return;
    for (struct entry **at = &registry->entries; *at != NULL;) {
        struct entry *entry = *at;
        if (entry->answer != REGISTRY_UNKNOWN) {
            at = &entry->next;
            continue;
        }
        REQUIRE(!entry->fetching && registry->entry_count > 0); /* its answer would come to nobody */
        *at = entry->next;
        free_entry(registry, entry);
        registry->entry_count--;
    }
}

bool registry_ask(struct registry *registry, const char *path, const char *body, size_t *at,
                  http_done_fn *done, void *context, struct fault *why)
{
    const struct settings *settings = registry->settings;
    const struct registry_url *asked = &registry->urls[registry->url];
    CLEANUP(buffer_release) struct buffer url = {0};

    REQUIRE(registry->url < registry->url_count);
    buffer_init(&url, 8192);
    *at = registry->url;
    buffer_print(&url, "%s%s", asked->base, path);
    struct http_request request = {
        .method = body == NULL ? "GET" : "POST",
        .url = buffer_text(&url),
        .peer = asked->peer,
        .tls = &registry->tls,
        .headers = {{"Accept", "application/vnd.schemaregistry.v1+json, application/json"},
                    {"Content-Type", "application/vnd.schemaregistry.v1+json"}},
        .header_count = body == NULL ? 1 : 2,
        .body = body,
        .body_length = body == NULL ? 0 : strlen(body),
        .user = settings->registry_username,
        .password = &settings->registry_password,
        .connect_timeout_ms = settings->registry_timeout_ms,
        .call_timeout_ms = settings->registry_timeout_ms,
        .tcp_user_timeout_ms = settings->registry_timeout_ms,
        .idle_max_ms = settings->api.idle_max_ms,
        .retry_after_max_ms = settings->api.retry_after_max_ms,
        .reply_max_bytes = REPLY_MAX,
        .want_headers = true,
    };
    return http_client_start(registry->client, &request, done, context, why);
}

bool registry_next_url(struct registry *registry, size_t url, size_t *tried, const char *words)
{
    REQUIRE(url < registry->url_count && *tried < registry->url_count);
    if (registry->url == url)
        registry->url = (url + 1) % registry->url_count;
    if (++*tried < registry->url_count) {
        LOG(LOG_WARN, "the next schema registry is asked", log_text("why", words));
        return true;
    }
    *tried = 0;
    return false;
}

int64_t registry_next_pause(int64_t *pause_ms)
{
    *pause_ms = *pause_ms == 0 ? PAUSE_FIRST_MS : *pause_ms > PAUSE_MAX_MS / 2 ? PAUSE_MAX_MS : *pause_ms * 2;
    REQUIRE(*pause_ms >= PAUSE_FIRST_MS && *pause_ms <= PAUSE_MAX_MS);
    return *pause_ms;
}

const char *registry_trouble(const struct registry *registry)
{
    for (const struct entry *entry = registry->entries; entry != NULL; entry = entry->next)
        if (entry->trouble)
            return entry->why;
    for (const struct registration *one = registry->registrations; one != NULL; one = one->next)
        if (*one->why != '\0')
            return one->why;
    return "";
}

/* --- outcome schemas --- */

static void register_one(struct registration *one);

static void register_again(void *context)
{
    register_one(context);
}

static void register_later(struct registration *one, const char *words)
{
    if (registry_next_url(one->registry, one->url, &one->tried, words)) {
        register_one(one);
        return;
    }
    int64_t pause_ms = registry_next_pause(&one->pause_ms);
    snprintf(one->why, sizeof one->why, "%s", words);
    LOG(LOG_WARN, "an outcome schema is not registered yet", log_text("subject", one->subject),
        log_text("why", words), log_int("retry_in_ms", pause_ms));
    loop_set_timer(one->registry->loop, &one->again, loop_clock_ms() + pause_ms);
}

static void registered(void *context, const struct http_reply *reply)
{
    struct registration *one = context;
    struct registry *registry = one->registry;
    CLEANUP(tree_release) struct json_object *tree = NULL;
    char words[WORDS_SIZE];
    struct fault why;

    REQUIRE(!one->done);
    if (!registry_read(registry, one->url, reply, "id", &tree, words)) {
        register_later(one, words);
        return;
    }
    one->why[0] = '\0';
    const char *guid = tree_text_of(tree, "guid");
    one->id = (uint32_t)json_object_get_int64(tree_member(tree, "id"));
    one->has_guid = guid != NULL && uuid_parse(guid, &one->guid, &why);
    one->done = true;
    if (!one->has_guid && registry->settings->outcome_framing == FRAME_CONFLUENT_V1)
        LOG(LOG_ERROR,
            "the registry gives no GUIDs: outcomes are framed confluent-v0 instead of confluent-v1",
            log_text("subject", one->subject));
    registry->changed(registry->context);
}

static void register_one(struct registration *one)
{
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();
    CLEANUP(buffer_release) struct buffer body = {0};
    CLEANUP(buffer_release) struct buffer path = {0};
    struct fault why;

    tree_add_text(tree, "schemaType", "AVRO");
    tree_add_text(tree, "schema", schema_full_text(one->schema));
    buffer_init(&body, REPLY_MAX);
    buffer_init(&path, 2048);
    tree_write(tree, &body);
    buffer_print(&path, "/subjects/%s/versions", one->subject);
    if (!registry_ask(one->registry, buffer_text(&path), buffer_text(&body), &one->url, registered, one,
                      &why))
        register_later(one, why.text);
}

void registry_register(struct registry *registry, const char *topic, const struct schema *schema)
{
    struct registration *one = memory_new(1, sizeof *one);
    CLEANUP(buffer_release) struct buffer subject = {0};

    buffer_init(&subject, 1024);
    buffer_print(&subject, "%s-%s", topic, schema_name(schema));
    *one = (struct registration){.registry = registry, .schema = schema, .next = registry->registrations};
    one->subject = buffer_take(&subject, NULL);
    one->again = (struct loop_timer){.fire = register_again, .context = one};
    registry->registrations = one;
    register_one(one);
}

bool registry_registered(const struct registry *registry)
{
    for (const struct registration *one = registry->registrations; one != NULL; one = one->next)
        if (!one->done)
            return false;
    return true;
}

void registry_outcome_frame(const struct registry *registry, const struct schema *schema, struct frame *frame)
{
    for (const struct registration *one = registry->registrations; one != NULL; one = one->next) {
        if (one->schema != schema || !one->done)
            continue;
        bool by_guid = registry->settings->outcome_framing == FRAME_CONFLUENT_V1 && one->has_guid;
        *frame = (struct frame){.framing = by_guid ? FRAMING_CONFLUENT_V1 : FRAMING_CONFLUENT_V0,
                                .in_header = by_guid,
                                .id = one->id,
                                .guid = one->guid};
        return;
    }
}
