/* Answers what is posted: tokens at once, notifications when Kafka has them. */
#include "doors.h"

#include "access_token.h"
#include "log.h"
#include "login.h"
#include "memory.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TOKEN_BODY_MAX = 8192, AGAIN_SOON_S = 1 };

#define JSON "application/json"
#define REALM "realm=\"whc-worker\""

/* A notification on its way to Kafka. */
struct arrival {
    struct post *post;
    struct notification notification;
    size_t bytes;
};

static char token_door[] = "token", events_door[] = "events", other_door[] = "other";

static void answer(struct listener *listener, struct post *post, const char *door,
                   const struct post_reply *reply)
{
    figures_answer(listener->figures, door, reply->status);
    posts_answer(listener->posts, post, reply);
}

static bool refuse(struct listener *listener, const char *door, struct post_reply reply,
                   struct post_reply *out)
{
    figures_answer(listener->figures, door, reply.status);
    *out = reply;
    return false;
}

static int64_t now_s(void)
{
    return time(NULL);
}

/* RFC 6750: the token after "Bearer". */
static enum access_token_state bearer_state(const struct listener *listener, const char *authorization)
{
    const struct listen_settings *settings = &listener->settings->listen;

    if (authorization == NULL || strncasecmp(authorization, "Bearer ", 7) != 0)
        return ACCESS_TOKEN_WRONG;
    authorization += 7;
    return access_token_check(authorization + strspn(authorization, " "), &settings->token_key,
                              &settings->token_key_previous, now_s());
}

static bool events_head(struct listener *listener, const struct post_head *head, size_t *body_max,
                        struct post_reply *reply)
{
    enum access_token_state state = bearer_state(listener, head->authorization);

    *body_max = (size_t)listener->settings->listen.request_max_bytes;
    if (state != ACCESS_TOKEN_GOOD) {
        const char *why =
            head->authorization == NULL ? "Bearer " REALM : "Bearer " REALM ", error=\"invalid_token\"";
        if (state == ACCESS_TOKEN_EXPIRED)
            LOG(LOG_WARN, "a notification was refused: its token has expired");
        else
            LOG(LOG_WARN, "a notification was refused: it has no token that is ours");
        return refuse(listener, events_door, (struct post_reply){.status = 401, .authenticate = why}, reply);
    }
    if (!rate_take(&listener->notifications, loop_clock_ms())) {
        LOG(LOG_WARN, "more notifications come than listen.rate allows: they are asked to come again");
        return refuse(listener, events_door,
                      (struct post_reply){.status = 429, .retry_after_s = AGAIN_SOON_S}, reply);
    }
    if (listener->place.partitions == 0) /* Kafka has not answered yet */
        return refuse(listener, events_door,
                      (struct post_reply){.status = 503, .retry_after_s = POSTS_AGAIN_S}, reply);
    return true;
}

static bool head(void *context, const struct post_head *head, size_t *body_max, void **purpose,
                 struct post_reply *reply)
{
    struct listener *listener = context;

    *purpose = strcmp(head->path, listener->place.channel->address) == 0 ? events_door
               : strcmp(head->path, listener->token_path) == 0           ? token_door
                                                                         : other_door;
    if (*purpose == other_door)
        return refuse(listener, *purpose, (struct post_reply){.status = 404}, reply);
    if (strcmp(head->method, "POST") != 0)
        return refuse(listener, *purpose, (struct post_reply){.status = 405, .allow = "POST"}, reply);
    if (listener->stopping)
        return refuse(listener, *purpose, (struct post_reply){.status = 503, .retry_after_s = AGAIN_SOON_S},
                      reply);
    if (*purpose == events_door)
        return events_head(listener, head, body_max, reply);
    *body_max = TOKEN_BODY_MAX;
    return true;
}

static void too_large(void *context, void *purpose, struct post_reply *reply)
{
    struct listener *listener = context;

    LOG(LOG_WARN, "a request was refused: it is too large", log_text("door", purpose));
    (void)refuse(listener, purpose, (struct post_reply){.status = 413}, reply);
}

/* --- tokens: RFC 6749, sections 4.4 and 5 --- */

static void give_token(struct listener *listener, struct post *post)
{
    const struct listen_settings *settings = &listener->settings->listen;
    int64_t lifetime_s = settings->token_lifetime_ms / 1000;
    char token[ACCESS_TOKEN_SIZE], body[ACCESS_TOKEN_SIZE + 100];

    access_token_make(&settings->token_key, now_s() + lifetime_s, token);
    snprintf(body, sizeof body,
             "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%" PRId64 "}", token,
             lifetime_s);
    answer(listener, post, token_door,
           &(struct post_reply){.status = 200, .content_type = JSON, .body = body});
    explicit_bzero(token, sizeof token);
    explicit_bzero(body, sizeof body);
    LOG(LOG_INFO, "a token was given");
}

