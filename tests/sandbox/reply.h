/*
 * One HTTP reply before it is sent: status, headers, body, and how it is to be delivered (whole, cut, never).
 */
#ifndef SANDBOX_REPLY_H
#define SANDBOX_REPLY_H

#include "buffer.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REPLY_HEADERS_MAX = 6, REPLY_HEADER_SIZE = 128, REPLY_BODY_MAX = 64 << 20 };

enum delivery {
    DELIVER_WHOLE,
    DELIVER_NOTHING,       /* the connection is closed without a reply */
    DELIVER_BYTES,         /* the first `cut_at` bytes of it, then the connection is closed */
    DELIVER_CUT,           /* half of the body, then the connection is closed */
    DELIVER_STALL_START,   /* nothing, and the connection stays open */
    DELIVER_STALL_HEADERS, /* the headers, then silence */
    DELIVER_STALL_BODY,    /* half of the body, then silence */
    DELIVER_FILLER,        /* a JSON body of `filler` bytes, made while it is sent */
};

struct reply_header {
    const char *name; /* constant */
    char value[REPLY_HEADER_SIZE];
};

struct reply {
    unsigned status;
    const char *type; /* Content-Type, constant; null without a body */
    struct reply_header headers[REPLY_HEADERS_MAX];
    size_t header_count;
    struct buffer body;
    enum delivery delivery;
    uint64_t filler;
    uint64_t cut_at;
    int64_t delay_ms;
};

void reply_init(struct reply *reply);
void reply_release(struct reply *reply);

/* Forgets status, headers and body, keeps the delivery and the delay. */
void reply_clear(struct reply *reply);

/* Adds a header, cut to its room; beyond REPLY_HEADERS_MAX nothing is added. */
void reply_header(struct reply *reply, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);

/* Starts a JSON reply: the caller writes the body. */
struct buffer *reply_json(struct reply *reply, unsigned status);

/* A JSON reply with the tree as its body; the tree is released. */
void reply_tree(struct reply *reply, unsigned status, struct json_object *tree);

/* X-Total-Count and X-Result-Count. */
void reply_count_headers(struct reply *reply, size_t total, size_t shown);

/* Writes a JSON string; bytes that are no UTF-8 appear as the characters of Latin-1. Null: null. */
void write_text(struct buffer *out, const char *text);

#endif
