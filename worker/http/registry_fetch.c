/* Fetches a schema and the types it refers to, one request after another. */
#include "registry_inside.h"

#include "invariant.h"
#include "log.h"
#include "memory.h"
#include "registry_words.h"
#include "text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof "guids/" - 1 + UUID_TEXT_SIZE <= KEY_SIZE && sizeof "ids/4294967295" <= KEY_SIZE,
               "a key that is cut would be that of another schema");

static void fetch(struct entry *entry);

static void fetch_again(void *context)
{
    fetch(context);
}

static void settle_unknown(struct entry *entry, const char *why)
{
    entry->answer = REGISTRY_UNKNOWN;
    snprintf(entry->why, sizeof entry->why, "%s", why);
    entry->registry->changed(entry->registry->context);
}

void registry_entry_compile(struct entry *entry)
{
    struct schema_library *library = schema_library_new_foreign();
    struct fault why;
    bool compiled = true;

    for (size_t i = 0; compiled && i < entry->type_count; i++)
        compiled =
            schema_library_add(library, entry->types[i].text, strlen(entry->types[i].text), NULL, &why);
    compiled =
        compiled && schema_parse_foreign(entry->text, strlen(entry->text), library, &entry->schema, &why);
    schema_library_free(library);
    if (compiled)
        entry->answer = REGISTRY_KNOWN;
    else
        text_print(entry->why, sizeof entry->why, "schema %s cannot be used: %s", entry->key, why.text);
    if (!compiled)
        entry->answer = REGISTRY_UNKNOWN;
}

static void try_later(struct entry *entry, const char *words)
{
    struct registry *registry = entry->registry;

    entry->absent_since_ms = 0; /* a registry that comes back may know less than it will a moment later */
    if (registry_next_url(registry, entry->url, &entry->tried, words)) {
        fetch(entry);
        return;
    }
    int64_t pause_ms = registry_next_pause(&entry->pause_ms);
    entry->trouble = true;
    snprintf(entry->why, sizeof entry->why, "schema %s: %s", entry->key, words);
    LOG(LOG_WARN, "a schema cannot be read yet, its orders wait", log_text("schema", entry->key),
        log_text("why", words), log_int("retry_in_ms", pause_ms));
    loop_set_timer(registry->loop, &entry->again, loop_clock_ms() + pause_ms);
}

/* A schema that was registered at one member of a cluster of registries comes to the others later. */
static void ask_again(struct entry *entry)
{
    int64_t now_ms = loop_clock_ms(), unknown_ms = entry->registry->settings->registry_unknown_ms;
    char why[200];

    if (entry->absent_since_ms == 0)
        entry->absent_since_ms = now_ms;
    int64_t left_ms = entry->absent_since_ms + unknown_ms - now_ms;
    if (left_ms <= 0) {
        snprintf(why, sizeof why,
                 "the registry has no schema %s; it was asked for %lld ms (registry.unknown.ms)", entry->key,
                 (long long)(now_ms - entry->absent_since_ms));
        entry->decided_ms = now_ms;
        settle_unknown(entry, why);
        return;
    }
    int64_t pause_ms = registry_next_pause(&entry->pause_ms);
    pause_ms = pause_ms > PAUSE_UNKNOWN_MS ? PAUSE_UNKNOWN_MS : pause_ms;
    snprintf(entry->why, sizeof entry->why, "the registry has no schema %s, it is asked again", entry->key);
    loop_set_timer(entry->registry->loop, &entry->again, now_ms + (pause_ms > left_ms ? left_ms : pause_ms));
}

static void want(struct entry *entry, const char *subject, int version)
{
    for (size_t i = 0; i < entry->type_count; i++)
        if (entry->types[i].version == version && strcmp(entry->types[i].subject, subject) == 0)
            return;
    if (entry->type_count == TYPES_MAX)
        return;
    entry->types = memory_resize(entry->types, entry->type_count + 1, sizeof *entry->types);
    entry->types[entry->type_count++] = (struct wanted){memory_text(subject), version, NULL};
}

static char **missing_text(struct entry *entry)
{
    if (entry->text == NULL)
        return &entry->text;
    for (size_t i = 0; i < entry->type_count; i++)
        if (entry->types[i].text == NULL)
            return &entry->types[i].text;
    return NULL;
}

/* {"schema": "...", "references": [{"name", "subject", "version"}]} */
static void take_schema(struct entry *entry, struct json_object *tree)
{
    struct json_object *list = tree_member(tree, "references");

    for (size_t i = 0; json_object_is_type(list, json_type_array) && i < json_object_array_length(list);
         i++) {
        struct json_object *reference = json_object_array_get_idx(list, i);
        const char *subject = tree_text_of(reference, "subject");
        if (subject != NULL)
            want(entry, subject, json_object_get_int(tree_member(reference, "version")));
    }
    *missing_text(entry) =
        memory_text(tree_text_of(tree, "schema")); /* asked for only now: want() moves them */
}

