/* `status`: what all workers say of themselves, as one table. */
#include "client.h"
#include "commands.h"
#include "loop.h"
#include "memory.h"
#include "outcome_view.h"
#include "setup.h"
#include "terminal.h"
#include "text.h"
#include "tree_build.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TIMEOUT_MS = 10000, REPLY_MAX_BYTES = 16 << 20, URL_WIDTH = 28, SLOT_WIDTH = 16, URL_MAX = 1000 };

/* One worker that is asked. */
struct page {
    struct asking *asking;
    const char *url;          /* as it was given */
    struct json_object *tree; /* owned; null: none came */
    char why[300];
};

struct asking {
    struct loop *loop;
    struct http_client *client;
    const struct settings *settings;
    struct page *pages;
    size_t count, open;
};

static void answered(void *context, const struct http_reply *reply)
{
    struct page *page = context;
    struct fault why;

    if (reply->end != HTTP_REPLIED)
        text_print(page->why, sizeof page->why, "%s", reply->what);
    else if (reply->status != 200)
        snprintf(page->why, sizeof page->why, "it answers %d%s", reply->status,
                 reply->status == 401 ? ": admin.username and admin.password are not its own" : "");
    else if (!tree_read(reply->body, reply->length, &page->tree, &why))
        text_print(page->why, sizeof page->why, "it is not a worker's /status: %s", why.text);
    if (--page->asking->open == 0)
        loop_stop(page->asking->loop);
}

/* "http://host:port" and whatever follows becomes its /status. */
static void ask(struct page *page)
{
    const struct settings *settings = page->asking->settings;
    char url[URL_MAX];
    size_t length = strlen(page->url);
    struct fault why;

    while (length > 0 && page->url[length - 1] == '/')
        length--;
    bool whole = length > 7 && strncmp(page->url + length - 7, "/status", 7) == 0;
    snprintf(url, sizeof url, "%s%.*s%s", strstr(page->url, "://") == NULL ? "http://" : "", (int)length,
             page->url, whole ? "" : "/status");
    const struct http_request request = {.method = "GET",
                                         .url = url,
                                         .peer = page->url,
                                         .headers = {{"Accept", "application/json"}},
                                         .header_count = 1,
                                         .user = *settings->admin_username == '\0' ? NULL
                                                                                   : settings->admin_username,
                                         .password = &settings->admin_password,
                                         .connect_timeout_ms = TIMEOUT_MS,
                                         .call_timeout_ms = TIMEOUT_MS,
                                         .tcp_user_timeout_ms = TIMEOUT_MS,
                                         .idle_max_ms = TIMEOUT_MS,
                                         .reply_max_bytes = REPLY_MAX_BYTES};
    page->asking->open++;
    if (http_client_start(page->asking->client, &request, answered, page, &why))
        return;
    page->asking->open--;
    text_print(page->why, sizeof page->why, "%s", why.text);
}

static int64_t count_of(struct json_object *tree, const char *name)
{
    return json_object_get_int64(tree_member(tree_member(tree, "orders"), name));
}