static void refuse_token(struct listener *listener, struct post *post, enum login login)
{
    static const struct post_reply replies[] = {
        [LOGIN_WRONG] = {.status = 401,
                         .content_type = JSON,
                         .body = "{\"error\":\"invalid_client\"}",
                         .authenticate = "Basic " REALM},
        [LOGIN_INVALID] = {.status = 400, .content_type = JSON, .body = "{\"error\":\"invalid_request\"}"},
        [LOGIN_UNSUPPORTED] = {.status = 400,
                               .content_type = JSON,
                               .body = "{\"error\":\"unsupported_grant_type\"}"},
    };

    (void)rate_take(&listener->failures, loop_clock_ms());
    LOG(LOG_WARN, "no token was given",
        log_text("why", login == LOGIN_WRONG         ? "unknown client or wrong secret"
                        : login == LOGIN_UNSUPPORTED ? "another grant than client_credentials"
                                                     : "not a token request"));
    answer(listener, post, token_door, &replies[login]);
}

static void take_login(struct listener *listener, struct post *post, const struct login_ask *ask)
{
    if (!rate_allows(&listener->failures, loop_clock_ms())) {
        LOG(LOG_WARN, "no token was given: too many that were wrong came before");
        answer(listener, post, token_door,
               &(struct post_reply){.status = 429, .retry_after_s = AGAIN_SOON_S});
        return;
    }
    enum login login = login_check(&listener->settings->listen, ask);
    if (login == LOGIN_GOOD)
        give_token(listener, post);
    else
        refuse_token(listener, post, login);
}

/* --- notifications --- */

static struct arrival *arrival_free(struct arrival *arrival)
{
    notification_release(&arrival->notification);
    return memory_free(arrival);
}

/* What may have been written all the same comes twice then, and its owner drops the second one. */
static void ask_again(struct listener *listener, struct post *post, const struct fault *why)
{
    LOG(LOG_WARN, "a notification is not in Kafka: it is asked to come again", log_fault(why));
    answer(listener, post, events_door, &(struct post_reply){.status = 503, .retry_after_s = POSTS_AGAIN_S});
}

static int64_t wall_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void take_notification(struct listener *listener, struct post *post, const char *bytes, size_t length)
{
    struct arrival *arrival = memory_new(1, sizeof *arrival);
    struct fault why;

    *arrival = (struct arrival){.post = post, .bytes = length};
    if (notification_read(&listener->place, bytes, length, wall_ms(), &arrival->notification, &why) &&
        event_sender_send(listener->sender, &arrival->notification.record, arrival, &why))
        return;
    ask_again(listener, post, &why);
    arrival_free(arrival);
}

static void log_taken(const struct arrival *arrival, const struct event_sent *sent)
{
    const struct notification *notification = &arrival->notification;
    const struct event *event = &notification->event;
    bool dead = notification->kind != NOTIFICATION_EVENT;
    char place[300];

    text_print(place, sizeof place, "%s-%d@%" PRId64, notification->record.topic, (int)sent->partition,
               sent->offset);
    LOG(dead ? LOG_WARN : LOG_INFO,
        dead ? "a notification that nobody can use became a dead letter" : "a notification was taken",
        log_text("event_id", event->id), log_text("type", event->type), log_text("order", event->order_id),
        log_text("reference", event->reference), log_text("place", place),
        log_int("bytes", (int64_t)arrival->bytes), log_int("took_ms", sent->took_ms),
        log_text("why", dead ? notification->why.text : ""));
}

void doors_sent(void *context, void *what, const struct event_sent *sent)
{
    struct listener *listener = context;
    struct arrival *arrival = what;
    enum notification_kind kind = arrival->notification.kind;

    if (sent->written) {
        figures_written(listener->figures, notification_words[kind], sent->took_ms);
        log_taken(arrival, sent);
        if (arrival->notification.ahead) {
            figures_ahead(listener->figures);
            LOG(LOG_WARN, "a notification is dated more than a day ahead: one of the clocks is wrong",
                log_text("event_id", arrival->notification.event.id));
        }
        answer(listener, arrival->post, events_door,
               &(struct post_reply){.status = kind == NOTIFICATION_JSON ? 400 : 201});
    } else if (sent->why.kind == FAULT_INPUT) { /* it would be refused again and again */
        LOG(LOG_ERROR,
            "a notification was refused by Kafka, and so by us: the topic's max.message.bytes is "
            "less than listen.request.max.bytes needs",
            log_fault(&sent->why), log_int("bytes", (int64_t)arrival->bytes));
        answer(listener, arrival->post, events_door, &(struct post_reply){.status = 413});
    } else {
        ask_again(listener, arrival->post, &sent->why);
    }
    arrival_free(arrival);
}

static void body(void *context, struct post *post, void *purpose, const char *authorization,
                 const char *content_type, const char *bytes, size_t length)
{
    struct listener *listener = context;

    if (purpose == events_door)
        take_notification(listener, post, bytes, length);
    else
        take_login(listener, post, &(struct login_ask){authorization, content_type, bytes, length});
}

const struct posts_calls doors_calls = {head, body, too_large};
