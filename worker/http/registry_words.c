/* Builds the registry's URLs, and judges what it answers. */
#include "registry_words.h"

#include "invariant.h"
#include "memory.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

enum { ERROR_UNKNOWN_SCHEMA = 40403, SAID_SIZE = 121 };

/* The host only: a URL may hold a password. */
static void name_peer(const char *base, char peer[PEER_SIZE])
{
    const char *host = strstr(base, "://"), *at;

    host = host == NULL ? base : host + 3;
    size_t length = strcspn(host, "/?#");
    at = memchr(host, '@', length);
    if (at != NULL) {
        length -= (size_t)(at + 1 - host);
        host = at + 1;
    }
    snprintf(peer, PEER_SIZE, "the schema registry %.*s", (int)(length < 70 ? length : 70), host);
}

void registry_read_urls(struct registry *registry)
{
    for (const char *at = registry->settings->registry_url; *at != '\0' && registry->url_count < URLS_MAX;) {
        at += strspn(at, ", \t");
        size_t whole = strcspn(at, ","), length = whole;
        while (length > 0 && strchr("/ \t", at[length - 1]) != NULL)
            length--;
        if (length > 0) {
            struct registry_url *url = &registry->urls[registry->url_count++];
            url->base = memory_text_of(at, length);
            name_peer(url->base, url->peer);
        }
        at += whole;
    }
}

/* What came from outside, made fit for a sentence. */
static const char *said(const char *text, size_t length, char quoted[SAID_SIZE])
{
    size_t kept = 0;

    for (size_t i = 0; i < length && kept < SAID_SIZE - 4; i++)
        quoted[kept++] = (char)(text[i] < ' ' || text[i] > '~' || text[i] == '\'' ? '?' : text[i]);
    REQUIRE(kept + sizeof "..." <= SAID_SIZE);
    snprintf(quoted + kept, SAID_SIZE - kept, "%s", kept < length ? "..." : "");
    return quoted;
}

static bool encoded(const struct http_reply *reply)
{
    const char *encoding = tree_text_of(reply->headers, "content-encoding");

    return encoding != NULL && strcmp(encoding, "identity") != 0;
}

/* The JSON of the body as it came; null: it is not JSON. Owned. */
static struct json_object *json_of(const struct http_reply *reply, struct fault *why)
{
    struct json_object *tree = NULL;

    if (encoded(reply) || !tree_read(reply->body, reply->length, &tree, why))
        return NULL;
    return tree;
}

/* How a body that is not the registry's differs, or begins. */
static void describe_body(const struct http_reply *reply, char words[WORDS_SIZE])
{
    const char *location = tree_text_of(reply->headers, "location");
    char quoted[SAID_SIZE];

    if (reply->status >= 300 && reply->status < 400 && location != NULL)
        snprintf(words, WORDS_SIZE, "a redirection to '%s', which is not followed",
                 said(location, strlen(location), quoted));
    else if (encoded(reply))
        snprintf(words, WORDS_SIZE, "a body in an encoding that was not asked for, '%s'",
                 said(tree_text_of(reply->headers, "content-encoding"),
                      strlen(tree_text_of(reply->headers, "content-encoding")), quoted));
    else if (reply->length == 0)
        snprintf(words, WORDS_SIZE, "no body");
    else
        snprintf(words, WORDS_SIZE, "what is not the registry's: '%s'",
                 said(reply->body, reply->length, quoted));
}

static void describe(const char *peer, const struct http_reply *reply, struct json_object *tree,
                     char words[WORDS_SIZE])
{
    const char *message = tree_text_of(tree, "message");
    char quoted[SAID_SIZE], body[WORDS_SIZE];

    if (reply->end == HTTP_UNSENT || reply->end == HTTP_TOO_LARGE) {
        text_print(words, WORDS_SIZE, "%s", reply->what); /* has the peer's name */
    } else if (reply->end != HTTP_REPLIED) {
        text_print(words, WORDS_SIZE, "%s: %s", peer, reply->what);
    } else if (tree_has(tree, "error_code")) {
        snprintf(words, WORDS_SIZE, "%s answers %d, error code %lld: '%s'", peer, reply->status,
                 (long long)json_object_get_int64(tree_member(tree, "error_code")),
                 message == NULL ? "" : said(message, strlen(message), quoted));
    } else {
        describe_body(reply, body);
        text_print(words, WORDS_SIZE, "%s answers %d with %s", peer, reply->status, body);
    }
}

bool registry_read(const struct registry *registry, size_t url, const struct http_reply *reply,
                   const char *member, struct json_object **tree, char words[WORDS_SIZE])
{
    struct fault why;
    CLEANUP(tree_release)
    struct json_object *found = reply->end == HTTP_REPLIED ? json_of(reply, &why) : NULL;
    bool text = strcmp(member, "schema") == 0;

    REQUIRE(url < registry->url_count);
    if (reply->end == HTTP_REPLIED && reply->status == 200 && tree_has(found, member) &&
        (!text || tree_text_of(found, member) != NULL)) {
        *tree = TAKE(found);
        return true;
    }
    describe(registry->urls[url].peer, reply, found, words);
    return false;
}

bool registry_says_unknown(const struct http_reply *reply)
{
    struct fault why;

    if (reply->end != HTTP_REPLIED || reply->status != 404)
        return false;
    CLEANUP(tree_release) struct json_object *tree = json_of(reply, &why);
    struct json_object *code = tree_member(tree, "error_code");
    return json_object_is_type(code, json_type_int) && json_object_get_int64(code) == ERROR_UNKNOWN_SCHEMA;
}
