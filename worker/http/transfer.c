/* One call with libcurl: its options, its reply as it comes in, and how it ended. */
#include "transfer.h"

#include "alert.h"
#include "connection.h"
#include "failpoint.h"
#include "invariant.h"
#include "memory.h"
#include "reply_headers.h"
#include "retry_after.h"
#include "text.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct transfer {
    CURL *easy;
    const struct settings *settings;
    const char *peer;
    http_done_fn *done;
    void *context;
    struct curl_slist *headers;
    char *body;
    size_t body_length, body_taken;
    int64_t tcp_user_timeout_ms;
    bool (*permit)(void *context);
    unsigned ways; /* times that it was sent, as far as libcurl shows */
    bool unquiet;  /* the connection had something to read: it was not sent on it */
    bool moved;    /* and is tried once on a fresh one */
    struct connections *connections;
    struct alert *alert;
    struct buffer reply;
    bool want_headers;
    struct reply_headers came;
    int64_t retry_after_max_ms;
    char detail[CURL_ERROR_SIZE];
    struct transfer *before, *behind;
};

struct transfer *transfer_new(const struct settings *settings, struct connections *connections)
{
    struct transfer *transfer = memory_new(1, sizeof *transfer);

    transfer->settings = settings;
    transfer->connections = connections;
    transfer->easy = curl_easy_init();
    return transfer;
}

static void forget_call(struct transfer *transfer)
{
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
    transfer->body = memory_free(transfer->body);
    buffer_release(&transfer->reply);
    reply_headers_reset(&transfer->came);
    alert_release(transfer->alert);
    transfer->alert = NULL;
}

void transfer_free(struct transfer *transfer)
{
    forget_call(transfer);
    curl_easy_cleanup(transfer->easy);
    memory_free(transfer);
}

CURL *transfer_easy(struct transfer *transfer)
{
    return transfer->easy;
}

/* libcurl is about to send the request on a connection; more than once where a kept one has died. */
static int ask_permission(void *context, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
    struct transfer *transfer = context;
    const struct connection_ends ends = {local_ip, remote_ip, local_port, remote_port};

    if (transfer->ways > 0 && transfer->permit != NULL)
        return CURL_PREREQFUNC_ABORT;
    transfer->unquiet = !connection_is_quiet(transfer->connections, transfer->easy, &ends);
    if (transfer->unquiet || (transfer->permit != NULL && !transfer->permit(transfer->context)))
        return CURL_PREREQFUNC_ABORT;
    transfer->ways++;
    if (transfer->permit != NULL)
        FAILPOINT("call.first-byte");
    return CURL_PREREQFUNC_OK;
}

/* Without a seek callback: libcurl cannot send a body a second time by itself (PROMISE.md R7). */
static size_t give_body(char *out, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t length = transfer->body_length - transfer->body_taken;

    REQUIRE(transfer->body_taken <= transfer->body_length && transfer->body != NULL);
    if (transfer->permit != NULL && !transfer->permit(transfer->context))
        return CURL_READFUNC_ABORT;
    if (length > size * count)
        length = size * count;
    if (transfer->permit != NULL)
        FAILPOINT("call.body");
    memcpy(out, transfer->body + transfer->body_taken, length);
    transfer->body_taken += length;
    return length;
}

static size_t take_reply(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;

    buffer_add(&transfer->reply, bytes, size * count);
    return transfer->reply.full ? 0 : size * count;
}

/* What is no success may come a second time, and the next call would take it for its own (PROMISE.md R7). */
static void leave_connection_after_no(const struct transfer *transfer, const char *line, size_t length)
{
    const char *space = memchr(line, ' ', length);

    if (space != NULL && space + 1 < line + length && space[1] > '2')
        curl_easy_setopt(transfer->easy, CURLOPT_FORBID_REUSE, 1L);
}

static size_t take_header(char *line, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t total = size * count;

    if (reply_headers_begin(line, total)) {
        leave_connection_after_no(transfer, line, total);
        if (transfer->permit != NULL)
            FAILPOINT("call.reply");
    }
    return reply_headers_take(&transfer->came, line, total, transfer->want_headers) ? total : 0;
}

/* A killed process must not deliver what is in its socket buffer, and a dead peer must be noticed (R7). */
static int set_socket(void *context, curl_socket_t socket, curlsocktype purpose)
{
    const struct transfer *transfer = context;
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    unsigned timeout_ms = (unsigned)transfer->tcp_user_timeout_ms;

    (void)purpose;
    if (setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) != 0 ||
        setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms) != 0)
        return CURL_SOCKOPT_ERROR;
    return CURL_SOCKOPT_OK;
}

