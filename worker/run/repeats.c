/* Requests that wait for the outcome of their finished order. */
#include "repeats.h"

#include "dead_letter.h"
#include "invariant.h"
#include "log.h"
#include "memory.h"
#include "metrics.h"
#include "remembered.h"

enum { WAITING_MAX = 1000, BYTES_MAX = 32 << 20 };

struct repeats {
    struct worker *worker;
    size_t bytes; /* of the messages that wait */
};

struct repeat {
    struct repeats *repeats;
    rd_kafka_message_t *message;
};

struct repeats *repeats_new(struct worker *worker)
{
    struct repeats *repeats = memory_new(1, sizeof *repeats);

    repeats->worker = worker;
    return repeats;
}

void *repeats_free(struct repeats *repeats)
{
    REQUIRE(repeats == NULL || repeats->bytes == 0); /* nobody waits: the consumer is about to go */
    return memory_free(repeats);
}

static void publish_again(struct worker *worker, const struct ledger_record *kept,
                          const rd_kafka_message_t *message)
{
    metrics_count_repeat(worker->metrics);
    if (!batch_repeat(worker->batch, kept, message->partition, message->offset))
        LOG(LOG_WARN, "the outcome of a repeated request was too large to be kept: it is not published again",
            log_text("request", kept->request_id));
}

static void answered(void *context, enum remembered_answer answer, const struct ledger_record *kept,
                     const struct fault *why)
{
    struct repeat *repeat = context;
    struct worker *worker = repeat->repeats->worker;

    switch (answer) {
    case REMEMBERED_FOUND:
        publish_again(worker, kept, repeat->message);
        break;
    case REMEMBERED_GONE:
        dead_letter_send(worker, repeat->message, "outcome-gone", why);
        break;
    case REMEMBERED_LOST:
        break; /* its offset is open: the next owner reads it */
    }
    REQUIRE(repeat->repeats->bytes >= repeat->message->len);
    repeat->repeats->bytes -= repeat->message->len;
    rd_kafka_message_destroy(repeat->message);
    memory_free(repeat);
}

bool repeats_take(struct repeats *repeats, rd_kafka_message_t *message, const struct duplicate *done,
                  struct fault *why)
{
    struct remembered *remembered = repeats->worker->remembered;

    if (remembered_waiting(remembered) >= WAITING_MAX ||
        (repeats->bytes > 0 && repeats->bytes + message->len > BYTES_MAX))
        return fault_set(why, FAULT_EXHAUSTED, "a repeated request waits for the outcomes of others");
    struct repeat *repeat = memory_new(1, sizeof *repeat);
    *repeat = (struct repeat){repeats, message};
    repeats->bytes += message->len;
    remembered_read(remembered, done, answered, repeat);
    return true;
}
