/* Fetches the listener's token and posts with it. */
#include "post_call.h"

#include "buffer.h"
#include "memory.h"
#include "tree.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

enum {
    CONNECT_MS = 3000,
    CALL_MS = 10000,
    REPLY_MAX = 64 << 10,
    LIFETIME_S = 3600, /* where the endpoint does not say */
    SPARE_S = 5,       /* a token that ends so soon is not used */
    TOKEN_HEADER = 4096,
};

struct post_call {
    CURL *easy;
    const bool *stop;
    struct listener listener; /* whose token it is */
    char *token;
    int64_t ends_ms; /* of the loop's clock */
    struct buffer reply;
    char error[CURL_ERROR_SIZE];
};

struct post_call *post_call_new(const bool *stop)
{
    struct post_call *call = memory_new(1, sizeof *call);

    call->stop = stop;
    call->easy = curl_easy_init();
    buffer_init(&call->reply, REPLY_MAX);
    return call;
}

void *post_call_free(struct post_call *call)
{
    curl_easy_cleanup(call->easy);
    memory_free(call->token);
    buffer_release(&call->reply);
    return memory_free(call);
}

static size_t take_reply(char *bytes, size_t size, size_t count, void *context)
{
    buffer_add(context, bytes, size * count);
    return size * count;
}

static int look(void *context, curl_off_t down, curl_off_t down_now, curl_off_t up, curl_off_t up_now)
{
    (void)down;
    (void)down_now;
    (void)up;
    (void)up_now;
    return __atomic_load_n((const bool *)context, __ATOMIC_RELAXED);
}

/* What all calls have in common. No intermediary that nobody named: libcurl would take one from the environment. */
static void prepare(struct post_call *call, const struct listener *listener, const char *url,
                    const char *body)
{
    CURL *easy = call->easy;

    curl_easy_reset(easy);
    buffer_clear(&call->reply);
    call->error[0] = '\0';
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)CALL_MS);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_reply);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &call->reply);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, look);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, call->stop);
    if (listener->ca_file[0] != '\0')
        curl_easy_setopt(easy, CURLOPT_CAINFO, listener->ca_file);
}

/* The status; 0 when no reply came. */
static int perform(struct post_call *call, const char *what, struct post_result *result)
{
    long status = 0;
    CURLcode code = curl_easy_perform(call->easy);

    result->what[0] = '\0';
    if (code == CURLE_OK && curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
        return (int)status;
    snprintf(result->what, sizeof result->what, "%s: %s", what,
             call->error[0] == '\0' ? curl_easy_strerror(code) : call->error);
    return 0;
}

static void forget_token(struct post_call *call)
{
    call->token = memory_free(call->token);
}

/* False: the result says why there is none. */
static bool fetch_token(struct post_call *call, const struct listener *listener, struct post_result *result)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;
    struct json_object *lifetime;
    struct fault why;

    forget_token(call);
    prepare(call, listener, listener->token_url, "grant_type=client_credentials");
    curl_easy_setopt(call->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    curl_easy_setopt(call->easy, CURLOPT_USERNAME, listener->id);
    curl_easy_setopt(call->easy, CURLOPT_PASSWORD, listener->secret);
    result->tokens++;
    result->status = perform(call, "no token", result);
    if (result->status == 0)
        return false;
    if (result->status != 200 || !tree_read(buffer_text(&call->reply), call->reply.length, &tree, &why) ||
        tree_text_of(tree, "access_token") == NULL) {
        snprintf(result->what, sizeof result->what, "no token: answered %d, not 200 with an access_token",
                 result->status);
        result->status = 0;
        return false;
    }
    lifetime = tree_member(tree, "expires_in");
    call->listener = *listener;
    call->token = memory_text(tree_text_of(tree, "access_token"));
    call->ends_ms = loop_clock_ms() +
                    ((lifetime == NULL ? LIFETIME_S : json_object_get_int64(lifetime)) - SPARE_S) * 1000;
    return true;
}

static bool has_token(const struct post_call *call, const struct listener *listener)
{
    return call->token != NULL && loop_clock_ms() < call->ends_ms &&
           strcmp(call->listener.token_url, listener->token_url) == 0 &&
           strcmp(call->listener.id, listener->id) == 0 &&
           strcmp(call->listener.secret, listener->secret) == 0;
}

static void post(struct post_call *call, const struct listener *listener, const char *body,
                 struct post_result *result)
{
    char bearer[TOKEN_HEADER];
    struct curl_slist *headers = NULL;

    snprintf(bearer, sizeof bearer, "Authorization: Bearer %s", call->token);
    headers = curl_slist_append(headers, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    headers = curl_slist_append(headers, bearer);
    prepare(call, listener, listener->url, body);
    curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, headers);
    result->posts++;
    result->status = perform(call, "not posted", result);
    curl_slist_free_all(headers);
}

void post_call_make(struct post_call *call, const struct listener *listener, const char *body,
                    struct post_result *result)
{
    *result = (struct post_result){.status = 0};
    if (!has_token(call, listener) && !fetch_token(call, listener, result))
        return;
    post(call, listener, body, result);
    if (result->status == 401 && fetch_token(call, listener, result))
        post(call, listener, body, result);
}
