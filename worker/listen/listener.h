/* What the parts of whc-worker listen share. One thread, the loop's. */
#ifndef LISTEN_LISTENER_H
#define LISTEN_LISTENER_H

#include "event_sender.h"
#include "event_topics.h"
#include "figures.h"
#include "notification.h"
#include "posts.h"
#include "rate.h"
#include "server.h"

struct listener {
    struct settings *settings;
    const struct catalogue *catalogue;
    struct loop *loop;
    struct figures *figures;
    struct posts *posts;
    struct event_sender *sender;
    struct event_topics *topics;
    struct server *pages;

    const char *token_path;          /* borrowed from the description */
    struct notification_place place; /* place.partitions is 0 until Kafka has answered */
    struct rate notifications, failures;
    char topics_trouble[400];  /* "": none */
    int64_t certificate_end_s; /* 0: no TLS */
    bool stopping;
    int exit_code;
    struct loop_timer passwords, looks, grace;
};

#endif
