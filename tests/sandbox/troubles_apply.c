/* What each trouble does to the reply. */
#include "errors.h"
#include "sandbox.h"
#include "troubles.h"

#include <inttypes.h>
#include <time.h>

typedef void apply_fn(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                      struct reply *reply);

static void add_retry_after(const struct trouble *trouble, struct reply *reply)
{
    char date[64];
    struct tm parts;
    time_t when = time(NULL) + (time_t)trouble->retry_after;

    if (trouble->retry_after < 0)
        return;
    if (trouble->retry_form == 0) {
        reply_header(reply, "Retry-After", "%" PRId64, trouble->retry_after);
        return;
    }
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&when, &parts));
    reply_header(reply, "Retry-After", "%s", date);
}

static void apply_status(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                         struct reply *reply)
{
    (void)request;
    error_answer_as(&sandbox->switches, reply, (unsigned)trouble->status, (unsigned)trouble->code,
                    (enum error_shape)trouble->shape);
    add_retry_after(trouble, reply);
}

static void apply_html502(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                          struct reply *reply)
{
    (void)sandbox;
    (void)request;
    reply_clear(reply);
    reply->status = 502;
    reply->type = "text/html";
    buffer_add_text(&reply->body, "<html><head><title>502 Bad Gateway</title></head>"
                                  "<body><h1>502 Bad Gateway</h1></body></html>\n");
    add_retry_after(trouble, reply);
}

static void apply_garbage(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                          struct reply *reply)
{
    (void)sandbox;
    (void)trouble;
    (void)request;
    buffer_clear(&reply->body);
    buffer_add_text(&reply->body, "{\"portState\": PORTABLE\x01\xff, ]");
}

static void apply_truncated(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                            struct reply *reply)
{
    (void)sandbox;
    (void)trouble;
    (void)request;
    reply->delivery = DELIVER_CUT;
}

static void apply_stall(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                        struct reply *reply)
{
    static const enum delivery deliveries[] = {DELIVER_STALL_START, DELIVER_STALL_HEADERS,
                                               DELIVER_STALL_BODY};

    (void)sandbox;
    (void)request;
    reply->delivery = deliveries[trouble->at];
}

static void apply_stall_start(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                              struct reply *reply)
{
    (void)sandbox;
    (void)trouble;
    (void)request;
    reply->delivery = DELIVER_STALL_START;
}

static void apply_close(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                        struct reply *reply)
{
    (void)sandbox;
    (void)trouble;
    (void)request;
    reply->delivery = DELIVER_NOTHING;
}

/* An array or object becomes a text, which no operation ever answers. */
static void apply_wrong_type(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                             struct reply *reply)
{
    (void)sandbox;
    (void)trouble;
    (void)request;
    buffer_clear(&reply->body);
    buffer_add_text(&reply->body, "\"neither an object nor a list\"");
}

static void apply_huge(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                       struct reply *reply)
{
    (void)sandbox;
    (void)request;
    buffer_clear(&reply->body);
    reply->delivery = DELIVER_FILLER;
    reply->filler = (uint64_t)trouble->bytes;
}

static void apply_delay(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                        struct reply *reply)
{
    (void)sandbox;
    (void)trouble;
    (void)request;
    (void)reply; /* every trouble delays by its `ms` */
}

static void apply_error_with_200(struct sandbox *sandbox, const struct trouble *trouble,
                                 struct request *request, struct reply *reply)
{
    apply_status(sandbox, trouble, request, reply);
    reply->status = 200;
}

static void apply_block(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                        struct reply *reply)
{
    (void)request;
    error_answer_as(&sandbox->switches, reply, 403, 53, (enum error_shape)trouble->shape);
    add_retry_after(trouble, reply);
}

static void apply_token_expired(struct sandbox *sandbox, const struct trouble *trouble,
                                struct request *request, struct reply *reply)
{
    tokens_expire(&sandbox->tokens, request);
    error_answer_as(&sandbox->switches, reply, 401, 42, (enum error_shape)trouble->shape);
}

/* What the client gets of a request that is accepted out of its sight. */
static void apply_reply(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                        struct reply *reply)
{
    static apply_fn *const applied[] = {apply_delay, apply_close, apply_stall_start, apply_status};

    applied[trouble->reply](sandbox, trouble, request, reply);
}

/* Unless it was carried out at once, too, there is no usual answer: the connection is closed. */
static void apply_late(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                       struct reply *reply)
{
    if (trouble->reply == 0 && !trouble->done)
        apply_close(sandbox, trouble, request, reply);
    else
        apply_reply(sandbox, trouble, request, reply);
}

static void apply_cut(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                      struct reply *reply)
{
    (void)sandbox;
    (void)request;
    reply->delivery = DELIVER_BYTES;
    reply->cut_at = (uint64_t)trouble->cut_at;
}

static const struct {
    bool instead;
    apply_fn *apply;
} effects[] = {
    [TROUBLE_STATUS] = {true, apply_status},
    [TROUBLE_HTML502] = {true, apply_html502},
    [TROUBLE_GARBAGE] = {false, apply_garbage},
    [TROUBLE_TRUNCATED] = {false, apply_truncated},
    [TROUBLE_STALL] = {false, apply_stall},
    [TROUBLE_CLOSE_BEFORE_REPLY] = {true, apply_close},
    [TROUBLE_CLOSE_AFTER_REQUEST] = {false, apply_close},
    [TROUBLE_WRONG_TYPE] = {false, apply_wrong_type},
    [TROUBLE_HUGE] = {false, apply_huge},
    [TROUBLE_DELAY] = {false, apply_delay},
    [TROUBLE_ERROR_WITH_200] = {false, apply_error_with_200},
    [TROUBLE_BLOCK_ONE_HOUR] = {true, apply_block},
    [TROUBLE_TOKEN_EXPIRED] = {true, apply_token_expired},
    [TROUBLE_LATE] = {true, apply_late},
    [TROUBLE_INVISIBLE] = {false, apply_reply},
    [TROUBLE_CUT] = {false, apply_cut},
    [TROUBLE_CUT_REQUEST] = {true, apply_close},
};

bool trouble_instead(const struct trouble *trouble)
{
    return effects[trouble->kind].instead && !trouble->done;
}

int64_t trouble_delay(const struct trouble *trouble)
{
    return trouble->kind == TROUBLE_LATE || trouble->kind == TROUBLE_INVISIBLE ? 0 : trouble->ms;
}

void trouble_apply(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                   struct reply *reply)
{
    effects[trouble->kind].apply(sandbox, trouble, request, reply);
}
