/* The sandbox as a program: starts its parts, says where they are, ends on SIGTERM or SIGINT. */
#include "broker.h"
#include "buffer.h"
#include "loop.h"
#include "memory.h"
#include "options.h"
#include "sandbox.h"
#include "server.h"

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

struct parts {
    struct loop *loop;
    struct sandbox *sandbox;
    struct broker *broker;
    struct server *server;
};

static void end(void *context, int number)
{
    (void)number;
    loop_stop(context);
}

static bool start(const struct options *options, struct parts *parts, struct fault *why)
{
    static const int signals[] = {SIGTERM, SIGINT, 0};

    TRY(loop_new(&parts->loop, why));
    TRY(loop_catch(parts->loop, signals, end, parts->loop, why));
    TRY(sandbox_new(parts->loop, &parts->sandbox, why));
    parts->sandbox->switches.latency_ms = options->latency_ms;
    if (options->broker) {
        TRY(broker_start(options->broker_topics, &parts->broker, why));
        fputs("sandbox: the embedded broker is for trying things out: at most 10,000 orders, and it forgets "
              "everything when it ends\n",
              stderr);
    }
    return server_start(parts->loop, parts->sandbox, options->address, options->port, &parts->server, why);
}

static void stop(struct parts *parts)
{
    server_stop(parts->server);
    broker_stop(parts->broker);
    sandbox_free(parts->sandbox);
    loop_free(parts->loop);
}

/* In one step, so that nobody ever reads a half. */
static bool write_file(const char *path, const struct buffer *text, struct fault *why)
{
    CLEANUP(buffer_release) struct buffer passing = {0};

    buffer_init(&passing, 4096);
    buffer_print(&passing, "%s.new", path);
    TRY(buffer_check(&passing, "the path of the ready file", why));
    FILE *file = fopen(passing.data, "we");
    if (file == NULL)
        return fault_set(why, FAULT_LOCAL, "cannot write '%s': %s", passing.data, strerror(errno));
    bool written = fwrite(text->data, 1, text->length, file) == text->length;
    if (fclose(file) != 0 || !written || rename(passing.data, path) != 0)
        return fault_set(why, FAULT_LOCAL, "cannot write '%s': %s", path, strerror(errno));
    return true;
}

static bool announce(const struct options *options, const struct parts *parts, struct fault *why)
{
    CLEANUP(buffer_release) struct buffer text = {0};

    buffer_init(&text, 4096);
    buffer_print(&text, "http=http://%s:%u\n", options->address, server_port(parts->server));
    if (parts->broker != NULL)
        buffer_print(&text, "kafka=%s\n", broker_bootstrap(parts->broker));
    fputs(text.data, stdout);
    fflush(stdout);
    return options->ready_file == NULL || write_file(options->ready_file, &text, why);
}

int main(int argc, char *argv[])
{
    struct options options;
    struct parts parts = {.loop = NULL};
    struct fault why;
    enum options_verdict verdict = options_read(&options, argc, argv);

    if (verdict != OPTIONS_GOOD)
        return verdict == OPTIONS_HELP ? 0 : 2;
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    bool good =
        start(&options, &parts, &why) && announce(&options, &parts, &why) && loop_run(parts.loop, &why);
    if (!good)
        fprintf(stderr, "sandbox: %s\n", why.text);
    stop(&parts);
    curl_global_cleanup();
    return good ? 0 : 1;
}
