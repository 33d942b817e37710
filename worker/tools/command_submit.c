/* `submit`: sends requests and, if asked, waits for their outcomes. */
#include "client_config.h"
#include "commands.h"
#include "invariant.h"
#include "memory.h"
#include "options.h"
#include "outcome_view.h"
#include "setup.h"
#include "submission.h"
#include "terminal.h"
#include "topic_reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MS = 100, FLUSH_MS = 30000, BAR_WIDTH = 30, REQUEST_MAX_BYTES = 64 << 20 };

struct arguments {
    const char *config, *type, *key;
    int64_t timeout_ms;
    bool wait, examples, json;
};

static void show_progress(size_t done, size_t all, const char *what)
{
    REQUIRE(done <= all);
    if (!isatty(STDERR_FILENO) || all == 0)
        return;
    size_t filled = done * BAR_WIDTH / all;
    fprintf(stderr, "\r[");
    for (size_t i = 0; i < BAR_WIDTH; i++)
        fputc(i < filled ? '#' : '.', stderr);
    fprintf(stderr, "] %zu/%zu %s%s", done, all, what, done == all ? "\n" : "");
}

/* Adds what one JSON object says: a request, or {"key": ..., "request": ...}. */
static bool add_request(struct json_object *tree, const struct order_type *type, const char *key,
                        struct submissions *submissions, struct fault *why)
{
    struct json_object *request = tree_member(tree, "request"), *own = tree_member(tree, "key");
    bool wrapped = json_object_is_type(request, json_type_object) &&
                   json_object_object_length(tree) == (tree_has(tree, "key") ? 2 : 1);

    if (!wrapped)
        return submissions_add(submissions, type, tree, key, false, why);
    bool added = submissions_add(submissions, type, json_object_get(request),
                                 own == NULL ? key : json_object_get_string(own), false, why);
    json_object_put(tree);
    return added;
}

static void take_text(const char *path, unsigned line, const struct buffer *text,
                      const struct order_type *type, const char *key, struct submissions *submissions)
{
    struct json_object *tree = NULL;
    struct fault why = {.text = "it is not a JSON object"};

    if (tree_read(buffer_text(text), text->length, &tree, &why) &&
        json_object_is_type(tree, json_type_object) && add_request(tree, type, key, submissions, &why))
        return;
    fprintf(stderr, "%s:%u: %s; it is not sent\n", path, line, why.text);
    submissions->refused++;
}

/* How deep in objects and lists the text is after this line; in a string, braces are letters. */
static void follow_depth(const char *line, int *depth, bool *in_text)
{
    for (const char *at = line; *at != '\0'; at++) {
        if (*in_text && *at == '\\' && at[1] != '\0')
            at++;
        else if (*at == '"')
            *in_text = !*in_text;
        else if (!*in_text)
            *depth += *at == '{' || *at == '[' ? 1 : *at == '}' || *at == ']' ? -1 : 0;
    }
}

/* One request after another, each on a line of its own or printed over several; '-' or no file is standard input. */
static bool read_requests(const char *path, const struct order_type *type, const char *key,
                          struct submissions *submissions, struct fault *why)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    CLEANUP(memory_release) char *line = NULL;
    CLEANUP(buffer_release) struct buffer text = {0};
    size_t room = 0;
    ssize_t length;
    int depth = 0;
    bool in_text = false;

    if (file == NULL)
        return fault_set(why, FAULT_INPUT, "cannot open '%.200s': %s", path, strerror(errno));
    buffer_init(&text, REQUEST_MAX_BYTES);
    unsigned began = 1;
    for (unsigned number = 1; (length = getline(&line, &room, file)) > 0; number++) {
        if (text.length == 0 && strspn(line, " \t\r\n") == (size_t)length)
            continue;
        began = text.length == 0 ? number : began;
        buffer_add(&text, line, (size_t)length);
        follow_depth(line, &depth, &in_text);
        if (depth > 0)
            continue;
        take_text(path, began, &text, type, key, submissions);
        buffer_clear(&text);
        depth = 0;
        in_text = false;
    }
    if (text.length > 0)
        take_text(path, began, &text, type, key, submissions);
    if (file != stdin)
        fclose(file);
    return true;
}

