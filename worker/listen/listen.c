/* Joins the parts of whc-worker listen: starts them, reads again at HUP, and stops without losing an answer. */
#include "listen.h"

#include "certificate.h"
#include "credentials.h"
#include "doors.h"
#include "listen_check.h"
#include "log.h"
#include "memory.h"
#include "pages.h"
#include "settings_reload.h"
#include "text.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum {
    PASSWORDS_MS = 1000,
    LOOK_MS = 6 * 3600 * 1000, /* at the certificate */
    GRACE_MS = 10000,          /* what is not answered then is not */
    DAY_S = 86400,
    WARN_DAYS = 30,
    FILES_MIN = 4096,
    FAILURES_A_SECOND = 10,
    TEXT_MAX_BYTES = 2000
};

extern char **environ;

static void end_with(struct listener *listener, const struct fault *why)
{
    LOG(LOG_ERROR, "the listener ends", log_fault(why));
    listener->exit_code = 1;
    loop_stop(listener->loop);
}

/* --- topics --- */

static int32_t partitions_of(const struct settings *settings, const struct topic_state *state)
{
    int32_t pinned = (int32_t)settings->requests_partitions;

    return pinned > 0 && pinned < state->partitions ? pinned : state->partitions;
}

/* As the log line of a start that fails, or as the reason why it is not ready. */
static void tell_mistakes(const struct problems *problems, char *text, size_t size)
{
    CLEANUP(buffer_release) struct buffer all = {0};

    buffer_init(&all, TEXT_MAX_BYTES);
    for (size_t i = 0; i < problems->count; i++)
        buffer_print(&all, "%s%s: %s%s%s", i > 0 ? "; " : "", problems->list[i].where, problems->list[i].what,
                     *problems->list[i].remedy != '\0' ? "; right would be: " : "", problems->list[i].remedy);
    text_print(text, size, "%s", buffer_text(&all));
}

static void topics_answered(void *context, const struct event_topics_news *news)
{
    struct listener *listener = context;
    struct problems problems = {0};
    struct fault why;

    if (!news->answered) {
        if (listener->place.partitions == 0)
            LOG(LOG_WARN, "waiting for Kafka; BT is asked to come again meanwhile", log_fault(&news->why));
        return; /* later on it is the records that tell */
    }
    topics_check_events(news->states, &problems);
    int32_t partitions = partitions_of(listener->settings, &news->states[TOPIC_EVENTS]);
    tell_mistakes(&problems, listener->topics_trouble, sizeof listener->topics_trouble);
    if (problems.count == 0 && listener->place.partitions == 0) {
        listener->place.partitions = partitions;
        LOG(LOG_INFO, "notifications are taken", log_text("topic", listener->place.topic),
            log_int("partitions", partitions));
    } else if (problems.count > 0 && listener->place.partitions == 0) {
        fault_set(&why, FAULT_LOCAL, "%.380s", listener->topics_trouble);
        end_with(listener, &why);
    } else if (problems.count == 0 && partitions != listener->place.partitions) {
        text_print(
            listener->topics_trouble, sizeof listener->topics_trouble,
            "the topic has %d partitions and had %d at the start: start all listeners and workers again",
            (int)partitions, (int)listener->place.partitions);
    }
    if (*listener->topics_trouble != '\0' && listener->exit_code == 0)
        LOG(LOG_ERROR, "the topics of events are not as they must be",
            log_text("why", listener->topics_trouble));
    problems_release(&problems);
}

/* --- what is looked at again --- */

static void look_at_certificate(void *context)
{
    struct listener *listener = context;
    const char *path = listener->settings->listen.certificate_file;
    int64_t end_s;
    struct fault why;

    loop_set_timer(listener->loop, &listener->looks, loop_clock_ms() + LOOK_MS);
    if (*path == '\0')
        return;
    if (!certificate_end(path, &end_s, &why)) { /* the one that is served ends when it did */
        LOG(LOG_WARN, "when the certificate ends is not known", log_fault(&why));
        return;
    }
    listener->certificate_end_s = end_s;
    int64_t days = (listener->certificate_end_s - time(NULL)) / DAY_S;
    if (days < WARN_DAYS)
        LOG(LOG_WARN, "the certificate ends soon, or has ended: replace it, then send HUP",
            log_text("file", path), log_int("days", days));
}

static void look_at_passwords(void *context)
{
    struct listener *listener = context;

    (void)credentials_look(listener->settings);
    loop_set_timer(listener->loop, &listener->passwords, loop_clock_ms() + PASSWORDS_MS);
}

static void reload(struct listener *listener)
{
    CLEANUP(buffer_release) struct buffer restart = {0};
    struct problems problems = {0};
    char text[TEXT_MAX_BYTES];
    struct fault why;

    buffer_init(&restart, TEXT_MAX_BYTES);
    if (!settings_reload(listener->settings, environ, listen_check, &problems, &restart)) {
        tell_mistakes(&problems, text, sizeof text);
        LOG(LOG_ERROR, "the settings have mistakes: all stays as it was", log_text("mistakes", text));
        problems_release(&problems);
        return;
    }
    log_set_level((enum log_level)listener->settings->log_level);
    if (!posts_renew(listener->posts, &why))
        LOG(LOG_ERROR, "the certificate stays as it was", log_fault(&why));
    if (!server_renew(listener->pages, &why))
        LOG(LOG_ERROR, "the certificate of the operators' pages stays as it was", log_fault(&why));
    look_at_certificate(listener);
    if (restart.length > 0)
        LOG(LOG_WARN, "settings have changed that count from the next start on",
            log_text("settings", buffer_text(&restart)));
    LOG(LOG_INFO, "secrets, certificates and the log's level were read again");
}

