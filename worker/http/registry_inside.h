/* What the files of the registry client share; for nobody else. */
#ifndef HTTP_REGISTRY_INSIDE_H
#define HTTP_REGISTRY_INSIDE_H

#include "registry.h"

enum {
    KEY_SIZE = 48,
    PAUSE_FIRST_MS = 250,
    PAUSE_MAX_MS = 30000,
    TYPES_MAX = 500,
    ENTRIES_MAX = 2000,
    REPLY_MAX = 4194304
};

/* A named type that a schema refers to, as the registry keeps it. */
struct wanted {
    char *subject;
    int version;
    char *text; /* null: not fetched yet */
};

/* One schema of the registry: "ids/7" or "guids/<uuid>". */
struct entry {
    struct registry *registry;
    char key[KEY_SIZE];
    enum registry_answer answer;
    struct schema *schema; /* of REGISTRY_KNOWN */
    char why[300];
    bool fetching;
    int64_t pause_ms;
    struct loop_timer again;
    char *text; /* as far as it has come */
    struct wanted *types;
    size_t type_count;
    struct entry *next;
};

struct registration {
    struct registry *registry;
    const struct schema *schema;
    char *subject;
    bool done;
    uint32_t id;
    struct uuid guid;
    bool has_guid;
    int64_t pause_ms;
    struct loop_timer again;
    struct registration *next;
};

struct registry {
    const struct settings *settings;
    struct loop *loop;
    struct http_client *client;
    void (*changed)(void *context);
    void *context;
    struct entry *entries;
    size_t entry_count;
    struct registration *registrations;
    char trouble[300];
};

/* Starts a request below the registry's URL; body null: a GET. */
MUST_USE bool registry_ask(struct registry *registry, const char *path, const char *body, http_done_fn *done,
                           void *context, struct fault *why);

/* Notes that the registry did not answer as it should, in words; and that it does. */
void registry_note_trouble(struct registry *registry, const struct http_reply *reply);

/* Drops the unknown schemas when there are many: requests may name any number of ids. */
void registry_forget_unknown(struct registry *registry);

/* The next pause of a back-off that doubles. */
int64_t registry_next_pause(int64_t *pause_ms);

/* The disk: the texts of an entry in one file. Loading fails quietly when there is none; storing only warns. */
bool registry_cache_load(struct entry *entry);
void registry_cache_store(const struct entry *entry);

/* Makes the schema of the texts that have come. */
void entry_compile(struct entry *entry);

#endif
