/* Fetches, keeps and renews one access token. */
#include "token.h"

#include "invariant.h"
#include "log.h"
#include "memory.h"
#include "text.h"
#include "utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    REPLY_MAX_BYTES = 65536,
    LIFETIME_UNKNOWN_MS = 300000, /* expiresIn missing or zero: assume little and rely on 401/42 */
    LIFETIME_MAX_MS = 86400000,
    BREAK_FIRST_MS = 500,
    BREAK_MAX_MS = 60000,
};

struct token {
    struct settings *settings;
    struct loop *loop;
    struct http_client *client;
    char *url;
    void (*changed)(void *context);
    void *context;

    struct secret value;
    uint64_t serial;
    int64_t expires_ms;
    bool fetching;
    struct loop_timer renewal; /* the next fetch: ahead of expiry, or after a failure */
    int64_t pause_ms;          /* of the breaker, 0: it is closed */
    char trouble[300];
};

static uint64_t draw(void)
{
    uint64_t random = 0;

    if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
        random = 0;
    return random;
}

static void fetch(struct token *token);

static void renewal_due(void *context)
{
    fetch(context);
}

bool token_new(struct settings *settings, const char *url, struct loop *loop, struct http_client *client,
               void (*changed)(void *context), void *context, struct token **out, struct fault *why)
{
    if (*url == '\0')
        return fault_set(why, FAULT_INPUT, "there is no token endpoint: set bt.token.url");
    struct token *token = memory_new(1, sizeof *token);
    *token = (struct token){
        .settings = settings, .loop = loop, .client = client, .changed = changed, .context = context};
    token->url = memory_text(url);
    token->renewal = (struct loop_timer){.fire = renewal_due, .context = token};
    *out = token;
    fetch(token);
    return true;
}

void *token_free(struct token *token)
{
    if (token == NULL)
        return NULL;
    loop_clear_timer(token->loop, &token->renewal);
    secret_release(&token->value);
    memory_free(token->url);
    return memory_free(token);
}

/* accessToken or access_token, expiresIn or expires_in, as number or text: schemas/README.md. */
static struct json_object *either(struct json_object *tree, const char *one, const char *other)
{
    struct json_object *value = tree_member(tree, one);

    return value != NULL ? value : tree_member(tree, other);
}

bool token_parse(const char *body, size_t length, char **access_token, int64_t *lifetime_ms,
                 struct fault *why)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;
    struct fault inner;

    if (!tree_read(body, length, &tree, &inner))
        return fault_set(why, FAULT_PEER, "the token endpoint did not answer with JSON");
    struct json_object *value = either(tree, "accessToken", "access_token");
    const char *text = tree_text(value);
    if (text == NULL || *text == '\0')
        return fault_set(why, FAULT_PEER, "the token endpoint's answer has no accessToken");
    for (const char *at = text; at < text + json_object_get_string_len(value); at++)
        if (*at <= ' ' || *at > '~')
            return fault_set(why, FAULT_PEER,
                             "the token endpoint's accessToken holds a character no header may hold");
    double seconds = json_object_get_double(either(tree, "expiresIn", "expires_in"));
    if (!(seconds >= 1))
        *lifetime_ms = 0;
    else
        *lifetime_ms = seconds > LIFETIME_MAX_MS / 1000.0 ? LIFETIME_MAX_MS : (int64_t)(seconds * 1000);
    REQUIRE(*lifetime_ms >= 0 && *lifetime_ms <= LIFETIME_MAX_MS);
    *access_token = memory_text(text);
    return true;
}

/* Ahead of expiry by the margin, at most half its life, less up to a fifth at random: not all workers at once. */
static void accept_token(struct token *token, char *text, int64_t lifetime_ms)
{
    int64_t now_ms = loop_clock_ms();
    int64_t life_ms = lifetime_ms == 0 ? LIFETIME_UNKNOWN_MS : lifetime_ms;
    int64_t margin_ms =
        token->settings->token_margin_ms < life_ms / 2 ? token->settings->token_margin_ms : life_ms / 2;

    REQUIRE(text != NULL && life_ms > 0 && margin_ms <= life_ms / 2);
    margin_ms -= (int64_t)(draw() % (uint64_t)(margin_ms / 5 + 1));
    secret_release(&token->value);
    token->value.hidden = text;
    token->serial++;
    token->expires_ms = now_ms + life_ms;
    token->pause_ms = 0;
    token->trouble[0] = '\0';
    loop_set_timer(token->loop, &token->renewal, now_ms + life_ms - margin_ms);
}

static void pause_fetching(struct token *token, int64_t retry_after_ms)
{
    token->pause_ms = token->pause_ms == 0                 ? BREAK_FIRST_MS
                      : token->pause_ms > BREAK_MAX_MS / 2 ? BREAK_MAX_MS
                                                           : token->pause_ms * 2;
    REQUIRE(token->pause_ms >= BREAK_FIRST_MS && token->pause_ms <= BREAK_MAX_MS);
    int64_t wait_ms = token->pause_ms / 2 + (int64_t)(draw() % (uint64_t)(token->pause_ms / 2 + 1));
    if (retry_after_ms > wait_ms)
        wait_ms = retry_after_ms;
    loop_set_timer(token->loop, &token->renewal, loop_clock_ms() + wait_ms);
    LOG(LOG_WARN, "no access token", log_text("why", token->trouble), log_int("retry_in_ms", wait_ms));
}