static void set_tls(struct transfer *transfer, const struct http_request *request)
{
    const struct settings *settings = transfer->settings;
    const struct http_tls of_bt = {settings->ca_file, settings->certificate_file, settings->key_file,
                                   &settings->key_password, settings->tls_verify != 0};
    const struct http_tls *tls = request->tls == NULL ? &of_bt : request->tls;
    CURL *easy = transfer->easy;

    /*
     * libcurl keeps the authorities' certificates for a day; what it read before the last SIGHUP does not count. Nor
     * does a TLS session of then, which is taken up again without looking at them: libcurl 8 keeps those for all
     * handles together, so from the first SIGHUP on none is.
     */
    if (settings->reread_ms > 0) {
        curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT,
                         (long)((loop_clock_ms() - settings->reread_ms) / 1000));
        curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    }
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, tls->verify ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, tls->verify ? 2L : 0L);
    if (*tls->ca_file != '\0')
        curl_easy_setopt(easy, CURLOPT_CAINFO, tls->ca_file);
    if (*tls->certificate_file != '\0')
        curl_easy_setopt(easy, CURLOPT_SSLCERT, tls->certificate_file);
    if (*tls->key_file != '\0')
        curl_easy_setopt(easy, CURLOPT_SSLKEY, tls->key_file);
    if (tls->key_password->hidden != NULL)
        curl_easy_setopt(easy, CURLOPT_KEYPASSWD, tls->key_password->hidden);
}

static bool add_headers(struct transfer *transfer, const struct http_request *request, struct fault *why)
{
    for (size_t i = 0; i < request->header_count; i++) {
        const struct http_header *header = &request->headers[i];
        CLEANUP(buffer_release) struct buffer line = {0};
        buffer_init(&line, 16384);
        buffer_print(&line, "%s: %s", header->name, header->value);
        for (size_t at = 0; at < line.length; at++)
            if ((unsigned char)line.data[at] < 0x20 || line.data[at] == 0x7f)
                return fault_set(why, FAULT_INPUT, "the header '%s' holds a control character", header->name);
        TRY(buffer_check(&line, "a header", why));
        transfer->headers = curl_slist_append(transfer->headers, line.data);
    }
    /* libcurl's own habits: a pause before bodies, and a body in chunks. */
    transfer->headers = curl_slist_append(transfer->headers, "Expect:");
    if (request->body != NULL)
        transfer->headers = curl_slist_append(transfer->headers, "Transfer-Encoding:");
    if (request->fresh)
        transfer->headers = curl_slist_append(transfer->headers, "Connection: close");
    return true;
}

static void set_authentication(CURL *easy, const struct http_request *request)
{
    if (request->bearer != NULL && request->bearer->hidden != NULL) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, request->bearer->hidden);
    } else if (request->user != NULL && *request->user != '\0') {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_USERNAME, request->user);
        if (request->password != NULL && request->password->hidden != NULL)
            curl_easy_setopt(easy, CURLOPT_PASSWORD, request->password->hidden);
    }
}

static void set_body(struct transfer *transfer, const struct http_request *request)
{
    CURL *easy = transfer->easy;

    if (request->body != NULL) {
        transfer->body = memory_copy(request->body, request->body_length);
        transfer->body_length = request->body_length;
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
        curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
    }
    if (strcmp(request->method, "GET") != 0 || request->body != NULL)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

/* No intermediary that nobody named: libcurl would take one from the environment (A4). The registry has none. */
static void set_proxy(struct transfer *transfer, const struct http_request *request)
{
    const struct settings *settings = transfer->settings;
    CURL *easy = transfer->easy;

    if (request->tls != NULL || *settings->proxy_url == '\0') {
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
        return;
    }
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROXY, settings->proxy_url);
    curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (*settings->proxy_username == '\0')
        return;
    curl_easy_setopt(easy, CURLOPT_PROXYAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, settings->proxy_username);
    if (settings->proxy_password.hidden != NULL)
        curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, settings->proxy_password.hidden);
}

/* Closed after the reply: the pool is for calls that may share connections. */
static void use_fresh_connection(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
}

static void set_options(struct transfer *transfer, const struct http_request *request)
{
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->detail);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->call_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, set_socket);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_reply);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "whc-worker/" WORKER_VERSION);
    if (request->compressed)
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, ask_permission);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)(request->idle_max_ms / 1000));
    if (request->fresh)
        use_fresh_connection(easy);
    connections_attach(transfer->connections, easy);
    set_proxy(transfer, request);
    set_tls(transfer, request);
    alert_watch(transfer->alert, easy);
    set_authentication(easy, request);
    set_body(transfer, request);
}

bool transfer_prepare(struct transfer *transfer, const struct http_request *request, http_done_fn *done,
                      void *context, struct fault *why)
{
    REQUIRE(transfer->headers == NULL && transfer->body == NULL && transfer->alert == NULL);
    REQUIRE(request->header_count <= HTTP_HEADERS_MAX);
    REQUIRE(request->connect_timeout_ms > 0 && request->call_timeout_ms > 0); /* 0 would be no deadline */
    curl_easy_reset(transfer->easy);
    transfer->done = done;
    transfer->context = context;
    transfer->peer = request->peer == NULL ? "BT" : request->peer;
    transfer->body_taken = transfer->body_length = 0;
    transfer->tcp_user_timeout_ms = request->tcp_user_timeout_ms;
    transfer->want_headers = request->want_headers;
    transfer->permit = request->permit;
    transfer->ways = 0;
    transfer->unquiet = transfer->moved = false;
    transfer->detail[0] = '\0';
    transfer->retry_after_max_ms = request->retry_after_max_ms;
    transfer->alert = alert_new();
    buffer_init(&transfer->reply, request->reply_max_bytes);
    TRY(add_headers(transfer, request, why));
    if (curl_easy_setopt(transfer->easy, CURLOPT_URL, request->url) != CURLE_OK)
        return fault_set(why, FAULT_INPUT, "the URL cannot be used");
    set_options(transfer, request);
    return true;
}

