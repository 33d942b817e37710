/*
 * Posts one body again and again, over so many connections at once, and prints how fast and how late it is answered.
 * The first tenth is not measured.
 *
 *   post_load URL TOKEN BODY CONNECTIONS COUNT      prints rate=R p50_ms=M p99_ms=M refused=N
 */
#include "memory.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WAIT_MS = 1000, SKIP_SHARE = 10, CREATED = 201 };

struct sender {
    CURL *easy;
    double began;
};

static struct {
    CURLM *multi;
    size_t left, count, done, refused;
    double *took, measured_from;
} load;

static void must(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "post_load: %s\n", what);
        exit(1);
    }
}

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t drop(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

static void send_next(struct sender *sender)
{
    if (load.left == 0)
        return;
    load.left--;
    sender->began = now_s();
    curl_multi_add_handle(load.multi, sender->easy);
}

static void answered(CURL *easy)
{
    struct sender *sender;
    long status = 0;
    double now = now_s();

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&sender);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(load.multi, easy);
    load.refused += status != CREATED;
    load.took[load.done++] = now - sender->began;
    if (load.done == load.count / SKIP_SHARE)
        load.measured_from = now;
    send_next(sender);
}

static void open_sender(struct sender *sender, char **argv, struct curl_slist *headers)
{
    sender->easy = curl_easy_init();
    curl_easy_setopt(sender->easy, CURLOPT_URL, argv[1]);
    curl_easy_setopt(sender->easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(sender->easy, CURLOPT_POSTFIELDS, argv[3]);
    curl_easy_setopt(sender->easy, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(sender->easy, CURLOPT_PRIVATE, sender);
    curl_easy_setopt(sender->easy, CURLOPT_NOSIGNAL, 1L);
}

static void send_all(struct sender *senders, size_t connections)
{
    int running = 1, left;

    for (size_t i = 0; i < connections; i++)
        send_next(&senders[i]);
    while (load.done < load.count) {
        must(curl_multi_perform(load.multi, &running) == CURLM_OK, "perform");
        for (CURLMsg *message; (message = curl_multi_info_read(load.multi, &left)) != NULL;) {
            must(message->data.result == CURLE_OK, curl_easy_strerror(message->data.result));
            answered(message->easy_handle);
        }
        if (load.done < load.count)
            must(curl_multi_poll(load.multi, NULL, 0, WAIT_MS, NULL) == CURLM_OK, "poll");
    }
}

static int by_size(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;

    return (a > b) - (a < b);
}

static void print(void)
{
    size_t skipped = load.count / SKIP_SHARE, measured = load.count - skipped;
    double *took = load.took + skipped, elapsed = now_s() - load.measured_from;

    qsort(took, measured, sizeof *took, by_size);
    printf("rate=%.0f p50_ms=%.2f p99_ms=%.2f refused=%zu\n", (double)measured / elapsed,
           took[measured / 2] * 1e3, took[measured * 99 / 100] * 1e3, load.refused);
}

int main(int argc, char **argv)
{
    char authorization[1024];

    must(argc == 6, "post_load URL TOKEN BODY CONNECTIONS COUNT");
    size_t connections = strtoul(argv[4], NULL, 10);
    load.left = load.count = strtoul(argv[5], NULL, 10);
    must(connections > 0 && load.count >= SKIP_SHARE, "at least a connection and ten posts");
    load.took = memory_new(load.count, sizeof *load.took);
    load.multi = curl_multi_init();
    snprintf(authorization, sizeof authorization, "Authorization: Bearer %s", argv[2]);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, authorization);
    struct sender *senders = memory_new(connections, sizeof *senders);
    for (size_t i = 0; i < connections; i++)
        open_sender(&senders[i], argv, headers);
    send_all(senders, connections);
    print();
    return load.refused > 0;
}