/*
 * What the endpoint says about the failure: RFC 6749 section 5.2; Apigee has names of its own. "" when it says nothing.
 */
static void add_words(const char *body, size_t length, struct buffer *out)
{
    static const char *const members[] = {"error", "ErrorCode", "error_description", "Error"};
    CLEANUP(tree_release) struct json_object *tree = NULL;
    struct fault ignored;

    if (!tree_read(body, length, &tree, &ignored))
        return;
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const char *text = tree_text_of(tree, members[i]);
        if (text != NULL && *text != '\0')
            buffer_print(out, "%s%.100s", out->length == 0 ? ": " : ", ", text);
    }
}

/* Credentials may be what was refused, whatever the status: their file is looked at again. */
static void note_refusal(struct token *token, const struct http_reply *reply, const struct fault *why)
{
    CLEANUP(buffer_release) struct buffer words;
    struct fault unread;

    buffer_init(&words, sizeof token->trouble);
    add_words(reply->body, reply->length, &words);
    if (reply->status == 200 && words.length == 0)
        text_print(token->trouble, sizeof token->trouble, "%s", why->text);
    else
        text_print(token->trouble, sizeof token->trouble, "the token endpoint answered %d%s%s", reply->status,
                   reply->status == 401 || reply->status == 403 ? ": the credentials are refused" : "",
                   buffer_text(&words));
    utf8_repair(token->trouble);
    if (reply->status < 500 && reply->status != 429 && !settings_renew_secret(token->settings, &unread))
        LOG(LOG_ERROR, "the client secret cannot be read again", log_fault(&unread));
}

static void fetched(void *context, const struct http_reply *reply)
{
    struct token *token = context;
    char *text = NULL;
    int64_t lifetime_ms;
    struct fault why;

    REQUIRE(token->fetching);
    token->fetching = false;
    if (reply->end == HTTP_REPLIED && reply->status == 200 &&
        token_parse(reply->body, reply->length, &text, &lifetime_ms, &why)) {
        accept_token(token, text, lifetime_ms);
        token->changed(token->context);
        return;
    }
    if (reply->end != HTTP_REPLIED)
        snprintf(token->trouble, sizeof token->trouble, "the token endpoint: %s", reply->what);
    else
        note_refusal(token, reply, &why);
    pause_fetching(token, reply->retry_after_ms);
    token->changed(token->context);
}

static void fetch(struct token *token)
{
    static const char grant[] = "grant_type=client_credentials";
    bool get = token->settings->token_style == TOKEN_GET;
    CLEANUP(buffer_release) struct buffer url = {0};
    struct fault why;

    buffer_init(&url, 4096);
    if (token->fetching)
        return;
    buffer_add_text(&url, token->url);
    if (get && strstr(token->url, grant) == NULL)
        buffer_print(&url, "%c%s", strchr(token->url, '?') == NULL ? '?' : '&', grant);
    struct http_request request = {
        .method = get ? "GET" : "POST",
        .url = buffer_text(&url),
        .headers = {{"Accept", "application/json"}, {"Content-Type", "application/x-www-form-urlencoded"}},
        .header_count = get ? 1 : 2,
        .body = get ? NULL : grant,
        .body_length = sizeof grant - 1,
        .user = token->settings->client_id,
        .password = &token->settings->client_secret,
        .connect_timeout_ms = token->settings->api.connect_timeout_ms,
        .call_timeout_ms = token->settings->api.call_timeout_ms,
        .tcp_user_timeout_ms = token->settings->api.tcp_user_timeout_ms,
        .idle_max_ms = token->settings->api.idle_max_ms,
        .retry_after_max_ms = token->settings->api.retry_after_max_ms,
        .reply_max_bytes = REPLY_MAX_BYTES,
        .compressed = true,
    };
    token->fetching = http_client_start(token->client, &request, fetched, token, &why);
    if (token->fetching)
        return;
    text_print(token->trouble, sizeof token->trouble, "%s", why.text);
    pause_fetching(token, 0);
}

const struct secret *token_get(struct token *token)
{
    REQUIRE(token->value.hidden == NULL || token->serial > 0); /* a refusal names its token by the serial */
    if (token->value.hidden != NULL && loop_clock_ms() < token->expires_ms)
        return &token->value;
    if (token->pause_ms == 0)
        fetch(token);
    return NULL;
}

void token_refused(struct token *token, uint64_t serial)
{
    if (serial != token->serial)
        return;
    secret_release(&token->value);
    if (token->pause_ms == 0)
        fetch(token);
}

uint64_t token_serial(const struct token *token)
{
    return token->serial;
}

const char *token_trouble(const struct token *token)
{
    return token->trouble;
}