static bool gather(const struct setup *setup, const struct arguments *arguments, int words, char **argv,
                   struct submissions *submissions, struct fault *why)
{
    const struct order_type *type =
        arguments->type == NULL ? NULL : catalogue_type(setup->catalogue, arguments->type);
    if (arguments->examples && (arguments->type == NULL || type != NULL))
        return submissions_add_examples(submissions, setup->catalogue, type, setup->settings.catalogue_path,
                                        why);
    if (type == NULL)
        return fault_set(why, FAULT_INPUT, "--type must name an order type; whc-worker check lists them");
    if (words == 0)
        return read_requests("-", type, arguments->key, submissions, why);
    for (int i = 0; i < words; i++)
        TRY(read_requests(argv[i], type, arguments->key, submissions, why));
    return true;
}

static bool produce(rd_kafka_t *handle, const struct settings *settings, const struct submission *submission,
                    struct fault *why)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(1);
    size_t key_length = submission->key == NULL ? 0 : strlen(submission->key);

    if (submission->tracking != NULL)
        rd_kafka_header_add(headers, "whc-tracking", -1, submission->tracking, -1);
    rd_kafka_resp_err_t error = rd_kafka_producev(
        handle, RD_KAFKA_V_TOPIC(settings->topic_requests),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK),
        RD_KAFKA_V_KEY(submission->key, key_length), RD_KAFKA_V_VALUE(submission->value, submission->length),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
        return true;
    rd_kafka_headers_destroy(headers); /* they stay ours when it fails */
    return fault_set(why, FAULT_PEER, "cannot send: %s", rd_kafka_err2str(error));
}

static void count_failure(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque)
{
    size_t *failures = opaque;

    (void)handle;
    *failures += message->err != RD_KAFKA_RESP_ERR_NO_ERROR;
}

static bool send_all(const struct settings *settings, const struct submissions *submissions,
                     struct fault *why)
{
    rd_kafka_conf_t *conf;
    rd_kafka_t *handle;
    size_t failures = 0;
    bool sent = true;

    TRY(client_config_make(settings, CLIENT_TOOL_PRODUCER, &conf, why));
    rd_kafka_conf_set_dr_msg_cb(conf, count_failure);
    rd_kafka_conf_set_opaque(conf, &failures);
    TRY(client_config_connect(RD_KAFKA_PRODUCER, conf, &handle, why));
    for (size_t i = 0; i < submissions->count && sent; i++) {
        sent = produce(handle, settings, &submissions->list[i], why);
        rd_kafka_poll(handle, 0);
        show_progress(i + 1, submissions->count, "sent");
    }
    if (rd_kafka_flush(handle, FLUSH_MS) != RD_KAFKA_RESP_ERR_NO_ERROR || failures > 0)
        sent = sent && fault_set(why, FAULT_PEER, "not all requests reached Kafka");
    rd_kafka_destroy(handle);
    return sent;
}

/* Notes an outcome of ours and shows it; true when it is the last that was waited for. */
static bool take_outcome(struct json_object *tree, struct submissions *submissions, bool json, size_t *open)
{
    struct json_object *outcome = tree_member(tree, "outcome");
    struct submission *ours = submissions_find(submissions, tree_text_of(outcome, "requestId"));
    const char *status = tree_text_of(outcome, "status");

    if (ours == NULL || ours->answered)
        return false;
    if (json)
        outcome_view_json(tree);
    else
        outcome_view_row(tree);
    if (!json_object_get_boolean(tree_member(outcome, "final")))
        return false;
    REQUIRE(*open > 0); /* each is answered once */
    ours->answered = true;
    ours->as_expected =
        status != NULL && strcmp(status, ours->expected == NULL ? "COMPLETED" : ours->expected) == 0;
    return --*open == 0;
}

static void await(struct topic_reader *reader, const struct catalogue *catalogue,
                  struct submissions *submissions, const struct arguments *arguments)
{
    time_t end = time(NULL) + (time_t)(arguments->timeout_ms / 1000);
    size_t open = submissions->count;
    struct fault why;