/* --- start and stop --- */

static void grace_is_over(void *context)
{
    struct fault why;

    fault_set(&why, FAULT_PEER, "requests are not answered in time: whoever sent them sends them again");
    end_with(context, &why);
}

static void signalled(void *context, int signal)
{
    struct listener *listener = context;

    if (signal == SIGHUP) {
        reload(listener);
        return;
    }
    if (listener->stopping)
        return;
    LOG(LOG_INFO, "stopping: what waits for Kafka is answered first", log_int("signal", signal),
        log_int("waiting", (int64_t)posts_busy(listener->posts)));
    listener->stopping = true;
    posts_close(listener->posts);
    loop_set_timer(listener->loop, &listener->grace, loop_clock_ms() + GRACE_MS);
}

static void end_if_stopped(void *context)
{
    struct listener *listener = context;

    if (listener->stopping && posts_busy(listener->posts) == 0)
        loop_stop(listener->loop);
}

/* Each connection is a file, and the usual 1,024 are fewer than may come. */
static void allow_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= FILES_MIN)
        return;
    limit.rlim_cur = limit.rlim_max < FILES_MIN ? limit.rlim_max : FILES_MIN;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* "https://host:8443/oauth/token" -> "/oauth/token". */
static const char *path_of(const char *url)
{
    const char *host = url == NULL ? NULL : strstr(url, "://");
    const char *path = host == NULL ? NULL : strchr(host + 3, '/');

    return path != NULL ? path : "/oauth/token";
}

static bool open_doors(struct listener *listener, struct fault *why)
{
    const struct listen_settings *settings = &listener->settings->listen;
    const struct posts_setup setup = {.loop = listener->loop,
                                      .name = "listen",
                                      .address = settings->address,
                                      .port = (int)settings->port,
                                      .certificate_file = &settings->certificate_file,
                                      .key_file = &settings->key_file,
                                      .calls = &doors_calls,
                                      .context = listener};

    TRY(posts_new(&setup, &listener->posts, why));
    LOG(LOG_INFO, "listening for BT", log_text("address", settings->address),
        log_int("port", posts_port(listener->posts)),
        log_text("tls", *settings->certificate_file != '\0' ? "on" : "off"),
        log_text("events", listener->place.channel->address), log_text("tokens", listener->token_path));
    return true;
}

static bool start(struct listener *listener, struct fault *why)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP, 0};
    struct settings *settings = listener->settings;

    signal(SIGPIPE, SIG_IGN);
    allow_files();
    TRY(loop_new(&listener->loop, why));
    TRY(loop_catch(listener->loop, signals, signalled, listener, why));
    listener->figures = figures_new();
    rate_init(&listener->notifications, settings->listen.rate, loop_clock_ms());
    rate_init(&listener->failures, FAILURES_A_SECOND, loop_clock_ms());
    TRY(event_sender_new(settings, listener->loop, doors_sent, listener, &listener->sender, why));
    TRY(open_doors(listener, why));
    TRY(pages_open(listener, why));
    TRY(event_topics_new(settings, listener->loop, topics_answered, listener, &listener->topics, why));
    listener->looks = (struct loop_timer){.fire = look_at_certificate, .context = listener};
    listener->passwords = (struct loop_timer){.fire = look_at_passwords, .context = listener};
    listener->grace = (struct loop_timer){.fire = grace_is_over, .context = listener};
    look_at_certificate(listener);
    look_at_passwords(listener);
    loop_add_chore(listener->loop, "the end", end_if_stopped, listener);
    return true;
}

static void stop(struct listener *listener)
{
    listener->topics = event_topics_free(listener->topics);
    server_free(listener->pages);
    event_sender_free(listener->sender);
    posts_free(listener->posts);
    figures_free(listener->figures);
    loop_free(listener->loop);
}

int listen_run(struct settings *settings, const struct catalogue *catalogue)
{
    const struct event_channel *channel = catalogue_events(catalogue);
    struct listener listener = {.settings = settings,
                                .catalogue = catalogue,
                                .token_path = path_of(channel->token_url),
                                .place = {.catalogue = catalogue,
                                          .channel = channel,
                                          .topic = settings->topic_events,
                                          .dead_topic = settings->topic_events_dead,
                                          .values_max = (size_t)settings->listen.request_max_values}};
    struct fault why;

    LOG(LOG_INFO, "started", log_text("version", WORKER_VERSION), log_text("command", "listen"));
    if (!start(&listener, &why) || !loop_run(listener.loop, &why)) {
        LOG(LOG_ERROR, "the listener does not start", log_fault(&why));
        listener.exit_code = 1;
    }
    stop(&listener);
    LOG(LOG_INFO, "ended", log_int("exit_code", listener.exit_code));
    return listener.exit_code;
}
