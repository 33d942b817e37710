/* What the files of the registry client share; for nobody else. */
#ifndef HTTP_REGISTRY_INSIDE_H
#define HTTP_REGISTRY_INSIDE_H

#include "registry.h"

enum {
    KEY_SIZE = 48,
    PAUSE_FIRST_MS = 250,
    PAUSE_MAX_MS = 30000,
    PAUSE_UNKNOWN_MS = 2000, /* a schema that was just registered is there a moment later */
    URLS_MAX = 16,
    PEER_SIZE = 100,
    WORDS_SIZE = 300,
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
    char why[WORDS_SIZE + KEY_SIZE + 10];
    bool fetching;
    bool trouble;            /* the registry did not answer as it should */
    bool told;               /* REGISTRY_UNKNOWN was given as an answer: ask again for the next one */
    int64_t absent_since_ms; /* the registry says since then that there is no such schema; 0: it does not */
    int64_t decided_ms;      /* when it was found to be unknown */
    size_t url, tried; /* the registry's URL that was asked, and how many have been since the last pause */
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
    char why[WORDS_SIZE]; /* of trouble; else "" */
    size_t url, tried;
    int64_t pause_ms;
    struct loop_timer again;
    struct registration *next;
};

struct registry_url {
    char *base;
    char peer[PEER_SIZE]; /* the schema registry <host>, for sentences */
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
    struct registry_url urls[URLS_MAX];
    size_t url_count, url; /* `url` is the one to ask */
    struct http_tls tls;
};

/* Starts a request below the registry's present URL, which goes to *url; body null: a GET. */
MUST_USE bool registry_ask(struct registry *registry, const char *path, const char *body, size_t *url,
                           http_done_fn *done, void *context, struct fault *why);

/* The URL is in trouble: true when another one is to be asked at once, false when each was and a pause is due. */
MUST_USE bool registry_next_url(struct registry *registry, size_t url, size_t *tried, const char *words);

/* Drops the unknown schemas when there are many: requests may name any number of ids. */
void registry_forget_unknown(struct registry *registry);

/* The next pause of a back-off that doubles. */
int64_t registry_next_pause(int64_t *pause_ms);

/* The disk: the texts of an entry in one file. Loading fails quietly when there is none; storing only warns. */
bool registry_cache_load(struct entry *entry);
void registry_cache_store(const struct entry *entry);

/* Drops the texts that have come. */
void registry_forget_texts(struct entry *entry);

/* Makes the schema of the texts that have come. */
void registry_entry_compile(struct entry *entry);

#endif