    if (!arguments->json)
        outcome_view_head();
    while (open > 0 && time(NULL) < end && !terminal_stopped()) {
        rd_kafka_message_t *message = topic_reader_next(reader, POLL_MS);
        if (message == NULL)
            continue;
        struct json_object *tree = NULL;
        if (outcome_view_read(catalogue, message, &tree, &why))
            take_outcome(tree, submissions, arguments->json, &open);
        json_object_put(tree);
        rd_kafka_message_destroy(message);
    }
}

static int summarise(const struct submissions *submissions, const struct arguments *arguments)
{
    size_t answered = 0, good = 0;

    for (size_t i = 0; i < submissions->count; i++) {
        answered += submissions->list[i].answered;
        good += submissions->list[i].as_expected;
        if (arguments->wait && !submissions->list[i].answered)
            fprintf(stderr, "no outcome yet: %s %s\n", submissions->list[i].type->name,
                    submissions->list[i].request_id);
    }
    REQUIRE(good <= answered); /* only an answer can be as expected */
    if (!arguments->wait)
        fprintf(stderr, "%zu sent\n", submissions->count);
    else
        fprintf(stderr, "%zu sent, %zu answered, %zu %s\n", submissions->count, answered, good,
                arguments->examples ? "as the example expects" : "completed");
    if (submissions->refused > 0 && arguments->examples)
        fprintf(
            stderr,
            "(%zu not sent: what breaks its schema is refused before it is sent, as those examples show)\n",
            submissions->refused);
    else if (submissions->refused > 0)
        fprintf(stderr, "%zu not sent\n", submissions->refused);
    return (arguments->wait && good < submissions->count) ||
           (!arguments->examples && submissions->refused > 0);
}

static int submit(const struct setup *setup, const struct arguments *arguments, int words, char **argv)
{
    struct submissions submissions = {0};
    struct topic_reader *reader = NULL;
    struct fault why;
    int code = 1;

    if (!gather(setup, arguments, words, argv, &submissions, &why) ||
        (arguments->wait &&
         !topic_reader_new(&setup->settings, setup->settings.topic_outcomes, false, &reader, &why)) ||
        !send_all(&setup->settings, &submissions, &why)) {
        fprintf(stderr, "whc-worker submit: %s\n", why.text);
    } else {
        terminal_stop_on_signals();
        if (arguments->wait)
            await(reader, setup->catalogue, &submissions, arguments);
        code = summarise(&submissions, arguments);
    }
    topic_reader_free(reader);
    submissions_release(&submissions);
    return code;
}

int command_submit(int argc, char **argv)
{
    static const struct command_help help = {
        "submit",
        "Sends order requests: plain JSON, one after another, from files or standard input; each the request itself, or\n"
        "{\"key\": ..., \"request\": ...}.",
        "[FILE]...",
        "echo '{\"number\": \"01632960000\"}' | whc-worker submit --type check-portability --wait"};
    struct arguments arguments = {.timeout_ms = 60000};
    const struct option_row rows[] = {
        {"--config", "FILE", "settings; default whc-worker.properties", .text = &arguments.config},
        {"--type", "NAME", "order type of the requests", .text = &arguments.type},
        {"--key", "KEY", "Kafka key: orders of one key go in sequence", .text = &arguments.key},
        {"--wait", NULL, "wait for the outcomes and show them; exit code 0: all completed",
         .flag = &arguments.wait},
        {"--timeout", "TIME", "longest wait, default 60s", .ms = &arguments.timeout_ms},
        {"--json", NULL, "outcomes as lines of JSON", .flag = &arguments.json},
        {"--examples", NULL,
         "send the catalogue's examples instead (of --type, or of all that only read), each with an id of its own",
         .flag = &arguments.examples},
    };
    struct setup setup;
    const struct command_line line = {&help, rows, COUNT_OF(rows), &arguments.config, SETUP_TOOL};
    int words, code;

    if (setup_begin(&line, argc, argv, &setup, &words, &code))
        code = submit(&setup, &arguments, words, argv);
    setup_release(&setup);
    return code;
}
