/* Takes a request in, has it answered, and delivers the reply as the switches and faults want it. */
#include "exchange.h"

#include "counts.h"
#include "cut.h"
#include "sandbox.h"

#include <string.h>
#include <sys/socket.h>

enum { STALL_LOOK_MS = 100, EVENT_WAIT_MS = 12000, BLOCK_SIZE = 64 << 10 };

void exchange_ended(struct exchange *exchange)
{
    if (exchange->counted)
        counts_end(exchange->sandbox->counts, exchange->tally);
    exchange->counted = false;
}

static void due(void *context)
{
    struct exchange *exchange = context;

    exchange->stage = EXCHANGE_DUE;
    MHD_resume_connection(exchange->connection);
}

void exchange_wait(struct exchange *exchange)
{
    int64_t wait = exchange->request.after_event == 0 ? exchange->reply.delay_ms : EVENT_WAIT_MS;

    exchange->stage = EXCHANGE_WAITING;
    exchange->timer = (struct loop_timer){.fire = due, .context = exchange};
    MHD_suspend_connection(exchange->connection);
    loop_set_timer(exchange->loop, &exchange->timer, loop_now_ms(exchange->loop) + wait);
}

void exchange_told(struct exchange *exchange, uint64_t event)
{
    if (exchange->stage != EXCHANGE_WAITING || exchange->request.after_event != event)
        return;
    exchange->request.after_event = 0;
    loop_set_timer(exchange->loop, &exchange->timer, loop_now_ms(exchange->loop) + exchange->reply.delay_ms);
}

void exchange_break(struct exchange *exchange)
{
    if (exchange->stage != EXCHANGE_WAITING && exchange->stage != EXCHANGE_STALLED)
        return;
    loop_clear_timer(exchange->loop, &exchange->timer);
    exchange->stage = EXCHANGE_BROKEN;
    MHD_resume_connection(exchange->connection);
}

/* A suspended connection does not notice that its client went away, so it is looked at now and then. */
static void look_at_client(void *context)
{
    struct exchange *exchange = context;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    char byte;

    if (info == NULL || recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
        exchange_break(exchange);
    else
        loop_set_timer(exchange->loop, &exchange->timer, loop_now_ms(exchange->loop) + STALL_LOOK_MS);
}

static void stall(struct exchange *exchange)
{
    exchange->stage = EXCHANGE_STALLED;
    exchange->timer = (struct loop_timer){.fire = look_at_client, .context = exchange};
    MHD_suspend_connection(exchange->connection);
    loop_set_timer(exchange->loop, &exchange->timer, loop_now_ms(exchange->loop) + STALL_LOOK_MS);
}

/* How much of the body goes out before the mishap. */
static uint64_t good_part(const struct reply *reply)
{
    switch (reply->delivery) {
    case DELIVER_CUT:
    case DELIVER_STALL_BODY:
        return reply->body.length / 2;
    case DELIVER_STALL_HEADERS:
    case DELIVER_STALL_START:
    case DELIVER_NOTHING:
    case DELIVER_BYTES:
        return 0;
    case DELIVER_FILLER:
        return reply->filler;
    case DELIVER_WHOLE:
        break;
    }
    return reply->body.length;
}

/* {"filler":"xxx..."}, of which the library asks for any part. */
static void fill(uint64_t size, uint64_t at, char *to, size_t length)
{
    static const char head[] = "{\"filler\":\"";
    static const char tail[] = "\"}";
    uint64_t tail_at = size - (sizeof tail - 1);

    for (size_t i = 0; i < length; i++, at++)
        to[i] = at < sizeof head - 1 ? head[at] : at >= tail_at ? tail[at - tail_at] : 'x';
}

static ssize_t next_part(void *context, uint64_t at, char *to, size_t room)
{
    struct exchange *exchange = context;
    const struct reply *reply = &exchange->reply;
    uint64_t end = good_part(reply);

    if (at < end) {
        size_t length = end - at < room ? (size_t)(end - at) : room;
        if (reply->delivery == DELIVER_FILLER)
            fill(end, at, to, length);
        else
            memcpy(to, reply->body.data + at, length);
        return (ssize_t)length;
    }
    if (reply->delivery == DELIVER_CUT || exchange->stage == EXCHANGE_BROKEN)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    stall(exchange);
    return 0;
}

static struct MHD_Response *make_response(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;

    if (reply->delivery == DELIVER_WHOLE) {
        size_t length;
        char *body = buffer_take(&reply->body, &length);
        return MHD_create_response_from_buffer(length, body, MHD_RESPMEM_MUST_FREE);
    }
    uint64_t size = reply->delivery == DELIVER_FILLER ? reply->filler : reply->body.length;
    return MHD_create_response_from_callback(size, BLOCK_SIZE, next_part, exchange, NULL);
}

/* Past the HTTP library. */
static void send_some(struct exchange *exchange)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    if (info != NULL)
        cut_send(info->connect_fd, &exchange->reply);
}

bool exchange_goes_on(struct exchange *exchange, size_t more)
{
    if (exchange->cut_left < 0)
        return true;
    exchange->cut_left -= (int64_t)more;
    return exchange->cut_left > 0 && more > 0;
}

enum MHD_Result exchange_send(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;

    if (reply->delivery == DELIVER_BYTES && exchange->stage != EXCHANGE_BROKEN) {
        send_some(exchange);
        exchange_ended(exchange);
        return MHD_NO;
    }
    if (exchange->stage == EXCHANGE_BROKEN || reply->delivery == DELIVER_NOTHING) {
        exchange_ended(exchange);
        return MHD_NO;
    }
    if (reply->delivery == DELIVER_STALL_START) {
        stall(exchange);
        return MHD_YES;
    }
    struct MHD_Response *response = make_response(exchange);
    if (response == NULL)
        return MHD_NO;
    if (reply->type != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type);
    for (size_t i = 0; i < reply->header_count; i++)
        MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
    exchange->stage = EXCHANGE_SENT;
    if (reply->delivery == DELIVER_WHOLE)
        exchange_ended(exchange);
    enum MHD_Result result = MHD_queue_response(exchange->connection, reply->status, response);
    MHD_destroy_response(response);
    return result;
}
