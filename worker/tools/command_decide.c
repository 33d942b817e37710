/* `decide`: a person says what became of a parked order; its owner answers through the ledger (PROMISE.md R8). */
#include "client_config.h"
#include "commands.h"
#include "decision.h"
#include "invariant.h"
#include "ledger_view.h"
#include "memory.h"
#include "names.h"
#include "topic_reader.h"
#include "tree.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MS = 100, FLUSH_MS = 10000, BODY_MAX = 65536 };

struct arguments {
    const char *config, *who;
    int64_t attempt, timeout_ms; /* attempt -1: the one that the ledger shows */
    bool json;
};

static const char *user_name(void)
{
    const struct passwd *entry = getpwuid(getuid());

    return entry == NULL ? "unknown" : entry->pw_name;
}

/* ORDER happened [REF] ["why"] | ORDER did-not-happen|retry|reject "why" */
static bool read_words(int words, char **argv, const struct arguments *arguments, struct decision *decision,
                       struct fault *why)
{
    int verdict = words > 1 ? names_find(decision_words, argv[1]) : -1;
    bool happened = verdict == DECISION_HAPPENED;
    struct uuid id;
    struct timeval now;

    if (verdict < 0 || words < 3 || words > (happened ? 4 : 3))
        return fault_set(why, FAULT_INPUT,
                         "say ORDER happened REF [\"why\"], or ORDER did-not-happen|retry|reject \"why\"");
    TRY(uuid_parse(argv[0], &id, why));
    gettimeofday(&now, NULL);
    *decision = (struct decision){.verdict = (enum decision_verdict)verdict,
                                  .decided_at_ms = (int64_t)now.tv_sec * 1000 + now.tv_usec / 1000};
    uuid_print(id, decision->request_id);
    uuid_print(uuid_random(), decision->signal_id);
    if (happened)
        snprintf(decision->reference, sizeof decision->reference, "%s", argv[2]);
    snprintf(decision->why, sizeof decision->why, "%s", happened ? (words > 3 ? argv[3] : "") : argv[2]);
    snprintf(decision->who, sizeof decision->who, "%s",
             arguments->who != NULL ? arguments->who : user_name());
    return true;
}

/* What can be said without the owner: the order as the ledger has it now. */
static bool check(const struct ledger_item *item, const struct arguments *arguments,
                  struct decision *decision, struct fault *why)
{
    if (item == NULL)
        return fault_set(why, FAULT_INPUT, "the ledger has no order %s", decision->request_id);
    decision->attempt = arguments->attempt < 0 ? item->record.attempt : (unsigned)arguments->attempt;
    if (item->record.state == LEDGER_DONE)
        return fault_set(why, FAULT_INPUT, "the order has its final outcome already");
    if (item->record.state != LEDGER_PARKED &&
        !(item->record.state == LEDGER_QUEUED && decision->verdict == DECISION_REJECT))
        return fault_set(why, FAULT_INPUT, "the order is not parked: its state is %s",
                         ledger_state_name(item->record.state));
    return true;
}

static bool send_signal(const struct setup *setup, int32_t partition, const struct decision *decision,
                        struct fault *why)
{
    CLEANUP(buffer_release) struct buffer value = {0};
    CLEANUP(memory_release) char *key = memory_text(decision->request_id);
    rd_kafka_conf_t *conf;
    rd_kafka_t *handle;

    REQUIRE(decision->verdict <= DECISION_REJECT && *decision->signal_id != '\0');
    buffer_init(&value, BODY_MAX);
    TRY(decision_write(setup->catalogue->decision, decision, &value, why));
    TRY(client_config_make(&setup->settings, CLIENT_TOOL_PRODUCER, &conf, why));
    TRY(client_config_connect(RD_KAFKA_PRODUCER, conf, &handle, why));
    rd_kafka_resp_err_t error = rd_kafka_producev(
        handle, RD_KAFKA_V_TOPIC(setup->settings.topic_signals), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_KEY(key, strlen(key)), RD_KAFKA_V_VALUE(value.data, value.length),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
        error = rd_kafka_flush(handle, FLUSH_MS);
    rd_kafka_destroy(handle);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ||
           fault_set(why, FAULT_PEER, "the decision did not reach Kafka: %s", rd_kafka_err2str(error));
}

/* The owner's answer to this decision in the order's record; null: it is not there. Owned by the caller. */
static struct json_object *answer_in(const struct ledger_item *item, const struct decision *decision)
{
    struct json_object *tree = NULL;
    struct fault unused;
    const char *text = item == NULL ? NULL : item->record.last_decision;