static size_t length_of(struct json_object *list)
{
    return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

static void print_head(struct buffer *line)
{
    buffer_print(line, "%-*s  %-*s  %-9s  %-5s  %5s  %7s  %7s  %6s  %5s  %s", URL_WIDTH, "URL", SLOT_WIDTH,
                 "SLOT", "VERSION", "READY", "PARTS", "WAITING", "CALLING", "PARKED", "DOUBT", "WHY");
    terminal_print(line);
}

static void print_row(struct buffer *line, const struct page *page)
{
    struct json_object *tree = page->tree;
    const char *reason = tree_text_of(tree, "reason"), *bt = tree_text_of(tree, "bt");
    size_t width = terminal_width();

    terminal_add_padded(line, page->url, URL_WIDTH);
    buffer_add_text(line, "  ");
    if (tree == NULL) {
        terminal_add(line, page->why, width > URL_WIDTH + 12 ? width - URL_WIDTH - 2 : 0);
        terminal_print(line);
        return;
    }
    terminal_add_padded(line, tree_text_of(tree, "slot"), SLOT_WIDTH);
    buffer_add_text(line, "  ");
    terminal_add_padded(line, tree_text_of(tree, "version"), 9);
    buffer_print(line, "  %-5s  %5zu  %7" PRId64 "  %7" PRId64 "  %6" PRId64 "  %5zu  ",
                 json_object_get_boolean(tree_member(tree, "ready")) ? "yes" : "no",
                 length_of(tree_member(tree, "partitions")),
                 count_of(tree, "queued") + count_of(tree, "ready") + count_of(tree, "waiting"),
                 count_of(tree, "calling"), count_of(tree, "parked"),
                 length_of(tree_member(tree, "inDoubt")));
    const char *why = reason != NULL && *reason != '\0' ? reason : bt;
    size_t used = line->length < width ? width - line->length : 10;
    terminal_add(line, why == NULL ? "" : why, width == 0 ? 0 : used);
    terminal_print_trimmed(line);
}

static void print_json(const struct page *page)
{
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();

    tree_add_text(tree, "url", page->url);
    tree_add_known(tree, "error", page->tree == NULL ? page->why : NULL);
    TREE_EACH(page->tree, name, value)
    tree_add(tree, name, json_object_get(value));
    outcome_view_json(tree);
}

/* 0: all are ready. */
static int show(const struct asking *asking, bool json)
{
    CLEANUP(buffer_release) struct buffer line = {0};
    int code = 0;

    buffer_init(&line, 65536);
    if (!json)
        print_head(&line);
    for (size_t i = 0; i < asking->count; i++) {
        if (json)
            print_json(&asking->pages[i]);
        else
            print_row(&line, &asking->pages[i]);
        code |= !json_object_get_boolean(tree_member(asking->pages[i].tree, "ready"));
    }
    return code;
}

static int ask_all(const struct setup *setup, int words, char **argv, bool json)
{
    struct asking asking = {.settings = &setup->settings, .count = (size_t)words};
    struct fault why;
    int code = 1;

    asking.pages = memory_new(asking.count, sizeof *asking.pages);
    if (loop_new(&asking.loop, &why) &&
        http_client_new(&setup->settings, asking.loop, &asking.client, &why)) {
        for (size_t i = 0; i < asking.count; i++) {
            asking.pages[i] = (struct page){.asking = &asking, .url = argv[i]};
            ask(&asking.pages[i]);
        }
        if (asking.open == 0 || loop_run(asking.loop, &why))
            code = show(&asking, json);
    }
    for (size_t i = 0; i < asking.count; i++)
        json_object_put(asking.pages[i].tree);
    http_client_free(asking.client);
    loop_free(asking.loop);
    memory_free(asking.pages);
    return code;
}

int command_status(int argc, char **argv)
{
    static const struct command_help help = {
        "status", "Asks workers for their /status and shows them as one table. Exit code 0: all are ready.",
        "URL...", "whc-worker status http://whc-worker-0:8080 http://whc-worker-1:8080"};
    const char *config = NULL;
    bool json = false;
    const struct option_row rows[] = {
        {"--config", "FILE", "settings: admin.username and admin.password; default whc-worker.properties",
         .text = &config},
        {"--json", NULL, "one object a line (whc-worker schema status)", .flag = &json}};
    struct setup setup;
    struct fault why;
    bool helped;
    int words, code = 2;

    if (!options_read(&help, rows, COUNT_OF(rows), argc, argv, &words, &helped, &why)) {
        fprintf(stderr, "whc-worker: %s\n", why.text);
        return 2;
    }
    if (helped)
        return 0;
    setup_load(config, &setup); /* of the settings only few matter, and their mistakes are a worker's */
    if (words > 0)
        code = ask_all(&setup, words, argv, json);
    else
        fprintf(stderr, "whc-worker status: say which workers, by the URLs of their admin port\n");
    setup_release(&setup);
    return code;
}
