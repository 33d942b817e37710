/*
 * What comes back over HTTP: two bytes for the order type and the status, a line for Retry-After, then the body. Read
 * as a token, and as the reply of the order type's first step, which is judged and leads to the end of the order.
 */
#include "fuzz.h"

#include "engine.h"
#include "reply.h"
#include "retry_after.h"
#include "snapshot.h"
#include "token.h"

#include <string.h>

static const int statuses[] = {200, 201, 202, 204, 302, 400, 401, 403, 404, 408, 429, 500, 502, 503};

/* A good request of the type: every example of schemas/ begins with one, but the judge does not look at it. */
static struct order *new_order(const struct order_type *type)
{
    struct order *order = order_new("t", 0, 0, "k", 1);

    order->type = type;
    order->request.inputs = json_object_new_object();
    order->request.not_after_ms = INT64_MAX;
    memcpy(order->request.id, "605c9599-4ab1-488f-8129-5b8cde662c7d", UUID_TEXT_SIZE);
    order->state = ORDER_CALLING;
    order->main = (struct execution){.workflow = type->workflow,
                                     .inputs = json_object_get(order->request.inputs),
                                     .steps = json_object_new_object(),
                                     .step_began_ms = 1};
    return order;
}

/* Whatever BT says, the next worker can read what is kept of it. */
static void keep(struct order *order)
{
    static struct ledger_schemas schemas; /* one for all runs */

    if (schemas.writes == 0)
        schemas = ledger_schemas_new(LEDGER_FORMATS);
    CLEANUP(buffer_release) struct buffer value;
    struct ledger_record record, again;
    struct fault why;

    buffer_init(&value, 64 << 20);
    snapshot_take(order, 1, &record);
    HOLDS(ledger_write(&schemas, &record, &value, &why));
    HOLDS(ledger_read(&schemas, value.data, value.length, &again, &why));
    ledger_release(&again);
    ledger_release(&record);
}

static void judge(const struct order_type *type, int status, const char *body, size_t length,
                  int64_t retry_after)
{
    const struct openapi *openapi = &fuzz_catalogue()->openapi;
    struct evidence evidence = {
        .end = CALL_REPLIED, .status = status, .what = "", .retry_after_ms = retry_after};
    struct engine_terms terms = {.now_ms = 1, .wall_ms = 1, .steps_max = 10, .backoff = {1, 1, 1, 1}};
    struct order *order = new_order(type);
    struct verdict verdict;

    order->main.calls.step = type->workflow->steps[0].id;
    order->main.calls.attempts = 1;
    order->call.operation = type->workflow->steps[0].operation;
    evidence.body =
        reply_read(type->workflow->steps[0].operation, status, body, length, 100000, &evidence.unreadable);
    evidence.body_unreadable = *evidence.unreadable != '\0';
    enum engine_move to = engine_answer(order, openapi, &evidence, &terms, &verdict);
    keep(order);
    if (to == ENGINE_END || to == ENGINE_PARK) {
        CLEANUP(buffer_release) struct buffer datum;
        struct outcome outcome;
        struct fault why;
        buffer_init(&datum, 1 << 24);
        order_outcome(order, &outcome);
        HOLDS(outcome_write(&outcome, &datum, &why)); /* whatever BT says, the outcome fits its schema */
    }
    json_object_put(evidence.body);
    order_free(order);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct catalogue *catalogue = fuzz_catalogue();
    char *token = NULL;
    int64_t lifetime_ms;
    struct fault why;

    if (size < 3)
        return 0;
    CLEANUP(memory_release) char *text = fuzz_text(data + 2, size - 2);
    char *line_end = strchr(text, '\n');
    const char *body = line_end == NULL ? text : line_end + 1;
    size_t length = size - 2 - (size_t)(body - text);
    if (line_end != NULL)
        *line_end = '\0';
    int64_t wait_ms = line_end == NULL ? -1 : retry_after_ms(text, "Fri, 02 Jan 2026 10:00:00 GMT", 600000);
    HOLDS(wait_ms >= -1 && wait_ms <= 600000);
    if (token_parse(body, length, &token, &lifetime_ms, &why)) {
        HOLDS(*token != '\0' && strpbrk(token, " \r\n") == NULL && lifetime_ms >= 0 &&
              lifetime_ms <= 86400000);
        memory_free(token);
    }
    const struct order_type *type = catalogue->types[data[0] % catalogue->type_count];
    if (type->workflow->steps[0].operation != NULL)
        judge(type, statuses[data[1] % COUNT_OF(statuses)], body, length, wait_ms);
    return 0;
}
