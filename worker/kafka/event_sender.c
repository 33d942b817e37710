/* Sends records of whc-worker listen, and tells what became of each. */
#include "event_sender.h"

#include "client_config.h"
#include "invariant.h"
#include "memory.h"
#include "producer.h"
#include "text.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

enum {
    LOOK_MS = 500,     /* deadlines; and should a wake-up be lost */
    ANEW_MIN_MS = 1000 /* between two producers, where a right is missing */
};

/* One record under way. One that was given up stays until the producer has reported it. */
struct sending {
    void *what;
    bool told;
    size_t bytes;
    int64_t since_ms;
    struct event_sender *sender;
    TAILQ_ENTRY(sending) in_all;
};

struct event_sender {
    const struct settings *settings;
    struct loop *loop;
    event_sent_fn *told;
    void *context;
    rd_kafka_t *handle;
    rd_kafka_queue_t *reports;
    int wake; /* eventfd */
    struct loop_timer look;
    int64_t opened_ms;
    bool outdated; /* a right was missing, and the producer would remember that for minutes */
    TAILQ_HEAD(, sending) all;
    size_t count, bytes;
    struct fault trouble;
};

static void let_go(struct sending *sending)
{
    struct event_sender *sender = sending->sender;

    REQUIRE(sender->count > 0 && sender->bytes >= sending->bytes);
    sender->count--;
    sender->bytes -= sending->bytes;
    TAILQ_REMOVE(&sender->all, sending, in_all);
    memory_free(sending);
}

static void tell(struct sending *sending, struct event_sent *sent)
{
    struct event_sender *sender = sending->sender;

    if (sending->told)
        return;
    sending->told = true;
    sent->took_ms = loop_clock_ms() - sending->since_ms;
    if (sent->written)
        sender->trouble.text[0] = '\0';
    else
        sender->trouble = sent->why;
    sender->told(sender->context, sending->what, sent);
}

static enum fault_kind kind_of(rd_kafka_resp_err_t error)
{
    switch ((int)error) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
        return FAULT_INPUT;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        return FAULT_LOCAL;
    default:
        return FAULT_PEER;
    }
}

static void take_report(const rd_kafka_message_t *message)
{
    struct sending *sending = message->_private;
    struct event_sent sent = {.written = message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset >= 0,
                              .partition = message->partition,
                              .offset = message->offset};

    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        fault_set(&sent.why, kind_of(message->err), "'%s' did not take a record: %s",
                  rd_kafka_topic_name(message->rkt), rd_kafka_err2str(message->err));
    else if (!sent.written)
        fault_set(&sent.why, FAULT_PEER, "'%s' took a record and does not say where it stands",
                  rd_kafka_topic_name(message->rkt));
    tell(sending, &sent);
    let_go(sending);
}

/* A report that comes on its own: only one that ends the producer matters, the records tell of the others. */
static void take_reports(struct event_sender *sender)
{
    for (rd_kafka_event_t *event; (event = rd_kafka_queue_poll(sender->reports, 0)) != NULL;) {
        const rd_kafka_message_t *message;
        while (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR &&
               (message = rd_kafka_event_message_next(event)) != NULL)
            take_report(message);
        rd_kafka_event_destroy(event);
    }
}