static void fetched(void *context, const struct http_reply *reply)
{
    struct entry *entry = context;
    CLEANUP(tree_release) struct json_object *tree = NULL;
    char words[WORDS_SIZE];

    REQUIRE(entry->fetching);
    entry->fetching = false;
    if (entry->text == NULL && registry_says_unknown(reply)) {
        entry->trouble = false;
        entry->tried = 0;
        ask_again(entry);
        return;
    }
    if (!registry_read(entry->registry, entry->url, reply, "schema", &tree, words)) {
        try_later(entry, words);
        return;
    }
    take_schema(entry, tree);
    entry->trouble = false;
    entry->pause_ms = 0;
    entry->tried = 0;
    if (missing_text(entry) != NULL) {
        fetch(entry);
        return;
    }
    registry_entry_compile(entry);
    if (entry->answer == REGISTRY_KNOWN)
        registry_cache_store(entry);
    entry->registry->changed(entry->registry->context);
}

static void add_subject(struct buffer *path, const char *subject)
{
    for (; *subject != '\0'; subject++) {
        if (isalnum((unsigned char)*subject) || strchr("-._~", *subject) != NULL)
            buffer_add_byte(path, (uint8_t)*subject);
        else
            buffer_print(path, "%%%02X", (unsigned char)*subject);
    }
}

static void fetch(struct entry *entry)
{
    CLEANUP(buffer_release) struct buffer path = {0};
    struct fault why;

    REQUIRE(!entry->fetching && entry->answer == REGISTRY_WAIT);
    buffer_init(&path, 4096);
    if (entry->text == NULL) {
        buffer_print(&path, "/schemas/%s", entry->key);
    } else {
        size_t i = 0;
        while (i < entry->type_count && entry->types[i].text != NULL)
            i++;
        REQUIRE(i < entry->type_count);
        buffer_add_text(&path, "/subjects/");
        add_subject(&path, entry->types[i].subject);
        /* A version that was deleted softly is still what the schema was made with. */
        buffer_print(&path, "/versions/%d?deleted=true", entry->types[i].version);
    }
    entry->fetching =
        registry_ask(entry->registry, buffer_text(&path), NULL, &entry->url, fetched, entry, &why);
    if (!entry->fetching)
        try_later(entry, why.text);
}

static struct entry *find(struct registry *registry, const struct frame *frame)
{
    char key[KEY_SIZE], guid[UUID_TEXT_SIZE];

    if (frame->framing == FRAMING_CONFLUENT_V1) {
        uuid_print(frame->guid, guid);
        snprintf(key, sizeof key, "guids/%s", guid);
    } else {
        snprintf(key, sizeof key, "ids/%" PRIu32, frame->id);
    }
    for (struct entry *entry = registry->entries; entry != NULL; entry = entry->next)
        if (strcmp(entry->key, key) == 0)
            return entry;
    registry_forget_unknown(registry);
    struct entry *entry = memory_new(1, sizeof *entry);
    *entry = (struct entry){.registry = registry, .answer = REGISTRY_WAIT, .next = registry->entries};
    memcpy(entry->key, key, sizeof key);
    snprintf(entry->why, sizeof entry->why, "schema %s is being fetched", key);
    entry->again = (struct loop_timer){.fire = fetch_again, .context = entry};
    registry->entries = entry;
    registry->entry_count++;
    if (!registry_cache_load(entry))
        fetch(entry);
    return entry;
}

/* The time it was asked for counts on, unless nobody wanted it for as long: then this is another occasion. */
static void ask_anew(struct entry *entry)
{
    if (loop_clock_ms() - entry->decided_ms > entry->registry->settings->registry_unknown_ms)
        entry->absent_since_ms = 0;
    entry->answer = REGISTRY_WAIT;
    entry->pause_ms = 0;
    snprintf(entry->why, sizeof entry->why, "schema %s is asked for again", entry->key);
    fetch(entry);
}

void registry_expect(struct registry *registry, const struct frame *frame)
{
    if (registry->url_count > 0)
        (void)find(registry, frame);
}

enum registry_answer registry_schema(struct registry *registry, const struct frame *frame,
                                     const struct schema **schema, struct fault *why)
{
    if (registry->url_count == 0) {
        fault_set(why, FAULT_INPUT,
                  "the request is framed for a schema registry and none is configured (registry.url)");
        return REGISTRY_UNKNOWN;
    }
    struct entry *entry = find(registry, frame);
    if (entry->answer == REGISTRY_UNKNOWN && entry->absent_since_ms != 0 && entry->told)
        ask_anew(entry);
    entry->told = entry->answer == REGISTRY_UNKNOWN;
    REQUIRE((entry->answer == REGISTRY_KNOWN) == (entry->schema != NULL));
    *schema = entry->schema;
    if (entry->answer != REGISTRY_KNOWN)
        fault_set(why, entry->answer == REGISTRY_WAIT ? FAULT_PEER : FAULT_INPUT, "%s", entry->why);
    return entry->answer;
}
