/* Says how whc-worker listen is doing. */
#include "pages.h"

#include "log.h"
#include "memory.h"
#include "tree_build.h"

#include <time.h>

const char *pages_not_ready(const struct listener *listener)
{
    if (listener->stopping)
        return "the listener is stopping";
    if (*listener->topics_trouble != '\0')
        return listener->topics_trouble;
    if (listener->place.partitions == 0)
        return "Kafka has not answered yet";
    if (*event_sender_trouble(listener->sender) != '\0')
        return event_sender_trouble(listener->sender);
    if (listener->certificate_end_s != 0 && listener->certificate_end_s <= time(NULL))
        return "the certificate of listen.tls.certificate.file has ended";
    return "";
}

static int metrics_page(void *context, const struct server_ask *ask, struct buffer *body)
{
    const struct listener *listener = context;
    struct figures *figures = listener->figures;

    (void)ask;
    figures_set(figures, FIGURE_WAITING, "", (double)event_sender_count(listener->sender));
    figures_set(figures, FIGURE_CONNECTIONS, "", (double)posts_connections(listener->posts));
    figures_set(figures, FIGURE_READY, "", *pages_not_ready(listener) == '\0');
    figures_set(figures, FIGURE_LOG_DROPPED, "", (double)log_dropped());
    if (listener->certificate_end_s != 0)
        figures_set(figures, FIGURE_CERTIFICATE_ENDS, listener->settings->listen.certificate_file,
                    (double)listener->certificate_end_s);
    figures_print(figures, body);
    return 200;
}

static int live_page(void *context, const struct server_ask *ask, struct buffer *body)
{
    (void)context; /* a loop that answers turns */
    (void)ask;
    buffer_add_text(body, "live\n");
    return 200;
}

static int ready_page(void *context, const struct server_ask *ask, struct buffer *body)
{
    const char *why = pages_not_ready(context);

    buffer_print(body, "%s\n", *why == '\0' ? "ready" : ask->trusted ? why : "not ready");
    return *why == '\0' ? 200 : 503;
}

static int status_page(void *context, const struct server_ask *ask, struct buffer *body)
{
    const struct listener *listener = context;
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();

    (void)ask;
    tree_add_text(tree, "version", WORKER_VERSION);
    tree_add_text(tree, "notReady", pages_not_ready(listener));
    tree_add_text(tree, "topic", listener->place.topic);
    tree_add_integer(tree, "partitions", listener->place.partitions);
    tree_add_integer(tree, "waiting", (int64_t)event_sender_count(listener->sender));
    tree_add_integer(tree, "connections", (int64_t)posts_connections(listener->posts));
    tree_add_integer(tree, "port", posts_port(listener->posts));
    tree_write(tree, body);
    buffer_add_byte(body, '\n');
    return 200;
}

static const struct server_page pages[] = {
    {"/metrics", "text/plain; version=0.0.4", metrics_page, false},
    {"/health/live", "text/plain", live_page, true},
    {"/health/ready", "text/plain", ready_page, true},
    {"/status", "application/json", status_page, false},
    {NULL, NULL, NULL, false},
};

bool pages_open(struct listener *listener, struct fault *why)
{
    const struct settings *settings = listener->settings;
    const struct server_place place = {"listen.admin", settings->listen.admin_address,
                                       (int)settings->listen.admin_port};

    TRY(server_new_at(listener->loop, &place, settings, pages, listener, &listener->pages, why));
    LOG(LOG_INFO, "listening for operators", log_text("address", place.address),
        log_int("port", server_port(listener->pages)));
    return true;
}