    if (text == NULL || !tree_read_own(text, strlen(text), &tree, &unused))
        return NULL;
    const char *signal = tree_text_of(tree, "signalId");
    if (signal != NULL && strcmp(signal, decision->signal_id) == 0)
        return tree;
    json_object_put(tree);
    return NULL;
}

static struct json_object *await_answer(const struct setup *setup, struct topic_reader *reader,
                                        const struct decision *decision, int64_t timeout_ms,
                                        struct ledger_view *view)
{
    time_t end = time(NULL) + (time_t)(timeout_ms / 1000);
    struct fault why;

    while (time(NULL) < end) {
        rd_kafka_message_t *message = topic_reader_next(reader, POLL_MS);
        if (message == NULL)
            continue;
        bool taken = ledger_view_take(setup, view, message, &why);
        rd_kafka_message_destroy(message);
        struct json_object *answer =
            taken ? answer_in(ledger_view_find(view, decision->request_id), decision) : NULL;
        if (answer != NULL)
            return answer;
    }
    return NULL;
}

static int show_answer(const struct ledger_item *item, struct json_object *answer, bool json)
{
    bool applied = json_object_get_boolean(tree_member(answer, "applied")) != 0;

    if (json)
        ledger_view_json(item);
    else
        printf("%s%s; the order is %s now\n", applied ? "" : "refused: ", tree_text_of(answer, "answer"),
               ledger_state_name(item->record.state));
    return applied ? 0 : 1;
}

static int decide(const struct setup *setup, const struct arguments *arguments, struct decision *decision)
{
    struct ledger_view view = {0};
    struct topic_reader *reader = NULL;
    struct fault why;
    int code = 1;

    if (!ledger_view_read(setup, &view, &why) ||
        !check(ledger_view_find(&view, decision->request_id), arguments, decision, &why) ||
        !topic_reader_new(&setup->settings, setup->settings.topic_ledger, false, &reader, &why) ||
        !send_signal(setup, ledger_view_find(&view, decision->request_id)->partition, decision, &why)) {
        fprintf(stderr, "whc-worker decide: %s\n", why.text);
    } else {
        CLEANUP(tree_release)
        struct json_object *answer = await_answer(setup, reader, decision, arguments->timeout_ms, &view);
        if (answer != NULL)
            code = show_answer(ledger_view_find(&view, decision->request_id), answer, arguments->json);
        else
            fprintf(stderr,
                    "whc-worker decide: the decision was sent and no worker has answered in %" PRId64
                    " s; whc-worker "
                    "parked %s will show what became of it\n",
                    arguments->timeout_ms / 1000, decision->request_id);
    }
    topic_reader_free(reader);
    ledger_view_release(&view);
    return code;
}

int command_decide(int argc, char **argv)
{
    static const struct command_help help = {
        "decide",
        "Says what became of a parked order: it happened at BT (REF: BT's id), it did not, try again, or give up.",
        "ORDER happened REF [\"why\"] | ORDER did-not-happen|retry|reject \"why\"",
        "whc-worker decide 605c9599-4ab1-488f-8129-5b8cde662c7d happened 00126001 \"seen in BT's portal\""};
    struct arguments arguments = {.attempt = -1, .timeout_ms = 30000};
    const struct option_row rows[] = {
        {"--config", "FILE", "settings; default whc-worker.properties", .text = &arguments.config},
        {"--who", "NAME", "who decides; default: the user", .text = &arguments.who},
        {"--attempt", "N", "the attempt it is about; default: the one the ledger shows now",
         .number = &arguments.attempt},
        {"--timeout", "TIME", "longest wait for the owner's answer, default 30s",
         .ms = &arguments.timeout_ms},
        {"--json", NULL, "the order after the answer, as JSON", .flag = &arguments.json}};
    struct setup setup;
    const struct command_line line = {&help, rows, COUNT_OF(rows), &arguments.config, false};
    struct decision decision;
    struct fault why;
    int words, code;

    if (setup_begin(&line, argc, argv, &setup, &words, &code)) {
        if (read_words(words, argv, &arguments, &decision, &why)) {
            code = decide(&setup, &arguments, &decision);
        } else {
            fprintf(stderr, "whc-worker decide: %s\n", why.text);
            code = 2;
        }
    }
    setup_release(&setup);
    return code;
}
