/* One HTTP call as libcurl sees it; for client.c. */
#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

#include "client.h"

#include <curl/curl.h>

struct transfer;
struct connections;

/* A transfer keeps its easy handle, so that it can be used again. */
struct transfer *transfer_new(const struct settings *settings, struct connections *connections);
void transfer_free(struct transfer *transfer);
CURL *transfer_easy(struct transfer *transfer);

MUST_USE bool transfer_prepare(struct transfer *transfer, const struct http_request *request,
                               http_done_fn *done, void *context, struct fault *why);

/*
 * Whether it must be given to libcurl again, on a fresh connection: not a byte of it was sent, because the connection
 * had something to read. True once at most; the same lease holds (PROMISE.md R1, R7).
 */
bool transfer_move(struct transfer *transfer);

/* Tells the caller how it ended and forgets the call. */
void transfer_finish(struct transfer *transfer, CURLcode code);

/* Lists of transfers, linked through them. */
void transfer_link(struct transfer **first, struct transfer *transfer);
void transfer_unlink(struct transfer **first, struct transfer *transfer);

#endif
