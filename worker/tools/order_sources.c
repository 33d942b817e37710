/* Reads topics for an order view, in turn. */
#include "order_sources.h"

#include "terminal.h"

enum {
    POLL_MS = 50,
    CLOCKS_MS = 600000 /* how much earlier than the request's time reading begins: clocks of others differ */
};

/* One message of the topic, if one comes; *taken: whether one did. */
static bool take_one(struct order_sources *sources, struct order_view *view, enum order_topic topic,
                     bool *taken, struct fault *why)
{
    rd_kafka_message_t *message = topic_reader_next(sources->readers[topic], POLL_MS);

    *taken = message != NULL;
    if (message == NULL)
        return true;
    bool good = order_view_take(view, topic, message, why);
    rd_kafka_message_destroy(message);
    return good;
}

static bool read_topic(struct order_sources *sources, struct order_view *view, enum order_topic topic,
                       struct fault *why)
{
    bool unused;

    while (!topic_reader_caught_up(sources->readers[topic]) && !terminal_stopped() &&
           !(topic == ORDER_TOPIC_OUTCOMES && order_view_published(view))) /* nothing comes after that */
        TRY(take_one(sources, view, topic, &unused, why));
    return true;
}

bool order_sources_read(struct order_sources *sources, struct order_view *view, int64_t since_ms,
                        struct fault *why)
{
    const struct settings *settings = &view->setup->settings;

    TRY(topic_reader_new(settings, settings->topic_ledger, true, &sources->readers[ORDER_TOPIC_LEDGER], why));
    TRY(read_topic(sources, view, ORDER_TOPIC_LEDGER, why));
    const struct ledger_item *item = order_view_item(view);
    if (item != NULL)
        since_ms = item->record.requested_at_ms - CLOCKS_MS;
    for (int i = ORDER_TOPIC_REQUESTS; i < ORDER_TOPICS; i++) {
        if (i == ORDER_TOPIC_REQUESTS && item != NULL)
            continue; /* the ledger says where it stands */
        TRY(topic_reader_since(settings, order_topic_name(view->setup, (enum order_topic)i), since_ms,
                               &sources->readers[i], why));
        TRY(read_topic(sources, view, (enum order_topic)i, why));
    }
    return true;
}

bool order_sources_poll(struct order_sources *sources, struct order_view *view, bool *changed,
                        struct fault *why)
{
    *changed = false;
    for (int i = 0; i < ORDER_TOPICS; i++) {
        bool taken;
        if (sources->readers[i] == NULL)
            continue;
        TRY(take_one(sources, view, (enum order_topic)i, &taken, why));
        *changed = *changed || taken;
    }
    return true;
}

void order_sources_close(struct order_sources *sources)
{
    for (int i = 0; i < ORDER_TOPICS; i++)
        sources->readers[i] = topic_reader_free(sources->readers[i]);
}