/* No byte was handed over: nothing of the request was written, and none of its body was taken. */
static bool nothing_sent(const struct transfer *transfer)
{
    long sent = 0;
    curl_off_t before_transfer = 0;

    if (transfer->ways == 0)
        return true; /* it was never about to be sent, or was not allowed to */
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
    curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &before_transfer);
    return sent == 0 && before_transfer == 0 && transfer->body_taken == 0;
}

static enum http_end end_of(const struct transfer *transfer, CURLcode code)
{
    if (code == CURLE_OK)
        return HTTP_REPLIED;
    if (transfer->came.length == 0 && alert_about_certificate(transfer->alert) != NULL)
        return HTTP_NOT_ACCEPTED;
    if (nothing_sent(transfer))
        return HTTP_UNSENT;
    if (transfer->reply.full || transfer->came.length > REPLY_HEADERS_MAX_BYTES)
        return HTTP_TOO_LARGE;
    return code == CURLE_OPERATION_TIMEDOUT ? HTTP_TIMED_OUT : HTTP_CUT;
}

/* What TLS has to say (whose certificate, and what is wrong with it) is in the detail only. */
static const char *words_for(const struct transfer *transfer, CURLcode code)
{
    bool of_tls = code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION ||
                  code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CACERT_BADFILE ||
                  code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR;

    return of_tls && *transfer->detail != '\0' ? transfer->detail : curl_easy_strerror(code);
}

bool transfer_move(struct transfer *transfer)
{
    if (!transfer->unquiet || transfer->ways > 0 || transfer->moved)
        return false;
    REQUIRE(transfer->body_taken == 0);
    transfer->moved = true;
    transfer->unquiet = false;
    use_fresh_connection(transfer->easy);
    alert_release(transfer->alert); /* what the connection that was left said is not about the fresh one */
    transfer->alert = alert_new();
    alert_watch(transfer->alert, transfer->easy);
    return true;
}

void transfer_finish(struct transfer *transfer, CURLcode code)
{
    char what[360] = "";
    long status = 0, connections = 0;
    enum http_end end = end_of(transfer, code);
    http_done_fn *done = TAKE(transfer->done);

    REQUIRE(done != NULL);                                    /* a call ends once */
    REQUIRE(transfer->permit == NULL || transfer->ways <= 1); /* R7: what must not be sent twice was not */
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connections);
    if (end == HTTP_TOO_LARGE && !transfer->reply.full)
        snprintf(what, sizeof what, "the headers of %.100s's reply are larger than %d bytes", transfer->peer,
                 REPLY_HEADERS_MAX_BYTES);
    else if (end == HTTP_TOO_LARGE)
        snprintf(what, sizeof what, "%.100s's reply is larger than %zu bytes", transfer->peer,
                 transfer->reply.ceiling);
    else if (end == HTTP_NOT_ACCEPTED)
        text_print(what, sizeof what, "%.100s does not accept the client certificate: %s", transfer->peer,
                   alert_about_certificate(transfer->alert));
    else if (end == HTTP_UNSENT)
        text_print(what, sizeof what, "%.100s was not reached: %s", transfer->peer,
                   transfer->unquiet ? "the connection brought something before anything was sent"
                                     : words_for(transfer, code));
    else if (code != CURLE_OK && transfer->came.codings > 1)
        snprintf(what, sizeof what, "%.100s's reply is compressed more than once", transfer->peer);
    else if (code != CURLE_OK)
        text_print(what, sizeof what, "no whole reply came: %s", words_for(transfer, code));
    struct http_reply reply = {
        .end = end,
        .kept = connections == 0,
        .status = (int)status,
        .body = buffer_text(&transfer->reply),
        .length = transfer->reply.length,
        .headers = transfer->came.tree,
        .retry_after_ms = retry_after_ms(
            *transfer->came.retry_after == '\0' ? NULL : transfer->came.retry_after,
            *transfer->came.date == '\0' ? NULL : transfer->came.date, transfer->retry_after_max_ms),
        .location = transfer->came.location,
        .what = what,
    };
    done(transfer->context, &reply);
    forget_call(transfer);
}

void transfer_link(struct transfer **first, struct transfer *transfer)
{
    REQUIRE(transfer->before == NULL && transfer->behind == NULL && *first != transfer);
    transfer->behind = *first;
    if (*first != NULL)
        (*first)->before = transfer;
    *first = transfer;
}

void transfer_unlink(struct transfer **first, struct transfer *transfer)
{
    REQUIRE(transfer->before != NULL || *first == transfer);
    *(transfer->before == NULL ? first : &transfer->before->behind) = transfer->behind;
    if (transfer->behind != NULL)
        transfer->behind->before = transfer->before;
    transfer->before = transfer->behind = NULL;
}
