/* libcurl's multi handle on the event loop. One call is in transfer.c. */
#include "client.h"

#include "connection.h"
#include "invariant.h"
#include "log.h"
#include "memory.h"
#include "transfer.h"

#include <curl/curl.h>
#include <sys/epoll.h>

enum { CONNECTIONS_DEFAULT = 256 };

struct http_client {
    const struct settings *settings;
    struct loop *loop;
    CURLM *multi;
    struct connections *connections;
    struct loop_timer timer;
    struct transfer *transfers; /* running, the first */
    struct transfer *spare;     /* ended ones, whose easy handles are used again */
    size_t spares;
};

enum { SPARES_MAX = 2048 };

/*
 * Hands ended transfers to their callers, as many as the turn has time for: each may be megabytes of JSON (PROMISE.md
 * R15). A callback may start new calls.
 */
static void collect(void *context)
{
    struct http_client *client = context;
    int64_t share = loop_share(client->loop);
    int left;

    for (CURLMsg *message; !loop_share_over(client->loop, share) &&
                           (message = curl_multi_info_read(client->multi, &left)) != NULL;) {
        if (message->msg != CURLMSG_DONE)
            continue;
        struct transfer *transfer;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        curl_multi_remove_handle(client->multi, message->easy_handle);
        REQUIRE(transfer_easy(transfer) == message->easy_handle);
        if (transfer_move(transfer) &&
            curl_multi_add_handle(client->multi, transfer_easy(transfer)) == CURLM_OK)
            continue;
        transfer_unlink(&client->transfers, transfer);
        transfer_finish(transfer, code);
        if (client->spares < SPARES_MAX) {
            transfer_link(&client->spare, transfer);
            client->spares++;
        } else {
            transfer_free(transfer);
        }
    }
}

/* One watch per socket: libcurl wants the descriptor with each event. */
struct watch {
    struct http_client *client;
    curl_socket_t socket;
};

static void watch_ready(void *context, uint32_t events)
{
    struct watch *watch = context;
    struct http_client *client = watch->client;
    int running, mask = (events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                        (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                        (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);

    curl_multi_socket_action(client->multi, watch->socket, mask,
                             &running); /* collect() follows in this turn */
}

static int socket_changed(CURL *easy, curl_socket_t socket, int what, void *context, void *known)
{
    struct http_client *client = context;
    struct watch *watch = known;
    struct fault why;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        loop_forget(client->loop, socket);
        memory_free(watch);
        return 0;
    }
    if (watch == NULL) {
        watch = memory_new(1, sizeof *watch);
        *watch = (struct watch){client, socket};
        curl_multi_assign(client->multi, socket, watch);
    }
    uint32_t events =
        (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) | (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0);
    if (!loop_watch(client->loop, socket, events, watch_ready, watch, &why))
        LOG(LOG_ERROR, "a connection cannot be watched and will time out", log_fault(&why));
    return 0;
}

static void timer_fired(void *context)
{
    struct http_client *client = context;
    int running;

    loop_doing(client->loop, "connections");
    curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

static int timer_changed(CURLM *multi, long timeout_ms, void *context)
{
    struct http_client *client = context;

    (void)multi;
    if (timeout_ms < 0)
        loop_clear_timer(client->loop, &client->timer);
    else
        loop_set_timer(client->loop, &client->timer, loop_clock_ms() + timeout_ms);
    return 0;
}

bool http_client_new(const struct settings *settings, struct loop *loop, struct http_client **out,
                     struct fault *why)
{
    struct http_client *client = memory_new(1, sizeof *client);

    client->settings = settings;
    client->loop = loop;
    client->timer = (struct loop_timer){.fire = timer_fired, .context = client};
    client->multi = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_multi_init() : NULL;
    if (client->multi == NULL) {
        memory_free(client);
        return fault_set(why, FAULT_LOCAL, "libcurl does not start");
    }
    client->connections = connections_new();
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, timer_changed);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    http_client_limit(client, CONNECTIONS_DEFAULT);
    loop_add_chore(loop, "replies", collect, client);
    *out = client;
    return true;
}

void http_client_limit(struct http_client *client, long connections)
{
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, connections);
}

void *http_client_free(struct http_client *client)
{
    if (client == NULL)
        return NULL;
    for (struct transfer *transfer; (transfer = client->transfers) != NULL;) {
        curl_multi_remove_handle(client->multi, transfer_easy(transfer));
        transfer_unlink(&client->transfers, transfer);
        transfer_free(transfer);
    }
    for (struct transfer *transfer; (transfer = client->spare) != NULL;) {
        transfer_unlink(&client->spare, transfer);
        transfer_free(transfer);
    }
    curl_multi_cleanup(client->multi);
    connections_free(client->connections);
    loop_remove_chore(client->loop, client);
    loop_clear_timer(client->loop, &client->timer);
    curl_global_cleanup();
    return memory_free(client);
}

bool http_client_start(struct http_client *client, const struct http_request *request, http_done_fn *done,
                       void *context, struct fault *why)
{
    struct transfer *transfer = client->spare;

    REQUIRE(done != NULL && (transfer == NULL) == (client->spares == 0));
    if (transfer != NULL) {
        transfer_unlink(&client->spare, transfer);
        client->spares--;
    } else {
        transfer = transfer_new(client->settings, client->connections);
    }
    if (!transfer_prepare(transfer, request, done, context, why)) {
        transfer_free(transfer);
        return false;
    }
    transfer_link(&client->transfers, transfer);
    if (curl_multi_add_handle(client->multi, transfer_easy(transfer)) == CURLM_OK)
        return true;
    transfer_unlink(&client->transfers, transfer);
    transfer_free(transfer);
    return fault_set(why, FAULT_LOCAL, "libcurl does not take the call");
}