static void close_handle(struct event_sender *sender)
{
    if (sender->handle == NULL)
        return;
    rd_kafka_purge(sender->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_queue_destroy(sender->reports);
    rd_kafka_destroy(sender->handle);
    sender->handle = NULL;
}

static bool open_handle(struct event_sender *sender, struct fault *why)
{
    static const uint64_t one = 1;
    rd_kafka_conf_t *conf;

    TRY(client_config_make(sender->settings, CLIENT_EVENTS, &conf, why));
    rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
    TRY(client_config_connect(RD_KAFKA_PRODUCER, conf, &sender->handle, why));
    sender->reports = rd_kafka_queue_get_main(sender->handle);
    rd_kafka_queue_io_event_enable(sender->reports, sender->wake, &one, sizeof one);
    sender->opened_ms = loop_clock_ms();
    sender->outdated = false;
    return true;
}

/* The library will not send with it any more: what it had is given up, and the next one begins. */
static void replace_if_fatal(struct event_sender *sender)
{
    char text[300];
    struct event_sent sent = {.written = false};
    struct fault why;

    if (sender->handle != NULL) {
        rd_kafka_resp_err_t error = rd_kafka_fatal_error(sender->handle, text, sizeof text);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
            return;
        fault_set(&sent.why, kind_of(error), "the producer of events could not go on: %s", text);
        sender->trouble = sent.why;
        close_handle(sender);
        for (struct sending *one = TAILQ_FIRST(&sender->all), *next; one != NULL; one = next) {
            next = TAILQ_NEXT(one, in_all);
            tell(one, &sent);
            let_go(one);
        }
    }
    if (!open_handle(sender, &why))
        sender->trouble = why; /* again with the next look */
}

static void replace_outdated(struct event_sender *sender)
{
    struct fault why;

    if (!sender->outdated || sender->count > 0 || loop_clock_ms() < sender->opened_ms + ANEW_MIN_MS)
        return;
    close_handle(sender);
    if (!open_handle(sender, &why))
        sender->trouble = why;
}

static void give_up_late(struct event_sender *sender)
{
    struct event_sent sent = {.written = false};
    int64_t before_ms = loop_clock_ms() - EVENT_SENDER_WAIT_MS;

    fault_set(&sent.why, FAULT_PEER, "Kafka did not acknowledge a record in %d ms", EVENT_SENDER_WAIT_MS);
    for (struct sending *one = TAILQ_FIRST(&sender->all), *next; one != NULL; one = next) {
        next = TAILQ_NEXT(one, in_all);
        if (one->since_ms > before_ms)
            break; /* they stand in the order in which they came */
        tell(one, &sent);
    }
}

static void look(void *context)
{
    struct event_sender *sender = context;

    if (sender->handle != NULL)
        take_reports(sender);
    replace_if_fatal(sender);
    replace_outdated(sender);
    give_up_late(sender);
    if (sender->count > 0 || sender->handle == NULL || sender->outdated)
        loop_set_timer(sender->loop, &sender->look, loop_clock_ms() + LOOK_MS);
}

static void woken(void *context, uint32_t events)
{
    struct event_sender *sender = context;
    uint64_t count;

    (void)events;
    if (read(sender->wake, &count, sizeof count) < 0)
        return; /* it was read already */
    look(sender);
}

bool event_sender_new(const struct settings *settings, struct loop *loop, event_sent_fn *told, void *context,
                      struct event_sender **out, struct fault *why)
{
    struct event_sender *sender = memory_new(1, sizeof *sender);

    *sender = (struct event_sender){.settings = settings, .loop = loop, .told = told, .context = context};
    sender->look = (struct loop_timer){.fire = look, .context = sender};
    TAILQ_INIT(&sender->all);
    sender->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!open_handle(sender, why) || !loop_watch(loop, sender->wake, EPOLLIN, woken, sender, why)) {
        event_sender_free(sender);
        return false;
    }
    *out = sender;
    return true;
}

void *event_sender_free(struct event_sender *sender)
{
    struct event_sent sent = {.written = false};

    if (sender == NULL)
        return NULL;
    close_handle(sender);
    fault_set(&sent.why, FAULT_PEER, "the producer ends");
    while (!TAILQ_EMPTY(&sender->all)) {
        tell(TAILQ_FIRST(&sender->all), &sent);
        let_go(TAILQ_FIRST(&sender->all));
    }
    loop_clear_timer(sender->loop, &sender->look);
    loop_forget(sender->loop, sender->wake);
    close(sender->wake);
    return memory_free(sender);
}

bool event_sender_send(struct event_sender *sender, const struct kafka_record *record, void *what,
                       struct fault *why)
{
    size_t bytes = record->length + record->key_length;

    if (sender->count >= EVENT_SENDER_RECORDS_MAX || bytes > EVENT_SENDER_BYTES_MAX - sender->bytes)
        return fault_set(why, FAULT_EXHAUSTED, "too many events wait for Kafka");
    if (sender->handle == NULL)
        return fault_set(why, FAULT_PEER, "%s", sender->trouble.text);
    struct sending *sending = memory_new(1, sizeof *sending);
    *sending = (struct sending){.what = what, .bytes = bytes, .since_ms = loop_clock_ms(), .sender = sender};
    rd_kafka_headers_t *headers = producer_headers(record);
    rd_kafka_resp_err_t error = rd_kafka_producev(
        sender->handle, RD_KAFKA_V_TOPIC(record->topic), RD_KAFKA_V_PARTITION(record->partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(record->key, record->key_length),
        RD_KAFKA_V_VALUE(record->value, record->length), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_OPAQUE(sending), RD_KAFKA_V_END);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_headers_destroy(headers); /* they stay ours when it fails */
        memory_free(sending);
        fault_set(&sender->trouble, kind_of(error), "'%s' cannot be sent a record: %s", record->topic,
                  rd_kafka_err2str(error));
        sender->outdated |= sender->trouble.kind == FAULT_LOCAL;
        *why = sender->trouble;
        loop_set_timer(sender->loop, &sender->look,
                       loop_clock_ms()); /* it may be one that ends the producer */
        return false;
    }
    TAILQ_INSERT_TAIL(&sender->all, sending, in_all);
    sender->count++;
    sender->bytes += bytes;
    if (!loop_timer_is_set(&sender->look))
        loop_set_timer(sender->loop, &sender->look, loop_clock_ms() + LOOK_MS);
    return true;
}

size_t event_sender_count(const struct event_sender *sender)
{
    return sender->count;
}

const char *event_sender_trouble(const struct event_sender *sender)
{
    return sender->trouble.text;
}
